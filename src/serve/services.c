#include "serve/services.h"

#include <string.h>

#include "base/attr.h"
#include "serve/classic.h"
#include "serve/http.h"

const struct service *const services_table[] = {
	&service_echo, &service_discard, &service_chargen, &service_daytime,
	&service_time, &service_qotd,    &service_upper,   &service_http,
};

const size_t services_count = ARRAY_LEN(services_table);

const struct service *services_named(const char *name, size_t len)
{
	for (size_t i = 0; i < services_count; i++)
		if (strlen(services_table[i]->name) == len &&
		    memcmp(services_table[i]->name, name, len) == 0)
			return services_table[i];
	return NULL;
}
