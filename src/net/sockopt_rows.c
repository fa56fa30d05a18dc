#include <assert.h>
#include <limits.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "net/sockopt.h"

enum {
	ROLES = SOCKOPT_CONNECTS | SOCKOPT_LISTENS,
	TYPES = SOCKOPT_STREAM | SOCKOPT_DATAGRAM,
	BOTH = SOCKOPT_IPV4 | SOCKOPT_IPV6,
	TCP = BOTH | SOCKOPT_STREAM | ROLES,
	UDP = BOTH | SOCKOPT_DATAGRAM | ROLES,
	INET = TCP | UDP,
	V4 = SOCKOPT_IPV4 | TYPES | ROLES,
	V6 = SOCKOPT_IPV6 | TYPES | ROLES,
	UDP4 = SOCKOPT_IPV4 | SOCKOPT_DATAGRAM | ROLES,
	UDP6 = SOCKOPT_IPV6 | SOCKOPT_DATAGRAM | ROLES,
	ANY = INET | SOCKOPT_UNIX,
	/* The kernel doubles what it is given. */
	BUFFER_MAX = INT_MAX / 2,
};

const struct sockopt_discover sockopt_discover[SOCKOPT_DISCOVER_COUNT] = {
	{ "want", IP_PMTUDISC_WANT },
	{ "dont", IP_PMTUDISC_DONT },
	{ "do", IP_PMTUDISC_DO },
	{ "probe", IP_PMTUDISC_PROBE },
	{ "interface", IP_PMTUDISC_INTERFACE },
	{ "omit", IP_PMTUDISC_OMIT },
};
static_assert(IP_PMTUDISC_WANT == IPV6_PMTUDISC_WANT && IP_PMTUDISC_DONT == IPV6_PMTUDISC_DONT &&
                      IP_PMTUDISC_DO == IPV6_PMTUDISC_DO &&
                      IP_PMTUDISC_PROBE == IPV6_PMTUDISC_PROBE &&
                      IP_PMTUDISC_INTERFACE == IPV6_PMTUDISC_INTERFACE &&
                      IP_PMTUDISC_OMIT == IPV6_PMTUDISC_OMIT,
              "both have the same numbers");

#define ROW(name_, level_, number_, places_, type_, help_, ...)                                    \
	{                                                                                          \
		.name = name_, .level = (level_), .number = (number_), .places = (places_),        \
		.type = (type_), .help = help_, __VA_ARGS__                                        \
	}
#define FLAG(name, level, number, places, help)                                                    \
	ROW(name, level, number, places, SOCKOPT_FLAG, help, .max = 1)
#define RANGED(type, name, level, number, places, min_, max_, help)                                \
	ROW(name, level, number, places, type, help, .min = (min_), .max = (max_))
#define NUMBER(...) RANGED(SOCKOPT_NUMBER, __VA_ARGS__)
#define BITS(...) RANGED(SOCKOPT_BITS, __VA_ARGS__)
#define SIZE(...) RANGED(SOCKOPT_SIZE, __VA_ARGS__)
#define TIME(name, level, number, places, unit_, min_, max_, help)                                 \
	ROW(name, level, number, places, SOCKOPT_DURATION, help, .unit = (unit_), .min = (min_),   \
	    .max = (max_))
#define DISCOVER(name, level, number, places)                                                      \
	ROW(name, level, number, places, SOCKOPT_DISCOVER, "how the path MTU is found",            \
	    .max = IP_PMTUDISC_OMIT)

