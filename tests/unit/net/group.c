/* net/group: how groups to be joined are written. */
#include "net/group.h"

#include <criterion/criterion.h>
#include <string.h>

static struct group_list list;
static struct err err;

static int add(const char *text)
{
	return group_list_add(&list, text, &err);
}

static void expect(size_t i, const char *group, const char *source, const char *interface)
{
	char buf[64] = "";
	struct text t = TEXT_OVER(buf);

	addr_add_host(&t, &list.at[i].addr);
	cr_assert_str_eq(buf, group);
	cr_assert_eq(list.at[i].source.len > 0, source[0] != '\0');
	buf[0] = '\0';
	t = TEXT_OVER(buf);
	if (source[0])
		addr_add_host(&t, &list.at[i].source);
	cr_assert_str_eq(buf, source);
	cr_assert_str_eq(list.at[i].interface, interface);
}

Test(group, group_source_and_interface)
{
	static const char *const texts[] = {
		"224.0.0.0",
		"239.255.255.255%eth0",
		"10.0.0.1@232.1.2.3",
		"2001:db8::1@ff35::1%3",
		"ff02::fb%0123456789abcde",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		cr_assert_eq(add(texts[i]), 0, "%s: %s", texts[i], err.detail);
	cr_assert_eq(list.count, ARRAY_LEN(texts));
	expect(0, "224.0.0.0", "", "");
	expect(1, "239.255.255.255", "", "eth0");
	expect(2, "232.1.2.3", "10.0.0.1", "");
	expect(3, "ff35::1", "2001:db8::1", "3");
	expect(4, "ff02::fb", "", "0123456789abcde");
	cr_assert_eq(list.at[1].text, texts[1]);
}

Test(group, what_is_none)
{
	static const char *const texts[] = {
		"",
		"223.255.255.255",
		"240.0.0.0",
		"255.255.255.255",
		"fe80::1",
		"239.1.2",
		"239.1.2.3.",
		"0xe0000001",
		"239.1.2.3 ",
		" 239.1.2.3",
		"eth0",
		"%eth0",
		"@",
		"@239.1.2.3",
		"10.0.0.1@",
		"10.0.0.1@10.0.0.2",
		"[ff02::1]",
		"ff02::1@ff02::2",
		"0.0.0.0@232.1.1.1",
		"::@ff35::1",
		"239.1.2.3%",
		"1.2.3.4@ff35::1",
		"239.1.2.3%0123456789abcdef",
		"1@1@232.1.1.1",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000@232.1.1.1",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		cr_assert_eq(add(texts[i]), -1, "%s", texts[i]);
		cr_assert_eq(err.domain, ERR_USAGE);
		cr_assert_eq(strncmp(err.detail, "--join ", 7), 0, "%s", err.detail);
	}
	cr_assert_eq(list.count, 0);
}

/* The same group is another one by another interface, and each source is a join. */
Test(group, twice)
{
	cr_assert_eq(add("239.1.2.3"), 0);
	cr_assert_eq(add("239.1.2.3"), -1);
	cr_assert_str_eq(err.detail, "--join 239.1.2.3 is there twice");
	cr_assert_eq(add("239.1.2.3%eth0"), 0);
	cr_assert_eq(add("10.0.0.1@239.1.2.3"), -1);
	cr_assert_str_eq(err.detail,
	                 "--join 239.1.2.3 and --join 10.0.0.1@239.1.2.3 exclude each other");
	cr_assert_eq(add("10.0.0.1@232.1.2.3"), 0);
	cr_assert_eq(add("10.0.0.2@232.1.2.3"), 0);
	cr_assert_eq(add("10.0.0.2@232.1.2.3"), -1);
	cr_assert_eq(add("232.1.2.3"), -1);
	cr_assert_eq(list.count, 4);
}

static void take(const char *text, const char *host, const char *interface)
{
	char name[256] = "", zone[GROUP_INTERFACE_SIZE] = "x";

	memcpy(name, text, strlen(text));
	cr_assert_eq(group_take_interface(name, zone, &err), 0, "%s", text);
	cr_assert_str_eq(name, host);
	cr_assert_str_eq(zone, interface);
}

Test(group, the_interface_of_an_endpoint)
{
	char bad[] = "239.1.2.3%", longer[] = "ff05::1%0123456789abcdef";
	char zone[GROUP_INTERFACE_SIZE];

	take("239.1.2.3%eth0", "239.1.2.3", "eth0");
	take("ff05::1%2", "ff05::1", "2");
	/* In these it is part of the address, or of something else. */
	take("ff02::1%eth0", "ff02::1%eth0", "");
	take("fe80::1%eth0", "fe80::1%eth0", "");
	take("10.0.0.1%eth0", "10.0.0.1%eth0", "");
	take("a%b", "a%b", "");
	take("239.1.2.3", "239.1.2.3", "");
	cr_assert_eq(group_take_interface(bad, zone, &err), -1);
	cr_assert_eq(group_take_interface(longer, zone, &err), -1);
}
