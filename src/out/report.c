#include "out/report.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "out/cell.h"
#include "out/failure.h"
#include "out/output.h"
#include "sys/file.h"

const char report_built_in[] = "json: jansson " JANSSON_VERSION;

struct report {
	struct report_config config;
	int fd;            /* where events go */
	atomic_int failed; /* an errno met while writing, to failed_fd */
	atomic_int failed_fd;
	atomic_int late;      /* the status of a late failure */
	pthread_mutex_t lock; /* around a line */
};

struct report *report_new(void)
{
	struct report *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->fd = 2;
	(void)pthread_mutex_init(&r->lock, NULL);
	return r;
}

int report_configure(struct report *r, const struct report_config *config, struct err *err)
{
	r->config = *config;
	r->fd = config->json_to_stdout ? 1 : 2;
	if (!config->file)
		return 0;
	/* What is told may be nobody else's business. */
	int fd = sys_open(config->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0) {
		r->config.json = false;
		return err_set(err, ERR_LOCAL, -fd, "open", "%s", config->file);
	}
	r->fd = fd;
	return 0;
}

bool report_is_heard(const struct report *r)
{
	return r && (r->config.verbose || r->config.json);
}

bool report_hears_details(const struct report *r)
{
	return r && r->config.verbose >= 2;
}

/*
 * Whether losing what is written to FD is a failure: on standard error, only what was asked for,
 * and its reader may leave.
 */
static bool report_is_owed(const struct report *r, int fd, int error)
{
	if (error == -EINTR)
		return false;
	return fd != 2 || (error != -EPIPE && (r->config.json || r->config.verbose));
}

static void report_put(struct report *r, int fd, const char *bytes, size_t n)
{
	/* With --trace the calls of the writing itself are seen, too. */
	static _Thread_local bool putting;

	if (putting)
		return;
	putting = true;
	(void)pthread_mutex_lock(&r->lock);
	/* A reader that has stopped must not keep a signal from ending it. */
	int error = output_write_interruptible(fd, bytes, n);
	(void)pthread_mutex_unlock(&r->lock);
	putting = false;

	/* The first that is lost is told, but for results, which have the last word. */
	if (error && report_is_owed(r, fd, error) && (fd == 1 || !atomic_load(&r->failed))) {
		atomic_store(&r->failed_fd, fd);
		atomic_store(&r->failed, -error);
	}
}

static void json_set(json_t *object, const char *name, const char *suffix, json_t *value)
{
	char key[64];
	struct text t = TEXT_OVER(key);

	text_add(&t, "%s%s", name, suffix);
	(void)json_object_set_new(object, key, value);
}

static void json_set_addr(json_t *object, const char *name, const struct addr *a)
{
	bool local = a->at.any.sa_family == AF_UNIX;
	char buf[256];
	struct text t = TEXT_OVER(buf);

	addr_add_host(&t, a);
	json_set(object, name, local ? "_path" : "_addr", cell_json_str(buf));
	if (!local)
		json_set(object, name, "_port", json_integer(addr_port(a)));
}

static json_t *json_list(const char *const *list)
{
	json_t *array = json_array();

	for (; *list; list++)
		(void)json_array_append_new(array, cell_json_str(*list));
	return array;
}

static void json_set_field(json_t *object, const struct report_field *f)
{
	switch (f->type) {
	case REPORT_STR:
		if (f->is.str)
			json_set(object, f->name, "", cell_json_str(f->is.str));
		break;
	case REPORT_INT:
		json_set(object, f->name, "", json_integer(f->is.number));
		break;
	case REPORT_BOOL:
		json_set(object, f->name, "", json_boolean(f->is.truth));
		break;
	case REPORT_TIME:
		json_set(object, f->name, "_ms", cell_json_msec(f->is.time));
		break;
	case REPORT_ADDR:
		json_set_addr(object, f->name, f->is.addr);
		break;
	case REPORT_LIST:
		json_set(object, f->name, "", json_list(f->is.list));
		break;
	case REPORT_WORDS:
		break;
	}
}

/* Takes OBJECT. */
static void report_put_json(struct report *r, int fd, json_t *object)
{
	OWN_MEM char *line = cell_json_line(object);

	if (line)
		report_put(r, fd, line, strlen(line));
}

static void text_add_time(struct text *t, nsec_t time)
{
	if (time < NSEC_PER_SEC)
		text_add(t, "%.1f ms", nsec_to_msec(time));
	else
		text_add(t, "%.2f s", nsec_to_msec(time) / 1000);
}

static void text_add_list(struct text *t, const char *const *list)
{
	for (const char *gap = ""; *list; list++, gap = " ") {
		text_add_str(t, gap);
		text_add_escaped(t, *list);
	}
}

/* Field KEY as text; "NAME_addr" and "NAME_port" are the parts of an address NAME. */
static bool text_add_field(struct text *t, const struct report_field *f, const char *key,
                           size_t len)
{
	size_t name = strlen(f->name);

	if (len < name || strncmp(f->name, key, name) != 0)
		return false;
	if (len > name) {
		if (f->type != REPORT_ADDR)
			return false;
		if (strncmp(key + name, "_addr}", 6) == 0)
			addr_add_host(t, f->is.addr);
		else if (strncmp(key + name, "_port}", 6) == 0)
			text_add(t, "%u", addr_port(f->is.addr));
		else
			return false;
		return true;
	}
	switch (f->type) {
	case REPORT_STR:
		text_add_escaped(t, f->is.str ? f->is.str : "");
		break;
	case REPORT_INT:
		text_add(t, "%lld", (long long)f->is.number);
		break;
	case REPORT_BOOL:
		text_add_str(t, f->is.truth ? "on" : "off");
		break;
	case REPORT_TIME:
		text_add_time(t, f->is.time);
		break;
	case REPORT_ADDR:
		addr_add(t, f->is.addr);
		break;
	case REPORT_LIST:
		text_add_list(t, f->is.list);
		break;
	case REPORT_WORDS:
		text_add_str(t, f->is.str);
		break;
	}
	return true;
}

