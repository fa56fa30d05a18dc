#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'The forking server: a process for each client'

say 'After accept() the server calls fork(). The child looks after the client; the parent closes its copy of' \
	'the connection and goes on accepting.'
start server 'sockit echo-serve --model fork -v --trace 127.0.0.1 0'
listens server

say 'Alice connects and keeps silent.'
start alice "sockit connect -v 127.0.0.1 $PORT"
hear server 'fork() = '

say 'Bob comes second, and is served: there is a child of his own.'
start bob "sockit connect -v 127.0.0.1 $PORT"
type_in bob 'is anybody there?'
hear bob 'is anybody there?'

say "The two connections at this end belong to two processes; the listening socket is the parent's."
try 0 "sockit services --in-use $PORT"
served_by 2

say 'Now Alice wakes up.'
type_in alice 'good morning'
hear alice 'good morning'

say 'When a client has gone its child ends, and the parent has to wait for it, or it would stay as a zombie.'
end_input bob
leave bob 0
hear server 'client 2: closed'
hear server 'waitpid(*exit 0'
end_input alice
leave alice 0
hear server 'client 1: closed'
hear server 'waitpid(*exit 0'
terminate server
leave server 143
told server 'accept' 'client 1: connection' 'fork() = ' 'accept' 'client 2: connection' 'fork() = ' \
	'client 2: closed' 'client 1: closed'
thanks
