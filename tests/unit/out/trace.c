/* out/trace and out/decode: calls as lines, against lines written by hand. */
#include "out/trace.h"
#include "out/trace_rows.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/events.h"
#include "harness/fail.h"
#include "harness/scratch.h"
#include "sys/file.h"
#include "sys/lookup.h"
#include "sys/socket.h"

#define A(pointer) ((intptr_t)(pointer))

static struct addr v4, v6, local;
static struct linger linger = { 1, 5 };
static uint64_t rate = UINT64_C(1) << 40;
static socklen_t linger_len = sizeof linger, congestion_len = 16;
static int one = 1, zero, refused = ECONNREFUSED, some = 17, ends[2] = { 5, 6 };
static int exited = 3 << 8, killed = SIGKILL; /* as man 2 waitpid has it on Linux */
static struct timeval quarter = { 0, 250000 };
static socklen_t v6_len = sizeof(struct sockaddr_in6), int_len = sizeof(int), cred_len = 12,
		 info_len = 232;
static struct ucred cred;
static struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
	                         .ai_family = AF_INET6,
	                         .ai_socktype = SOCK_STREAM };
static struct addrinfo found = { .ai_addr = &v6.at.any, .ai_addrlen = sizeof(struct sockaddr_in6) };
static struct addrinfo *list = &found, *no_list;

static struct addrinfo all_hints = { .ai_flags = AI_CANONNAME | AI_NUMERICSERV | AI_V4MAPPED |
	                                         AI_ALL | AI_ADDRCONFIG | AI_IDN,
	                             .ai_socktype = SOCK_RAW };
static struct addrinfo many[9], *long_list = many;
static char *host_addrs[] = { (char *)&v4.at.v4.sin_addr, (char *)&v4.at.v4.sin_addr, NULL };
static struct hostent host = { .h_name = "a.test\033",
	                       .h_addrtype = AF_INET,
	                       .h_length = 4,
	                       .h_addr_list = host_addrs };
static struct iovec parts[4] = { { "ab", 2 }, { "", 0 }, { "\033c", 2 }, { "d", 1 } };
static struct mmsghdr messages[4] = {
	{ .msg_hdr = { .msg_iov = &parts[0], .msg_iovlen = 1 }, .msg_len = 9 },
	{ .msg_hdr = { .msg_iov = &parts[1], .msg_iovlen = 1 } },
	{ .msg_hdr = { .msg_iov = &parts[2],
	               .msg_iovlen = 1,
	               .msg_name = &v4.at,
	               .msg_namelen = sizeof(struct sockaddr_in) },
	  .msg_len = 1 },
	{ .msg_hdr = { .msg_iov = &parts[3], .msg_iovlen = 1 }, .msg_len = 1 },
};

static struct group_req group = { .gr_interface = 1 };
static struct group_source_req source_group;
static struct ip_mreqn mreqn = { .imr_ifindex = 1 };

struct trace_golden {
	struct sys_call call;
	const char *line;
};

