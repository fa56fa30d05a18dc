/*
 * One client after the other: what every beginner writes first, and what an idle client brings to a
 * halt.
 */
#include <errno.h>
#include <stdlib.h>

#include "serve/blocking.h"
#include "serve/model.h"

struct iterative {
	struct blocking blocking;
	struct exchange_scratch scratch;
};

static void iterative_serve(struct blocking *b, struct blocking_client *c)
{
	blocking_client_serve(c, &CONTAINER_OF(b, struct iterative, blocking)->scratch);
}

static int iterative_run(struct server *server, struct err *err)
{
	static const struct blocking_way way = { .serve = iterative_serve };
	OWN_MEM struct iterative *i = malloc(sizeof *i);

	if (!i)
		return err_set(err, ERR_LOCAL, ENOMEM, "wait for", "clients");
	if (blocking_open(&i->blocking, server, &way, false, err))
		return -1;
	int result = blocking_run(&i->blocking, err);
	blocking_close(&i->blocking);
	return result;
}

const struct model model_iterative = {
	.name = "iterative",
	.help = "one client at a time; the others wait until it has gone",
	.run = iterative_run,
};
