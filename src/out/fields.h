/* The bytes of a struct sockaddr, field by field: name, bytes, byte order and what they mean. */
#ifndef SOCKIT_OUT_FIELDS_H
#define SOCKIT_OUT_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "out/answer.h"

/* A usage error when the N bytes AT are too few for the family that they begin with. */
int fields_check(const uint8_t *at, size_t n, struct err *err) MUST_CHECK;

/*
 * Put the N bytes AT, which were checked, into A: what they are, and field by field. What is behind
 * the struct is shown as the rest.
 */
void fields_of_sockaddr(struct answer *a, const uint8_t *at, size_t n);

/* Their fields alone: a list under KEY and LABEL, as answer_list has it. */
void fields_list(struct answer *a, const char *key, const char *label, const uint8_t *at, size_t n);

#endif
