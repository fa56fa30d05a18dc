/* Bytes as hex digits. */
#ifndef SOCKIT_BASE_HEX_H
#define SOCKIT_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/num.h"
#include "base/text.h"

/*
 * Groups of two hex digits, the lowest address first, all joined by SEPARATOR (0: by nothing; a
 * blank may be missing here and there, as xxd and hexdump leave it out), into OUT. NUM_RANGE when
 * there are more than SIZE. *n and OUT are only good on NUM_OK.
 */
enum num_result hex_parse(const char *str, char separator, uint8_t *out, size_t size,
                          size_t *n) MUST_CHECK;

/* Append "d0 4c". */
void text_add_hex(struct text *t, const uint8_t *bytes, size_t n);

#endif
