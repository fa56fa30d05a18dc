/*
 * A real name server, dnsmasq, on 127.0.0.1 port 53 of the test's own network namespace. Skips the
 * test if it is not installed.
 */
#ifndef HARNESS_DNSMASQ_H
#define HARNESS_DNSMASQ_H

#include "harness/child.h"

/*
 * Enter a namespace with HOSTS in /etc/hosts, and serve what CONFIG says (man 8 dnsmasq, an option
 * a line) in the domain test and in reverse; nothing else has a name. Returns when it answers.
 */
struct child dnsmasq_world(const char *hosts, const char *config);

#endif
