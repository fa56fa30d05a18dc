/* Access rules as text: words of a command line, and files. */
#ifndef SOCKIT_NET_ACCESS_RULES_H
#define SOCKIT_NET_ACCESS_RULES_H

#include "net/access.h"

/*
 * Add what TEXT says: ADDRESS, ADDRESS/BITS, both with %ZONE behind an address of one link (RFC
 * 4007 section 11.7), which without a zone is meant on every link; uid=USER, gid=GROUP, by number
 * or name; or a host name. -1 with a usage error, or ERR_LOCAL without memory; the list is then as
 * it was.
 */
int access_add(struct access_list *list, const char *text, struct err *err) MUST_CHECK;

/* The same for each of several, with commas between them. */
int access_add_all(struct access_list *list, const char *text, struct err *err) MUST_CHECK;

/*
 * The same for each line of the file at PATH, but for blanks, and comments from '#' on. An error
 * names the line.
 */
int access_add_file(struct access_list *list, const char *path, struct err *err) MUST_CHECK;

#endif
