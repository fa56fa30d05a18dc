#!/usr/bin/env bash
# sockit echo-serve beside a bare epoll loop, one of libuv, ncat, socat and tcpserver, on loopback, in turn.
#
#     echo.sh SOCKIT PROGRAMS [quick]
#
# BENCH_ROUNDS and BENCH_SECONDS change how often and how long each is measured.
set -eu
# shellcheck source=tests/bench/serve.sh
. "$(dirname "$0")/serve.sh"
serve_check

loops='sockit bare libuv'
# Those that have a process or two for each client: to start and to end 2,000 of them takes most of a minute.
peers='ncat socat-pipe socat-cat tcpserver'
rows=()
for clients in 1 50 500 2000; do
	for size in 64 512 16384; do
		[ -z "$QUICK" ] || [ "$clients.$size" = 50.64 ] || [ "$clients.$size" = 500.512 ] || continue
		who=$loops
		case $clients.$size in
		1.64 | 50.* | 500.64) who+=" $peers" ;;
		esac
		call="echo -c $clients -s $size -w 60"
		# One client is slept for at each request, which costs now more, now less.
		[ -n "$QUICK" ] || [ $clients != 1 ] || call+=' -t 0.6'
		rows+=("echo-$clients-$size: $who: $call")
	done
done
rows+=("echo-pipelined: $loops $peers: echo -c 50 -d 16"
	"connect: $loops $peers: connect -c 10")
measure_all "${rows[@]}"
