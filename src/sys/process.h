/*
 * Signals and the end of the process.
 *
 * SIGINT, SIGTERM and SIGHUP are caught, unless they were ignored at start, and delivered only
 * while sockit waits: a caught one is a flag that the loop reads between two waits. SIGPIPE is
 * ignored, because sendfile and splice raise it for sockets too, and SIGXFSZ, because one file that
 * gets too large is no reason to end: write says EFBIG then.
 */
#ifndef SOCKIT_SYS_PROCESS_H
#define SOCKIT_SYS_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* Once, before anything else: ignore SIGPIPE and remember what it was. */
void signals_ignore_pipe(void);
bool signals_pipe_was_ignored(void);

/* The same with SIGXFSZ. */
void signals_ignore_file_size(void);

/* From now on catch them, in the thread that calls it. Calling it again does nothing. */
void signals_catch(void);

/* The first signal caught so far, or 0; and how many were. */
int signals_caught(void);
unsigned signals_count(void);

/*
 * From now on catch SIGUSR1 too, which ends nothing. After signals_catch, before there are threads.
 */
void signals_catch_usr1(void);

/* Whether it was caught since this was asked. */
bool signals_take_usr1(void);

/*
 * From now on the end of a child process interrupts a wait too. After signals_catch, before there
 * are threads.
 */
void signals_catch_children(void);

/* Whether one has ended since this was asked. */
bool signals_take_child(void);

/*
 * The mask for a wait, NULL before signals_catch and in other threads than the one that called it.
 */
const sigset_t *signals_wait_mask(void);

/*
 * Have room for COUNT descriptors more than usual, as far as the hard limit allows (man 2
 * setrlimit).
 */
void process_want_descriptors(unsigned count);

/*
 * Let in those that are pending, in the thread that they come to. A wait that finds something ready
 * does not (man 2 epoll_pwait), so that one who is always busy would never hear of them.
 */
void signals_let_in(void);
/*
 * For a program that is to be run. Have children that end be waited for, also where this process
 * was started with SIGCHLD ignored.
 */
void signals_keep_children(void);
/*
 * In the child: the dispositions that this process was started with. The mask is signals_wait_mask.
 */
void signals_restore(void);

/* Block every signal, what was blocked into *BEFORE; and back to that. */
void signals_block_all(sigset_t *before);
void signals_set_mask(const sigset_t *mask);

/* man 2 getpid */
pid_t process_id(void);

/* End the process by signal NUMBER's default action, so that the parent sees 128 + NUMBER. */
_Noreturn void process_die_by(int number);

#endif
