#include "out/trace_rows.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "base/escape.h"
#include "net/addr.h"
#include "out/failure.h"
#include "sys/lookup.h"
#include "sys/order.h"

#define DECODER_POINTER(upper, lower) [DECODE_##upper] = decode_##lower,
static decode_arg *const decoders[] = { DECODERS(DECODER_POINTER) };
#undef DECODER_POINTER

const struct trace_row trace_rows[SYS_OP_COUNT] = {
	[SYS_SOCKET] = { "socket",
	                 { DECODE_FAMILY, DECODE_SOCKTYPE, DECODE_PROTOCOL },
	                 false,
	                 "make an endpoint; it has no address yet" },
	[SYS_BIND] = { "bind",
	               { DECODE_INT, DECODE_ADDR },
	               false,
	               "give the socket the address by which it is reached" },
	[SYS_LISTEN] = { "listen",
	                 { DECODE_INT, DECODE_INT },
	                 false,
	                 "let the kernel take connections and queue them" },
	[SYS_ACCEPT4] = { "accept4",
	                  { DECODE_INT, DECODE_ADDR_OUT, DECODE_NOTHING, DECODE_SOCKET_FLAGS },
	                  false,
	                  "take the first connection from the queue, as a socket of its own" },
	[SYS_CONNECT] = { "connect",
	                  { DECODE_INT, DECODE_ADDR },
	                  false,
	                  "name the peer; TCP begins its handshake, or, asked again, says how it went; UDP sends nothing" },
	[SYS_SHUTDOWN] = { "shutdown",
	                   { DECODE_INT, DECODE_HOW },
	                   false,
	                   "end one direction, or with SHUT_RDWR both; once sending ends, the peer reads end of file" },
	[SYS_GETSOCKNAME] = { "getsockname",
	                      { DECODE_INT, DECODE_ADDR_OUT },
	                      false,
	                      "ask which address and port this end has" },
	[SYS_GETSOCKOPT] = { "getsockopt",
	                     { DECODE_INT, DECODE_LEVEL, DECODE_OPTION, DECODE_OPTION_OUT },
	                     false,
	                     "ask the socket for an option or its pending error" },
	[SYS_SETSOCKOPT] = { "setsockopt",
	                     { DECODE_INT, DECODE_LEVEL, DECODE_OPTION, DECODE_OPTION_IN },
	                     false,
	                     "tune the socket" },
	[SYS_RECV] = { "recv",
	               { DECODE_INT, DECODE_BYTES_OUT, DECODE_INT, DECODE_MSG_FLAGS },
	               false,
	               "take what has arrived; 0 is the peer's end of file" },
	[SYS_SEND] = { "send",
	               { DECODE_INT, DECODE_BYTES_IN, DECODE_INT, DECODE_MSG_FLAGS },
	               false,
	               "hand bytes to the kernel, which sends them when it can" },
	[SYS_RECVMMSG] = { "recvmmsg",
	                   { DECODE_INT, DECODE_MESSAGES_OUT, DECODE_INT, DECODE_MSG_FLAGS },
	                   false,
	                   "take the datagrams that have arrived, several in one call" },
	[SYS_SENDMMSG] = { "sendmmsg",
	                   { DECODE_INT, DECODE_MESSAGES_IN, DECODE_INT, DECODE_MSG_FLAGS },
	                   false,
	                   "hand several datagrams to the kernel in one call" },
	[SYS_SOCKET_QUEUE] = { "ioctl",
	                       { DECODE_INT, DECODE_IOCTL, DECODE_IOCTL_OUT },
	                       false,
	                       "ask how many bytes the peer has not acknowledged" },
	[SYS_SOCKET_MARK] = { "ioctl",
	                      { DECODE_INT, DECODE_IOCTL, DECODE_IOCTL_OUT },
	                      false,
	                      "ask whether urgent data is what stopped splice" },
	[SYS_READ] = { "read",
	               { DECODE_INT, DECODE_BYTES_OUT, DECODE_INT },
	               true,
	               "take bytes; 0 is the end" },
	[SYS_WRITE] = { "write", { DECODE_INT, DECODE_BYTES_IN, DECODE_INT }, true, "give bytes" },
	[SYS_SENDFILE] = { "sendfile",
	                   { DECODE_INT, DECODE_INT, DECODE_NULL, DECODE_INT },
	                   true,
	                   "have the kernel send from the file; no byte passes through this program" },
	[SYS_SPLICE] = { "splice",
	                 { DECODE_INT, DECODE_NULL, DECODE_INT, DECODE_NULL, DECODE_INT,
	                   DECODE_SPLICE_FLAGS },
	                 true,
	                 "have the kernel move pages into or out of a pipe without copying" },
	[SYS_CLOSE] = { "close", { DECODE_INT }, true, "give the descriptor back" },
	[SYS_SET_FLAGS] = { "fcntl",
	                    { DECODE_INT, DECODE_FCNTL, DECODE_STATUS_FLAGS },
	                    true,
	                    "from now on accept, read and write wait until there is something to do" },
	[SYS_FORK] = { "fork",
	               { DECODE_NOTHING },
	               false,
	               "make a process like this one; both go on here, the child with result 0" },
	[SYS_CLONE] = { "clone",
	                { DECODE_CLONE_FLAGS },
	                false,
	                "make a process for the program; this one waits until it is begun" },
	[SYS_SETPGID] = { "setpgid",
	                  { DECODE_INT, DECODE_INT },
	                  false,
	                  "in the child: a group of its own, to be ended with all that it starts" },
	[SYS_NO_NEW_PRIVS] = { "prctl",
	                       { DECODE_PRCTL, DECODE_INT },
	                       false,
	                       "in the child: no set-user-ID program gives it more rights" },
	[SYS_REAP] = { "waitpid",
	               { DECODE_INT, DECODE_WAIT_STATUS, DECODE_WAIT_FLAGS },
	               false,
	               "take the status of the program, if it has ended" },
	[SYS_WAITPID] = { "waitpid",
	                  { DECODE_INT, DECODE_WAIT_STATUS, DECODE_WAIT_FLAGS },
	                  false,
	                  "take the status of a child that has ended; until then it is a zombie" },
	[SYS_KILL] = { "kill", { DECODE_INT, DECODE_INT }, false, "send a process a signal" },
	[SYS_THREAD_OF_CLIENT] = { "pthread_create",
	                           { DECODE_NOTHING },
	                           false,
	                           "run a function beside this one, in the same memory" },
	[SYS_PIPE2] = { "pipe2",
	                { DECODE_PIPE_ENDS, DECODE_PIPE_FLAGS },
	                false,
	                "make a pipe for the kernel to move bytes through" },
	[SYS_DUP2] = { "dup2",
	               { DECODE_INT, DECODE_INT },
	               true,
	               "in the child: what the program reads or writes is this from now on" },
	[SYS_EXECVE] = { "execve",
	                 { DECODE_STR, DECODE_WORDS },
	                 false,
	                 "in the child: become the program; its descriptors 0, 1 and 2 stay" },
	[SYS_GETADDRINFO] = { "getaddrinfo",
	                      { DECODE_STR, DECODE_STR, DECODE_HINTS },
	                      false,
	                      "turn a name into addresses" },
	[SYS_GETNAMEINFO] = { "getnameinfo",
	                      { DECODE_ADDR, DECODE_NOTHING, DECODE_STR, DECODE_STR,
	                        DECODE_NI_FLAGS },
	                      false,
	                      "turn an address into text" },
	[SYS_IF_NAMETOINDEX] = { "if_nametoindex",
	                         { DECODE_STR },
	                         false,
	                         "turn the name of a network interface into its number" },
	[SYS_GETSERVBYNAME] = { "getservbyname_r",
	                        { DECODE_STR, DECODE_STR },
	                        false,
	                        "look the service up in /etc/services" },
	[SYS_HTONS] = { "htons",
	                { DECODE_ORDERED },
	                false,
	                "put a 16-bit number, such as a port, into network byte order" },
	[SYS_HTONL] = { "htonl",
	                { DECODE_ORDERED },
	                false,
	                "put a 32-bit number, such as an IPv4 address, into network byte order" },
	[SYS_HTOBE64] = { "htobe64",
	                  { DECODE_ORDERED },
	                  false,
	                  "put a 64-bit number into network byte order" },
	[SYS_NTOHS] = { "ntohs",
	                { DECODE_ORDERED },
	                false,
	                "take a 16-bit number, such as a port, out of network byte order" },
	[SYS_NTOHL] = { "ntohl",
	                { DECODE_ORDERED },
	                false,
	                "take a 32-bit number, such as an IPv4 address, out of network byte order" },
	[SYS_BE64TOH] = { "be64toh",
	                  { DECODE_ORDERED },
	                  false,
	                  "take a 64-bit number out of network byte order" },
	[SYS_GETSERVBYPORT] = { "getservbyport_r",
	                        { DECODE_HTONS, DECODE_STR },
	                        false,
	                        "look the port up in /etc/services" },
	[SYS_GETSERVENT] = { "getservent_r",
	                     { DECODE_NOTHING },
	                     false,
	                     "read /etc/services to its end, an entry a call" },
	[SYS_GETHOSTBYNAME2_R] = { "gethostbyname2_r",
	                           { DECODE_STR, DECODE_FAMILY },
	                           false,
	                           "turn a name into addresses of one family, the older way" },
	[SYS_GETHOSTBYADDR_R] = { "gethostbyaddr_r",
	                          { DECODE_HOST_ADDR, DECODE_INT, DECODE_FAMILY },
	                          false,
	                          "turn an address into a name, the older way" },
};

