#include "net/service_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *put_text(char *at, const char *text)
{
	size_t size = strlen(text) + 1;

	memcpy(at, text, size);
	return at + size;
}

/* The texts of an entry in one piece: name, protocol, aliases with blanks between. */
static int entry_fill(struct service_entry *e, const struct sys_service *s)
{
	size_t size = strlen(s->name) + strlen(s->protocol) + sizeof "\0\0";

	for (char *const *alias = s->aliases; *alias; alias++)
		size += strlen(*alias) + 1;
	char *at = malloc(size);
	if (!at)
		return -1;
	*e = (struct service_entry){ .name = at, .port = s->port };
	e->protocol = at = put_text(at, s->name);
	e->aliases = at = put_text(at, s->protocol);
	*at = '\0';
	for (char *const *alias = s->aliases; *alias; alias++) {
		if (at > e->aliases)
			at[-1] = ' ';
		at = put_text(at, *alias);
	}
	return 0;
}

static void list_add(void *context, const struct sys_service *s)
{
	struct service_list *list = context;

	if (list->count == list->size) {
		size_t size = list->size ? 2 * list->size : 512;
		struct service_entry *grown = realloc(list->at, size * sizeof *grown);

		if (!grown) {
			list->error = ENOMEM;
			return;
		}
		list->at = grown;
		list->size = size;
	}
	if (entry_fill(&list->at[list->count], s))
		list->error = ENOMEM;
	else
		list->count++;
}

void service_list_add_system(struct service_list *list)
{
	int count = sys_service_each(list_add, list);

	if (count < 0)
		list->error = -count;
}

void service_list_add_built_in(struct service_list *list)
{
	for (size_t i = 0; i < service_count; i++) {
		const struct service_row *s = &service_table[i];
		char aliases[sizeof s->aliases];
		size_t before = list->count;

		memcpy(aliases, s->aliases, sizeof aliases);
		list_add(list, &(struct sys_service){
				       .name = s->name,
				       .aliases = (char *[]){ aliases, NULL },
				       .port = s->port,
				       .protocol = s->protocol,
			       });
		if (list->count > before)
			list->at[before].built_in = true;
	}
}

void service_list_free(struct service_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i].name);
	free(list->at);
	free(list->by_port);
	*list = (struct service_list){ 0 };
}

int service_list_check(const struct service_list *list, struct err *err)
{
	return list->error ? err_set(err, ERR_LOCAL, list->error, "read", "the list of services")
	                   : 0;
}

/* Beside those that the list has, only what is new. */
static void list_add_new(void *context, const struct sys_service *s)
{
	const struct service_list *list = context;

	for (size_t i = 0; i < list->count; i++) {
		const struct service_entry *e = &list->at[i];

		if (!e->built_in && e->port == s->port && strcmp(e->name, s->name) == 0 &&
		    strcmp(e->protocol, s->protocol) == 0)
			return;
	}
	list_add(context, s);
}

void service_list_ask(struct service_list *list, const struct service_query *q)
{
	const char *protocol = q->protocol[0] ? q->protocol : NULL;

	if (!q->name[0]) {
		if (q->low == q->high)
			(void)!sys_service_by_port(q->low, protocol, list_add_new, list);
		return;
	}
	(void)!service_by_name(q->name, protocol, list_add_new, list);
}

/* Entries by port; those of one port stay in the order of the list. */
static int compare_ports(const void *a, const void *b, void *context)
{
	const struct service_list *list = context;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;

	if (list->at[i].port != list->at[j].port)
		return list->at[i].port < list->at[j].port ? -1 : 1;
	return (i > j) - (i < j);
}

void service_list_sort(struct service_list *list)
{
	list->by_port = calloc(list->count + 1, sizeof *list->by_port);
	if (!list->by_port) {
		list->error = ENOMEM;
		return;
	}
	for (size_t i = 0; i < list->count; i++)
		list->by_port[i] = i;
	qsort_r(list->by_port, list->count, sizeof *list->by_port, compare_ports, list);
}

const struct service_entry *service_list_at(const struct service_list *list, uint16_t port,
                                            const char *protocol)
{
	size_t low = 0, high = list->by_port ? list->count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->at[list->by_port[middle]].port < port)
			low = middle + 1;
		else
			high = middle;
	}
	for (; list->by_port && low < list->count; low++) {
		const struct service_entry *e = &list->at[list->by_port[low]];

		if (e->port != port)
			break;
		if (strcasecmp(e->protocol, protocol) == 0)
			return e;
	}
	return NULL;
}
