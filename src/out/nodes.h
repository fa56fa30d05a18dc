/* The structures of <netdb.h> as a program gets them, field by field. */
#ifndef SOCKIT_OUT_NODES_H
#define SOCKIT_OUT_NODES_H

#include <netdb.h>

#include "out/answer.h"

/* Every node of LIST, each sockaddr as bytes with its fields marked: a list under KEY in JSON. */
void nodes_show(struct answer *a, const char *key, const struct addrinfo *list);

/* A struct hostent: a record of the list that lies around it in JSON. */
void hostent_show(struct answer *a, const char *title, const struct hostent *host);

#endif
