#include "stream/admission_draft.h"

#include <string.h>

#include "net/access_rules.h"
#include "sys/file.h"

static const struct admission_rules *draft_rules(const struct admission_request *q, size_t side)
{
	return side == ADMISSION_ALLOW ? &q->allow : &q->deny;
}

static const char *draft_option(size_t side)
{
	return side == ADMISSION_ALLOW ? "--allow" : "--deny";
}

static struct admission_file draft_look(const char *path)
{
	struct stat st;

	if (!path || sys_stat(path, &st))
		return (struct admission_file){ 0 };
	return (struct admission_file){
		.type = st.st_mode & S_IFMT,
		.device = st.st_dev,
		.inode = st.st_ino,
		.size = st.st_size,
		.changed = st.st_mtim,
	};
}

static bool draft_is_same(const struct admission_file *a, const struct admission_file *b)
{
	return a->type == b->type && a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}

void admission_draft_drop(struct admission_draft *d)
{
	for (size_t side = 0; side < ADMISSION_SIDES; side++)
		access_free(&d->lists[side]);
	*d = (struct admission_draft){ .number = d->number };
}

static void draft_hint_path(size_t side, const char *word, struct err *err)
{
	if (word[0] == '/' || word[0] == '.')
		err_hint(err, "%s-file reads rules from a file", draft_option(side));
}

static int draft_read_side(struct admission_draft *d, const struct admission_request *q,
                           size_t side, struct err *err)
{
	const struct admission_rules *rules = draft_rules(q, side);
	struct access_list *list = &d->lists[side];
	struct err why;

	list->numeric = q->numeric;
	list->no_ids = q->no_ids;
	list->no_addresses = q->no_addresses;
	list->endpoint = q->endpoint;
	for (size_t i = 0; i < rules->count; i++)
		if (access_add_all(list, rules->words[i], &why)) {
			*err = why;
			if (why.domain == ERR_USAGE) {
				(void)err_usage(err, "%s %s", draft_option(side), why.detail);
				err_hint(err, "%s", why.hint);
				draft_hint_path(side, rules->words[i], err);
			}
			return -1;
		}
	return rules->file ? access_add_file(list, rules->file, err) : 0;
}

int admission_draft_read(struct admission_draft *d, const struct admission_request *q,
                         struct admission_file files[ADMISSION_SIDES], struct err *err)
{
	admission_draft_drop(d);
	d->number++;
	for (size_t side = 0; side < ADMISSION_SIDES; side++) {
		const char *path = draft_rules(q, side)->file;

		files[side] = draft_look(path);
		/* A pipe can be read once, and opening it may wait for ever. */
		if (files[side].type && files[side].type != S_IFREG)
			return err_usage(err, "%s: rules are read from regular files alone", path);
	}
	for (size_t side = 0; side < ADMISSION_SIDES; side++)
		if (draft_read_side(d, q, side, err))
			return -1;
	return 0;
}

int admission_draft_add(struct admission_draft *d, struct addr_list *list, struct err *err)
{
	int result = 0;

	for (size_t i = 0; i < list->count && result == 0; i++)
		result = access_add_addr(&d->lists[d->side], &list->at[i], err);
	addr_list_free(list);
	d->name++;
	return result;
}

const char *admission_draft_name(struct admission_draft *d)
{
	for (; d->side < ADMISSION_SIDES; d->side++, d->name = 0)
		if (d->name < d->lists[d->side].name_count)
			return d->lists[d->side].names[d->name].host;
	return NULL;
}

void admission_draft_blame(const struct admission_draft *d, const struct admission_request *q,
                           struct err *err)
{
	unsigned line = d->lists[d->side].names[d->name].line;
	char name[ERR_SUBJECT_SIZE];
	struct text was = TEXT_OVER(name);

	text_add_str(&was, err->subject);
	struct text t = TEXT_OVER(err->subject);
	if (line > 0)
		text_add(&t, "%s (%s line %u)", name, draft_rules(q, d->side)->file, line);
	else
		text_add(&t, "%s (%s)", name, draft_option(d->side));
}

bool admission_files_changed(const struct admission_request *q,
                             const struct admission_file files[ADMISSION_SIDES])
{
	for (size_t side = 0; side < ADMISSION_SIDES; side++) {
		const char *path = draft_rules(q, side)->file;
		struct admission_file now = draft_look(path);

		if (path && !draft_is_same(&now, &files[side]))
			return true;
	}
	return false;
}