const char *trace_name(enum sys_op op)
{
	return trace_rows[op].name[0] ? trace_rows[op].name : NULL;
}

void trace_add_args(struct text *t, const struct sys_call *call)
{
	const struct trace_row *row = &trace_rows[call->op];

	for (int i = 0; i < SYS_ARGS; i++) {
		if (row->args[i] == DECODE_NOTHING)
			continue;
		text_add_str(t, i > 0 ? ", " : "");
		decoders[row->args[i]](t, call, i);
	}
}

static bool answers_with_eai(enum sys_op op)
{
	return op == SYS_GETADDRINFO || op == SYS_GETNAMEINFO;
}

static bool answers_with_h_errno(enum sys_op op)
{
	return op == SYS_GETHOSTBYNAME2_R || op == SYS_GETHOSTBYADDR_R;
}

/* The code of a call that failed, NULL for one that did not. */
const char *trace_failed_with(const struct sys_call *call)
{
	if (sys_order_width(call->op))
		return NULL;
	if (answers_with_h_errno(call->op))
		return call->result ? failure_h_errno_name((int)call->result) : NULL;
	if (answers_with_eai(call->op))
		return call->result ? failure_eai_name((int)call->result) : NULL;
	return call->result < 0 ? strerrorname_np((int)-call->result) : NULL;
}