static const struct trace_golden golden[] = {
	{ { SYS_SOCKET, { AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP }, 5 },
	  "socket(AF_INET6, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_TCP) = 5" },
	{ { SYS_SOCKET, { AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG }, 5 },
	  "socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_SOCK_DIAG) = 5" },
	{ { SYS_SOCKET, { AF_UNIX, SOCK_STREAM, 0 }, -EMFILE },
	  "socket(AF_UNIX, SOCK_STREAM, 0) = -1 EMFILE (Too many open files)" },
	{ { SYS_BIND, { 5, A(&v4.at), sizeof(struct sockaddr_in) }, 0 },
	  "bind(5, 192.0.2.1:80) = 0" },
	{ { SYS_BIND, { 5, A(&local.at), 9 }, -EADDRINUSE },
	  "bind(5, unix:/run/x) = -1 EADDRINUSE (Address already in use)" },
	{ { SYS_LISTEN, { 5, 4096 }, 0 }, "listen(5, 4096) = 0" },
	{ { SYS_ACCEPT4, { 5, A(&v6.at), A(&v6_len), SOCK_CLOEXEC | SOCK_NONBLOCK }, 6 },
	  "accept4(5, [::1]:7, SOCK_CLOEXEC|SOCK_NONBLOCK) = 6" },
	{ { SYS_ACCEPT4, { 5, A(&v6.at), A(&v6_len), SOCK_CLOEXEC }, -EAGAIN },
	  "accept4(5, ..., SOCK_CLOEXEC) = -1 EAGAIN (Resource temporarily unavailable)" },
	{ { SYS_SET_FLAGS, { 5, F_SETFL, O_RDWR }, 0 }, "fcntl(5, F_SETFL, O_RDWR) = 0" },
	{ { SYS_SET_FLAGS, { 5, F_SETFL, O_WRONLY | O_NONBLOCK }, -EBADF },
	  "fcntl(5, F_SETFL, O_WRONLY|O_NONBLOCK) = -1 EBADF (Bad file descriptor)" },
	{ { SYS_FORK, { 0 }, 1234 }, "fork() = 1234" },
	{ { SYS_FORK, { 0 }, -EAGAIN }, "fork() = -1 EAGAIN (Resource temporarily unavailable)" },
	{ { SYS_WAITPID, { -1, A(&exited), WNOHANG }, 1234 },
	  "waitpid(-1, [exit 3], WNOHANG) = 1234" },
	{ { SYS_WAITPID, { -1, A(&killed), WNOHANG }, 1234 },
	  "waitpid(-1, [signal 9], WNOHANG) = 1234" },
	{ { SYS_WAITPID, { -1, A(&killed), WNOHANG }, 0 }, "waitpid(-1, ..., WNOHANG) = 0" },
	{ { SYS_KILL, { 1234, SIGKILL }, 0 }, "kill(1234, 9) = 0" },
	{ { SYS_THREAD_OF_CLIENT, { 0 }, 0 }, "pthread_create() = 0" },
	{ { SYS_SETSOCKOPT, { 5, SOL_SOCKET, SO_SNDTIMEO, A(&quarter), sizeof quarter }, 0 },
	  "setsockopt(5, SOL_SOCKET, SO_SNDTIMEO, {tv_sec=0, tv_usec=250000}) = 0" },
	{ { SYS_CONNECT, { 5, A(&v6.at), sizeof(struct sockaddr_in6) }, -ECONNREFUSED },
	  "connect(5, [::1]:7) = -1 ECONNREFUSED (Connection refused)" },
	{ { SYS_SHUTDOWN, { 5, SHUT_WR }, 0 }, "shutdown(5, SHUT_WR) = 0" },
	{ { SYS_GETSOCKNAME, { 5, A(&v6.at), A(&v6_len) }, 0 }, "getsockname(5, [::1]:7) = 0" },
	{ { SYS_SETSOCKOPT, { 5, SOL_SOCKET, SO_REUSEADDR, A(&one), 4 }, 0 },
	  "setsockopt(5, SOL_SOCKET, SO_REUSEADDR, [1]) = 0" },
	{ { SYS_SETSOCKOPT, { 5, IPPROTO_TCP, TCP_NODELAY, A(&one), 4 }, 0 },
	  "setsockopt(5, IPPROTO_TCP, TCP_NODELAY, [1]) = 0" },
	{ { SYS_SETSOCKOPT, { 5, IPPROTO_IPV6, IPV6_V6ONLY, A(&zero), 4 }, 0 },
	  "setsockopt(5, IPPROTO_IPV6, IPV6_V6ONLY, [0]) = 0" },
	{ { SYS_SETSOCKOPT, { 5, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, A(&one), 4 }, 0 },
	  "setsockopt(5, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, [1]) = 0" },
	{ { SYS_SETSOCKOPT, { 5, SOL_SOCKET, SO_BINDTODEVICE, A("eth0x"), 5 }, -EPERM },
	  "setsockopt(5, SOL_SOCKET, SO_BINDTODEVICE, \"eth0x\") = -1 EPERM (Operation not permitted)" },
	/* Four bytes that are no number. */
	{ { SYS_SETSOCKOPT, { 5, SOL_SOCKET, SO_BINDTODEVICE, A("eth0x"), 4 }, 0 },
	  "setsockopt(5, SOL_SOCKET, SO_BINDTODEVICE, \"eth0\") = 0" },
	{ { SYS_SETSOCKOPT, { 5, SOL_SOCKET, SO_LINGER, A(&linger), sizeof linger }, 0 },
	  "setsockopt(5, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}) = 0" },
	{ { SYS_SETSOCKOPT, { 5, SOL_SOCKET, SO_MAX_PACING_RATE, A(&rate), sizeof rate }, 0 },
	  "setsockopt(5, SOL_SOCKET, SO_MAX_PACING_RATE, [1099511627776]) = 0" },
	{ { SYS_SETSOCKOPT, { 5, IPPROTO_UDP, 103, A(&one), 4 }, 0 },
	  "setsockopt(5, IPPROTO_UDP, UDP_SEGMENT, [1]) = 0" },
	{ { SYS_SETSOCKOPT, { 5, IPPROTO_IP, MCAST_JOIN_GROUP, A(&group), sizeof group }, 0 },
	  "setsockopt(5, IPPROTO_IP, MCAST_JOIN_GROUP, {gr_interface=1 (lo), gr_group=192.0.2.1}) = 0" },
	{ { SYS_SETSOCKOPT,
	    { 5, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, A(&source_group), sizeof source_group },
	    -ENODEV },
	  "setsockopt(5, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, {gsr_interface=0, gsr_group=::1, "
	  "gsr_source=::1}) = -1 ENODEV (No such device)" },
	{ { SYS_SETSOCKOPT, { 5, IPPROTO_IP, IP_MULTICAST_IF, A(&mreqn), sizeof mreqn }, 0 },
	  "setsockopt(5, IPPROTO_IP, IP_MULTICAST_IF, {imr_ifindex=1 (lo)}) = 0" },
	{ { SYS_SETSOCKOPT, { 5, IPPROTO_IPV6, IPV6_MULTICAST_IF, A(&one), 4 }, 0 },
	  "setsockopt(5, IPPROTO_IPV6, IPV6_MULTICAST_IF, {1 (lo)}) = 0" },
	{ { SYS_SETSOCKOPT, { 5, IPPROTO_IP, MCAST_JOIN_GROUP, A(&one), 4 }, 0 },
	  "setsockopt(5, IPPROTO_IP, MCAST_JOIN_GROUP, {4 bytes}) = 0" },
	{ { SYS_IF_NAMETOINDEX, { A("eth\033") }, -ENODEV },
	  "if_nametoindex(\"eth\\x1b\") = -1 ENODEV (No such device)" },
	{ { SYS_SETSOCKOPT, { 5, SOL_SOCKET, SO_RCVLOWAT, A(&one), 4 }, 0 },
	  "setsockopt(5, SOL_SOCKET, SO_RCVLOWAT, [1]) = 0" },
	{ { SYS_GETSOCKOPT, { 5, SOL_SOCKET, SO_LINGER, A(&linger), A(&linger_len) }, 0 },
	  "getsockopt(5, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}) = 0" },
	{ { SYS_GETSOCKOPT,
	    { 5, IPPROTO_TCP, TCP_CONGESTION, A("cubic\0\0\0\0\0\0\0\0\0\0"), A(&congestion_len) },
	    0 },
	  "getsockopt(5, IPPROTO_TCP, TCP_CONGESTION, \"cubic\") = 0" },
	{ { SYS_GETSOCKOPT, { 5, SOL_SOCKET, SO_ERROR, A(&zero), A(&int_len) }, 0 },
	  "getsockopt(5, SOL_SOCKET, SO_ERROR, [0]) = 0" },
	{ { SYS_GETSOCKOPT, { 5, SOL_SOCKET, SO_ERROR, A(&refused), A(&int_len) }, 0 },
	  "getsockopt(5, SOL_SOCKET, SO_ERROR, [ECONNREFUSED]) = 0" },
	{ { SYS_GETSOCKOPT, { 5, SOL_SOCKET, SO_PEERCRED, A(&cred), A(&cred_len) }, 0 },
	  "getsockopt(5, SOL_SOCKET, SO_PEERCRED, {12 bytes}) = 0" },
	{ { SYS_GETSOCKOPT, { 5, IPPROTO_TCP, TCP_INFO, A("x"), A(&info_len) }, 0 },
	  "getsockopt(5, IPPROTO_TCP, TCP_INFO, {232 bytes}) = 0" },
	{ { SYS_GETSOCKOPT, { 5, SOL_SOCKET, SO_ERROR, A(&zero), A(&int_len) }, -ENOTSOCK },
	  "getsockopt(5, SOL_SOCKET, SO_ERROR, ...) = -1 ENOTSOCK (Socket operation on non-socket)" },
	{ { SYS_RECV, { 5, A("hi\r\n\033[2J"), 1048576, MSG_DONTWAIT }, 8 },
	  "recv(5, \"hi\\x0d\\x0a\\x1b[2J\", 1048576, MSG_DONTWAIT) = 8" },
	{ { SYS_RECV, { 5, A("x"), 1048576, MSG_DONTWAIT }, 0 },
	  "recv(5, \"\", 1048576, MSG_DONTWAIT) = 0" },
	{ { SYS_RECV, { 5, A("x"), 1048576, MSG_DONTWAIT }, -ECONNRESET },
	  "recv(5, ..., 1048576, MSG_DONTWAIT) = -1 ECONNRESET (Connection reset by peer)" },
	{ { SYS_SEND,
	    { 5, A("0123456789012345678901234567890123456789"), 40, MSG_DONTWAIT | MSG_NOSIGNAL },
	    40 },
	  "send(5, \"01234567890123456789012345678901\"..., 40, MSG_DONTWAIT|MSG_NOSIGNAL) = 40" },
	{ { SYS_SEND, { 5, A("\0\0z"), 3, 0 }, 3 }, "send(5, \"..z\", 3, 0) = 3" },
	{ { SYS_SOCKET_QUEUE, { 5, 0x5411, A(&some) }, 0 }, "ioctl(5, SIOCOUTQ, [17]) = 0" },
	{ { SYS_SOCKET_MARK, { 5, 0x8905, A(&some) }, 0 }, "ioctl(5, SIOCATMARK, [17]) = 0" },
	{ { SYS_READ, { 0, A("ab"), 1048576 }, 2 }, "read(0, \"ab\", 1048576) = 2" },
	{ { SYS_WRITE, { 1, A("ab"), 2 }, -EPIPE },
	  "write(1, \"ab\", 2) = -1 EPIPE (Broken pipe)" },
	{ { SYS_SENDFILE, { 5, 0, 0, 1048576 }, 999 }, "sendfile(5, 0, NULL, 1048576) = 999" },
	{ { SYS_SPLICE, { 5, 0, 1, 0, 65536, SPLICE_F_MOVE | SPLICE_F_NONBLOCK }, 9 },
	  "splice(5, NULL, 1, NULL, 65536, SPLICE_F_MOVE|SPLICE_F_NONBLOCK) = 9" },
	{ { SYS_CLOSE, { 5 }, 0 }, "close(5) = 0" },
	{ { SYS_PIPE2, { A(ends), O_CLOEXEC | O_NONBLOCK }, 0 },
	  "pipe2([5, 6], O_CLOEXEC|O_NONBLOCK) = 0" },
	{ { SYS_CLONE, { CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD }, 17 },
	  "clone(CLONE_VM|CLONE_VFORK|CLONE_PIDFD|SIGCHLD) = 17" },
	{ { SYS_CLONE, { SIGUSR1 }, -EAGAIN },
	  "clone(0xa) = -1 EAGAIN (Resource temporarily unavailable)" },
	{ { SYS_SETPGID, { 0, 0 }, 0 }, "setpgid(0, 0) = 0" },
	{ { SYS_NO_NEW_PRIVS, { PR_SET_NO_NEW_PRIVS, 1 }, 0 },
	  "prctl(PR_SET_NO_NEW_PRIVS, 1) = 0" },
	{ { SYS_REAP, { 17, A(&exited), 0 }, 17 }, "waitpid(17, [exit 3], 0) = 17" },
	{ { SYS_REAP, { 17, A(&killed), WNOHANG }, 17 }, "waitpid(17, [signal 9], WNOHANG) = 17" },
	{ { SYS_GETADDRINFO, { A("db.ex\033"), 0, A(&hints), A(&list) }, 0 },
	  "getaddrinfo(\"db.ex\\x1b\", NULL, {ai_flags=AI_PASSIVE|AI_NUMERICHOST, ai_family=AF_INET6, "
	  "ai_socktype=SOCK_STREAM}) = 0 [::1]" },
	{ { SYS_GETADDRINFO, { A("x"), 0, A(&hints), A(&no_list) }, EAI_NONAME },
	  "getaddrinfo(\"x\", NULL, {ai_flags=AI_PASSIVE|AI_NUMERICHOST, ai_family=AF_INET6, "
	  "ai_socktype=SOCK_STREAM}) = EAI_NONAME (Name or service not known)" },
	{ { SYS_SENDMMSG, { 5, A(messages), 4, MSG_DONTWAIT | MSG_NOSIGNAL }, 4 },
	  "sendmmsg(5, [{\"ab\", 2}, {\"\", 0}, {\"\\x1bc\", 2, 192.0.2.1:80}, ...], 4, "
	  "MSG_DONTWAIT|MSG_NOSIGNAL) = 4" },
	{ { SYS_SENDMMSG, { 5, A(messages), 2, MSG_DONTWAIT }, -ECONNREFUSED },
	  "sendmmsg(5, [{\"ab\", 2}, {\"\", 0}], 2, MSG_DONTWAIT) = -1 ECONNREFUSED "
	  "(Connection refused)" },
	/* One that was cut has more bytes than are there. */
	{ { SYS_RECVMMSG, { 5, A(messages), 32, MSG_DONTWAIT | MSG_TRUNC }, 3 },
	  "recvmmsg(5, [{\"ab\", 9}, {\"\", 0}, {\"\\x1b\", 1, 192.0.2.1:80}], 32, MSG_DONTWAIT|MSG_TRUNC) = 3" },
	{ { SYS_RECVMMSG, { 5, A(messages), 1, MSG_DONTWAIT | MSG_ERRQUEUE }, -EAGAIN },
	  "recvmmsg(5, ..., 1, MSG_DONTWAIT|MSG_ERRQUEUE) = -1 EAGAIN (Resource temporarily "
	  "unavailable)" },
	{ { SYS_SETSOCKOPT, { 5, IPPROTO_IP, IP_RECVERR, A(&one), 4 }, 0 },
	  "setsockopt(5, IPPROTO_IP, IP_RECVERR, [1]) = 0" },
	{ { SYS_GETNAMEINFO,
	    { A(&v4.at), sizeof(struct sockaddr_in), A("192.0.2.1"), A("80"),
	      NI_NUMERICHOST | NI_NUMERICSERV },
	    0 },
	  "getnameinfo(192.0.2.1:80, \"192.0.2.1\", \"80\", NI_NUMERICHOST|NI_NUMERICSERV) = 0" },
	{ { SYS_GETSERVBYNAME, { A("http"), A("tcp") }, 80 },
	  "getservbyname_r(\"http\", \"tcp\") = {s_port=htons(80)}" },
	{ { SYS_GETSERVBYNAME, { A("httb"), A("tcp") }, -ENOENT },
	  "getservbyname_r(\"httb\", \"tcp\") = NULL" },
	{ { SYS_HTONS, { 0xd04c }, 0x4cd0 }, "htons(0xd04c) = 0x4cd0" },
	{ { SYS_NTOHS, { 0x5000 }, 0x50 }, "ntohs(0x5000) = 0x0050" },
	{ { SYS_HTONL, { 1 }, 0x1000000 }, "htonl(0x00000001) = 0x01000000" },
	{ { SYS_NTOHL, { 0xffffffff }, 0xffffffff }, "ntohl(0xffffffff) = 0xffffffff" },
	{ { SYS_HTOBE64, { -1 }, -1 }, "htobe64(0xffffffffffffffff) = 0xffffffffffffffff" },
	{ { SYS_BE64TOH, { 255 }, INTPTR_MIN },
	  "be64toh(0x00000000000000ff) = 0x8000000000000000" },
	{ { SYS_GETSERVBYPORT, { 80, 0 }, 80 },
	  "getservbyport_r(htons(80), NULL) = {s_port=htons(80)}" },
	{ { SYS_GETSERVENT, { 0 }, 318 }, "getservent_r() = 318" },
	{ { SYS_GETNAMEINFO,
	    { A(&v4.at), sizeof(struct sockaddr_in), A("x"), 0, NI_NAMEREQD | NI_NOFQDN | NI_IDN },
	    EAI_AGAIN },
	  "getnameinfo(192.0.2.1:80, \"x\", NULL, NI_NAMEREQD|NI_NOFQDN|NI_IDN) = EAI_AGAIN "
	  "(Temporary failure in name resolution)" },
	{ { SYS_GETADDRINFO, { A("x"), A("http"), A(&all_hints), A(&no_list) }, EAI_SERVICE },
	  "getaddrinfo(\"x\", \"http\", {ai_flags=AI_NUMERICSERV|AI_CANONNAME|AI_V4MAPPED|AI_ALL|"
	  "AI_ADDRCONFIG|AI_IDN, ai_family=AF_UNSPEC, ai_socktype=SOCK_RAW}) = EAI_SERVICE "
	  "(Servname not supported for ai_socktype)" },
	{ { SYS_GETADDRINFO, { A("x"), 0, A(&hints), A(&long_list) }, 0 },
	  "getaddrinfo(\"x\", NULL, {ai_flags=AI_PASSIVE|AI_NUMERICHOST, ai_family=AF_INET6, "
	  "ai_socktype=SOCK_STREAM}) = 0 [::1, ::1, ::1, ::1, ::1, ::1, ::1, ::1, ... 9 in all]" },
	{ { SYS_GETHOSTBYNAME2_R, { A("a\033"), AF_INET, A(&host) }, NETDB_SUCCESS },
	  "gethostbyname2_r(\"a\\x1b\", AF_INET) = {h_name=\"a.test\\x1b\", "
	  "h_addr_list=[192.0.2.1, 192.0.2.1]}" },
	{ { SYS_GETHOSTBYNAME2_R, { A("x"), AF_INET6, 0 }, HOST_NOT_FOUND },
	  "gethostbyname2_r(\"x\", AF_INET6) = HOST_NOT_FOUND (Unknown host)" },
	{ { SYS_GETHOSTBYADDR_R, { A(&v4.at.v4.sin_addr), 4, AF_INET, 0 }, TRY_AGAIN },
	  "gethostbyaddr_r(192.0.2.1, 4, AF_INET) = TRY_AGAIN (Host name lookup failure)" },
};

