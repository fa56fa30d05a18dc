#include "cmd/asking.h"

#include <errno.h>

#include "cli/observe_options.h"

int asking_run(const struct command_call *call, asking_command *command, struct err *err)
{
	const struct observe_options *o = call->observe;
	struct answer *answer = answer_new(o->json, style_for(1, o->color));
	struct err unwritten;

	if (!answer)
		return err_set(err, ERR_LOCAL, ENOMEM, "buffer", "the answer");
	int result = command(call, answer, err);
	if (answer_flush(answer, &unwritten)) {
		*err = unwritten;
		result = -1;
	}
	answer_free(answer);
	return result;
}
