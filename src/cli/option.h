/*
 * Options as data. The parser, --help, the manual's OPTIONS and the completions of three shells all
 * come from rows like these; a new option is a field in its command's struct and a row.
 */
#ifndef SOCKIT_CLI_OPTION_H
#define SOCKIT_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/unit.h"
#include "net/spec.h"

enum option_kind {
	OPTION_FLAG,         /* --name */
	OPTION_COUNT,        /* --name, which may be repeated; more than max counts as max */
	OPTION_UINT,         /* --name N, from min to max */
	OPTION_DURATION,     /* --name DUR, from min nanoseconds on */
	OPTION_SIZE,         /* --name SIZE, bytes, from min to max */
	OPTION_MODE,         /* --name MODE, octal */
	OPTION_STRING,       /* --name TEXT, never empty; it points into argv */
	OPTION_LIST,         /* the same, which may be repeated up to OPTION_LIST_MAX times */
	OPTION_CHOICE,       /* --name WORD, one of choices */
	OPTION_MAYBE_CHOICE, /* --name (the value `bare`) or --name=WORD */
};

/* Kinds of endpoint, for only_for. */
#define FOR_TCP (1u << SPEC_TCP)
#define FOR_UNIX (1u << SPEC_UNIX)
#define FOR_UDP (1u << SPEC_UDP)
#define FOR_UNIX_DGRAM (1u << SPEC_UNIX_DGRAM)
#define FOR_UNIX_SEQPACKET (1u << SPEC_UNIX_SEQPACKET)
#define FOR_VSOCK (1u << SPEC_VSOCK)
#define FOR_INET (FOR_TCP | FOR_UDP)
#define FOR_PORT (FOR_INET | FOR_VSOCK)
#define FOR_PATH (FOR_UNIX | FOR_UNIX_DGRAM) /* what -U makes of a path */
#define FOR_LOCAL (FOR_PATH | FOR_UNIX_SEQPACKET)
#define FOR_STREAM (FOR_TCP | FOR_UNIX | FOR_VSOCK)
#define FOR_CONNECTION (FOR_STREAM | FOR_UNIX_SEQPACKET)
#define FOR_DATAGRAM (FOR_UDP | FOR_UNIX_DGRAM)
#define FOR_PACKET (FOR_DATAGRAM | FOR_UNIX_SEQPACKET)

/* The value of a MODE field whose option was not given and has no fallback. */
#define OPTION_MODE_UNSET UINT32_MAX

/* The values of a LIST in the order of the command line. */
enum { OPTION_LIST_MAX = 32 };
struct option_list {
	const char *at[OPTION_LIST_MAX];
	size_t count;
};

/* No pointers, which every start would have to relocate. */
struct option_choice {
	char name[16];
	unsigned value;
	char help[60]; /* for completions and the manual */
};

/* What a shell offers for the value. Choices come from the row itself. */
enum option_complete {
	COMPLETE_NOTHING,
	COMPLETE_FILE,
	COMPLETE_HOST,
	COMPLETE_INTERFACE,
	COMPLETE_SERVICE,
	COMPLETE_USER,
	COMPLETE_PROTOCOL, /* of services */
	COMPLETE_SERVED,   /* a service of echo-serve */
	COMPLETE_SOCKOPT,  /* "NAME=" of net/sockopt.h */
	COMPLETE_FAULTS,   /* "NAME=" of serve/fault.h, several with commas between */
};

struct option_row {
	const char *name; /* without the dashes; never NULL */
	char letter;      /* or 0 */
	/*
	 * The kinds of endpoint it has a meaning for, FOR_... or'ed; 0 for all. Two options that
	 * have no kind in common exclude each other.
	 */
	uint8_t only_for;
	uint16_t field; /* offset in the struct that the section places */
	enum option_kind kind : 8;
	enum option_complete complete : 8;
	unsigned bare : 8;                   /* for a MAYBE_CHOICE without =VALUE */
	bool any_case : 1;                   /* of the choices, as they are typed */
	const char *arg;                     /* the value's name in help; NULL for a flag */
	const struct option_choice *choices; /* up to an empty name */
	uint32_t min; /* of a number, a size in bytes, a duration in nanoseconds */
	uint32_t max; /* 0: whatever the type holds */
	/*
	 * The value when the option is not given, as one would type it; help shows it. Without one:
	 * false, 0, NULL, the choice with value 0, OPTION_MODE_UNSET, and NSEC_NEVER for a
	 * duration.
	 */
	const char *fallback;
	/*
	 * Long names of the same command, with blanks between; NULL for none. An exclusion is
	 * stated in one of the two rows.
	 */
	const char *needs; /* one */
	const char *excludes;
	const char *help; /* one sentence, no full stop */
	const char *man;  /* what the manual adds to it, in full sentences; NULL when nothing */
};

/* Rows that share one options struct. Several tables may feed one group of the help. */
struct option_group {
	const char *name; /* as in `sockit help COMMAND GROUP` */
	const char *title;
};

struct option_section {
	const struct option_group *group;
	const struct option_row *rows;
	size_t count;
	size_t offset; /* of the rows' struct in the command's options struct */
};

extern const struct option_group option_group_network;
extern const struct option_group option_group_relay;
extern const struct option_group option_group_observe;

/*
 * Kind and field of a row in one go: a field of another type does not compile. An enum without
 * negative values is an unsigned int to gcc and clang.
 */
#define OPTION_FIELD_OF(type, member, wanted)                                                      \
	_Generic(((type *)0)->member, wanted : offsetof(type, member))
#define FLAG_FIELD(type, member) .kind = OPTION_FLAG, .field = OPTION_FIELD_OF(type, member, bool)
#define COUNT_FIELD(type, member)                                                                  \
	.kind = OPTION_COUNT, .field = OPTION_FIELD_OF(type, member, unsigned)
#define UINT_FIELD(type, member)                                                                   \
	.kind = OPTION_UINT, .field = OPTION_FIELD_OF(type, member, unsigned)
#define DURATION_FIELD(type, member)                                                               \
	.kind = OPTION_DURATION, .field = OPTION_FIELD_OF(type, member, nsec_t)
#define SIZE_FIELD(type, member)                                                                   \
	.kind = OPTION_SIZE, .field = OPTION_FIELD_OF(type, member, uint64_t)
#define MODE_FIELD(type, member)                                                                   \
	.kind = OPTION_MODE, .field = OPTION_FIELD_OF(type, member, unsigned)
#define STRING_FIELD(type, member)                                                                 \
	.kind = OPTION_STRING, .field = OPTION_FIELD_OF(type, member, const char *)
#define LIST_FIELD(type, member)                                                                   \
	.kind = OPTION_LIST, .field = OPTION_FIELD_OF(type, member, struct option_list)
#define CHOICE_FIELD(type, member)                                                                 \
	.kind = OPTION_CHOICE, .field = OPTION_FIELD_OF(type, member, unsigned)
#define MAYBE_CHOICE_FIELD(type, member)                                                           \
	.kind = OPTION_MAYBE_CHOICE, .field = OPTION_FIELD_OF(type, member, unsigned)

/* Whether it can have a value at all, and whether it takes the next word for it. */
bool option_takes_value(const struct option_row *row);
bool option_takes_word(const struct option_row *row);

/* Whether giving it twice means something. */
bool option_repeats(const struct option_row *row);

/* Whether NAME is among NAMES, as they are in `excludes`. */
bool option_names_has(const char *names, const char *name);

#endif
