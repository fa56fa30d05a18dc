#include "net/hosts.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "net/lines.h"
#include "sys/file.h"

enum { LINE_ROOM = 8191 };

/*
 * Calls EACH with every line of PATH until it returns false. -1 when the file cannot be read, or
 * has a line that is longer than any that means something.
 */
typedef bool each_line(void *context, char *line);

static int file_lines(const char *path, each_line *each, void *context)
{
	OWN_FD fd = sys_open(path, O_RDONLY, 0);
	struct lines lines;
	char *line;
	ssize_t len;

	if (fd < 0)
		return -1;
	lines_start(&lines, fd);
	while ((len = lines_await(&lines, LINE_ROOM, &line)) >= 0) {
		if (len == LINE_ROOM)
			return -1;
		if (!each(context, line))
			return 0;
	}
	return lines.error ? -1 : 0;
}

/* The next word of *AT, which goes on behind it; NULL at the end or a comment. */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \t\r");

	if (*word == '\0' || *word == '#')
		return NULL;
	*at = word + strcspn(word, " \t\r#");
	if (**at == '#')
		**at = '\0';
	else if (**at)
		*(*at)++ = '\0';
	return word;
}

/* How host names are looked up. */
struct switch_line {
	bool seen;
	bool files_first; /* and their success is the end */
	bool only_dns;    /* after them */
};

static bool switch_read(void *context, char *line)
{
	struct switch_line *s = context;
	char *word = next_word(&line);
	size_t sources = 0;

	if (!word || strcmp(word, "hosts:") != 0)
		return true;
	s->seen = s->only_dns = true;
	while ((word = next_word(&line))) {
		if (strcasestr(word, "SUCCESS"))
			s->files_first = false;
		if (*word == '[' || strchr(word, ']') || strchr(word, '='))
			continue;
		if (sources == 0)
			s->files_first = strcmp(word, "files") == 0;
		else if (strcmp(word, "dns") != 0)
			s->only_dns = false;
		sources++;
	}
	s->only_dns = s->only_dns && sources == 2;
	return false;
}

/* Whether /etc/hosts and then DNS are asked, and nothing in between. */
static bool switch_known(struct switch_line *s)
{
	struct stat st;

	*s = (struct switch_line){ 0 };
	/* The cache may answer with what was in the file before. */
	if (sys_lstat("/var/run/nscd/socket", &st) == 0)
		return false;
	return file_lines("/etc/nsswitch.conf", switch_read, s) == 0 && s->seen && s->files_first;
}

/* What is looked for in /etc/hosts, and what was there. */
struct hosts_search {
	const char *name;        /* with each of its addresses... */
	struct addr_list list;   /* ...into here; */
	const struct addr *addr; /* or the address, with its names */
	bool has_addr, has_both;
	bool failed;
};

static bool hosts_read(void *context, char *line)
{
	struct hosts_search *s = context;
	char *word = next_word(&line);
	struct addr a;

	if (!word || !addr_of_text(&a, word))
		return true;
	bool same = s->addr && addr_same_host(&a, s->addr);
	s->has_addr = s->has_addr || same;
	while ((word = next_word(&line))) {
		if (strcasecmp(word, s->name) != 0)
			continue;
		s->has_both = s->has_both || same;
		if (!s->addr && addr_list_add(&s->list, &a))
			s->failed = true;
	}
	return !s->failed;
}

static bool list_has_host(const struct addr_list *list, const struct addr *a)
{
	for (size_t i = 0; i < list->count; i++)
		if (addr_same_host(&list->at[i], a))
			return true;
	return false;
}

enum hosts_source hosts_source_of_name(const char *name, const struct addr_list *found)
{
	struct hosts_search s = { .name = name };
	enum hosts_source source = HOSTS_UNSURE;
	struct switch_line how;
	bool all = true;

	if (!switch_known(&how))
		return HOSTS_UNSURE;
	int error = file_lines("/etc/hosts", hosts_read, &s);
	for (size_t i = 0; i < found->count; i++)
		all = all && list_has_host(&s.list, &found->at[i]);
	if (!error && !s.failed && s.list.count > 0 && all)
		source = HOSTS_FILE;
	else if (!error && !s.failed && s.list.count == 0 && how.only_dns)
		source = HOSTS_RESOLVER;
	addr_list_free(&s.list);
	return source;
}

enum hosts_source hosts_source_of_addr(const struct addr *a, const char *found)
{
	struct hosts_search s = { .name = found, .addr = a };
	struct switch_line how;

	if (!switch_known(&how) || file_lines("/etc/hosts", hosts_read, &s))
		return HOSTS_UNSURE;
	if (s.has_both)
		return HOSTS_FILE;
	return !s.has_addr && how.only_dns ? HOSTS_RESOLVER : HOSTS_UNSURE;
}
