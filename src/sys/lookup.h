/*
 * Names and addresses, as this machine's name service switch answers them.
 */
#ifndef SOCKIT_SYS_LOOKUP_H
#define SOCKIT_SYS_LOOKUP_H

#include <netdb.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attr.h"

/* man 3 getaddrinfo. Returns 0 or an EAI_* value; *error is the errno of EAI_SYSTEM, else 0. The
 * list is the caller's, to be freed with sys_freeaddrinfo. */
int sys_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                    struct addrinfo **list, int *error) MUST_CHECK;
void sys_freeaddrinfo(struct addrinfo *list);

/* man 3 getnameinfo. Returns 0 or an EAI_* value, leaving the errno of EAI_SYSTEM in errno. With
 * NI_NUMERICHOST nothing is looked up. */
int sys_getnameinfo(const struct sockaddr *addr, socklen_t len, char *host, size_t host_size,
                    char *service, size_t service_size, int flags) MUST_CHECK;

/*
 * man 3 gethostbyname2_r and gethostbyaddr_r. Return 0 or an h_errno value (NETDB_INTERNAL: errno
 * is in *error, else that is 0). What *host points to lies in *room, the caller's to free; it is
 * NULL on failure.
 */
int sys_gethostbyname2(const char *name, int family, struct hostent *host, void **room,
                       int *error) MUST_CHECK;
int sys_gethostbyaddr(const void *addr, socklen_t len, int family, struct hostent *host,
                      void **room, int *error) MUST_CHECK;

/* Have names of other letters than ASCII read as UTF-8 (AI_IDN asks the locale), whatever the
 * environment says. Before any thread is started. */
void sys_names_are_utf8(void);

/* man 3 gai_strerror */
const char *sys_eai_text(int eai);

/* man 3 hstrerror */
const char *sys_h_errno_text(int h_error);

/* man 3 if_nametoindex: the index, or the negative errno. */
int sys_if_nametoindex(const char *name) MUST_CHECK;

/* The name of interface INDEX into NAME, its number if it has none. Not observed, because the
 * observer itself uses it. */
enum { SYS_IF_NAME_SIZE = 16 };
void sys_if_name(unsigned index, char name[SYS_IF_NAME_SIZE]);

#endif
