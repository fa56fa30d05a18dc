#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'The iterative server: one client at a time'

say 'socket(), bind(), listen(), and then accept() in a loop: the server looks after a client until that has' \
	'gone, and then calls accept() again.'
start server 'sockit echo-serve --model iterative -v --trace 127.0.0.1 0'
listens server

say 'Alice comes first, and is served.'
start alice "sockit connect -v 127.0.0.1 $PORT"
hear alice 'connected to'
type_in alice 'good morning'
hear server 'client 1: connection from'
hear alice 'good morning'

say 'Bob comes second. His connect() succeeds at once: the kernel does the handshake without the server, and' \
	'keeps the connection in the queue of listen(). It even takes what Bob sends.'
start bob "sockit connect -v 127.0.0.1 $PORT"
hear bob 'connected to'
type_in bob 'is anybody there?'

say 'But nobody is. Of the two connections at this end no process has the second one: the dash.'
try 0 "sockit services --in-use $PORT"
served_by 1
one_is_not_served

say 'Alice is in no hurry, and Bob starves.'
for text in 'lovely weather' 'how are the children?'; do
	type_in alice "$text"
	hear alice "$text"
done

say 'Only when she has gone, the server calls accept() again, and Bob gets his answer.'
end_input alice
leave alice 0
hear server 'client 1: closed'
hear server 'client 2: connection from'
hear bob 'is anybody there?'
end_input bob
leave bob 0
hear server 'client 2: closed'
terminate server
leave server 143
told server 'socket(' 'bind(' 'listen(' 'accept' 'client 1: connection' 'client 1: closed' \
	'accept' 'client 2: connection' 'client 2: closed'
thanks
