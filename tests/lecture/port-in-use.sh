#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'Port in use: one address and port has one listener'

say 'A server takes a port. It asks for port 0, so that the kernel chooses a free one, and getsockname()' \
	'tells which.'
start first 'sockit listen --trace 127.0.0.1 0'
listens first
told first 'bind(*:0) = 0' 'getsockname(' 'listen('

say 'A second server wants the same port. bind() says EADDRINUSE; who has the port is in /proc.'
try 7 "sockit listen --trace 127.0.0.1 $PORT"
must "bind(*:$PORT) = -1 EADDRINUSE"
must 'Address already in use'

say 'All sockets of this machine that have to do with the port, as netstat shows them:'
try 0 "sockit services --in-use $PORT"
must 'LISTEN'

say 'Another address is another place: all of 127.0.0.0/8 is this machine, and 127.0.0.2 has the same port' \
	'free. A server of the wildcard address would be in the way of both.'
start second "sockit listen -v 127.0.0.2 $PORT"
hear second "listening on 127.0.0.2"
try 7 "sockit listen 0.0.0.0 $PORT"
must 'Address already in use'

say 'When the first one has ended, the port is free again.'
terminate first
leave first 143
start third "sockit listen -v 127.0.0.1 $PORT"
hear third "listening on 127.0.0.1"
terminate second
leave second 143
terminate third
leave third 143
thanks
