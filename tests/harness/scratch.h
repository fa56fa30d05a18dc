/* Files of one test, in a directory of its own that goes when the test ends, however it ends. */
#ifndef HARNESS_SCRATCH_H
#define HARNESS_SCRATCH_H

/*
 * The path of NAME in the test's directory: short enough for a Unix socket. Nothing is created at
 * it. The string lives as long as the test.
 */
const char *scratch_path(const char *name);

/* The same, and the file holds TEXT. */
const char *scratch_file(const char *name, const char *text);

/* A path that no other call returns. */
const char *scratch_fresh(void);

/* The whole of a small file as a string that lives as long as the test; NULL if there is none. */
const char *scratch_read(const char *path);

#endif