static void prepare(void)
{
	struct err err;

	v4 = addr_wildcard(AF_INET, 80);
	inet_pton(AF_INET, "192.0.2.1", &v4.at.v4.sin_addr);
	v6 = addr_loopback(AF_INET6, 7);
	memcpy(&group.gr_group, &v4.at, v4.len);
	memcpy(&source_group.gsr_group, &v6.at, v6.len);
	memcpy(&source_group.gsr_source, &v6.at, v6.len);
	cr_assert_eq(addr_local(&local, "/run/x", false, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		many[i] = found;
		many[i].ai_next = i + 1 < ARRAY_LEN(many) ? &many[i + 1] : NULL;
	}
}

Test(trace, calls_are_decoded)
{
	unsigned wrong = 0;

	prepare();
	for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
		const struct sys_call *call = &golden[i].call;
		char buf[1024];
		struct text t = TEXT_OVER(buf);

		text_add(&t, "%s(", trace_name(call->op));
		trace_add_args(&t, call);
		text_add_str(&t, ") = ");
		trace_add_outcome(&t, call);
		if (strcmp(buf, golden[i].line) != 0) {
			wrong++;
			cr_log_error("%s\ninstead of\n%s", buf, golden[i].line);
		}
	}
	cr_assert_eq(wrong, 0);
}

