/*
 * A number, an address or a few bytes, as people write them: what `sockit byteorder` takes. Strict:
 * nothing is skipped or guessed, and every refusal says what was wrong.
 */
#ifndef SOCKIT_NET_QUANTITY_H
#define SOCKIT_NET_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { QUANTITY_BYTES_MAX = 16 };

struct quantity {
	const char *form; /* how it was written: "decimal", "hexadecimal", "IPv4 address" ... */
	bool is_bytes;    /* it was written byte by byte, in network order, and not as a number */
	unsigned width;   /* in bits: 16, 32 or 64; 128 for an IPv6 address */
	uint64_t value;   /* in host order; 0 for an IPv6 address */
	uint8_t bytes[QUANTITY_BYTES_MAX]; /* in network order, width / 8 of them */
};

struct quantity_rules {
	bool bytes;     /* TEXT is bytes, also when it looks like an IPv6 address or a number */
	unsigned width; /* 16, 32, 64, or 0 for the smallest that fits */
};

/*
 * 53324, 0xd04c, 0b1101, 0o17, 'c', 128.2.194.242, an IPv6 address, d0:4c, or the name of an
 * address under in-addr.arpa or ip6.arpa; else a usage error.
 */
int quantity_parse(const char *text, const struct quantity_rules *rules, struct quantity *out,
                   struct err *err) MUST_CHECK;

/* From N raw bytes in network order, 1 to 8 of them or 16: else a usage error. */
int quantity_from_bytes(const uint8_t *bytes, size_t n, unsigned width, struct quantity *out,
                        struct err *err) MUST_CHECK;

/* Q's bytes as they lie in this machine's memory, width / 8 of them. */
void quantity_host_bytes(const struct quantity *q, uint8_t out[QUANTITY_BYTES_MAX]);

/*
 * For numbers. Q was found in a field that holds network order: make it what the field means. And
 * the opposite: what is found in such a field that means Q.
 */
void quantity_take_from_network(struct quantity *q);
uint64_t quantity_in_network_field(const struct quantity *q);

#endif
