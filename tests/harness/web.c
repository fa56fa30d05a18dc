#include "harness/web.h"

#include <stdio.h>

#include "base/attr.h"
#include "harness/echo_serve.h"
#include "harness/fail.h"

enum { MAX_CURL_WORDS = 32, MAX_CURL_URLS = 4 };

static const char *const models[] = { ECHO_SERVE_MODELS };

static struct web web_start(const char *model, enum net net)
{
	struct web web = { .model = model };

	web.server = echo_serve("http", net, false, WORDS("--model", model), &web.place);
	if (net == NET_UNIX)
		snprintf(web.base, sizeof(web.base), "http://localhost");
	else
		snprintf(web.base, sizeof(web.base), "http://%.100s", web.place.word);
	return web;
}

void web_each(void (*test)(const struct web *web))
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		for (enum net net = 0; net < (i == 0 ? NET_COUNT : 1); net++) {
			struct web web = web_start(models[i], net);

			test(&web);
			echo_serve_end(&web.server);
		}
}

struct child curl(const struct web *web, const char *const *args)
{
	const char *words[MAX_CURL_WORDS + 1] = { "-sS", "--http1.1", "--globoff", "--max-time",
		                                  "60" };
	char urls[MAX_CURL_URLS][256];
	size_t n = 5, url = 0;

	if (web->place.net == NET_UNIX) {
		words[n++] = "--unix-socket";
		words[n++] = web->place.host;
	}
	for (; *args; args++) {
		if (n == MAX_CURL_WORDS || url == MAX_CURL_URLS)
			fail("too many words for curl");
		words[n++] = *args;
		if (**args == '@') {
			snprintf(urls[url], sizeof(urls[url]), "%s%s", web->base, *args + 1);
			words[n - 1] = urls[url++];
		}
	}
	struct child child = child_run(&(struct plan){ .program = "curl", .args = words });
	child_expect(&child, 0);
	return child;
}
