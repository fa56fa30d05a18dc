#!/usr/bin/env bash
# Shows floors.sh and os-symbols.sh files that break their rules, one at a time: each must be found.
set -u
scripts=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
status=0

expect() {
	local said=$1 what=$2 code=0 got
	shift 2
	got=$("$@" 2>&1) || code=$?
	if [ "$said" = '' ] && { [ $code != 0 ] || [ "$got" != '' ]; }; then
		printf '%s: should be clean, but: %s\n' "$what" "$got"
		status=1
	elif [ $code = 0 ] && [ "$said" != '' ] || [[ $got != *"$said"* ]]; then
		printf '%s: should be found (%s), but: %s\n' "$what" "$said" "$got"
		status=1
	fi
}

new_house() {
	rm -rf src
	mkdir -p src/low src/high
	printf '# floors\nlow: one two\nhigh: three\n.: main\n' >src/FLOORS
	touch src/low/{one,two}.{c,h} src/high/three.{c,h}
	printf '#include <stdio.h>\n#include "high/three.h"\n#include "low/two.h"\n#include "made.inc"\n' >src/main.c
	printf '#include "low/two.h"\n#include "low/one.h"\n' >src/low/two.c
}

floors() {
	expect "$1" "$2" "$scripts/floors.sh" src
	new_house
}

new_house
floors '' 'a house in order'
echo '#include "high/three.h"' >src/low/one.h
floors 'src/low/one.h:1: "high/three.h" stands above low/one' 'a header of a higher floor'
echo ' # include "low/two.h"' >src/low/one.c
floors 'src/low/one.c:1: "low/two.h" stands above low/one' 'a later header of the same floor'
echo '#include "two.h"' >src/high/three.c
floors '"two.h" is no header of a floor' 'a header without its floor'
touch src/low/stranger.c
floors 'src/low/stranger.c: is not in FLOORS' 'a file that FLOORS does not name'
rm src/high/three.*
floors 'high/three does not exist' 'a name without a file'
: >src/FLOORS
floors 'names no file' 'an empty FLOORS'

symbols() {
	mkdir -p objects/sys objects/base
	printf '#define _GNU_SOURCE\n#include <%s>\n%s\n' "$3" "$4" |
		"${CC:-cc}" -x c -O0 -U_FORTIFY_SOURCE -c -o "objects/$2.o" - || status=1
	expect "$1" "$4" "$scripts/os-symbols.sh" objects
	rm -r objects
}

symbols 'no object' sys/read unistd.h 'int x;'
symbols '' base/clean string.h 'size_t f(const char *s); size_t f(const char *s) { return strlen(s); }'
symbols 'base/f.o needs read' base/f unistd.h 'long f(void *p) { return read(0, p, 1); }'
symbols 'base/f.o needs htons' base/f arpa/inet.h 'int f(int x) { return htons((unsigned short)x); }'
symbols 'base/f.o needs open64' base/f fcntl.h 'int f(void) { return open64("x", 0); }'
symbols 'main.o needs printf' main stdio.h 'int main(void) { return printf("%d", 1); }'
symbols 'base/f.o needs getaddrinfo' base/f netdb.h 'void *f(void) { return (void *)getaddrinfo; }'
exit $status
