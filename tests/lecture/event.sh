#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'The event-driven server: one thread for all clients'

say 'No process and no thread for a client. All sockets are non-blocking; one thread asks the kernel which of' \
	'them have something to read (epoll, or select() in older books), does what can be done at once, and' \
	'asks again. Nothing that blocks may be called.'
start server 'sockit echo-serve --model event -v --trace 127.0.0.1 0'
listens server

say 'Alice connects and keeps silent.'
start alice "sockit connect -v 127.0.0.1 $PORT"
hear server 'client 1: connection from'

say 'Bob comes second, and is served: that Alice is silent holds nobody up.'
start bob "sockit connect -v 127.0.0.1 $PORT"
type_in bob 'is anybody there?'
hear bob 'is anybody there?'

say 'One process has it all. Look at SOCK_NONBLOCK and MSG_DONTWAIT in its calls.'
try 0 "sockit services --in-use $PORT"
served_by 1

say 'Now Alice wakes up.'
type_in alice 'good morning'
hear alice 'good morning'
end_input bob
leave bob 0
hear server 'client 2: closed'
end_input alice
leave alice 0
hear server 'client 1: closed'
terminate server
leave server 143
told server 'accept4(*SOCK_NONBLOCK' 'client 1: connection' 'accept4(' 'client 2: connection' \
	'client 2: closed' 'client 1: closed'

say 'Several threads can share the work, each with its own clients: --threads. Which model is faster, and what' \
	'each costs: make bench-models.'
thanks
