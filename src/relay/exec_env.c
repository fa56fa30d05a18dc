#include "relay/exec_env.h"

#include <string.h>
#include <sys/socket.h>

#include "stream/socket.h"
#include "sys/program.h"
#include "sys/socket.h"

enum { EXEC_ENV_NEW = 24, EXEC_ENV_ROOM = 4096 };

struct exec_env {
	struct text text;   /* over room */
	size_t count, size; /* of list */
	char room[EXEC_ENV_ROOM];
	const char *list[];
};

/*
 * What begins so is told by sockit alone, or was meant for it alone (sd_listen_fds(3),
 * sd_notify(3)).
 */
static const char exec_env_ours[][16] = { "SOCKIT_",         "PROTO=",          "TCPLOCAL",
	                                  "TCPREMOTE",       "TCP6LOCAL",       "TCP6REMOTE",
	                                  "TCP6INTERFACE=",  "UNIXLOCAL",       "UNIXREMOTE",
	                                  "LISTEN_PID=",     "LISTEN_PIDFDID=", "LISTEN_FDS=",
	                                  "LISTEN_FDNAMES=", "NOTIFY_SOCKET=" };

static bool is_ours(const char *variable)
{
	for (size_t i = 0; i < ARRAY_LEN(exec_env_ours); i++)
		if (strncmp(variable, exec_env_ours[i], strlen(exec_env_ours[i])) == 0)
			return true;
	return false;
}

/* Add PREFIX and NAME "=" VALUE. */
static void add(struct exec_env *env, const char *prefix, const char *name, const char *value)
{
	char *at = env->text.at + env->text.len;
	struct text *t = &env->text;

	text_add_str(t, prefix);
	text_add_str(t, name);
	text_add_str(t, "=");
	text_add_str(t, value);
	text_add_bytes(t, "", 1);
	/* All of them fit, for paths and names have an end; what did not would be left out. */
	if (!t->cut && env->count + 1 < env->size)
		env->list[env->count++] = at;
}

static void add_number(struct exec_env *env, const char *prefix, const char *name, uint64_t value)
{
	char number[24];
	struct text t = TEXT_OVER(number);

	text_add_number(&t, value);
	add(env, prefix, name, number);
}

/* The host of A as a value: escaped where it is a name that the other side chose. */
static const char *host_of(const struct addr *a, char *buf, size_t size)
{
	static const char unnamed[] = "unix:(unnamed)";
	struct text t = text_over(buf, size);

	addr_add_host(&t, a);
	if (strcmp(buf, unnamed) == 0 && a->len <= sizeof(sa_family_t))
		return "";

	const char *scheme = addr_is_inet(a) ? NULL : strchr(buf, ':');
	return scheme ? scheme + 1 : buf;
}

/* SOCKIT_PEER_ADDR and the like: WHICH is SOCKIT_PEER_ or SOCKIT_LOCAL_. */
static void add_end(struct exec_env *env, const char *which, const struct addr *a)
{
	char host[512];

	add(env, which, "ADDR", host_of(a, host, sizeof host));
	if (a->at.any.sa_family == AF_UNIX)
		add(env, which, "PORT", "");
	else
		add_number(env, which, "PORT", addr_port(a));
}

/* TCPREMOTEIP and the like: WHICH is TCPREMOTE, TCPLOCAL, or the same with TCP6. */
static void add_ucspi_end(struct exec_env *env, const char *which, const struct addr *a)
{
	char host[512];

	add(env, which, "IP", host_of(a, host, sizeof host));
	add_number(env, which, "PORT", addr_port(a));
}

static void add_ucspi_tcp(struct exec_env *env, const struct addr *local, const struct addr *peer)
{
	bool v6 = peer->at.any.sa_family == AF_INET6;

	add(env, "", "PROTO", v6 ? "TCP6" : "TCP");
	if (v6) {
		add_ucspi_end(env, "TCP6LOCAL", local);
		add_ucspi_end(env, "TCP6REMOTE", peer);
	}
	/* Also with IPv6, for programs that know nothing of it. */
	add_ucspi_end(env, "TCPLOCAL", local);
	add_ucspi_end(env, "TCPREMOTE", peer);
}

static void add_ucspi_unix(struct exec_env *env, int fd, const struct addr *local)
{
	char path[512];
	struct ucred who;
	socklen_t len = sizeof who;

	add(env, "", "PROTO", "UNIX");
	add(env, "UNIXLOCAL", "PATH", host_of(local, path, sizeof path));
	if (sys_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0)
		return;
	add_number(env, "UNIXREMOTE", "EUID", who.uid);
	add_number(env, "UNIXREMOTE", "EGID", who.gid);
	add_number(env, "UNIXREMOTE", "PID", (uint64_t)who.pid);
}

static void add_connection(struct exec_env *env, const struct stream *s, uint64_t client)
{
	struct addr local = { .len = sizeof local.at }, peer = addr_unmapped(stream_peer(s));
	bool is_unix = peer.at.any.sa_family == AF_UNIX;
	bool is_vsock = peer.at.any.sa_family == AF_VSOCK;

	if (sys_getsockname(s->fd, &local.at.any, &local.len) != 0)
		local = addr_wildcard(is_unix ? AF_UNIX : AF_INET, 0);
	local = addr_unmapped(&local);
	add_end(env, "SOCKIT_PEER_", &peer);
	add_end(env, "SOCKIT_LOCAL_", &local);
	add(env, "SOCKIT_", "PROTO",
	    s->nature == STREAM_SEQPACKET ? "unix-seqpacket"
	    : is_unix                     ? "unix"
	    : is_vsock                    ? "vsock"
	                                  : "tcp");
	add_number(env, "SOCKIT_", "CLIENT_ID", client);
	if (is_unix)
		add_ucspi_unix(env, s->fd, &local);
	else if (!is_vsock)
		add_ucspi_tcp(env, &local, &peer);
}

struct exec_env *exec_env_new(const struct stream *peer, uint64_t client)
{
	const char *const *given = sys_environment();
	size_t count = 0;

	while (given && given[count])
		count++;

	size_t size = count + EXEC_ENV_NEW + 1;
	struct exec_env *env = calloc(1, sizeof *env + size * sizeof *env->list);
	if (!env)
		return NULL;
	env->text = TEXT_OVER(env->room);
	env->size = size;
	for (size_t i = 0; i < count; i++)
		if (!is_ours(given[i]))
			env->list[env->count++] = given[i];
	add_connection(env, peer, client);
	return env;
}

const char *const *exec_env_list(const struct exec_env *env)
{
	return env->list;
}

void exec_env_free(struct exec_env *env)
{
	free(env);
}
