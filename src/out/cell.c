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
