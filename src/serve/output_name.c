#include "serve/output_name.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "sys/file.h"

/* A file name has 255 bytes. */
enum { WORD_MOST = 160 };

static void add_id(struct text *t, const struct output_words *words)
{
	text_add_number(t, words->id);
}

static void add_peer(struct text *t, const struct output_words *words)
{
	addr_add_host(t, words->peer);
}

static void add_port(struct text *t, const struct output_words *words)
{
	text_add_number(t, addr_port(words->peer));
}

static void add_time(struct text *t, const struct output_words *words)
{
	time_t seconds = words->wall / NSEC_PER_SEC;
	char date[32] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		(void)strftime(date, sizeof date, "%Y%m%dT%H%M%SZ", &tm);
	text_add_str(t, date);
}

static const struct {
	const char *name;
	void (*add)(struct text *t, const struct output_words *words);
} output_word_rows[] = {
	{ "{id}", add_id },
	{ "{peer}", add_peer },
	{ "{port}", add_port },
	{ "{time}", add_time },
};

/* The row of the word that AT begins with, or -1. */
static int output_word(const char *at)
{
	for (size_t i = 0; i < ARRAY_LEN(output_word_rows); i++)
		if (strncmp(at, output_word_rows[i].name, strlen(output_word_rows[i].name)) == 0)
			return (int)i;
	return -1;
}

int output_name_check(const char *template, struct err *err)
{
	const char *slash = strrchr(template, '/'), *name = slash ? slash + 1 : template;

	for (const char *at = template; *at; at++) {
		int word = *at == '{' ? output_word(at) : -1;

		if ((*at == '{' && word < 0) || *at == '}') {
			(void)err_usage(err,
			                "--output '%s' has something else than words in braces",
			                template);
			err_hint(err, "the words are {id} {peer} {port} {time}");
			return -1;
		}
		if (word >= 0)
			at += strlen(output_word_rows[word].name) - 1;
	}
	if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_usage(err, "--output '%s' names no file", template);
	return 0;
}

int output_name_check_folder(const char *template, struct err *err)
{
	const char *end = strrchr(template, '/');
	char folder[4096] = ".";
	struct text t = TEXT_OVER(folder);
	int fd;

	/* Folders that are named after clients are looked for when those come. */
	if (!end || memchr(template, '{', (size_t)(end - template)))
		return 0;
	text_add_bytes(&t, template, (size_t)(end - template) + 1);
	fd = t.cut ? -ENAMETOOLONG : sys_open(folder, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return err_set(err, ERR_LOCAL, -fd, "open", "%s", folder);
	(void)sys_close(fd);
	return 0;
}

/* Names of Unix sockets may have any byte in them. */
static void add_safe(struct text *t, const char *value, size_t len)
{
	char safe[WORD_MOST + 1];
	struct text word = TEXT_OVER(safe);

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];
		bool plain = (c < 0x80 && isalnum(c)) || (c != 0 && strchr("-_:@+=,", c)) ||
		             (c == '.' && i > 0);

		if (plain)
			text_add_bytes(&word, &value[i], 1);
		else
			text_add(&word, "%%%02X", c);
	}
	text_add_bytes(t, word.at, word.len);
}

void output_name_add(struct text *t, const char *template, const struct output_words *words)
{
	for (const char *at = template; *at;) {
		int word = *at == '{' ? output_word(at) : -1;
		char value[512];
		struct text v = TEXT_OVER(value);

		if (word < 0) {
			text_add_bytes(t, at++, 1);
			continue;
		}
		output_word_rows[word].add(&v, words);
		add_safe(t, v.at, v.len);
		at += strlen(output_word_rows[word].name);
	}
}
