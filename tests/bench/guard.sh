#!/usr/bin/env bash
# Instructions of sockit, as callgrind counts them, beside those of a bare program that does the same, so that compiler
# and libc cancel out. Fails where a ratio is more than 5 % above that of guard.txt.
#
#     guard.sh SOCKIT PROGRAMS [update]      update: write guard.txt
#
# All but the start are what one more request costs: the difference of a short and a long run. Every request waits for
# the answer to the one before, so that a busy machine wakes them as often as an idle one. How many bytes a call moves
# when there are many is up to the machine: there (bulk) the instructions of a call are counted, of several runs the
# best counts, and there is 25 % of room. Of the start a good part is the dynamic linker's, whose work depends on what is
# installed and in the environment (2.54 and 2.73 were seen of the same source): 10 % around a figure between. NAME-calls
# are system calls.
set -eu -o pipefail
here=$(dirname "$(realpath "$0")")
usage='usage: guard.sh SOCKIT PROGRAMS [update]'
sockit=$(realpath "${1:?$usage}") programs=$(realpath "${2:?$usage}") update=${3-}
command -v valgrind >/dev/null || { echo 'guard.sh: valgrind is missing: make test-deps' >&2; exit 1; }
work=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
export LC_ALL=C

# A server that is not counted, on a port of its own.
serve() { # PROGRAM WORD...; PORT stands for its port
	port=$("$programs/load" port)
	"$programs/$1" "${@:2}" "$port" </dev/null >/dev/null 2>&1 &
	started+=($!)
	listening "$port"
}
# Asked of /proc, for a connection would be counted.
listening() {
	local hex tries
	hex=$(printf '%04X' "$1")
	for ((tries = 0; tries < 1000; tries++)); do
		! grep -q "^ *[0-9]*: [0-9A-F]*:$hex [0-9A-F:]* 0A" /proc/net/tcp || return 0
		sleep 0.02
	done
	echo "guard.sh: nobody listens on port $1" >&2
	return 1
}

counted() { # LOG PROGRAM WORD...
	exec valgrind --tool=callgrind --collect-systime=yes --callgrind-out-file=/dev/null \
		--log-file="$work/$1" "${@:2}"
}
# Instructions and system calls of a run that has ended.
count() { sed -n 's/.*Collected : \([0-9]* [0-9]*\).*/\1/p' "$work/$1"; }

words() { # ours|bare WHAT
	case $1-$2 in
	ours-start | ours-pipes) echo "$sockit connect 127.0.0.1" ;;
	ours-echo) echo "$sockit echo-serve 127.0.0.1" ;;
	ours-listen) echo "$sockit listen 127.0.0.1" ;;
	bare-start) echo "$programs/yard_connect 127.0.0.1" ;;
	bare-pipes) echo "$programs/yard_relay connect" ;;
	bare-echo) echo "$programs/yard_echo" ;;
	bare-listen) echo "$programs/yard_move listen" ;;
	bare-connect) echo "$programs/yard_move connect" ;;
	esac
}

start() { # WHO
	# shellcheck disable=SC2046 # several words
	(counted log $(words "$1" start) "$line_port" <<<hello >/dev/null)
	count log
}

# So many bytes there and back, N times.
trips() { # WHO N BYTES
	mkfifo "$work/in" "$work/out"
	# shellcheck disable=SC2046 # several words
	(counted log $(words "$1" pipes) "$echo_port" <"$work/in" >"$work/out") &
	"$programs/helper" trips "$3" "$2" >"$work/in" <"$work/out"
	wait $!
	rm "$work/in" "$work/out"
	count log
}

# Requests of one client to a server that is counted.
requests() { # N PROGRAM WORD... and its port is @
	local n=$1 at
	shift
	at=$("$programs/load" port)
	(counted log "${@/#@/$at}" </dev/null >/dev/null 2>&1) &
	local pid=$!
	listening "$at"
	"$programs/load" echo "$at" -c 1 -n "$n" -t 120 -w 60 >/dev/null
	kill "$pid"
	wait "$pid" || true
	count log
}
echoes() { # WHO N
	# shellcheck disable=SC2046 # several words
	requests "$2" $(words "$1" echo) @
}
forwards() { # WHO N
	if [ "$1" = ours ]; then
		requests "$2" "$sockit" listen -k 127.0.0.1 @ --forward "127.0.0.1:$echo_port"
	else
		requests "$2" "$programs/yard_relay" forward @ "$echo_port"
	fi
}

