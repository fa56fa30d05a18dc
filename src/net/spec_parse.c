#include "net/spec_parse.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/text.h"
#include "net/spec_inet.h"
#include "net/vsock.h"

static const struct spec_scheme spec_schemes[] = {
	{ "tcp", true, SPEC_TCP },
	{ "unix", true, SPEC_UNIX },
	{ "udp", true, SPEC_UDP },
	{ "unix-dgram", true, SPEC_UNIX_DGRAM },
	{ "unix-seqpacket", true, SPEC_UNIX_SEQPACKET },
	{ "vsock", true, SPEC_VSOCK },
	{ "tls", false, SPEC_TCP },
};

static const char *scheme_name(enum spec_kind kind)
{
	size_t i = 0;

	while (spec_schemes[i].kind != kind)
		i++;
	return spec_schemes[i].name;
}

/* "NAME:" or "NAME://" in front of WORD, in any case (RFC 3986 section 3.1). */
static const struct spec_scheme *scheme_of(const char *word, const char **rest)
{
	const char *colon = strchr(word, ':');
	size_t len = colon ? (size_t)(colon - word) : 0;

	for (size_t i = 0; colon && i < ARRAY_LEN(spec_schemes); i++) {
		if (strlen(spec_schemes[i].name) != len ||
		    strncasecmp(word, spec_schemes[i].name, len) != 0)
			continue;
		*rest = colon + (strncmp(colon, "://", 3) == 0 ? 3 : 1);
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
		return spec_refuse(w, "no port given", "vsock:CID:PORT", err);
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
	const char *end = strstr(word, "://");
	size_t n = end ? strspn(word,
	                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-")
	               : 0;

	if (n == 0 || word + n != end)
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
	                                 : spec_parse_inet(&made, &w, err);
	if (!failed)
		*spec = made;
	return failed;
}