Test(trace, values_without_a_name_are_numbers)
{
	struct sys_call call = { SYS_SOCKET, { 99, 77, 66 }, -99999 };
	char buf[256];
	struct text t = TEXT_OVER(buf);

	trace_add_args(&t, &call);
	cr_assert_str_eq(buf, "99, 77, 66");
	t = TEXT_OVER(buf);
	trace_add_outcome(&t, &call);
	cr_assert_str_eq(buf, "-1 ? (Unknown error)");
}

/* The calls of the sockets API all have a name; those that sockit makes for itself have none. */
Test(trace, which_calls_are_shown)
{
	for (int op = SYS_SOCKET; op <= SYS_SOCKET_MARK; op++)
		cr_assert_not_null(trace_name(op), "op %d", op);
	for (int op = SYS_HTONS; op <= SYS_BE64TOH; op++)
		cr_assert_not_null(trace_name(op), "op %d", op);
	cr_assert_null(trace_name(SYS_EPOLL_WAIT));
	cr_assert_null(trace_name(SYS_EPOLL_CTL));
	cr_assert_null(trace_name(SYS_FSTAT));
}

/* The lines of a live trace of calls that BODY makes. */
static const char *trace_of(void (*body)(void), bool json, bool explain)
{
	static struct trace trace;
	const char *path = scratch_path("trace");
	struct report *r = report_new();
	struct report_config config = { .command = "connect", .json = json };
	int kept = dup(2),
	    fd = must(open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), path);
	struct err err;

	dup2(fd, 2);
	cr_assert_eq(report_configure(r, &config, &err), 0);
	trace_start(&trace, r, (struct style){ false }, explain);
	body();
	sys_observe(NULL);
	dup2(kept, 2);
	cr_assert_eq(report_close(r, &err), 0);
	return scratch_read(path);
}