/* One of " bytes" and " datagrams", of which there is one: how much of AT that took. */
static size_t text_add_unit(struct text *t, const char *at)
{
	static const char *const units[] = { " bytes", " datagrams" };

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t len = strlen(units[i]);

		if (strncmp(at, units[i], len) != 0)
			continue;
		text_add_bytes(t, at, len - 1);
		return len;
	}
	return 0;
}

static void text_fill(struct text *t, const char *template, const struct report_field *fields,
                      size_t count)
{
	for (const char *at = template; *at;) {
		size_t plain = strcspn(at, "{");

		text_add_bytes(t, at, plain);
		at += plain;
		if (*at == '\0')
			return;
		size_t len = strcspn(++at, "}");
		size_t i = 0;
		while (i < count && !text_add_field(t, &fields[i], at, len))
			i++;
		at += len + 1;
		if (i < count && fields[i].type == REPORT_INT && fields[i].is.number == 1)
			at += text_add_unit(t, at);
	}
}

static void report_event_json(struct report *r, const struct report_row *row,
                              const struct report_field *fields, size_t count)
{
	json_t *object = json_object();

	json_set(object, "event", "", cell_json_str(row->name));
	for (size_t i = 0; i < count; i++)
		json_set_field(object, &fields[i]);
	report_put_json(r, r->fd, object);
}

/* Not part of its caller, whom nobody may hear: so much stack is two pages more to begin with. */
static NOINLINE void report_event_text(struct report *r, const struct report_row *row,
                                       const struct report_field *fields, size_t count)
{
	char buf[4096];
	struct text t = TEXT_OVER(buf);

	text_fill(&t, row->text, fields, count);
	text_add_str(&t, "\n");
	if (t.cut)
		t.at[t.len - 1] = '\n';
	report_put(r, 2, t.at, t.len);
}

void report_event(struct report *r, enum report_kind kind, bool urgent,
                  const struct report_field *fields, size_t count)
{
	const struct report_row *row = &report_kinds[kind];

	if (!r)
		return;
	if (r->config.json)
		report_event_json(r, row, fields, count);
	/* With JSON in a file, stderr still has what cannot wait. */
	if (r->config.json ? r->config.file && (urgent || r->config.verbose)
	                   : urgent || r->config.verbose)
		report_event_text(r, row, fields, count);
}

static void report_failure_text(struct report *r, const struct err *e)
{
	const char *command = r->config.command;
	char buf[4096];
	struct text t = TEXT_OVER(buf);

	style_add(&t, r->config.style, INK_RED);
	text_add(&t, "sockit%s%s:", command ? " " : "", command ? command : "");
	style_add(&t, r->config.style, INK_PLAIN);
	text_add_str(&t, " ");
	failure_add_message(&t, e);
	text_add_str(&t, "\n");
	if (e->hint[0]) {
		text_add_str(&t, "hint: ");
		text_add_escaped(&t, e->hint);
		text_add_str(&t, "\n");
	}
	report_put(r, 2, t.at, t.len);
}

static void report_failure_json(struct report *r, const struct err *e)
{
	json_t *object = json_object(), *error = json_object();
	char buf[2048];
	struct text t = TEXT_OVER(buf);
	bool has_errno =
		e->domain == ERR_NETWORK || e->domain == ERR_LOCAL || e->domain == ERR_PROGRAM;

	failure_add_message(&t, e);
	json_set(error, "op", "", cell_json_str(e->op));
	json_set(error, "code", "", cell_json_str(failure_code_name(e)));
	json_set(error, "errno", "", has_errno ? json_integer(e->code) : json_null());
	json_set(error, "message", "", cell_json_str(buf));
	if (e->subject[0])
		json_set(error, "subject", "", cell_json_str(e->subject));
	if (e->hint[0])
		json_set(error, "hint", "", cell_json_str(e->hint));
	json_set(object, "error", "", error);
	report_put_json(r, r->fd, object);
}

void report_failure(struct report *r, const struct err *e)
{
	if (r->config.json)
		report_failure_json(r, e);
	if (!r->config.json || r->fd != 2)
		report_failure_text(r, e);
}

void report_late_failure(struct report *r, const struct err *e)
{
	report_failure(r, e);
	atomic_store(&r->late, status_of(e));
}

int report_close(struct report *r, struct err *err)
{
	int closed = r->config.file && r->fd != 2 ? sys_close(r->fd) : 0;
	int failed = atomic_load(&r->failed), fd = atomic_load(&r->failed_fd);
	int late = atomic_load(&r->late);
	const char *name = fd == 1 ? "standard output" : "standard error";

	r->config.json = r->config.json && r->fd == 2;
	r->fd = 2;
	if (failed == EPIPE && fd == 1)
		return err_set(err, ERR_STDOUT_GONE, EPIPE, "write", "%s", name);
	if (failed || closed)
		return err_set(err, ERR_LOCAL, failed ? failed : -closed, "write", "%s",
		               r->config.file ? r->config.file : name);
	if (!late)
		return 0;
	err->domain = ERR_SHOWN;
	err->code = late;
	return -1;
}

bool report_results_are_lost(const struct report *r)
{
	return atomic_load(&r->failed) && atomic_load(&r->failed_fd) == 1;
}
