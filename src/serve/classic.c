#include "serve/classic.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/mix.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/wait.h"

/* What came goes back from where it lies. */
static void classic_give_back(struct service_turn *turn)
{
	turn->used = turn->in_len < turn->room_len ? turn->in_len : turn->room_len;
	turn->give = turn->in;
	turn->give_len = turn->used;
}

static enum service_next classic_next(const struct service_turn *turn)
{
	return turn->used < turn->in_len ? SERVICE_AGAIN : SERVICE_READ;
}

static enum service_next echo_step(void *state, struct service_turn *turn)
{
	(void)state;
	classic_give_back(turn);
	return classic_next(turn);
}

const struct service service_echo = {
	.name = "echo",
	.help = "sends back what it gets (RFC 862)",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.step = echo_step,
};

static enum service_next discard_step(void *state, struct service_turn *turn)
{
	(void)state;
	turn->used = turn->in_len;
	return SERVICE_READ;
}

const struct service service_discard = {
	.name = "discard",
	.help = "throws away what it gets (RFC 863)",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.step = discard_step,
};

static enum service_next upper_step(void *state, struct service_turn *turn)
{
	(void)state;
	classic_give_back(turn);
	for (size_t i = 0; i < turn->used; i++)
		if (turn->in[i] >= 'a' && turn->in[i] <= 'z')
			turn->in[i] -= 'a' - 'A';
	return classic_next(turn);
}

const struct service service_upper = {
	.name = "upper",
	.help = "sends back what it gets in capitals",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.step = upper_step,
};

/* The rest of LEN bytes, of which *GIVEN went before. */
static enum service_next classic_give(struct service_turn *turn, const void *bytes, size_t len,
                                      uint32_t *given)
{
	size_t rest = len - *given;

	turn->used = turn->in_len;
	turn->give = (const uint8_t *)bytes + *given;
	turn->give_len = rest < turn->room_len ? rest : turn->room_len;
	*given += (uint32_t)turn->give_len;
	return *given < len ? SERVICE_AGAIN : SERVICE_END;
}

/*
 * Lines of 72 of the 95 printable characters, each line one character further on, until after 95
 * lines it is the first again. As many rounds as fit a step's room stand here, so that none is ever
 * copied.
 */
enum { CHARGEN_PRINTABLE = 95, CHARGEN_LINE = 74, CHARGEN_ROUNDS = 9 };

#define CHARS_1(line, n) ' ' + ((line) + (n)) % CHARGEN_PRINTABLE
#define CHARS_3(line, n) CHARS_1(line, n), CHARS_1(line, (n) + 1), CHARS_1(line, (n) + 2)
#define CHARS_9(line, n) CHARS_3(line, n), CHARS_3(line, (n) + 3), CHARS_3(line, (n) + 6)
#define CHARS_36(line, n)                                                                          \
	CHARS_9(line, n), CHARS_9(line, (n) + 9), CHARS_9(line, (n) + 18), CHARS_9(line, (n) + 27)
#define LINES_1(line) CHARS_36(line, 0), CHARS_36(line, 36), '\r', '\n'
#define LINES_5(line)                                                                              \
	LINES_1(line), LINES_1((line) + 1), LINES_1((line) + 2), LINES_1((line) + 3),              \
		LINES_1((line) + 4)
#define LINES_19(line)                                                                             \
	LINES_5(line), LINES_5((line) + 5), LINES_5((line) + 10), LINES_1((line) + 15),            \
		LINES_1((line) + 16), LINES_1((line) + 17), LINES_1((line) + 18)
#define ROUNDS_1 LINES_19(0), LINES_19(19), LINES_19(38), LINES_19(57), LINES_19(76)
#define ROUNDS_3 ROUNDS_1, ROUNDS_1, ROUNDS_1

static const uint8_t chargen_lines[] = { ROUNDS_3, ROUNDS_3, ROUNDS_3 };

_Static_assert(sizeof chargen_lines == CHARGEN_ROUNDS * CHARGEN_PRINTABLE * CHARGEN_LINE,
               "whole rounds");
_Static_assert(sizeof chargen_lines <= SERVICE_ROOM &&
                       sizeof chargen_lines + CHARGEN_PRINTABLE * CHARGEN_LINE > SERVICE_ROOM,
               "as many as fit");

static enum service_next chargen_step(void *state, struct service_turn *turn)
{
	uint32_t *at = state;
	size_t rest = sizeof chargen_lines - *at;

	turn->used = turn->in_len;
	turn->give = chargen_lines + *at;
	if (turn->datagram) {
		turn->give_len = 1 + mix64(turn->client) % CLASSIC_DATAGRAM;
		return SERVICE_END;
	}
	turn->give_len = rest < turn->room_len ? rest : turn->room_len;
	*at = (uint32_t)((*at + turn->give_len) % sizeof chargen_lines);
	return SERVICE_AGAIN;
}

