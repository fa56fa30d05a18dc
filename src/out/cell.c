#include "out/cell.h"

#include <string.h>

#include "base/escape.h"

json_t *cell_json_str(const char *str)
{
	json_t *json = json_string(str);
	char buf[2048];
	struct text t = TEXT_OVER(buf);

	if (json)
		return json;
	text_add_escaped(&t, str);
	return json_string(buf);
}

json_t *cell_json_number(const char *str)
{
	return json_integer(strtoll(str, NULL, 10));
}

json_t *cell_json_words(const char *str)
{
	json_t *list = json_array();

	while (*(str += strspn(str, " "))) {
		size_t len = strcspn(str, " ");
		OWN_MEM char *word = strndup(str, len);

		if (!word || json_array_append_new(list, cell_json_str(word))) {
			json_decref(list);
			return NULL;
		}
		str += len;
	}
	return list;
}

json_t *cell_json_msec(nsec_t time)
{
	return json_real((double)(time / NSEC_PER_USEC) / 1000.0);
}

char *cell_json_line(json_t *object)
{
	OWN_MEM char *line =
		json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9));
	size_t len = line ? strlen(line) : 0;
	char *whole = line ? realloc(line, len + sizeof "\n") : NULL;

	json_decref(object);
	if (!whole)
		return NULL;
	line = NULL;
	memcpy(whole + len, "\n", sizeof "\n");
	return whole;
}
