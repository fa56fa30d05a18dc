#include "harness/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/fail.h"

enum { SMALL_FILE = 1 << 20 };

static char directory[64];
static pid_t owner;

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info, (void)type, (void)where;
	return remove(path);
}

static void remove_directory(void)
{
	if (getpid() == owner)
		nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void need_directory(void)
{
	if (*directory)
		return;
	snprintf(directory, sizeof(directory), "/tmp/sockit-test-XXXXXX");
	if (!mkdtemp(directory))
		fail("%s: %s", directory, strerror(errno));
	owner = getpid();
	atexit(remove_directory);
}

const char *scratch_path(const char *name)
{
	char *path;

	need_directory();
	must(asprintf(&path, "%s/%s", directory, name), "asprintf");
	return path;
}

const char *scratch_file(const char *name, const char *text)
{
	const char *path = scratch_path(name);
	int fd = must(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), path);

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("%s: %s", path, strerror(errno));
	close(fd);
	return path;
}

const char *scratch_fresh(void)
{
	static unsigned count;
	char name[32];

	snprintf(name, sizeof(name), "f%u", count++);
	return scratch_path(name);
}

const char *scratch_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;
	ssize_t n;

	if (fd < 0)
		return NULL;
	text = calloc(1, SMALL_FILE + 1);
	if (!text)
		fail("no memory for %s", path);
	for (size_t at = 0; (n = read(fd, text + at, SMALL_FILE - at)) > 0; at += (size_t)n)
		continue;
	close(fd);
	return text;
}
