/* Attributes and small macros that every floor uses. */
#ifndef SOCKIT_BASE_ATTR_H
#define SOCKIT_BASE_ATTR_H

#include <stddef.h>
#include <stdlib.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
/* What is seldom called. The code that leads to it stands apart from what is run every time. */
#define COLD __attribute__((cold))
#define NOINLINE __attribute__((noinline))
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* The struct of TYPE whose MEMBER is at POINTER. */
#define CONTAINER_OF(pointer, type, member)                                                        \
	((type *)(void *)(((char *)(pointer)) - offsetof(type, member)))

/* A local that is freed when it goes out of scope, unless TAKE handed it over. */
static inline void own_mem_cleanup(void *pointer)
{
	free(*(void **)pointer);
}
#define OWN_MEM __attribute__((cleanup(own_mem_cleanup)))

/* The value of POINTER, which no longer owns it. */
#define TAKE(pointer)                                                                              \
	(__extension__({                                                                           \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	}))

#endif
