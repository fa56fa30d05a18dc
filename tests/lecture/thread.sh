#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'The threaded server: a thread for each client'

say 'The same as fork(), with threads: cheaper to start, and all in one process, so that what one of them' \
	'does wrong hurts all. Each blocks in calls of its own, on a stack of its own.'
start server 'sockit echo-serve --model thread -v --trace 127.0.0.1 0'
listens server

say 'Alice connects and keeps silent.'
start alice "sockit connect -v 127.0.0.1 $PORT"
hear server 'client 1: connection from'

say 'Bob comes second, and is served: there is a thread of his own.'
start bob "sockit connect -v 127.0.0.1 $PORT"
type_in bob 'is anybody there?'
hear bob 'is anybody there?'

say 'Both connections, and the listening socket, belong to one process: descriptors are shared by threads.'
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
told server 'accept' 'client 1: connection' 'pthread_create() = 0' 'accept' 'client 2: connection' \
	'pthread_create() = 0' 'client 2: closed' 'client 1: closed'
thanks
