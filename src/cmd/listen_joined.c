#include "cmd/listen_joined.h"

#include "base/status.h"
#include "cmd/session.h"
#include "stream/stdio.h"

/* The socket and a file; or the socket alone. */
enum { JOINED_DESCRIPTORS = 2 };

static bool joined_quits(const struct relay_options *relay, bool by_itself)
{
	return relay->on_peer_close == ON_PEER_CLOSE_QUIT ||
	       (relay->on_peer_close == ON_PEER_CLOSE_AUTO && by_itself);
}

static void joined_open_broker(struct listen_joined *j, const struct joined_options *options,
                               const struct relay_options *relay)
{
	j->broker = (struct role_broker_request){
		.crowd = {
			.slow = options->slow,
			.quit_on_end = joined_quits(relay, false),
			.may_go = true,
			.ack_timeout = SESSION_TIMEOUT,
		},
		.chat = options->chat,
	};
	j->role = &role_broker;
	j->context = &j->broker;
	j->name = "the other clients";
}

static int joined_open_stdio(struct listen_joined *j, const struct joined_options *options,
                             const struct relay_options *relay, struct err *err)
{
	struct role_stdio_request *q = &j->stdio;

	if (!relay->no_stdin && !relay->recv_only) {
		q->in = stream_standard_new(0, err);
		if (!q->in)
			return -1;
	}
	if (!relay->send_only && !options->output) {
		q->out = stream_standard_new(1, err);
		if (!q->out) {
			(void)stream_close(q->in);
			return -1;
		}
	}
	q->crowd = (struct crowd_request){
		.slow = options->slow,
		.keep_sending_side = relay->no_half_close,
		.end_when_sent = relay->send_only,
		.quit_on_end = joined_quits(
			relay, relay->no_stdin || (q->in && q->in->nature == STREAM_TERMINAL)),
		.ack_timeout = SESSION_TIMEOUT,
	};
	q->send_nothing = relay->recv_only;
	q->crlf = relay->crlf;
	q->tag = options->tag;
	q->escape = q->out && q->out->nature == STREAM_TERMINAL && !relay->raw;
	q->output = options->output;
	q->append = options->append;
	j->role = &role_stdio;
	j->context = q;
	j->name = options->output    ? "a file"
	          : relay->send_only ? "standard input"
	                             : "standard input and output";
	return 0;
}

int listen_joined_open(struct listen_joined *j, const struct joined_options *options,
                       const struct relay_options *relay, struct err *err)
{
	*j = (struct listen_joined){ .descriptors = JOINED_DESCRIPTORS };
	if (!joined_options_brokers(options))
		return joined_open_stdio(j, options, relay, err);
	joined_open_broker(j, options, relay);
	return 0;
}

/*
 * What a disk had no room for may be told only now. It is what is told, unless something else ended
 * it all, which has the say.
 */
static int joined_close_output(struct stream *out, int result, struct report *report,
                               struct err *err)
{
	int error = out ? out->ops->shut_write(out) : 0;
	struct err late;

	(void)stream_close(out);
	if (!error)
		return result;
	(void)err_set(&late, ERR_LOCAL, -error, "write", "standard output");
	if (result == 0 || err->domain == ERR_ANSWER) {
		*err = late;
		return -1;
	}
	report_failure(report, &late);
	return result;
}

int listen_joined_close(struct listen_joined *j, int result, struct report *report, struct err *err)
{
	(void)stream_close(j->stdio.in);
	result = joined_close_output(j->stdio.out, result, report, err);
	/* The files' failure is told, and what else went wrong with their clients with it. */
	if (j->stdio.file_failed && (result == 0 || err->domain == ERR_ANSWER)) {
		err->domain = ERR_SHOWN;
		err->code = STATUS_LOCAL;
		result = -1;
	}
	return result;
}
