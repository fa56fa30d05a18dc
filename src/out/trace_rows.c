#include "out/trace_rows.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "base/escape.h"
#include "net/addr.h"
#include "out/failure.h"
#include "sys/lookup.h"
#include "sys/order.h"

const struct trace_row trace_rows[SYS_OP_COUNT] = {
	[SYS_SOCKET] = { "socket",
	                 { decode_family, decode_socktype, decode_protocol },
	                 false,
	                 "make an endpoint; it has no address yet" },
	[SYS_BIND] = { "bind",
	               { decode_int, decode_addr },
	               false,
	               "give the socket the address by which it is reached" },
	[SYS_LISTEN] = { "listen",
	                 { decode_int, decode_int },
	                 false,
	                 "let the kernel take connections and queue them" },
	[SYS_ACCEPT4] = { "accept4",
	                  { decode_int, decode_addr_out, NULL, decode_socket_flags },
	                  false,
	                  "take the first connection from the queue, as a socket of its own" },
	[SYS_CONNECT] = { "connect",
	                  { decode_int, decode_addr },
	                  false,
	                  "name the peer; TCP begins its handshake, or, asked again, says how it went; UDP sends nothing" },
	[SYS_SHUTDOWN] = { "shutdown",
	                   { decode_int, decode_how },
	                   false,
	                   "end one direction, or with SHUT_RDWR both; once sending ends, the peer reads end of file" },
	[SYS_GETSOCKNAME] = { "getsockname",
	                      { decode_int, decode_addr_out },
	                      false,
	                      "ask which address and port this end has" },
	[SYS_GETSOCKOPT] = { "getsockopt",
	                     { decode_int, decode_level, decode_option, decode_option_out },
	                     false,
	                     "ask the socket for an option or its pending error" },
	[SYS_SETSOCKOPT] = { "setsockopt",
	                     { decode_int, decode_level, decode_option, decode_option_in },
	                     false,
	                     "tune the socket" },
	[SYS_RECV] = { "recv",
	               { decode_int, decode_bytes_out, decode_int, decode_msg_flags },
	               false,
	               "take what has arrived; 0 is the peer's end of file" },
	[SYS_SEND] = { "send",
	               { decode_int, decode_bytes_in, decode_int, decode_msg_flags },
	               false,
	               "hand bytes to the kernel, which sends them when it can" },
	[SYS_RECVMMSG] = { "recvmmsg",
	                   { decode_int, decode_messages_out, decode_int, decode_msg_flags },
	                   false,
	                   "take the datagrams that have arrived, several in one call" },
	[SYS_SENDMMSG] = { "sendmmsg",
	                   { decode_int, decode_messages_in, decode_int, decode_msg_flags },
	                   false,
	                   "hand several datagrams to the kernel in one call" },
	[SYS_SOCKET_QUEUE] = { "ioctl",
	                       { decode_int, decode_ioctl, decode_ioctl_out },
	                       false,
	                       "ask how many bytes the peer has not acknowledged" },
	[SYS_SOCKET_MARK] = { "ioctl",
	                      { decode_int, decode_ioctl, decode_ioctl_out },
	                      false,
	                      "ask whether urgent data is what stopped splice" },
	[SYS_READ] = { "read",
	               { decode_int, decode_bytes_out, decode_int },
	               true,
	               "take bytes; 0 is the end" },
	[SYS_WRITE] = { "write", { decode_int, decode_bytes_in, decode_int }, true, "give bytes" },
	[SYS_SENDFILE] = { "sendfile",
	                   { decode_int, decode_int, decode_null, decode_int },
	                   true,
	                   "have the kernel send from the file; no byte passes through this program" },
	[SYS_SPLICE] = { "splice",
	                 { decode_int, decode_null, decode_int, decode_null, decode_int,
	                   decode_splice_flags },
	                 true,
	                 "have the kernel move pages into or out of a pipe without copying" },
	[SYS_CLOSE] = { "close", { decode_int }, true, "give the descriptor back" },
	[SYS_SET_FLAGS] = { "fcntl",
	                    { decode_int, decode_fcntl, decode_status_flags },
	                    true,
	                    "from now on accept, read and write wait until there is something to do" },
	[SYS_FORK] = { "fork",
	               { NULL },
	               false,
	               "make a process like this one; both go on here, the child with result 0" },
	[SYS_CLONE] = { "clone",
	                { decode_clone_flags },
	                false,
	                "make a process for the program; this one waits until it is begun" },
	[SYS_SETPGID] = { "setpgid",
	                  { decode_int, decode_int },
	                  false,
	                  "in the child: a group of its own, to be ended with all that it starts" },
	[SYS_NO_NEW_PRIVS] = { "prctl",
	                       { decode_prctl, decode_int },
	                       false,
	                       "in the child: no set-user-ID program gives it more rights" },
	[SYS_REAP] = { "waitpid",
	               { decode_int, decode_wait_status, decode_wait_flags },
	               false,
	               "take the status of the program, if it has ended" },
	[SYS_WAITPID] = { "waitpid",
	                  { decode_int, decode_wait_status, decode_wait_flags },
	                  false,
	                  "take the status of a child that has ended; until then it is a zombie" },
	[SYS_KILL] = { "kill", { decode_int, decode_int }, false, "send a process a signal" },
	[SYS_THREAD_OF_CLIENT] = { "pthread_create",
	                           { NULL },
	                           false,
	                           "run a function beside this one, in the same memory" },
	[SYS_PIPE2] = { "pipe2",
	                { decode_pipe_ends, decode_pipe_flags },
	                false,
	                "make a pipe for the kernel to move bytes through" },
	[SYS_DUP2] = { "dup2",
	               { decode_int, decode_int },
	               true,
	               "in the child: what the program reads or writes is this from now on" },
	[SYS_EXECVE] = { "execve",
	                 { decode_str, decode_words },
	                 false,
	                 "in the child: become the program; its descriptors 0, 1 and 2 stay" },
	[SYS_GETADDRINFO] = { "getaddrinfo",
	                      { decode_str, decode_str, decode_hints },
	                      false,
	                      "turn a name into addresses" },
	[SYS_GETNAMEINFO] = { "getnameinfo",
	                      { decode_addr, NULL, decode_str, decode_str, decode_ni_flags },
	                      false,
	                      "turn an address into text" },
	[SYS_IF_NAMETOINDEX] = { "if_nametoindex",
	                         { decode_str },
	                         false,
	                         "turn the name of a network interface into its number" },
	[SYS_GETSERVBYNAME] = { "getservbyname_r",
	                        { decode_str, decode_str },
	                        false,
	                        "look the service up in /etc/services" },
	[SYS_HTONS] = { "htons",
	                { decode_ordered },
	                false,
	                "put a 16-bit number, such as a port, into network byte order" },
	[SYS_HTONL] = { "htonl",
	                { decode_ordered },
	                false,
	                "put a 32-bit number, such as an IPv4 address, into network byte order" },
	[SYS_HTOBE64] = { "htobe64",
	                  { decode_ordered },
	                  false,
	                  "put a 64-bit number into network byte order" },
	[SYS_NTOHS] = { "ntohs",
	                { decode_ordered },
	                false,
	                "take a 16-bit number, such as a port, out of network byte order" },
	[SYS_NTOHL] = { "ntohl",
	                { decode_ordered },
	                false,
	                "take a 32-bit number, such as an IPv4 address, out of network byte order" },
	[SYS_BE64TOH] = { "be64toh",
	                  { decode_ordered },
	                  false,
	                  "take a 64-bit number out of network byte order" },
	[SYS_GETSERVBYPORT] = { "getservbyport_r",
	                        { decode_htons, decode_str },
	                        false,
	                        "look the port up in /etc/services" },
	[SYS_GETSERVENT] = { "getservent_r",
	                     { NULL },
	                     false,
	                     "read /etc/services to its end, an entry a call" },
	[SYS_GETHOSTBYNAME2_R] = { "gethostbyname2_r",
	                           { decode_str, decode_family },
	                           false,
	                           "turn a name into addresses of one family, the older way" },
	[SYS_GETHOSTBYADDR_R] = { "gethostbyaddr_r",
	                          { decode_host_addr, decode_int, decode_family },
	                          false,
	                          "turn an address into a name, the older way" },
};

const char *trace_name(enum sys_op op)
{
	return trace_rows[op].name;
}

void trace_add_args(struct text *t, const struct sys_call *call)
{
	const struct trace_row *row = &trace_rows[call->op];

	for (int i = 0; i < SYS_ARGS; i++) {
		if (!row->args[i])
			continue;
		text_add_str(t, i > 0 ? ", " : "");
		row->args[i](t, call, i);
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
