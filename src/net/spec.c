#include "net/spec.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/text.h"
#include "net/service.h"
#include "net/vsock.h"

struct spec_scheme {
	const char *name;
	bool known; /* its name is taken all the same */
	enum spec_kind kind;
};

static const struct spec_scheme spec_schemes[] = {
	{ "tcp", true, SPEC_TCP },
	{ "unix", true, SPEC_UNIX },
	{ "udp", true, SPEC_UDP },
	{ "unix-dgram", true, SPEC_UNIX_DGRAM },
	{ "unix-seqpacket", true, SPEC_UNIX_SEQPACKET },
	{ "vsock", true, SPEC_VSOCK },
	{ "tls", false, SPEC_TCP },
};

bool spec_is_local(enum spec_kind kind)
{
	return kind == SPEC_UNIX || kind == SPEC_UNIX_DGRAM || kind == SPEC_UNIX_SEQPACKET;
}

bool spec_has_address(enum spec_kind kind)
{
	return spec_is_local(kind) || kind == SPEC_VSOCK;
}

static const char *scheme_name(enum spec_kind kind)
{
	size_t i = 0;

	while (spec_schemes[i].kind != kind)
		i++;
	return spec_schemes[i].name;
}

int spec_socktype(enum spec_kind kind)
{
	switch (kind) {
	case SPEC_TCP:
	case SPEC_UNIX:
	case SPEC_VSOCK:
		break;
	case SPEC_UDP:
	case SPEC_UNIX_DGRAM:
		return SOCK_DGRAM;
	case SPEC_UNIX_SEQPACKET:
		return SOCK_SEQPACKET;
	}
	return SOCK_STREAM;
}

/* What is being read: its parts point into `room`. */
struct spec_words {
	const struct spec_scheme *scheme; /* NULL: none was written */
	const char *word;                 /* the first, as typed */
	const char *rest;                 /* of it, behind the scheme */
	const char *second;               /* or NULL */
	enum spec_kind kind;
	const struct spec_rules *rules;
};

/* As the table of services knows it. */
static const char *protocol_of(const struct spec_words *w)
{
	return w->kind == SPEC_UDP ? "udp" : "tcp";
}

/* A word that is only digits, or that somebody knows as a service. */
static bool word_is_port(const struct spec_words *w, const char *word)
{
	if (word[0] != '\0' && word[strspn(word, "0123456789")] == '\0')
		return true;
	return !strpbrk(word, ".:[]") && service_port(word, protocol_of(w)) >= 0;
}

/* "NAME:" or "NAME://" in front of WORD, in any case (RFC 3986 section 3.1). */
static const struct spec_scheme *scheme_of(const char *word, const char **rest)
{
	size_t len = strcspn(word, ":");

	for (size_t i = 0; word[len] == ':' && i < ARRAY_LEN(spec_schemes); i++) {
		if (strlen(spec_schemes[i].name) != len ||
		    strncasecmp(word, spec_schemes[i].name, len) != 0)
			continue;
		*rest = word + len + (strncmp(word + len, "://", 3) == 0 ? 3 : 1);
		return &spec_schemes[i];
	}
	*rest = word;
	return NULL;
}

static int spec_set_local(struct spec *spec, const char *path, bool may_be_abstract,
                          struct err *err)
{
	static const char plain[] = "unix:";
	bool abstract = may_be_abstract && path[0] == '@';
	char name[sizeof spec->text];
	struct text t = TEXT_OVER(spec->text), whole = TEXT_OVER(name);

	if (addr_local(&spec->address, path + abstract, abstract, err))
		return -1;
	addr_add_host(&whole, &spec->address);
	text_add(&t, "%s:%s", scheme_name(spec->kind), name + sizeof plain - 1);
	return 0;
}

static int spec_set_host(struct spec *spec, const char *host, size_t len, struct err *err)
{
	if (len > SPEC_HOST_MAX)
		return err_usage(err, "the host name is %zu characters long, %d are allowed", len,
		                 SPEC_HOST_MAX);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)host[i] <= ' ' || host[i] == 0x7f)
			return err_usage(err, "host '%.*s': a blank or a control character in it",
			                 (int)len, host);
	memcpy(spec->host, host, len);
	spec->host[len] = '\0';
	return 0;
}

static int spec_set_port(struct spec *spec, const char *port, const struct spec_words *w,
                         struct err *err)
{
	if (service_parse_port(port, protocol_of(w), &spec->port, err))
		return -1;
	if (spec->port == 0 && !w->rules->server)
		return err_usage(err, "port 0: nothing can be reached there");
	return 0;
}

static bool is_v6(const char *host, size_t len)
{
	char buf[INET6_ADDRSTRLEN] = "";
	struct text t = TEXT_OVER(buf);
	struct in6_addr v6;
	const char *zone = memchr(host, '%', len);

	text_add_bytes(&t, host, zone ? (size_t)(zone - host) : len);
	return !t.cut && inet_pton(AF_INET6, buf, &v6) == 1;
}

