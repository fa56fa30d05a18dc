/*
 * The telnet protocol as a network virtual terminal without options speaks it: RFC 854 and 855.
 * What the peer asks for is refused, what it says about options is taken out of the data, and the
 * byte 255 travels doubled. Carriage returns are left as they are.
 */
#ifndef SOCKIT_RELAY_TELNET_H
#define SOCKIT_RELAY_TELNET_H

#include "relay/tap.h"
#include "stream/stream.h"

/* DO and WILL have one answer each for every option. */
enum { TELNET_ANSWERS = 2, TELNET_OPTIONS = 256 };
enum { TELNET_ANSWERS_SIZE = TELNET_ANSWERS * TELNET_OPTIONS * 3 };

struct telnet {
	struct tap decode; /* stands in what comes; a sequence without an end is dropped */
	struct tap encode; /* stands in what is sent */

	/* private */
	unsigned char state;
	uint8_t verb; /* of the sequence being read, as an index */
	/*
	 * Answered since the peer last took its wish back, so that no two ends refuse each other
	 * for ever (RFC 1143); and answered but not sent, so that the answers are bounded.
	 */
	uint8_t answered[TELNET_ANSWERS][TELNET_OPTIONS / 8];
	uint8_t queued[TELNET_ANSWERS][TELNET_OPTIONS / 8];
	uint8_t answers[TELNET_ANSWERS_SIZE];
	size_t begin, end; /* of those not sent yet */
};

void telnet_init(struct telnet *t);

/* Whether answers wait to be sent. */
bool telnet_has_answers(const struct telnet *t);

/*
 * Send them to TO; what was sent is added to *given. IO_DONE when none is left. They must come
 * between two whole sequences of the data, and once begun before any more of it.
 */
struct io telnet_send(struct telnet *t, struct stream *to, uint64_t *given);

void telnet_drop_answers(struct telnet *t);

/* Whether N encoded bytes, from a place between two sequences on, end within a doubled 255. */
bool telnet_is_split(const uint8_t *encoded, size_t n);

#endif
