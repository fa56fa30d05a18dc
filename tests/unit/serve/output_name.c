/* serve/output_name: nobody but who wrote the template decides where files are. */
#include "serve/output_name.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *name_of(const char *template, const struct addr *peer)
{
	static char name[4096];
	struct text t = TEXT_OVER(name);
	struct output_words words = {
		.id = 42,
		.peer = peer,
		.wall = INT64_C(1795271345) * NSEC_PER_SEC,
	};
	struct err err;

	cr_assert(output_name_check(template, &err) == 0, "%s", template);
	output_name_add(&t, template, &words);
	return name;
}

Test(output_name, has_words)
{
	struct addr peer = addr_loopback(AF_INET, 7777);
	struct addr peer6 = addr_loopback(AF_INET6, 9);

	cr_expect_str_eq(name_of("logs/{id}-{peer}:{port}", &peer), "logs/42-127.0.0.1:7777");
	cr_expect_str_eq(name_of("{peer}_{port}.txt", &peer6), "::1_9.txt");
	cr_expect_str_eq(name_of("{time}", &peer), "20261121T142905Z");
	cr_expect_str_eq(name_of("plain", &peer), "plain");
}

Test(output_name, leaves_no_folder)
{
	static const struct {
		const char *path, *name;
		bool abstract;
	} rows[] = {
		{ "../../etc/passwd", "unix:..%2F..%2Fetc%2Fpasswd", false },
		{ "/etc/passwd", "unix:%2Fetc%2Fpasswd", false },
		{ "a b\n\x1b", "unix:a%20b%5Cx0a%5Cx1b", false },
		{ "%2F", "unix:%252F", false },
		{ "../x", "unix:@..%2Fx", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct addr peer;
		struct err err;

		cr_assert(addr_local(&peer, rows[i].path, rows[i].abstract, &err) == 0);
		const char *name = name_of("{peer}", &peer);
		cr_expect(strchr(name, '/') == NULL && name[0] != '.', "%s", name);
		cr_expect_str_eq(name, rows[i].name);
	}
}

Test(output_name, of_the_longest_path_fits_a_file_name)
{
	char path[108];
	struct addr peer;
	struct err err;

	memset(path, '/', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	cr_assert(addr_local(&peer, path, false, &err) == 0);
	cr_expect(strlen(name_of("{peer}.{id}", &peer)) < 255);
}

Test(output_name, refuses_words_that_it_has_not)
{
	static const char *const bad[] = { "{}",     "{ID}",      "{id",    "id}", "x{{id}}",
		                           "{host}", "{id }{id}", "logs/",  "",    ".",
		                           "..",     "logs/.",    "{id}/.." };
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		cr_expect(output_name_check(bad[i], &err) == -1, "%s", bad[i]);
		cr_expect(err.domain == ERR_USAGE);
	}
}
