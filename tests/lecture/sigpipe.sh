#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'SIGPIPE: writing to somebody who is gone'

say 'First a pipe. A client writes what it receives to its standard output.'
start server 'sockit listen -v 127.0.0.1 0'
listens server
start client "sockit connect 127.0.0.1 $PORT"
hear server 'connection from'
type_in server 'one'
hear client 'one'

say 'The reader of that pipe goes away, as head does when it has seen enough. The next write to the pipe' \
	'raises SIGPIPE, whose default is to end the program without a word: status 128 + 13. For a filter that' \
	'is right, so sockit ends like that too.'
stop_reading client
type_in server 'two'
leave client 141

say 'The client had not taken "two" out of its socket when it ended, so its kernel resets the connection. The' \
	'server says so, and its status is not 0: something was cut.'
leave server 1
told server 'Connection reset by peer'

say 'Now a socket. This time the server goes first. The client reads the end of the stream, and may still send:' \
	'it cannot know whether the server only shut one direction.'
start other 'sockit listen -v 127.0.0.1 0'
listens other
start sender "sockit connect -v --trace 127.0.0.1 $PORT"
hear other 'connection from'
terminate other
leave other 143
hear sender 'the peer ended its stream'

say 'Its first send() after that is taken by the kernel. The answer is a reset, for nobody is there, and from' \
	'now on every send() would fail with EPIPE and raise SIGPIPE, which ends a program that has not thought' \
	'of it: a server would be ended by any one of its clients. MSG_NOSIGNAL keeps it an ordinary error, to' \
	'be told like any other. Here SO_ERROR tells of it before a second send() has to.'
type_in sender 'three'
leave sender 1
told sender 'MSG_NOSIGNAL) = 6' 'SO_ERROR, ?EPIPE?' 'Connection reset by peer after 6 bytes sent'
thanks
