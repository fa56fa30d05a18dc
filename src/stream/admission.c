#include "stream/admission.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "loop/resolver.h"
#include "out/failure.h"
#include "sys/file.h"
#include "sys/socket.h"
#include "sys/wait.h"

#define ADMISSION_LOOKUP_LIMIT (8 * NSEC_PER_SEC)

struct admission {
	struct loop *loop;
	struct report *report;
	struct admission_request request;
	struct access_list lists[ADMISSION_SIDES];
	struct admission_file files[ADMISSION_SIDES];
	bool waits; /* the loop does not turn */
	bool told;  /* of a datagram since the rules were read */
	_Atomic uint64_t refused;
	pthread_mutex_t lock; /* around the lists, the files and the draft */
	struct admission_draft draft;
	/* For the loop alone. */
	struct watch wake;     /* an eventfd: the draft has names; -1: there are no files */
	struct lookup *lookup; /* for draft number `asked` */
	unsigned asked;
};

static struct lookup_question admission_question(const char *name)
{
	return (struct lookup_question){ .host = name, .family = AF_UNSPEC };
}

static void admission_take_draft(struct admission *a)
{
	for (size_t side = 0; side < ADMISSION_SIDES; side++) {
		access_settle(&a->draft.lists[side]);
		access_free(&a->lists[side]);
		a->lists[side] = a->draft.lists[side];
		a->draft.lists[side] = (struct access_list){ 0 };
	}
	a->told = false;
}

/* Look up all names of the draft, one after the other, and turn the loop meanwhile. */
static int admission_find_names(struct admission *a, struct err *err)
{
	const char *name;

	while ((name = admission_draft_name(&a->draft))) {
		const struct lookup_question question = admission_question(name);
		struct addr_list list = { 0 };

		if (lookup_wait(a->loop, &question, ADMISSION_LOOKUP_LIMIT, &list, err)) {
			admission_draft_blame(&a->draft, &a->request, err);
			return -1;
		}
		if (admission_draft_add(&a->draft, &list, err))
			return -1;
	}
	return 0;
}

/* The rules stay as they were. */
static void admission_stay(struct admission *a, const struct err *err)
{
	char buf[1024];
	struct text t = TEXT_OVER(buf);

	failure_add_message(&t, err);
	REPORT_WITH(a->report, REPORT_RULES_STAY, true, FIELD_STR("reason", buf));
	admission_draft_drop(&a->draft);
}

/* The next name cannot be looked up, for ERR. */
static void admission_stay_without(struct admission *a, struct err *err)
{
	admission_draft_blame(&a->draft, &a->request, err);
	admission_stay(a, err);
}

static void admission_change(struct admission *a)
{
	admission_take_draft(a);
	REPORT(a->report, REPORT_RULES_READ, FIELD_INT("allow", a->lists[ADMISSION_ALLOW].count),
	       FIELD_INT("deny", a->lists[ADMISSION_DENY].count));
}

static void admission_ask(struct admission *a);

static void admission_found(void *context, struct addr_list *list, const struct err *err)
{
	struct admission *a = context;
	struct err why;

	a->lookup = NULL;
	(void)pthread_mutex_lock(&a->lock);
	if (a->asked != a->draft.number) {
		/* Read again meanwhile, by another thread, which has signalled. */
		addr_list_free(list);
	} else if (err) {
		why = *err;
		admission_stay_without(a, &why);
	} else if (admission_draft_add(&a->draft, list, &why)) {
		admission_stay(a, &why);
	} else {
		admission_ask(a);
	}
	(void)pthread_mutex_unlock(&a->lock);
}

/* One name after the other, while the loop goes on. */
static void admission_ask(struct admission *a)
{
	const char *name = admission_draft_name(&a->draft);
	struct err err;

	if (!name) {
		admission_change(a);
		return;
	}
	const struct lookup_question question = admission_question(name);
	a->asked = a->draft.number;
	if (lookup_start(a->loop, &question, admission_found, a, &a->lookup, &err))
		admission_stay_without(a, &err);
}

static void admission_woken(struct watch *watch, unsigned ready)
{
	struct admission *a = CONTAINER_OF(watch, struct admission, wake);
	uint64_t times;

	(void)ready;
	(void)!sys_read(watch->fd, &times, sizeof times);
	lookup_abandon(a->lookup);
	a->lookup = NULL;
	(void)pthread_mutex_lock(&a->lock);
	/* There is none where it was settled, or failed, since. */
	if (admission_draft_name(&a->draft))
		admission_ask(a);
	(void)pthread_mutex_unlock(&a->lock);
}