const struct sockopt sockopt_rows[] = {
	ROW("bindtodevice", SOL_SOCKET, SO_BINDTODEVICE, INET, SOCKOPT_NAME,
	    "use this network interface only, as --interface does", .min = 1),
	NUMBER("bindtoifindex", SOL_SOCKET, SO_BINDTOIFINDEX, INET, 0, INT_MAX,
	       "use the network interface of this index only, 0 for any"),
	FLAG("broadcast", SOL_SOCKET, SO_BROADCAST, UDP4,
	     "allow sending to broadcast addresses, as connect -u does by itself"),
	TIME("busy-poll", SOL_SOCKET, SO_BUSY_POLL, INET, NSEC_PER_USEC, 0, INT_MAX,
	     "poll the device so long before sleeping"),
	FLAG("debug", SOL_SOCKET, SO_DEBUG, INET, "have the kernel note what the socket does"),
	FLAG("dontroute", SOL_SOCKET, SO_DONTROUTE, INET,
	     "reach hosts on the own links only, through no router"),
	FLAG("keepalive", SOL_SOCKET, SO_KEEPALIVE, TCP,
	     "probe an idle connection, to find out that the peer is gone"),
	ROW("linger", SOL_SOCKET, SO_LINGER, TCP, SOCKOPT_LINGER,
	    "let close wait for what is unsent; 0 resets the connection instead",
	    .unit = NSEC_PER_SEC, .max = UINT16_MAX),
	BITS("mark", SOL_SOCKET, SO_MARK, INET, 0, UINT32_MAX,
	     "mark packets for routing and filters"),
	ROW("max-pacing-rate", SOL_SOCKET, SO_MAX_PACING_RATE, INET, SOCKOPT_RATE,
	    "send at most so many bytes a second", .min = 1, .max = INT64_MAX),
	FLAG("no-check", SOL_SOCKET, SO_NO_CHECK, UDP4, "send no UDP checksum"),
	FLAG("oobinline", SOL_SOCKET, SO_OOBINLINE, TCP,
	     "keep urgent data in its place in the stream"),
	FLAG("prefer-busy-poll", SOL_SOCKET, SO_PREFER_BUSY_POLL, INET,
	     "prefer busy polling to interrupts"),
	NUMBER("priority", SOL_SOCKET, SO_PRIORITY, INET | SOCKOPT_FADES, 0, INT_MAX,
	       "the queueing class of packets; more than 6 is for the superuser"),
	SIZE("rcvbuf", SOL_SOCKET, SO_RCVBUF, INET, 0, BUFFER_MAX,
	     "the receive buffer; the kernel doubles it"),
	ROW("rcvbufforce", SOL_SOCKET, SO_RCVBUFFORCE, INET, SOCKOPT_SIZE,
	    "the receive buffer, beyond the limit of net.core.rmem_max", .max = BUFFER_MAX,
	    .read = SO_RCVBUF),
	FLAG("reuseaddr", SOL_SOCKET, SO_REUSEADDR, INET,
	     "bind to an address that closed connections still hold; with UDP, share it"),
	FLAG("reuseport", SOL_SOCKET, SO_REUSEPORT, INET,
	     "share the port with others that ask for that too"),
	SIZE("sndbuf", SOL_SOCKET, SO_SNDBUF, ANY, 0, BUFFER_MAX,
	     "the send buffer; the kernel doubles it"),
	ROW("sndbufforce", SOL_SOCKET, SO_SNDBUFFORCE, ANY, SOCKOPT_SIZE,
	    "the send buffer, beyond the limit of net.core.wmem_max", .max = BUFFER_MAX,
	    .read = SO_SNDBUF),

	FLAG("ip-bind-address-no-port", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, V4 & ~SOCKOPT_LISTENS,
	     "choose the source port when connecting, not when binding"),
	FLAG("ip-freebind", IPPROTO_IP, IP_FREEBIND, V4,
	     "bind to an address that this machine does not have yet"),
	NUMBER("ip-minttl", IPPROTO_IP, IP_MINTTL, V4, 0, 255,
	       "drop packets that come with a smaller TTL"),
	DISCOVER("ip-mtu-discover", IPPROTO_IP, IP_MTU_DISCOVER, V4),
	FLAG("ip-multicast-all", IPPROTO_IP, IP_MULTICAST_ALL, UDP4,
	     "take datagrams of groups that others have joined"),
	FLAG("ip-multicast-loop", IPPROTO_IP, IP_MULTICAST_LOOP, UDP4,
	     "let this machine have its own multicasts"),
	NUMBER("ip-multicast-ttl", IPPROTO_IP, IP_MULTICAST_TTL, UDP4, 0, 255,
	       "how many hops multicasts may go"),
	BITS("ip-tos", IPPROTO_IP, IP_TOS, V4, 0, 255, "type of service: DSCP times 4"),
	FLAG("ip-transparent", IPPROTO_IP, IP_TRANSPARENT, V4,
	     "act for an address of another machine"),
	NUMBER("ip-ttl", IPPROTO_IP, IP_TTL, V4, 1, 255, "how many hops packets may go"),

	FLAG("ipv6-autoflowlabel", IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, V6,
	     "label the packets of a flow"),
	FLAG("ipv6-dontfrag", IPPROTO_IPV6, IPV6_DONTFRAG, UDP6,
	     "refuse datagrams that do not fit the path"),
	FLAG("ipv6-freebind", IPPROTO_IPV6, IPV6_FREEBIND, V6,
	     "bind to an address that this machine does not have yet"),
	NUMBER("ipv6-minhopcount", IPPROTO_IPV6, IPV6_MINHOPCOUNT, V6, 0, 255,
	       "drop packets that come with a smaller hop limit"),
	DISCOVER("ipv6-mtu-discover", IPPROTO_IPV6, IPV6_MTU_DISCOVER, V6),
	FLAG("ipv6-multicast-all", IPPROTO_IPV6, IPV6_MULTICAST_ALL, UDP6,
	     "take datagrams of groups that others have joined"),
	NUMBER("ipv6-multicast-hops", IPPROTO_IPV6, IPV6_MULTICAST_HOPS, UDP6, 0, 255,
	       "how many hops multicasts may go"),
	FLAG("ipv6-multicast-loop", IPPROTO_IPV6, IPV6_MULTICAST_LOOP, UDP6,
	     "let this machine have its own multicasts"),
	BITS("ipv6-tclass", IPPROTO_IPV6, IPV6_TCLASS, V6, 0, 255, "traffic class: DSCP times 4"),
	FLAG("ipv6-transparent", IPPROTO_IPV6, IPV6_TRANSPARENT, V6,
	     "act for an address of another machine"),
	NUMBER("ipv6-unicast-hops", IPPROTO_IPV6, IPV6_UNICAST_HOPS, V6, 0, 255,
	       "how many hops packets may go"),
	FLAG("ipv6-v6only", IPPROTO_IPV6, IPV6_V6ONLY, V6,
	     "have nothing to do with IPv4; listen sets it"),

	ROW("tcp-congestion", IPPROTO_TCP, TCP_CONGESTION, TCP, SOCKOPT_NAME,
	    "the congestion control: reno, cubic, bbr", .min = 1),
	FLAG("tcp-cork", IPPROTO_TCP, TCP_CORK, TCP, "send full segments only, or after 200 ms"),
	TIME("tcp-defer-accept", IPPROTO_TCP, TCP_DEFER_ACCEPT, TCP & ~SOCKOPT_CONNECTS,
	     NSEC_PER_SEC, 0, UINT16_MAX, "accept when data has come, or after so long"),
	NUMBER("tcp-fastopen", IPPROTO_TCP, TCP_FASTOPEN, TCP & ~SOCKOPT_CONNECTS, 0, UINT16_MAX,
	       "how many clients may send data with their SYN"),
	NUMBER("tcp-keepcnt", IPPROTO_TCP, TCP_KEEPCNT, TCP, 1, 127,
	       "keepalive probes before the peer counts as gone"),
	TIME("tcp-keepidle", IPPROTO_TCP, TCP_KEEPIDLE, TCP, NSEC_PER_SEC, 1, 32767,
	     "idle time before the first keepalive probe"),
	TIME("tcp-keepintvl", IPPROTO_TCP, TCP_KEEPINTVL, TCP, NSEC_PER_SEC, 1, 32767,
	     "time between keepalive probes"),
	TIME("tcp-linger2", IPPROTO_TCP, TCP_LINGER2, TCP, NSEC_PER_SEC, 0, 120,
	     "how long FIN-WAIT-2 may last; 0 is the default"),
	SIZE("tcp-maxseg", IPPROTO_TCP, TCP_MAXSEG, TCP, 88, 32767, "the largest segment"),
	FLAG("tcp-nodelay", IPPROTO_TCP, TCP_NODELAY, TCP,
	     "send small segments at once; sockit sets it"),
	SIZE("tcp-notsent-lowat", IPPROTO_TCP, TCP_NOTSENT_LOWAT, TCP, 0, INT_MAX,
	     "how much unsent data the kernel takes"),
	FLAG("tcp-quickack", IPPROTO_TCP, TCP_QUICKACK, TCP | SOCKOPT_FADES,
	     "acknowledge at once; the kernel may change it later"),
	NUMBER("tcp-syncnt", IPPROTO_TCP, TCP_SYNCNT, TCP, 1, 127, "how often a SYN is sent again"),
	FLAG("tcp-thin-linear-timeouts", IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, TCP,
	     "do not back off in thin streams"),
	TIME("tcp-tx-delay", IPPROTO_TCP, TCP_TX_DELAY, TCP, NSEC_PER_USEC, 0, (1 << 28) - 1,
	     "send everything so much later, as a long path would"),
	TIME("tcp-user-timeout", IPPROTO_TCP, TCP_USER_TIMEOUT, TCP, NSEC_PER_MSEC, 0, INT_MAX,
	     "give up when data stays unacknowledged so long"),
	SIZE("tcp-window-clamp", IPPROTO_TCP, TCP_WINDOW_CLAMP, TCP, 0, INT_MAX,
	     "the largest receive window"),

	FLAG("udp-no-check6-rx", IPPROTO_UDP, UDP_NO_CHECK6_RX, UDP6,
	     "take datagrams without a checksum"),
	FLAG("udp-no-check6-tx", IPPROTO_UDP, UDP_NO_CHECK6_TX, UDP6, "send no UDP checksum"),
	SIZE("udp-segment", IPPROTO_UDP, UDP_SEGMENT, UDP, 0, UINT16_MAX,
	     "cut what is sent into datagrams of this size"),
};
const size_t sockopt_row_count = ARRAY_LEN(sockopt_rows);
