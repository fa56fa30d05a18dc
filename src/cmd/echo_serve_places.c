#include "cmd/echo_serve_places.h"

#include <errno.h>
#include <string.h>

#include "base/near.h"
#include "cmd/passed.h"
#include "net/passed.h"
#include "net/spec_parse.h"
#include "serve/services.h"

/*
 * The length of SERVICE in front of "=", 0 where there is none: a path or a scheme is no service.
 * With -U any word may be a path, so that it must be a service that there is.
 */
static size_t service_len(const char *operand, const struct spec_rules *rules)
{
	size_t len =
		strspn(operand, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	if (operand[len] != '=' || (rules->path && !services_named(operand, len)))
		return 0;
	return len;
}

static int unknown_service(const char *name, size_t len, struct err *err)
{
	char word[NEAR_WORD_MAX + 1] = "", all[256];
	struct text t = TEXT_OVER(word), names = TEXT_OVER(all);

	text_add_bytes(&t, name, len);
	struct near near = near_start(word);
	for (size_t i = 0; i < services_count; i++) {
		near_offer(&near, services_table[i]->name);
		text_add(&names, "%s%s", i > 0 ? ", " : "", services_table[i]->name);
	}
	(void)err_usage(err, "unknown service '%.*s'", (int)len, name);
	if (near_best(&near))
		err_hint(err, "did you mean '%s'?", near_best(&near));
	else
		err_hint(err, "there are: %s", all);
	return -1;
}

static int find_service(const char *name, size_t len, const struct service **service,
                        struct err *err)
{
	*service = services_named(name, len);
	return *service ? 0 : unknown_service(name, len, err);
}

/* Whether the service can be had there. */
static int check_place(const struct echo_serve_place *p, struct err *err)
{
	bool datagrams = spec_socktype(p->spec.kind) == SOCK_DGRAM;

	if (p->spec.kind == SPEC_UNIX_SEQPACKET)
		return err_usage(err, "'sockit echo-serve' has no service for %s", p->spec.text);
	if (!(p->service->over & (datagrams ? SERVICE_DATAGRAM : SERVICE_STREAM)))
		return err_usage(err, "the service '%s' has no meaning for %s: it is for %s",
		                 p->service->name, p->spec.text,
		                 datagrams ? "streams" : "datagrams");
	return 0;
}

static bool is_given(const struct command_call *call, const char *name)
{
	struct command_row r;

	return command_row_named(call->command, name, &r) && call->given[r.index] != GIVEN_NOT;
}

/* The operands are one endpoint, of NAME. */
static int read_one(const struct command_call *call, const struct spec_rules *rules,
                    const char *name, struct echo_serve_place *p, struct err *err)
{
	static const char *const anywhere[] = { "localhost", "0" };
	const char *const *words = call->operand_count > 0 ? call->operands : anywhere;
	size_t count = call->operand_count > 0 ? call->operand_count : ARRAY_LEN(anywhere);

	if (call->operand_count == 0 && rules->path)
		return err_usage(err, "no path given for --unix");
	if (find_service(name, strlen(name), &p->service, err) ||
	    spec_parse(&p->spec, words, count, rules, err))
		return -1;
	return check_place(p, err);
}

/* The I'th socket that was passed, for NAME. */
static int read_passed(unsigned i, const char *name, struct echo_serve_place *p, struct err *err)
{
	if (find_service(name, strlen(name), &p->service, err) || passed_endpoint(i, &p->spec, err))
		return -1;
	return check_place(p, err);
}

/* OPERAND is SERVICE=ENDPOINT. */
static int read_pair(const char *operand, const struct spec_rules *rules,
                     struct echo_serve_place *p, struct err *err)
{
	size_t len = service_len(operand, rules);
	const char *endpoint = operand + len + 1;

	if (len == 0) {
		(void)err_usage(err, "'%s' has no service", operand);
		err_hint(err, "of several endpoints each is written SERVICE=ENDPOINT");
		return -1;
	}
	if (find_service(operand, len, &p->service, err) ||
	    spec_parse(&p->spec, &endpoint, 1, rules, err))
		return -1;
	return check_place(p, err);
}

static bool has_pair(const struct command_call *call, const struct spec_rules *rules)
{
	for (size_t i = 0; i < call->operand_count; i++)
		if (service_len(call->operands[i], rules) > 0)
			return true;
	return false;
}

int echo_serve_places(const struct command_call *call, const struct spec_rules *rules,
                      const char *name, struct echo_serve_place **places, size_t *count,
                      struct err *err)
{
	bool pairs = has_pair(call, rules) || call->operand_count > 2;
	unsigned passed;

	if (passed_for(call, &passed, err))
		return -1;
	size_t n = pairs ? call->operand_count : passed ? passed : 1;
	OWN_MEM struct echo_serve_place *all = calloc(n, sizeof *all);

	if (!all)
		return err_set(err, ERR_LOCAL, ENOMEM, "serve", "clients");
	if (pairs && is_given(call, "service"))
		return err_usage(err, "--service and SERVICE=ENDPOINT exclude each other");
	for (unsigned i = 0; i < passed; i++)
		if (read_passed(i, name, &all[i], err))
			return -1;
	if (!pairs && !passed && read_one(call, rules, name, &all[0], err))
		return -1;
	for (size_t i = 0; i < n && pairs; i++)
		if (read_pair(call->operands[i], rules, &all[i], err))
			return -1;
	*places = TAKE(all);
	*count = n;
	return 0;
}
