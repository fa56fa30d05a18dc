#!/usr/bin/env bash
# What connections cost as they become more: those that ask, and those that are idle.
#
#     grow.sh SOCKIT PROGRAMS [quick]
set -eu
# shellcheck source=tests/bench/serve.sh
. "$(dirname "$0")/serve.sh"
serve_check

rows=()
for clients in 1 10 100 1000 10000; do
	[ -z "$QUICK" ] || [ "$clients" -le 1000 ] || continue
	rows+=("grow-$clients: sockit bare: echo -c $clients -w 60")
done
idle='sockit bare'
[ -n "$QUICK" ] || idle+=' ncat socat-pipe tcpserver'
rows+=("idle-100: sockit bare: idle -c 100" "idle-1000: $idle: idle -c 1000")
[ -n "$QUICK" ] || rows+=("idle-10000: sockit bare: idle -c 10000")
measure_all "${rows[@]}"
