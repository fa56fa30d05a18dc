#include "net/spec.h"

#include <sys/socket.h>

bool spec_is_local(enum spec_kind kind)
{
	return kind == SPEC_UNIX || kind == SPEC_UNIX_DGRAM || kind == SPEC_UNIX_SEQPACKET;
}

bool spec_has_address(enum spec_kind kind)
{
	return spec_is_local(kind) || kind == SPEC_VSOCK;
}

int spec_socktype(enum spec_kind kind)
{
	switch (kind) {
	case SPEC_TCP:
	case SPEC_UNIX:
	case SPEC_VSOCK:
		break;
	case SPEC_UDP:
	case SPEC_UNIX_DGRAM:
		return SOCK_DGRAM;
	case SPEC_UNIX_SEQPACKET:
		return SOCK_SEQPACKET;
	}
	return SOCK_STREAM;
}
