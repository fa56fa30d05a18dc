/*
 * The rules of an admission on their way from words and files to lists: names among them are to be
 * looked up. For admission.c; commands fill the request.
 */
#ifndef SOCKIT_STREAM_ADMISSION_DRAFT_H
#define SOCKIT_STREAM_ADMISSION_DRAFT_H

#include <time.h>

#include "net/access.h"
#include "net/order.h"

/* Rules as net/access_rules.h has them. */
struct admission_rules {
	const char *const *words; /* each may be several, with commas between them */
	size_t count;
	const char *file; /* or NULL */
};

struct admission_request {
	struct admission_rules allow, deny; /* to live as long as the admission */
	/* As struct access_list has them. */
	bool numeric, no_ids, no_addresses;
	const char *endpoint; /* to live as long */
};

enum { ADMISSION_ALLOW, ADMISSION_DENY, ADMISSION_SIDES };

/* What a file was when it was read; all zeros: it was not there. */
struct admission_file {
	mode_t type;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct admission_draft {
	struct access_list lists[ADMISSION_SIDES];
	size_t side, name; /* to be looked up next */
	unsigned number;   /* of those that were read */
};

/*
 * Read what REQUEST says into D, which becomes the next; -1 with a usage error, or ERR_LOCAL. What
 * the files look like goes to FILES before they are read, so that a change in between is seen the
 * next time, and one that has become bad is told of once.
 */
int admission_draft_read(struct admission_draft *d, const struct admission_request *request,
                         struct admission_file files[ADMISSION_SIDES], struct err *err) MUST_CHECK;

/* One stat(2) a file. */
bool admission_files_changed(const struct admission_request *request,
                             const struct admission_file files[ADMISSION_SIDES]);

/* The next name, or NULL; and the addresses that it has, which are taken. */
const char *admission_draft_name(struct admission_draft *d);
int admission_draft_add(struct admission_draft *d, struct addr_list *list,
                        struct err *err) MUST_CHECK;

/*
 * The next name could not be looked up, for ERR, which is told where it stands: an option, or a
 * line of a file.
 */
void admission_draft_blame(const struct admission_draft *d, const struct admission_request *request,
                           struct err *err);

void admission_draft_drop(struct admission_draft *d);

#endif