static void use_socket_and_file(void)
{
	char buf[8];
	int file = sys_open("/proc/self/stat", O_RDONLY, 0);
	int fd = sys_socket(AF_INET, SOCK_STREAM, 0);

	cr_assert(file >= 0 && fd >= 0);
	cr_assert_eq(sys_read(file, buf, sizeof buf), sizeof buf);
	sys_close(file);
	cr_assert_eq(sys_recv(fd, buf, sizeof buf), -ENOTCONN);
	sys_close(fd);
	cr_assert_eq(sys_write(1, "", 0), 0);
}

Test(trace, shows_payload_but_not_the_files_that_sockit_reads_for_itself)
{
	const char *text = trace_of(use_socket_and_file, false, false);

	cr_assert(strstr(text, "socket(AF_INET, SOCK_STREAM"), "%s", text);
	cr_assert(strstr(text, "= -1 ENOTCONN (Transport endpoint is not connected)  "), "%s",
	          text);
	cr_assert(strstr(text, "write(1, \"\", 0) = 0"), "%s", text);
	cr_assert(strstr(text, "read(") == NULL, "%s", text);
	cr_assert(strstr(text, "open") == NULL, "%s", text);
	/* One close: that of the socket. */
	const char *closed = strstr(text, "close(");
	cr_assert_not_null(closed);
	cr_assert_null(strstr(closed + 1, "close("));
}

