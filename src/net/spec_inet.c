#include "net/spec_inet.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "net/service.h"

/* As the table of services knows it. */
static const char *protocol_of(const struct spec_words *w)
{
	return w->kind == SPEC_UDP ? "udp" : "tcp";
}

/* A word that is only digits, or that somebody knows as a service. */
static bool word_is_port(const struct spec_words *w, const char *word)
{
	if (word[0] != '\0' && text_is_of(word, "0123456789"))
		return true;
	return !strpbrk(word, ".:[]") && service_port(word, protocol_of(w)) >= 0;
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

int spec_refuse(const struct spec_words *w, const char *why, const char *hint, struct err *err)
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
		return spec_refuse(w, "more than one ':', and no IPv6 address",
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
		return spec_refuse(w, "no port given",
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
			return spec_refuse(w, "no port given", "[ADDRESS]:PORT", err);
		return spec_set_port(spec, port, w, err);
	}
	if (!colon)
		return parse_lone_word(spec, w, err);
	if (strchr(colon + 1, ':'))
		return refuse_colons(w, err);
	if (colon[1] == '\0')
		return spec_refuse(w, "no port given", "HOST:PORT", err);
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
	} else if ((strchr(w->rest, ':') || strchr(w->rest, ']')) && !is_v6(w->rest, len)) {
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

int spec_parse_inet(struct spec *spec, const struct spec_words *w, struct err *err)
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
