/*
 * PRODUCT.md, promise 4: any system call may fail with any errno that it can have; the answer is a
 * message and the right status. Both commands run whole, over connections that are streams.
 */
#include <criterion/criterion.h>

#include "unit/cmd/sweep.h"

static const struct scene scenes[] = {
	{ "connect, pipes",
	  false,
	  SCENE_NAME,
	  SCENE_PIPE,
	  SCENE_PIPE,
	  false,
	  { "-v" },
	  300000,
	  300001 },
	{ "connect, files",
	  false,
	  SCENE_V4,
	  SCENE_FILE,
	  SCENE_FILE,
	  true,
	  { "-vv", "--sockopt=sndbuf=64K", "--sockopt=tcp-quickack=on" },
	  400000,
	  400001 },
	{ "connect, append",
	  false,
	  SCENE_V4,
	  SCENE_FILE,
	  SCENE_APPEND,
	  false,
	  { "--json" },
	  100000,
	  100001 },
	{ "connect, /dev/null",
	  false,
	  SCENE_V4,
	  SCENE_PIPE,
	  SCENE_NULL,
	  false,
	  { "--json", "--report", "FILE" },
	  100000,
	  400000 },
	{ "connect, Unix",
	  false,
	  SCENE_UNIX,
	  SCENE_FILE,
	  SCENE_PIPE,
	  true,
	  { NULL },
	  300000,
	  300001 },
	{ "connect, answers",
	  false,
	  SCENE_V4,
	  SCENE_PIPE,
	  SCENE_PIPE,
	  true,
	  { NULL },
	  300000,
	  300001 },
	{ "connect, sockets",
	  false,
	  SCENE_V4,
	  SCENE_SOCKET,
	  SCENE_SOCKET,
	  false,
	  { NULL },
	  200000,
	  200001 },
	{ "listen, pipes",
	  true,
	  SCENE_ANY,
	  SCENE_PIPE,
	  SCENE_PIPE,
	  false,
	  { "-v" },
	  300000,
	  300001 },
	{ "listen, files",
	  true,
	  SCENE_V4,
	  SCENE_FILE,
	  SCENE_FILE,
	  false,
	  { "--port-file", "FILE", "-vv", "--sockopt=tcp-keepidle=9", "--sockopt=linger=1" },
	  400000,
	  400001 },
	{ "listen, /dev/null",
	  true,
	  SCENE_V4,
	  SCENE_PIPE,
	  SCENE_NULL,
	  true,
	  { "--deny-file", "RULES" },
	  100000,
	  400000 },
	{ "listen, Unix",
	  true,
	  SCENE_UNIX,
	  SCENE_PIPE,
	  SCENE_FILE,
	  false,
	  { "--unix-mode", "600" },
	  300000,
	  300001 },
	{ "connect, paced",
	  false,
	  SCENE_V4,
	  SCENE_FILE,
	  SCENE_PIPE,
	  false,
	  { "--rate", "50M" },
	  200000,
	  200001 },
	{ "listen, kept open",
	  true,
	  SCENE_V4,
	  SCENE_PIPE,
	  SCENE_PIPE,
	  false,
	  { "-k", "-v", "--max-accepts", "1" },
	  300000,
	  300001 },
	{ "listen, kept open, Unix",
	  true,
	  SCENE_UNIX,
	  SCENE_FILE,
	  SCENE_FILE,
	  true,
	  { "-k", "--max-accepts", "1" },
	  300000,
	  300001 },
	{ "listen, forward",
	  true,
	  SCENE_V4,
	  SCENE_TARGET,
	  SCENE_TARGET,
	  false,
	  { "-v", "--forward", "TARGET" },
	  300000,
	  300001 },
	{ "listen, forward, answers",
	  true,
	  SCENE_UNIX,
	  SCENE_TARGET,
	  SCENE_TARGET,
	  true,
	  { "--forward", "TARGET", "--idle-timeout", "9", "--json" },
	  300000,
	  300001 },
};

Test(faults, connect_pipes)
{
	sweep_failures(&scenes[0]);
}

Test(faults, connect_files)
{
	sweep_failures(&scenes[1]);
}

Test(faults, connect_append)
{
	sweep_failures(&scenes[2]);
}

Test(faults, connect_null)
{
	sweep_failures(&scenes[3]);
}

Test(faults, connect_unix)
{
	sweep_failures(&scenes[4]);
}

Test(faults, connect_answers)
{
	sweep_failures(&scenes[5]);
}

Test(faults, connect_sockets)
{
	sweep_failures(&scenes[6]);
}

Test(faults, listen_pipes)
{
	sweep_failures(&scenes[7]);
}

Test(faults, listen_files)
{
	sweep_failures(&scenes[8]);
}

Test(faults, listen_null)
{
	sweep_failures(&scenes[9]);
}

Test(faults, listen_unix)
{
	sweep_failures(&scenes[10]);
}

Test(faults, connect_paced)
{
	sweep_failures(&scenes[11]);
}

Test(faults, keep_open)
{
	sweep_failures(&scenes[12]);
}

Test(faults, keep_open_unix)
{
	sweep_failures(&scenes[13]);
}

Test(faults, listen_forward)
{
	sweep_failures(&scenes[14]);
}

Test(faults, listen_forward_answers)
{
	sweep_failures(&scenes[15]);
}

Test(disturbed, connect_pipes)
{
	sweep_disturbances(&scenes[0]);
}

Test(disturbed, connect_files)
{
	sweep_disturbances(&scenes[1]);
}

Test(disturbed, connect_append)
{
	sweep_disturbances(&scenes[2]);
}

Test(disturbed, connect_null)
{
	sweep_disturbances(&scenes[3]);
}

Test(disturbed, connect_unix)
{
	sweep_disturbances(&scenes[4]);
}

Test(disturbed, connect_answers)
{
	sweep_disturbances(&scenes[5]);
}

Test(disturbed, connect_sockets)
{
	sweep_disturbances(&scenes[6]);
}

Test(disturbed, listen_pipes)
{
	sweep_disturbances(&scenes[7]);
}

Test(disturbed, listen_files)
{
	sweep_disturbances(&scenes[8]);
}

Test(disturbed, listen_null)
{
	sweep_disturbances(&scenes[9]);
}

Test(disturbed, listen_unix)
{
	sweep_disturbances(&scenes[10]);
}

Test(disturbed, connect_paced)
{
	sweep_disturbances(&scenes[11]);
}

Test(disturbed, keep_open)
{
	sweep_disturbances(&scenes[12]);
}

Test(disturbed, keep_open_unix)
{
	sweep_disturbances(&scenes[13]);
}

Test(disturbed, listen_forward)
{
	sweep_disturbances(&scenes[14]);
}

Test(disturbed, listen_forward_answers)
{
	sweep_disturbances(&scenes[15]);
}