static int admission_watch_files(struct admission *a, struct err *err)
{
	if (!a->request.allow.file && !a->request.deny.file)
		return 0;
	int fd = sys_eventfd();
	if (fd < 0)
		return err_set(err, ERR_LOCAL, -fd, "read", "the access rules");
	a->wake = (struct watch){ .fd = fd, .ready = admission_woken };
	loop_watch(a->loop, &a->wake, READY_IN);
	return 0;
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
	a->loop = loop;
	a->report = report;
	a->request = *request;
	a->wake.fd = -1;
	(void)pthread_mutex_init(&a->lock, NULL);
	if (admission_draft_read(&a->draft, &a->request, a->files, err) ||
	    admission_find_names(a, err) || admission_watch_files(a, err)) {
		admission_close(a);
		return -1;
	}
	admission_take_draft(a);
	*admission = a;
	return 0;
}

void admission_wait(struct admission *a)
{
	if (a)
		a->waits = true;
}

/* With the lock held. */
static void admission_renew(struct admission *a)
{
	struct err err;

	if (!admission_files_changed(&a->request, a->files))
		return;
	if (admission_draft_read(&a->draft, &a->request, a->files, &err))
		admission_stay(a, &err);
	else if (!admission_draft_name(&a->draft))
		admission_change(a);
	else if (!a->waits)
		sys_eventfd_signal(a->wake.fd);
	else if (admission_find_names(a, &err))
		admission_stay(a, &err);
	else
		admission_change(a);
}

/* The user of a Unix peer: 0, or the negative errno with which it cannot be found out. */
static int admission_ids(int fd, struct access_peer *peer)
{
	struct ucred ids;
	socklen_t len = sizeof ids;

	if (fd < 0 || peer->addr->at.any.sa_family != AF_UNIX)
		return 0;
	int error = sys_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &ids, &len);
	if (error)
		return error;
	peer->has_ids = true;
	peer->uid = ids.uid;
	peer->gid = ids.gid;
	return 0;
}

/* Why WHO may not come in, or NULL. */
static const char *admission_objection(const struct admission *a, const struct access_peer *who)
{
	bool asked = a->request.allow.count > 0 || a->request.allow.file;

	if (access_has(&a->lists[ADMISSION_DENY], who))
		return "denied";
	return asked && !access_has(&a->lists[ADMISSION_ALLOW], who) ? "not allowed" : NULL;
}

static void admission_tell(const struct admission *a, const struct access_peer *who,
                           const char *reason)
{
	char ids[64] = "";
	struct text t = TEXT_OVER(ids);

	if (!who->has_ids) {
		REPORT(a->report, REPORT_REFUSED, FIELD_ADDR("peer", who->addr),
		       FIELD_STR("reason", reason), FIELD_WORDS(ids));
		return;
	}
	text_add(&t, " of user %u and group %u", who->uid, who->gid);
	REPORT(a->report, REPORT_REFUSED, FIELD_ADDR("peer", who->addr),
	       FIELD_STR("reason", reason), FIELD_INT("uid", who->uid), FIELD_INT("gid", who->gid),
	       FIELD_WORDS(ids));
}

bool admission_lets(struct admission *a, int fd, const struct addr *peer)
{
	struct access_peer who = { .addr = peer };

	if (!a)
		return true;
	int error = admission_ids(fd, &who);
	(void)pthread_mutex_lock(&a->lock);
	admission_renew(a);
	const char *reason = error ? failure_errno_text(-error) : admission_objection(a, &who);
	(void)pthread_mutex_unlock(&a->lock);
	if (!reason)
		return true;
	a->refused++;
	admission_tell(a, &who, reason);
	return false;
}

size_t admission_sift(struct admission *a, struct mailbox *m, size_t count)
{
	struct correspondent from;

	if (!a || count == 0)
		return count;
	(void)pthread_mutex_lock(&a->lock);
	admission_renew(a);
	for (size_t i = 0; i < count;) {
		mailbox_correspondent(m, i, &from);
		const struct access_peer who = { .addr = &from.peer };
		const char *reason = admission_objection(a, &who);

		if (!reason) {
			i++;
			continue;
		}
		a->refused++;
		if (!a->told)
			admission_tell(a, &who, reason);
		a->told = true;
		mailbox_drop(m, i);
		count--;
	}
	(void)pthread_mutex_unlock(&a->lock);
	return count;
}

uint64_t admission_refused(const struct admission *a)
{
	return a ? a->refused : 0;
}

void admission_close(struct admission *a)
{
	if (!a)
		return;
	if (a->wake.fd >= 0) {
		loop_unwatch(&a->wake);
		(void)sys_close(a->wake.fd);
	}
	lookup_abandon(a->lookup);
	admission_draft_drop(&a->draft);
	for (size_t side = 0; side < ADMISSION_SIDES; side++)
		access_free(&a->lists[side]);
	(void)pthread_mutex_destroy(&a->lock);
	free(a);
}
