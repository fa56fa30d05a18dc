/*
 * Where an answer of the name service came from, as far as /etc/nsswitch.conf and /etc/hosts make
 * that certain (man 5 nsswitch.conf, man 5 hosts).
 */
#ifndef SOCKIT_NET_HOSTS_H
#define SOCKIT_NET_HOSTS_H

#include "net/order.h"

enum hosts_source {
	HOSTS_UNSURE,   /* other sources are asked, a cache may have answered, things changed */
	HOSTS_FILE,     /* /etc/hosts is asked first and says so */
	HOSTS_RESOLVER, /* it does not know the name, and only DNS is asked after it */
};

/* For NAME and the addresses that were found for it. */
enum hosts_source hosts_source_of_name(const char *name, const struct addr_list *found);

/* For an address and the name that was found for it. */
enum hosts_source hosts_source_of_addr(const struct addr *a, const char *found);

#endif