const struct service service_chargen = {
	.name = "chargen",
	.help = "sends lines of printable characters without end (RFC 864)",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.amplifies = true,
	.endless = true,
	.state_size = sizeof(uint32_t),
	.step = chargen_step,
};

size_t classic_daytime(nsec_t wall, char line[CLASSIC_DAYTIME_SIZE])
{
	struct tm tm;

	sys_wall_split(wall, &tm);
	return strftime(line, CLASSIC_DAYTIME_SIZE, "%A, %B %d, %Y %H:%M:%S %z\r\n", &tm);
}

/* The time zone is read now, while there are descriptors for its file. */
static void daytime_prepare(void)
{
	char line[CLASSIC_DAYTIME_SIZE];

	(void)classic_daytime(sys_wall(), line);
}

struct daytime_state {
	uint32_t given;
	uint32_t len;
	char line[CLASSIC_DAYTIME_SIZE];
};

static enum service_next daytime_step(void *state, struct service_turn *turn)
{
	struct daytime_state *s = state;

	if (s->len == 0)
		s->len = (uint32_t)classic_daytime(sys_wall(), s->line);
	return classic_give(turn, s->line, s->len, &s->given);
}

const struct service service_daytime = {
	.name = "daytime",
	.help = "sends the date and the time of day as a line (RFC 867)",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.prepare = daytime_prepare,
	.state_size = sizeof(struct daytime_state),
	.step = daytime_step,
};

uint32_t classic_time(nsec_t wall)
{
	/* 1970 began so many seconds after 1900 (RFC 868). */
	return (uint32_t)(wall / NSEC_PER_SEC + INT64_C(2208988800));
}

struct time_state {
	uint32_t given;
	bool begun;
	uint8_t bytes[4];
};

static enum service_next time_step(void *state, struct service_turn *turn)
{
	struct time_state *s = state;

	if (!s->begun) {
		uint32_t seconds = classic_time(sys_wall());

		for (size_t i = 0; i < sizeof s->bytes; i++)
			s->bytes[i] = (uint8_t)(seconds >> (24 - 8 * i));
		s->begun = true;
	}
	return classic_give(turn, s->bytes, sizeof s->bytes, &s->given);
}

const struct service service_time = {
	.name = "time",
	.help = "sends the seconds since 1900 in 32 bits, which begin anew in 2036 (RFC 868)",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.state_size = sizeof(struct time_state),
	.step = time_step,
};

static const char own_quote[] =
	"Be conservative in what you send, be liberal in what you accept.\r\n"
	"    the robustness principle, after Jon Postel (RFC 793)\r\n";

/* How much of a quote goes into a datagram: not half a character. */
static size_t quote_cut(const char *quote, size_t len)
{
	size_t cut = CLASSIC_DATAGRAM;

	if (len <= CLASSIC_DATAGRAM)
		return len;
	while (cut > CLASSIC_DATAGRAM - 4 && (quote[cut] & 0xc0) == 0x80)
		cut--;
	return cut > CLASSIC_DATAGRAM - 4 ? cut : CLASSIC_DATAGRAM;
}

static enum service_next qotd_step(void *state, struct service_turn *turn)
{
	bool own = !turn->setup || !turn->setup->quote;
	const char *quote = own ? own_quote : turn->setup->quote;
	size_t len = own ? sizeof own_quote - 1 : turn->setup->quote_len;

	return classic_give(turn, quote, turn->datagram ? quote_cut(quote, len) : len, state);
}

const struct service service_qotd = {
	.name = "qotd",
	.help = "sends a quote of the day (RFC 865), that of --quote",
	.over = SERVICE_STREAM | SERVICE_DATAGRAM,
	.amplifies = true,
	.state_size = sizeof(uint32_t),
	.step = qotd_step,
};

int classic_read_quote(const char *file, char **quote, size_t *len, struct err *err)
{
	OWN_FD fd = sys_open(file, O_RDONLY, 0);
	OWN_MEM char *room = malloc(CLASSIC_QUOTE_MAX + 1);
	size_t n = 0;
	ssize_t got = fd;

	if (!room)
		return err_set(err, ERR_LOCAL, ENOMEM, "read", "%s", file);
	if (fd < 0)
		return err_set(err, ERR_LOCAL, -fd, "open", "%s", file);
	while (n <= CLASSIC_QUOTE_MAX &&
	       (got = sys_read_waiting(fd, room + n, CLASSIC_QUOTE_MAX + 1 - n)) > 0)
		n += (size_t)got;
	if (got < 0)
		return err_set(err, ERR_LOCAL, (int)-got, "read", "%s", file);
	if (n == 0)
		return err_usage(err, "--quote: %s is empty", file);
	if (n > CLASSIC_QUOTE_MAX)
		return err_usage(err, "--quote: %s is longer than %d bytes", file,
		                 CLASSIC_QUOTE_MAX);
	*quote = TAKE(room);
	*len = n;
	return 0;
}
