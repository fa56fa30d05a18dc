#include "loop/poller.h"

#define NAME_OF(name) "poller: " #name
#define KIND_OF(name) poller_##name
#define BUILT_IN(macro, name) macro(name)

const char poller_built_in[] = BUILT_IN(NAME_OF, SOCKIT_POLLER);
const struct poller_kind *const poller_of_many = &BUILT_IN(KIND_OF, SOCKIT_POLLER);
