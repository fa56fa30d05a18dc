#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'Host look-up: from a name to what connect() wants, and back'

say 'A name can have several addresses, of two families. getaddrinfo() gives a list of them in the order in' \
	'which a client should try them.'
try 0 'sockit resolve localhost'
must 127.0.0.1

say 'That is one call, and here it is. The hints say what is asked for; the list says what there is.'
try 0 'sockit resolve --trace -4 localhost'
must 'getaddrinfo("localhost"'
must 'AF_INET'

say 'A program gets a linked list, a node for each way of connecting. What connect() is given is the' \
	'sockaddr in it: bytes, with the port in network byte order (here 80, which is 00 50).'
try 0 'sockit resolve --addrinfo -4 --socktype stream --service 80 localhost'
must 'ai_family'
must 'ai_next'
must '00 50'

say 'The older way knew one family at a time, and no ports: gethostbyname() and its struct hostent.'
try 0 'sockit resolve --hostent -4 localhost'
must 'h_name'
must 'h_addr_list'

say 'Back from an address to a name is another question, with an answer of its own: the two need not agree.'
try 0 'sockit resolve 127.0.0.1'
must 'localhost'

say 'A look-up can fail, and it says why with a code of its own and not with errno. Status 3 means that.' \
	'(--numeric-host asks nobody: what is no address is no name either.)'
try 3 'sockit resolve --numeric-host no-such-host'
must 'EAI_NONAME'

say 'Services are looked up the same way: a name and a protocol give a port.'
try 0 'sockit services echo'
must '7/tcp'
thanks
