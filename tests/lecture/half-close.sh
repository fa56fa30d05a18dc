#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'Half-close: a connection has two directions, and each ends by itself'

say 'A server waits on a free port. Somebody sits at its keyboard.'
start server 'sockit listen -v 127.0.0.1 0'
listens server

say 'A client sends a question, and its standard input ends. It shuts its sending direction, which puts a' \
	'FIN on the wire, and goes on receiving: shutdown(SHUT_WR), and not close().'
start client "sockit connect -v --trace 127.0.0.1 $PORT"
hear client 'connected to'
type_in client 'what is the answer?'
hear client 'send('
end_input client
hear client 'the sending side is shut'

say 'The server gets the question, and then the end of file. The connection still lives in the other' \
	'direction, so it can answer now.'
hear server 'the peer ended its stream after 20 bytes'
type_in server '42'
end_input server
hear client '42'

say 'Both directions have ended, and each side knows that the other has everything: now they close. Had the' \
	'client called close() in place of shutdown(), it would never have got its answer.'
leave client 0
leave server 0
told client 'SHUT_WR' '42' 'closed (both sides ended)'
told server 'what is the answer' 'the peer ended its stream' 'closed (both sides ended)'
thanks