Test(trace, explains_when_asked)
{
	const char *text = trace_of(use_socket_and_file, false, true);

	cr_assert(strstr(text, "  # make an endpoint; it has no address yet"), "%s", text);
	text = trace_of(use_socket_and_file, false, false);
	cr_assert(strstr(text, " # ") == NULL, "%s", text);
}

static void use_socket_to_its_end(void)
{
	int fd = sys_socket(AF_INET, SOCK_STREAM, 0);

	(void)!sys_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &quarter, sizeof quarter);
	(void)!sys_setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &quarter, sizeof quarter);
	(void)!sys_connect(fd, &v4.at.any, 0);
	(void)!sys_shutdown(fd, SHUT_RDWR);
	sys_close(fd);
}

/* A connect may be the one that asks, and a shutdown may end both ways. */
Test(trace, explains_what_is_so_each_time)
{
	const char *text = trace_of(use_socket_to_its_end, false, true);

	cr_assert(strstr(text, "# tune the socket: how long accept or a read waits at most\n"),
	          "%s", text);
	cr_assert(strstr(text, "# tune the socket: how long connect or a write waits at most\n"),
	          "%s", text);
	cr_assert(strstr(text, "or, asked again, says how it went"), "%s", text);
	cr_assert(strstr(text, "with SHUT_RDWR both"), "%s", text);
}

Test(trace, each_call_is_an_object_with_json)
{
	json_t *events = events_parse(trace_of(use_socket_and_file, true, true));
	json_t *call = events_where(events, "call", "recv");

	cr_assert_not_null(call);
	cr_assert_str_eq(json_string_value(json_object_get(call, "event")), "call");
	cr_assert_eq(json_integer_value(json_object_get(call, "result")), -1);
	cr_assert_str_eq(json_string_value(json_object_get(call, "code")), "ENOTCONN");
	cr_assert(json_is_real(json_object_get(call, "time_ms")));
	cr_assert(json_is_string(json_object_get(call, "explain")));
	call = events_where(events, "call", "socket");
	cr_assert(json_integer_value(json_object_get(call, "result")) > 2);
	cr_assert_null(json_object_get(call, "code"));
	json_decref(events);
}
