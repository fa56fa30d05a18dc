/* A server of datagrams with one place or two, and clients of it. What it tells is kept. */
#ifndef UNIT_SERVE_ANSWERER_RIG_H
#define UNIT_SERVE_ANSWERER_RIG_H

#include "harness/place.h"
#include "serve/answerer.h"

enum { PLACES = 2, WORDS_COUNT = 3 };

extern struct server server;
extern struct server_totals totals;
extern struct server_place places[PLACES];
extern struct answerer *answerers[PLACES];

/* A place each; then the answerers are made. */
void rig_begin(void);
void rig_add(const char *service, const char *word);
void rig_add_answerers(void);

/* One place and its answerer, and their end. The totals begin anew. */
void rig_begin_one(const char *service, const char *word);
void rig_end_one(void);

/* A free place of each kind: IPv4, IPv6, a Unix socket. */
const char *rig_word(size_t i);

/*
 * A socket that is connected to the I'th of the first place; bound to FROM where that is something.
 */
int rig_client(size_t i, const struct place *from);

/* Wait for something at the I'th socket of PLACE, and answerer_ready(). */
int rig_ready(size_t place, size_t i);

/* Whether an answer is there now. */
bool rig_has_answer(int fd);

/* How often TEXT is in what was told. */
unsigned rig_told(const char *text);

#endif