static int refuse(const struct spec_words *w, const char *why, const char *hint, struct err *err)
{
	(void)err_usage(err, "%s: %s", w->word, why);
	err_hint(err, "%s", hint);
	return -1;
}

/* "[V6]" or "[V6]:PORT"; *port becomes NULL when there is none. */
static int split_brackets(struct spec *spec, const struct spec_words *w, const char **port,
                          struct err *err)
{
	const char *end = strchr(w->rest, ']');
	size_t len = end ? (size_t)(end - w->rest) - 1 : 0;

	if (!end)
		return err_usage(err, "%s: the bracket is not closed", w->word);
	if (!is_v6(w->rest + 1, len))
		return err_usage(err, "%s: no IPv6 address between the brackets", w->word);
	if (end[1] != ':' && end[1] != '\0')
		return err_usage(err, "%s: only ':PORT' may follow the bracket", w->word);
	*port = end[1] == ':' ? end + 2 : NULL;
	return spec_set_host(spec, w->rest + 1, len, err);
}

/* More than one colon and no brackets: nobody can tell where the port begins. */
static int refuse_colons(const struct spec_words *w, struct err *err)
{
	const char *last = strrchr(w->rest, ':');
	size_t head = (size_t)(last - w->rest), v6 = strspn(w->rest, "0123456789abcdefABCDEF:.]");
	const char *two = w->rules->one_word ? "" : ", or two words: ADDRESS PORT";

	if (v6 < head && w->rest[v6] != '%')
		return refuse(w, "more than one ':', and no IPv6 address",
		              "HOST:PORT, tcp:HOST:PORT or udp:HOST:PORT", err);
	(void)err_usage(err, "%s: an IPv6 address with a port needs brackets", w->word);
	if (strchr(w->rest, ']'))
		err_hint(err, "[%.*s:%s", (int)head, w->rest, last + 1);
	else if (is_v6(w->rest, head))
		err_hint(err, "[%.*s]:%s%s", (int)head, w->rest, last + 1, two);
	else
		err_hint(err, "[ADDRESS]:PORT%s", two);
	return -1;
}

/* One word without colon or bracket: a port, or nothing. */
static int parse_lone_word(struct spec *spec, const struct spec_words *w, struct err *err)
{
	if (w->rest[0] == '\0')
		return err_usage(err, "%s",
		                 w->scheme ? "the endpoint has no port" : "the endpoint is empty");
	if (!word_is_port(w, w->rest))
		return refuse(w, "no port given",
		              w->rules->one_word ? "HOST:PORT names an endpoint"
		                                 : "HOST PORT or HOST:PORT names an endpoint",
		              err);
	if (w->scheme && !w->rules->server) {
		(void)err_usage(err, "%s: a host or a port?", w->word);
		err_hint(err, "%s::%s is that port of this machine, %s:HOST:PORT names both",
		         w->scheme->name, w->rest, w->scheme->name);
		return -1;
	}
	return spec_set_port(spec, w->rest, w, err);
}

static int parse_one_word(struct spec *spec, const struct spec_words *w, struct err *err)
{
	const char *colon = strchr(w->rest, ':'), *port;

	if (w->rest[0] == '[') {
		if (split_brackets(spec, w, &port, err))
			return -1;
		if (!port)
			return refuse(w, "no port given", "[ADDRESS]:PORT", err);
		return spec_set_port(spec, port, w, err);
	}
	if (!colon)
		return parse_lone_word(spec, w, err);
	if (strchr(colon + 1, ':'))
		return refuse_colons(w, err);
	if (colon[1] == '\0')
		return refuse(w, "no port given", "HOST:PORT", err);
	if (spec_set_host(spec, w->rest, (size_t)(colon - w->rest), err))
		return -1;
	return spec_set_port(spec, colon + 1, w, err);
}

/* The host of two words: a name, an address, an address in brackets; but no port. */
static int parse_host_word(struct spec *spec, const struct spec_words *w, struct err *err)
{
	const char *port = NULL;
	size_t len = strlen(w->rest);

	if (len == 0)
		return err_usage(err, "the host is empty");
	if (!w->second && word_is_port(w, w->rest))
		return err_usage(err, "'%s': a second port, beside --port", w->word);
	if (w->rest[0] == '[') {
		if (split_brackets(spec, w, &port, err))
			return -1;
	} else if (strpbrk(w->rest, ":]") && !is_v6(w->rest, len)) {
		port = w->rest;
	}
	if (port)
		return err_usage(err, "host '%s': %s in it, beside the port that is given", w->word,
		                 strchr(":]", w->rest[len - 1]) ? "a ':'" : "a port");
	return spec->host[0] ? 0 : spec_set_host(spec, w->rest, len, err);
}

static void spec_describe(struct spec *spec, bool server)
{
	struct text t = TEXT_OVER(spec->text);

	text_add_str(&t, spec->host[0] ? spec->host : server ? "*" : "localhost");
	text_add_str(&t, " port ");
	text_add_number(&t, spec->port);
	text_add_str(&t, spec->kind == SPEC_UDP ? " over UDP" : "");
}

