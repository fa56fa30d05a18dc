/*
 * The yardstick of look-ups: getaddrinfo for one name of standard input after the other, and its
 * addresses printed.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char name[256], text[INET6_ADDRSTRLEN];
	struct addrinfo *all;

	while (fgets(name, sizeof name, stdin)) {
		name[strcspn(name, "\n")] = '\0';
		int code = getaddrinfo(name, NULL, &hints, &all);

		if (code) {
			(void)fprintf(stderr, "%s: %s\n", name, gai_strerror(code));
			return 1;
		}
		for (const struct addrinfo *one = all; one; one = one->ai_next)
			if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, NULL, 0,
			                NI_NUMERICHOST) == 0)
				(void)printf("%s %s\n", text, name);
		freeaddrinfo(all);
	}
	return 0;
}
