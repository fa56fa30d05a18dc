#!/bin/sh
# shellcheck source=tests/lecture/lecture.sh
. "${0%/*}/lecture.sh"
title 'Byte order: which end of a number goes first'

say 'A number of 16 bits is two bytes. Machines disagree on which is stored first; the network does not: the' \
	'byte with the highest value goes first. Look at the rows of bytes, and at htons().'
try 0 'sockit byteorder 0xD04C'
must 'd0 4c'
must 'htons'

say 'A port goes through htons() on its way into a sockaddr. A program that forgets it on a little-endian' \
	'machine, and says 80, asks for port 20480, which is 0x5000:'
try 0 'sockit byteorder --width 16 80'
must '00 50'
try 0 'sockit byteorder 0x5000'
must '20480'

say 'Whoever wrote it, this is what the calls do:'
try 0 'sockit byteorder --trace 0xD04C'
must 'htons('

say 'An IPv4 address is a number of 32 bits, and dotted quads are its bytes in network order:'
try 0 'sockit byteorder 127.0.0.1'
must '2130706433'
must '7f 00 00 01'

say 'Here are the bytes of a whole sockaddr as connect() gets them. The family is in host order, the port' \
	'and the address are in network order.'
if sockit byteorder 1 --json | grep -q little; then
	family=02:00
else
	family=00:02
fi
try 0 "sockit byteorder --sockaddr $family:00:50:7f:00:00:01:00:00:00:00:00:00:00:00"
must '80'
must '127.0.0.1'

say 'And the kernel shows addresses in /proc/net/tcp as the number that it has in memory: on a little-endian' \
	'machine the bytes seem to be turned round.'
try 0 'sockit byteorder --proc-net 0100007F:0050'
must '80'
thanks
