#include "stream/tune.h"

#include <errno.h>
#include <string.h>

#include "sys/socket.h"

static unsigned tune_places(const struct tune *tune, const struct addr *at)
{
	return sockopt_family_place(at->at.any.sa_family) | tune->places;
}

/* The value under the key "value", as numbers and truth values where it is one. */
static struct report_field tune_field(const struct sockopt *option,
                                      const union sockopt_value *value, const char *shown)
{
	switch (option->type) {
	case SOCKOPT_FLAG:
		return (struct report_field)FIELD_BOOL("value", value->number != 0);
	case SOCKOPT_NUMBER:
	case SOCKOPT_SIZE:
		return (struct report_field)FIELD_INT("value", value->number);
	case SOCKOPT_BITS:
		return (struct report_field)FIELD_INT("value", (unsigned)value->number);
	case SOCKOPT_RATE:
		return (struct report_field)FIELD_INT("value", value->rate);
	case SOCKOPT_DURATION:
		return (struct report_field)FIELD_TIME("value", sockopt_value_time(option, value));
	case SOCKOPT_LINGER:
		if (value->linger.l_onoff)
			return (struct report_field)FIELD_TIME("value",
			                                       sockopt_value_time(option, value));
		return (struct report_field)FIELD_BOOL("value", false);
	case SOCKOPT_DISCOVER:
	case SOCKOPT_NAME:
		break;
	}
	return (struct report_field)FIELD_STR("value", shown);
}

/* What the kernel has: it rounds, doubles and caps. */
static void tune_tell(const struct tune *tune, int fd, const struct addr *at,
                      const struct sockopt_setting *s)
{
	int number = s->option->read ? s->option->read : s->option->number;
	union sockopt_value value = { .rate = 0 };
	socklen_t len = sockopt_value_room(s->option);
	char shown[64], asked[64], words[192];
	struct text t = TEXT_OVER(shown), a = TEXT_OVER(asked), w = TEXT_OVER(words);

	if (sys_getsockopt(fd, s->option->level, number, &value, &len))
		return;
	sockopt_add_value(&t, s->option, &value);
	sockopt_add_value(&a, s->option, &s->value);
	text_add_str(&w, shown);
	if (strcmp(shown, asked) != 0)
		text_add(&w, " (asked for %s)", asked);
	REPORT(tune->report, REPORT_SOCKOPT, FIELD_STR("name", s->option->name),
	       FIELD_ADDR("socket", at), FIELD_STR("asked", s->asked),
	       tune_field(s->option, &value, shown), FIELD_WORDS(words));
}

static int tune_set(int fd, const struct sockopt_setting *s, struct err *err)
{
	int error = sys_setsockopt(fd, s->option->level, s->option->number, &s->value,
	                           sockopt_value_size(s->option, &s->value));

	if (!error)
		return 0;
	(void)err_set(err, ERR_LOCAL, -error, "sockopt", "%s=%s", s->option->name, s->asked);
	if (error == -EPERM)
		err_hint(err, "the kernel lets only those do it who have CAP_NET_ADMIN");
	return -1;
}

enum tune_what {
	TUNE_ALL,
	TUNE_FADED,      /* what the kernel forgets; the others are there */
	TUNE_CONNECTION, /* what a connection has too, not a listening socket alone */
};

static bool tune_wants(const struct sockopt_setting *s, enum tune_what what)
{
	unsigned needed = what == TUNE_FADED        ? SOCKOPT_FADES
	                  : what == TUNE_CONNECTION ? SOCKOPT_CONNECTS
	                                            : 0;

	return (s->option->places & needed) == needed;
}

static int tune_set_those(const struct tune *tune, int fd, const struct addr *at,
                          enum tune_what what, struct err *err)
{
	const struct sockopt_list *list = tune->options;

	for (size_t i = 0; list && i < list->count; i++)
		if (sockopt_suits(list->at[i].option, tune_places(tune, at)) &&
		    tune_wants(&list->at[i], what) && tune_set(fd, &list->at[i], err))
			return -1;
	return 0;
}

static void tune_tell_those(const struct tune *tune, int fd, const struct addr *at,
                            enum tune_what what)
{
	const struct sockopt_list *list = tune->options;

	if (!report_hears_details(tune->report))
		return;
	for (size_t i = 0; list && i < list->count; i++)
		if (sockopt_suits(list->at[i].option, tune_places(tune, at)) &&
		    tune_wants(&list->at[i], what))
			tune_tell(tune, fd, at, &list->at[i]);
}

int tune_new(const struct tune *tune, int fd, const struct addr *at, struct err *err)
{
	if (tune_set_those(tune, fd, at, TUNE_ALL, err))
		return -1;
	tune_tell_those(tune, fd, at, TUNE_ALL);
	return 0;
}

int tune_connected(const struct tune *tune, int fd, const struct addr *at, struct err *err)
{
	if (tune_set_those(tune, fd, at, TUNE_FADED, err))
		return -1;
	tune_tell_those(tune, fd, at, TUNE_FADED);
	return 0;
}

int tune_accepted(const struct tune *tune, int fd, const struct addr *at, struct err *err)
{
	/* A Unix socket inherits nothing, and one of vsock hardly anything. */
	bool local = !addr_is_inet(at);

	if (tune_set_those(tune, fd, at, local ? TUNE_CONNECTION : TUNE_FADED, err))
		return -1;
	tune_tell_those(tune, fd, at, TUNE_CONNECTION);
	return 0;
}

int tune_check(const struct tune *tune, const struct addr *list, size_t count, const char *endpoint,
               struct err *err)
{
	unsigned places = 0;

	for (size_t i = 0; i < count; i++)
		places |= tune_places(tune, &list[i]);
	const struct sockopt_setting *misfit =
		tune->options ? sockopt_list_misfit(tune->options, places) : NULL;
	return misfit ? sockopt_refuse(tune->options, misfit->option, endpoint, err) : 0;
}
