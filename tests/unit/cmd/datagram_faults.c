/* The same as faults.c over datagrams: a client tells what came back to it, a server goes on. */
#include <criterion/criterion.h>

#include "unit/cmd/sweep.h"

enum { LINES_UP = 90 * 64, LINES_DOWN = 80 * 64 };

static const struct scene scenes[] = {
	{
		.name = "connect, UDP",
		.listens = false,
		.net = SCENE_UDP,
		.in = SCENE_PIPE,
		.out = SCENE_PIPE,
		.options = { "-v", "--sockopt=rcvbuf=400K", "--delim=line", "--replies", "COUNT" },
		.up = LINES_UP,
		.down = LINES_DOWN,
	},
	{
		.name = "connect, Unix datagrams",
		.listens = false,
		.net = SCENE_UNIX_DGRAM,
		.in = SCENE_FILE,
		.out = SCENE_FILE,
		.options = { "--delim=line", "--rate", "50M", "--replies", "COUNT" },
		.up = LINES_UP,
		.down = LINES_DOWN,
	},
	{
		.name = "listen, UDP",
		.listens = true,
		.net = SCENE_UDP,
		.in = SCENE_PIPE,
		.out = SCENE_PIPE,
		.options = { "--report", "FILE", "--sockopt=rcvbuf=400K", "--delim=line",
	                     "--max-datagrams", "COUNT" },
		.up = LINES_UP,
		.down = LINES_DOWN,
	},
	{
		.name = "listen, Unix datagrams",
		.listens = true,
		.net = SCENE_UNIX_DGRAM,
		.in = SCENE_FILE,
		.out = SCENE_FILE,
		.options = { "--delim=line", "--max-datagrams", "COUNT" },
		.up = LINES_UP,
		.down = LINES_DOWN,
	},
};

Test(faults, connect_udp)
{
	sweep_failures(&scenes[0]);
}

Test(faults, connect_unix_dgram)
{
	sweep_failures(&scenes[1]);
}

Test(faults, listen_udp)
{
	sweep_failures(&scenes[2]);
}

Test(faults, listen_unix_dgram)
{
	sweep_failures(&scenes[3]);
}

Test(disturbed, connect_udp)
{
	sweep_disturbances(&scenes[0]);
}

Test(disturbed, connect_unix_dgram)
{
	sweep_disturbances(&scenes[1]);
}

Test(disturbed, listen_udp)
{
	sweep_disturbances(&scenes[2]);
}

Test(disturbed, listen_unix_dgram)
{
	sweep_disturbances(&scenes[3]);
}
