/*
 * For libFuzzer: `make fuzz`. The first bytes say how the rest, what a client sends, is cut into
 * pieces.
 */
#include "serve/http.h"
#include "harness/turns.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	turns_try_cuts(&service_http, bytes, n);
	return 0;
}