serve helper line
line_port=$port
serve yard_echo
echo_port=$port

# MIB out of a file with nothing in it to /dev/null, or out of a pipe into a pipe; both ends of ours, and of the
# yardstick the one that receives.
bulk() { # WHO MIB file|pipe
	local at pid
	at=$("$programs/load" port)
	truncate -s "$2M" "$work/file"
	# shellcheck disable=SC2046 # several words
	if [ "$3" = pipe ]; then
		(counted received $(words "$1" listen) "$at" </dev/null) | cat >/dev/null &
	else
		(counted received $(words "$1" listen) "$at" </dev/null >/dev/null) &
	fi
	pid=$!
	listening "$at"
	if [ "$1" = bare ]; then
		"$programs/yard_move" connect "$at" <"$work/file"
		wait "$pid"
		count received
		return
	fi
	if [ "$3" = pipe ]; then
		# shellcheck disable=SC2002 # a pipe is the point
		cat "$work/file" | (counted sent "$sockit" connect 127.0.0.1 "$at")
	else
		(counted sent "$sockit" connect 127.0.0.1 "$at" <"$work/file")
	fi
	wait "$pid"
	{ count received; count sent; } | awk '{ n += $1; calls += $2 } END { print n, calls }'
}

# Of lines of INSTRUCTIONS CALLS: of ours and of the yardstick, the start.
ratio() { awk -v name="$1" '{ n[NR] = $1 } END { printf "%s %.3f\n", name, n[1] / n[2] }'; }
# A short and a long run of ours, and of the yardstick.
steady() {
	awk -v name="$1" '{ n[NR] = $1; calls[NR] = $2 } END {
		printf "%s %.3f\n", name, (n[2] - n[1]) / (n[4] - n[3])
		printf "%s-calls %.3f\n", name, (calls[2] - calls[1]) / (calls[4] - calls[3]) }'
}
of_a_call() {
	awk -v name="$1" '{ n[NR] = $1; calls[NR] = $2 } END {
		printf "%s %.3f\n", name, (n[2] - n[1]) / (calls[2] - calls[1]) / ((n[4] - n[3]) / (calls[4] - calls[3])) }'
}

{
	{ start ours; start bare; } | ratio start
	{ trips ours 200 1; trips ours 1200 1; trips bare 200 1; trips bare 1200 1; } | steady pipes
	# A block that fits a pipe and comes as one piece from a socket.
	{ trips ours 200 32768; trips ours 1200 32768; trips bare 200 32768; trips bare 1200 32768; } | steady blocks
	{ echoes ours 200; echoes ours 2200; echoes bare 200; echoes bare 2200; } | steady echo
	{ forwards ours 200; forwards ours 2200; forwards bare 200; forwards bare 2200; } | steady forward
	for shape in file pipe; do
		for ((run = 0; run < 4; run++)); do
			{ bulk ours 16 $shape; bulk ours 528 $shape; bulk bare 16 $shape; bulk bare 528 $shape; } |
				of_a_call bulk-$shape
		done | sort -k 2n | head -n 1
	done
} >"$work/now"

if [ "$update" = update ]; then
	cp "$work/now" "$here/guard.txt"
	cat "$work/now"
	exit
fi
awk 'NR == FNR { was[$1] = $2; next }
	{ room = $1 ~ /^bulk/ ? 1.25 : $1 == "start" ? 1.1 : 1.05
	verdict = !($1 in was) || $2 !~ /^[0-9.]+$/ ? "not to be compared" : $2 > was[$1] * room ? "FAIL" : $2 < was[$1] / room ? "better" : "ok"
	printf "%-14s %8.3f times the bare program, was %8.3f  %s\n", $1, $2, was[$1], verdict
	bad += verdict != "ok" && verdict != "better"; better += verdict == "better" }
	END { if (FNR < 11) { print "guard: not all was counted"; bad = 1 }
	if (better) print "guard: some are better: make bench-guard BENCH_ARGS=update"
	exit bad > 0 }' "$here/guard.txt" "$work/now"
