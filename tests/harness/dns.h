/* A name server on 127.0.0.1 port 53 of the test's own network namespace, in a thread. */
#ifndef HARNESS_DNS_H
#define HARNESS_DNS_H

enum dns_mode {
	DNS_SILENT,   /* takes questions and never answers */
	DNS_SERVFAIL, /* answers that it failed */
	DNS_NXDOMAIN, /* answers that there is no such name */
	DNS_ADDRESS,  /* has 127.0.0.1 for each name, and no IPv6 address */
};

/* After netns_enter(). It lives as long as the test. */
void dns_serve(enum dns_mode mode);

#endif
