/* The bytes that a call moves. */
#include <string.h>
#include <sys/socket.h>

#include "base/escape.h"
#include "net/addr.h"
#include "out/decode.h"

/* The beginning is enough to know it again. */
static void add_bytes(struct text *t, const void *bytes, size_t n)
{
	enum { SHOWN = 32 };
	char start[SHOWN + 1] = "";
	size_t shown = n < SHOWN ? n : SHOWN;

	memcpy(start, bytes, shown);
	for (size_t i = 0; i < shown; i++)
		if (start[i] == '\0')
			start[i] = '.';
	text_add_str(t, "\"");
	text_add_escaped(t, start);
	text_add_str(t, n > shown ? "\"..." : "\"");
}

void decode_bytes_in(struct text *t, const struct sys_call *call, int i)
{
	add_bytes(t, (const void *)call->arg[i], (size_t)call->arg[i + 1]);
}

void decode_bytes_out(struct text *t, const struct sys_call *call, int i)
{
	if (call->result < 0)
		text_add_str(t, "...");
	else
		add_bytes(t, (const void *)call->arg[i], (size_t)call->result);
}

/* The first few datagrams as {"bytes", length}, and of an unconnected socket from or to whom. */
static void add_messages(struct text *t, const struct mmsghdr *messages, size_t count,
                         bool received)
{
	enum { SHOWN = 3 };

	text_add_str(t, "[");
	for (size_t i = 0; i < count && i < SHOWN; i++) {
		const struct msghdr *h = &messages[i].msg_hdr;
		const struct iovec *v = h->msg_iov;
		size_t len = received ? messages[i].msg_len : v->iov_len;

		text_add_str(t, i > 0 ? ", {" : "{");
		add_bytes(t, v->iov_base, len < v->iov_len ? len : v->iov_len);
		text_add(t, ", %zu", len);
		if (h->msg_name && h->msg_namelen > 0) {
			struct addr a = addr_from(h->msg_name, h->msg_namelen);

			text_add_str(t, ", ");
			addr_add_word(t, &a);
		}
		text_add_str(t, "}");
	}
	text_add_str(t, count > SHOWN ? ", ...]" : "]");
}

void decode_messages_in(struct text *t, const struct sys_call *call, int i)
{
	add_messages(t, (const struct mmsghdr *)call->arg[i], (size_t)call->arg[i + 1], false);
}

void decode_messages_out(struct text *t, const struct sys_call *call, int i)
{
	if (call->result < 0)
		text_add_str(t, "...");
	else
		add_messages(t, (const struct mmsghdr *)call->arg[i], (size_t)call->result, true);
}