/* Names can have hundreds of addresses, and a line is to be read. */
enum { FOUND_SHOWN = 8 };

static void add_hostent(struct text *t, const struct hostent *host)
{
	char buf[INET6_ADDRSTRLEN];
	size_t count = 0;

	text_add_str(t, "{h_name=\"");
	text_add_escaped(t, host->h_name);
	text_add_str(t, "\", h_addr_list=[");
	for (char **at = host->h_addr_list; *at; at++, count++)
		if (count < FOUND_SHOWN)
			text_add(t, "%s%s", count ? ", " : "",
			         inet_ntop(host->h_addrtype, *at, buf, sizeof buf));
	if (count > FOUND_SHOWN)
		text_add(t, ", ... %zu in all", count);
	text_add_str(t, "]}");
}

static void add_found(struct text *t, const struct sys_call *call)
{
	const struct addrinfo *info = *(struct addrinfo *const *)call->arg[3];
	size_t count = 0;

	text_add_str(t, " [");
	for (; info; info = info->ai_next, count++) {
		struct addr a = addr_from(info->ai_addr, info->ai_addrlen);

		if (count >= FOUND_SHOWN)
			continue;
		text_add_str(t, count ? ", " : "");
		addr_add_host(t, &a);
	}
	if (count > FOUND_SHOWN)
		text_add(t, ", ... %zu in all", count);
	text_add_str(t, "]");
}

void trace_add_outcome(struct text *t, const struct sys_call *call)
{
	const char *name;

	if (answers_with_eai(call->op) && call->result != 0) {
		text_add(t, "%s (%s)", failure_eai_name((int)call->result),
		         sys_eai_text((int)call->result));
	} else if (answers_with_h_errno(call->op) && call->result != 0) {
		text_add(t, "%s (%s)", trace_failed_with(call),
		         sys_h_errno_text((int)call->result));
	} else if (answers_with_h_errno(call->op)) {
		add_hostent(t, (const struct hostent *)
		                       call->arg[call->op == SYS_GETHOSTBYNAME2_R ? 2 : 3]);
	} else if (sys_order_width(call->op)) {
		decode_add_ordered(t, call->op, call->result);
	} else if (call->op == SYS_GETSERVBYNAME || call->op == SYS_GETSERVBYPORT) {
		text_add(t, call->result < 0 ? "NULL" : "{s_port=htons(%ld)}", (long)call->result);
	} else if (call->result < 0) {
		name = strerrorname_np((int)-call->result);
		text_add(t, "-1 %s (%s)", name ? name : "?",
		         failure_errno_text((int)-call->result));
	} else {
		text_add(t, "%ld", (long)call->result);
		if (call->op == SYS_GETADDRINFO)
			add_found(t, call);
	}
}