static int parse_inet(struct spec *spec, const struct spec_words *w, struct err *err)
{
	const char *port = w->second ? w->second : w->rules->port;

	if (w->rules->host && spec_set_host(spec, w->rules->host, strlen(w->rules->host), err))
		return -1;
	if (w->rules->host && w->word && (w->second || !word_is_port(w, w->rest)))
		return err_usage(err, "'%s': with --source, which names the address, only a port",
		                 w->word);
	if (port) {
		if ((w->word && parse_host_word(spec, w, err)) || spec_set_port(spec, port, w, err))
			return -1;
	} else if (parse_one_word(spec, w, err)) {
		return -1;
	}
	if (strcmp(spec->host, "*") == 0 && !w->rules->server)
		return err_usage(err, "host '*': only a server can have every address");
	spec_describe(spec, w->rules->server);
	return 0;
}

/* Neither port nor address of it is given by an option; WHY for the first. */
static int refuse_parts(const struct spec_words *w, const char *why, struct err *err)
{
	if (w->rules->port)
		return err_usage(err, "--port has no meaning for %s: %s", w->word, why);
	if (w->rules->host)
		return err_usage(err, "--source has no meaning for %s: it has no IP address",
		                 w->word);
	return 0;
}

static int parse_local(struct spec *spec, const struct spec_words *w, struct err *err)
{
	if (w->second)
		return err_usage(err, "'%s': a Unix socket has no port", w->second);
	if (refuse_parts(w, "a Unix socket has no port", err))
		return -1;
	return spec_set_local(spec, w->rest, !w->rules->path, err);
}

/* "CID:PORT", or the two as two words; for a server a lone port. */
static int parse_vsock(struct spec *spec, const struct spec_words *w, struct err *err)
{
	const char *colon = strrchr(w->rest, ':'), *port = w->second;
	struct text t = TEXT_OVER(spec->text);
	char cid[16] = "";
	struct text c = TEXT_OVER(cid);

	if (refuse_parts(w, "its port is part of it", err))
		return -1;
	if (port && colon)
		return err_usage(err, "host '%s': %s in it, beside the port that is given", w->word,
		                 colon[1] ? "a port" : "a ':'");
	if (!port)
		port = colon ? colon + 1 : w->rest;
	if (port[0] == '\0' || (!w->second && !colon && !w->rules->server))
		return refuse(w, "no port given", "vsock:CID:PORT", err);
	if (w->second || colon)
		text_add_bytes(&c, w->rest, colon ? (size_t)(colon - w->rest) : strlen(w->rest));
	if (c.cut)
		return err_usage(err, "%s: no CID is that long", w->word);
	if (vsock_parse(&spec->address, cid, port, w->rules->server, err))
		return -1;
	addr_add(&t, &spec->address);
	return 0;
}

/* "http://host" is no path. */
static int refuse_scheme(const char *word, struct err *err)
{
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-");

	if (n == 0 || strncmp(word + n, "://", 3) != 0)
		return 0;
	err_usage(err, "%s: there are no '%.*s' endpoints", word, (int)n, word);
	err_hint(err, "a host and a port need no scheme, and './' begins a path");
	return -1;
}

/* What kind of endpoint the scheme, or the options, or the look of the word make it. */
static int spec_find_kind(struct spec_words *w, struct err *err)
{
	bool udp = w->rules->udp;

	if (w->word && !w->scheme && !w->rules->path && refuse_scheme(w->word, err))
		return -1;
	if (w->rules->path || (w->word && !w->scheme && strchr(w->word, '/')))
		w->kind = udp ? SPEC_UNIX_DGRAM : SPEC_UNIX;
	else
		w->kind = w->scheme ? w->scheme->kind : udp ? SPEC_UDP : SPEC_TCP;
	if (!w->scheme)
		return 0;
	if (!w->scheme->known)
		return err_usage(err, "%s: this version has no '%s' endpoints", w->word,
		                 w->scheme->name);
	if (udp && spec_socktype(w->kind) != SOCK_DGRAM)
		return err_usage(err, "--udp has no meaning for %s: its scheme says '%s'", w->word,
		                 w->scheme->name);
	return 0;
}

int spec_parse(struct spec *spec, const char *const *words, size_t count,
               const struct spec_rules *rules, struct err *err)
{
	struct spec made = { 0 };
	struct spec_words w = {
		.word = count > 0 ? words[0] : NULL,
		.second = count > 1 ? words[1] : NULL,
		.rules = rules,
	};
	int failed;

	if (!w.word && !rules->port)
		return err_usage(err, "no endpoint given");
	if (w.second && rules->port)
		return err_usage(err, "'%s' is a second port, beside --port", w.second);
	w.rest = w.word;
	if (w.word && !rules->path)
		w.scheme = scheme_of(w.word, &w.rest);
	if (spec_find_kind(&w, err))
		return -1;
	made.kind = w.kind;
	failed = w.kind == SPEC_VSOCK    ? parse_vsock(&made, &w, err)
	         : spec_is_local(w.kind) ? parse_local(&made, &w, err)
	                                 : parse_inet(&made, &w, err);
	if (!failed)
		*spec = made;
	return failed;
}
