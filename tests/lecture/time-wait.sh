#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'TIME_WAIT, and why servers set SO_REUSEADDR'

say 'A server has one client, and ends the connection first: it is the one that closes actively.'
start server 'sockit listen -v 127.0.0.1 0'
listens server
start client "sockit connect -v 127.0.0.1 $PORT"
hear client 'connected to'
hear server 'connection from'
type_in server 'bye'
end_input server
hear client 'the peer ended its stream'
end_input client
leave client 0
leave server 0

say 'Both programs are gone. The connection is not: who closed first keeps it for a while (a minute in Linux),' \
	'so that what is late on the network cannot be taken for part of a new connection, and so that the last' \
	'ACK can be sent again. No process has it any more.'
try 0 "sockit services --in-use $PORT"
must "TIME_WAIT*127.0.0.1:$PORT"

say 'A server that is started again wants the same port. Without SO_REUSEADDR, bind() refuses as long as' \
	'that connection is remembered:'
try 7 "sockit listen --trace --sockopt reuseaddr=0 127.0.0.1 $PORT"
must "bind(*:$PORT) = -1 EADDRINUSE"

say 'With SO_REUSEADDR, which sockit sets for every TCP listener, it gets the port at once. It would still be' \
	'refused if somebody listened there.'
start again "sockit listen --trace 127.0.0.1 $PORT"
hear again 'SO_REUSEADDR, ?1?'
hear again "bind(*:$PORT) = 0"
hear again 'listen('
terminate again
leave again 143
thanks
