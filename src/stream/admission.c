#include "stream/admission.h"

#include <errno.h>
#include <string.h>

#include "loop/resolver.h"
#include "out/failure.h"
#include "sys/file.h"
#include "sys/socket.h"

#define ADMISSION_LOOKUP_LIMIT (8 * NSEC_PER_SEC)

enum { ALLOW, DENY, SIDES };

/* What a file was when it was read; all zeros: it was not there. */
struct admission_file {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

/* Rules as they were read, and their names being looked up. */
struct admission_draft {
	struct access_list lists[SIDES];
	struct lookup *lookup; /* of the name at `side` and `name` */
	size_t side, name;
};

struct admission {
	struct loop *loop;
	struct report *report;
	struct admission_request request;
	struct access_list lists[SIDES];
	struct admission_file files[SIDES];
	struct admission_draft draft;
	uint64_t refused;
};

static const struct admission_rules *admission_rules(const struct admission *a, size_t side)
{
	return side == ALLOW ? &a->request.allow : &a->request.deny;
}

static struct admission_file admission_look(const char *path)
{
	struct stat st;

	if (!path || sys_stat(path, &st))
		return (struct admission_file){ 0 };
	return (struct admission_file){
		.device = st.st_dev,
		.inode = st.st_ino,
		.size = st.st_size,
		.changed = st.st_mtim,
	};
}

static bool admission_is_same(const struct admission_file *a, const struct admission_file *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static void admission_drop_draft(struct admission *a)
{
	lookup_abandon(a->draft.lookup);
	for (size_t side = 0; side < SIDES; side++)
		access_free(&a->draft.lists[side]);
	a->draft = (struct admission_draft){ 0 };
}

static int admission_read_side(struct admission *a, size_t side, struct err *err)
{
	const struct admission_rules *rules = admission_rules(a, side);
	struct access_list *list = &a->draft.lists[side];
	struct err why;

	for (size_t i = 0; i < rules->count; i++)
		if (access_add(list, rules->words[i], &why)) {
			if (why.domain == ERR_USAGE)
				return err_usage(err, "--%s %s", side == ALLOW ? "allow" : "deny",
				                 why.detail);
			*err = why;
			return -1;
		}
	return rules->file ? access_add_file(list, rules->file, err) : 0;
}

/* What the files look like is noted before they are read, so that a change in between is seen the next
 * time, and one that has become bad is told of once. */
static int admission_read(struct admission *a, struct err *err)
{
	for (size_t side = 0; side < SIDES; side++)
		a->files[side] = admission_look(admission_rules(a, side)->file);
	return admission_read_side(a, ALLOW, err) || admission_read_side(a, DENY, err) ? -1 : 0;
}

static struct lookup_question admission_question(const char *name)
{
	return (struct lookup_question){ .host = name, .family = AF_UNSPEC };
}

/* Takes LIST's content. */
static int admission_add(struct admission *a, size_t side, struct addr_list *list, struct err *err)
{
	int result = 0;

	for (size_t i = 0; i < list->count && result == 0; i++)
		result = access_add_addr(&a->draft.lists[side], &list->at[i], err);
	addr_list_free(list);
	return result;
}

static void admission_take_draft(struct admission *a)
{
	for (size_t side = 0; side < SIDES; side++) {
		access_settle(&a->draft.lists[side]);
		access_free(&a->lists[side]);
		a->lists[side] = a->draft.lists[side];
		a->draft.lists[side] = (struct access_list){ 0 };
	}
}

int admission_open(struct loop *loop, const struct admission_request *request,
                   struct report *report, struct admission **admission, struct err *err)
{
	const struct admission_rules *allow = &request->allow, *deny = &request->deny;

	*admission = NULL;
	if (allow->count + deny->count == 0 && !allow->file && !deny->file)
		return 0;
	struct admission *a = calloc(1, sizeof *a);
	if (!a)
		return err_set(err, ERR_LOCAL, ENOMEM, "read", "the access rules");
	*a = (struct admission){ .loop = loop, .report = report, .request = *request };
	int result = admission_read(a, err);
	for (size_t side = 0; side < SIDES; side++) {
		for (size_t i = 0; result == 0 && i < a->draft.lists[side].name_count; i++) {
			const struct lookup_question question =
				admission_question(a->draft.lists[side].names[i]);
			struct addr_list list = { 0 };

			result = lookup_wait(loop, &question, ADMISSION_LOOKUP_LIMIT, &list, err);
			if (result == 0)
				result = admission_add(a, side, &list, err);
		}
	}
	if (result) {
		admission_close(a);
		return -1;
	}
	admission_take_draft(a);
	*admission = a;
	return 0;
}

/* The rules stay as they were. */
static void admission_stay(struct admission *a, const struct err *err)
{
	char buf[1024];
	struct text t = TEXT_OVER(buf);

	failure_add_message(&t, err);
	REPORT_WITH(a->report, REPORT_RULES_STAY, true, FIELD_STR("reason", buf));
	admission_drop_draft(a);
}

static void admission_next_name(struct admission *a);

static void admission_found(void *context, struct addr_list *list, const struct err *err)
{
	struct admission *a = context;
	struct err why;

	a->draft.lookup = NULL;
	if (err) {
		admission_stay(a, err);
	} else if (admission_add(a, a->draft.side, list, &why)) {
		admission_stay(a, &why);
	} else {
		a->draft.name++;
		admission_next_name(a);
	}
}

/* One name after the other, while the loop goes on. */
static void admission_next_name(struct admission *a)
{
	struct admission_draft *d = &a->draft;
	struct err err;

	for (; d->side < SIDES; d->side++, d->name = 0) {
		if (d->name >= d->lists[d->side].name_count)
			continue;
		const struct lookup_question question =
			admission_question(d->lists[d->side].names[d->name]);
		if (lookup_start(a->loop, &question, admission_found, a, &d->lookup, &err))
			admission_stay(a, &err);
		return;
	}
	admission_take_draft(a);
	REPORT(a->report, REPORT_RULES_READ, FIELD_INT("allow", a->lists[ALLOW].count),
	       FIELD_INT("deny", a->lists[DENY].count));
}

/* One stat(2) a file and a client. */
static void admission_renew(struct admission *a)
{
	bool changed = false;
	struct err err;

	for (size_t side = 0; side < SIDES; side++) {
		const char *path = admission_rules(a, side)->file;
		struct admission_file now = admission_look(path);

		changed |= path && !admission_is_same(&now, &a->files[side]);
	}
	if (!changed)
		return;
	admission_drop_draft(a);
	if (admission_read(a, &err))
		admission_stay(a, &err);
	else
		admission_next_name(a);
}

static void admission_ids(int fd, struct access_peer *peer)
{
	struct ucred ids;
	socklen_t len = sizeof ids;

	if (fd < 0 || peer->addr->at.any.sa_family != AF_UNIX ||
	    sys_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &ids, &len))
		return;
	peer->has_ids = true;
	peer->uid = ids.uid;
	peer->gid = ids.gid;
}

bool admission_lets(struct admission *a, int fd, const struct addr *peer)
{
	struct access_peer who = { .addr = peer };

	if (!a)
		return true;
	admission_renew(a);
	admission_ids(fd, &who);
	bool denied = access_has(&a->lists[DENY], &who);
	bool asked = a->request.allow.count > 0 || a->request.allow.file;
	if (!denied && (!asked || access_has(&a->lists[ALLOW], &who)))
		return true;
	a->refused++;
	REPORT(a->report, REPORT_REFUSED, FIELD_ADDR("peer", peer),
	       FIELD_STR("reason", denied ? "denied" : "not allowed"));
	return false;
}

uint64_t admission_refused(const struct admission *a)
{
	return a ? a->refused : 0;
}

void admission_close(struct admission *a)
{
	if (!a)
		return;
	admission_drop_draft(a);
	for (size_t side = 0; side < SIDES; side++)
		access_free(&a->lists[side]);
	free(a);
}
