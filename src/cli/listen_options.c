#include "cli/listen_options.h"

#include <netinet/in.h>
#include <sys/socket.h>

const struct option_row listen_option_rows[LISTEN_OPTION_COUNT] = {
	{
		.name = "backlog",
		UINT_FIELD(struct listen_options, backlog),
		.arg = "N",
		.min = 1,
		.max = 65535,
		.fallback = "4096",
		.only_for = FOR_CONNECTION,
		.help = "how many clients may wait in the kernel's queue",
	},
	{
		.name = "port-file",
		STRING_FIELD(struct listen_options, port_file),
		.arg = "FILE",
		.only_for = FOR_PORT,
		.complete = COMPLETE_FILE,
		.help = "write the port to FILE once it can be reached",
		.man = "The file appears whole: it is written under another name and then renamed. A FIFO or a "
		       "terminal, and what a symbolic link names, is written into instead.",
	},
	{
		.name = "reuse-port",
		FLAG_FIELD(struct listen_options, reuse_port),
		.only_for = FOR_INET,
		.help = "share the port with other processes that ask for that, too",
		.man = "The kernel gives each client, or each sender of datagrams, to one of them (SO_REUSEPORT). All "
		       "must be of one user.",
	},
	{
		.name = "unix-mode",
		MODE_FIELD(struct listen_options, unix_mode),
		.arg = "MODE",
		.only_for = FOR_LOCAL,
		.help = "the permissions of the socket file, in octal",
	},
	{
		.name = "ready-fd",
		UINT_FIELD(struct listen_options, ready_fd),
		.arg = "N",
		.min = 1,
		.max = INT32_MAX,
		.help = "write a newline to descriptor N once clients can come, and close it",
		.man = "Descriptors 1 and 2 are left open.",
	},
	{
		.name = "user",
		STRING_FIELD(struct listen_options, user),
		.complete = COMPLETE_USER,
		.arg = "NAME[:GROUP]",
		.help = "become this user once the sockets are bound, before anybody is let in",
		.man = "With its groups, or with GROUP alone; both may be numbers. Status 7 when that fails. Files "
		       "that were made before, such as the path of a Unix socket, stay as they are, and are removed "
		       "at the end only if that user may.",
	},
};

int listen_options_unix_mode(const struct listen_options *o)
{
	return o->unix_mode == OPTION_MODE_UNSET ? -1 : (int)o->unix_mode;
}

int listen_options_check_mode(const struct listen_options *o, const struct spec *spec,
                              struct err *err)
{
	/* An abstract name begins with a NUL. */
	if (o->unix_mode == OPTION_MODE_UNSET || spec->address.at.local.sun_path[0] != '\0')
		return 0;
	return err_usage(err, "--unix-mode has no meaning for %s: it has no file", spec->text);
}

/* What a socket makes of its address when it is bound, which was before. */
static int listen_check_passed(const struct sockopt_list *list, struct err *err)
{
	static const int of_binding[][2] = {
		{ SOL_SOCKET, SO_REUSEADDR },  { SOL_SOCKET, SO_REUSEPORT },
		{ IPPROTO_IP, IP_FREEBIND },   { IPPROTO_IPV6, IPV6_FREEBIND },
		{ IPPROTO_IPV6, IPV6_V6ONLY },
	};

	for (size_t i = 0; i < ARRAY_LEN(of_binding); i++) {
		const int *one = of_binding[i];

		if (sockopt_list_has(list, one[0], one[1]))
			return err_usage(
				err,
				"--sockopt %s has no meaning for sockets that are passed (LISTEN_FDS)",
				sockopt_numbered(one[0], one[1])->name);
	}
	return 0;
}

int listen_options_sockopts(const struct listen_options *o, const struct net_options *net,
                            const struct spec *spec, struct sockopt_list *list, struct err *err)
{
	if (net_options_sockopts(net, spec, SOCKOPT_LISTENS, list, err) ||
	    (spec->passed_count > 0 && listen_check_passed(list, err)))
		return -1;
	if (!o->reuse_port)
		return 0;
	if (sockopt_list_has(list, SOL_SOCKET, SO_REUSEPORT))
		return err_usage(err, "--reuse-port and --sockopt reuseport exclude each other");
	return sockopt_list_add(list, "reuseport=on", err);
}
