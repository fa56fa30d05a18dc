#!/usr/bin/env bash
# sockit echo-serve beside a bare epoll loop, ncat and socat, on loopback, in turn in one run.
#
#     echo.sh SOCKIT PROGRAMS [quick]      PROGRAMS: the folder of load and yard_echo
#
# Status 0 when every target is met. Wants a machine that has nothing else to do. BENCH_ROUNDS and
# BENCH_SECONDS change how often and how long each is measured; with BENCH_ONLY='event bare', say, the
# others do not take part, and targets that need them are left out.
set -eu
# shellcheck source=tests/bench/serve.sh
. "$(dirname "$0")/serve.sh"
serve_check ncat socat
# libuv takes part where it is installed.
libuv=
if pkg-config --exists libuv; then
	libuv=' libuv'
	# shellcheck disable=SC2046 # several words
	${CC:-cc} -std=c17 -D_GNU_SOURCE -O2 -o "$WORK/uv_echo" "$(dirname "$0")/uv_echo.c" $(pkg-config --cflags --libs libuv)
fi

# SCENARIO: TITLE: WHO...: MODE and LOAD-OPTIONs
scenarios=(
	"echo50: 64-byte requests of 50 clients: event bare$libuv thread fork ncat socat-cat: echo -c 50"
	"echo500: 64-byte requests of 500 clients: event bare$libuv thread fork ncat socat-cat: echo -c 500 -w 60"
	"echo2000: 64-byte requests of 2,000 clients: event bare$libuv thread fork ncat socat-cat: echo -c 2000 -w 60"
	"big: 16 KiB requests of 50 clients: event bare$libuv thread: echo -c 50 -s 16384"
	"pipelined: 64-byte requests of 50 clients, 16 on their way: event bare$libuv thread: echo -c 50 -d 16"
	"connect: connect, one request, close, 10 at once: event bare$libuv thread fork iterative ncat socat-cat socat-pipe: connect -c 10"
)
# SCENARIO OTHER RATIO: event is so many times as fast.
targets='
echo50    bare 0.95    thread 1.3    ncat 3    socat-cat 4
echo500   bare 0.95    thread 1.3    ncat 3    socat-cat 4
echo2000  bare 0.95    thread 1.3    ncat 3    socat-cat 4
big       bare 0.95
pipelined bare 0.95
connect   bare 0.9     ncat 20       socat-cat 20    socat-pipe 10'
missed=0

split() {
	IFS=: read -r name title who call <<<"$1"
	local all=$who server
	[ -n "${BENCH_ONLY-}" ] || return 0
	who=
	for server in $all; do [[ " $BENCH_ONLY " != *" $server "* ]] || who+=" $server"; done
}

show() {
	printf '\n%s\n  %-11s %12s %10s %10s %14s %9s %7s\n' "${title# }" '' requests/s 'p50 us' 'p99 us' \
		'CPU us/request' processes served
	for server in $who; do
		if [ ! -s "$WORK/$name.$server" ]; then
			printf '  %-11s not measured\n' "$server"
			continue
		fi
		printf '  %-11s %12.0f %10.0f %10.0f %14.2f %9d %7d\n' "$server" \
			"$(median "$name" "$server" 'v["per_second"]')" "$(median "$name" "$server" 'v["p50_us"]')" \
			"$(median "$name" "$server" 'v["p99_us"]')" \
			"$(median "$name" "$server" 'v["cpu"] / v["requests"] * 1e6')" \
			"$(median "$name" "$server" 'v["processes"]')" "$(median "$name" "$server" 'v["served"]')"
	done
}

# judge WHAT NEEDED REACHED RELATION
judge() {
	local verdict
	verdict=$(awk -v n="$2" -v r="$3" -v least="$4" 'BEGIN {
		print (r == "nan" ? "FAIL" : (least == ">=" ? r >= n : r <= n) ? "pass" : "FAIL") }')
	printf '  %-45s needed %s %-6s reached %-8.8s %s\n' "$1" "$4" "$2" "$3" "$verdict"
	[ "$verdict" = pass ] || missed=$((missed + 1))
}

# Both event and the bare loop are one thread that works as long as there is work: what they make of a second
# of their processor compares them best, whoever else uses the machine. Of the others some wait.
judge_scenario() {
	local other ratio value
	# shellcheck disable=SC2046 # pairs of words
	set -- $(awk -v name="$name" '$1 == name { $1 = ""; print }' <<<"$targets")
	while [ $# -gt 0 ]; do
		other=$1 ratio=$2
		shift 2
		[[ " $who " == *" $other "* ]] || continue
		value='rate()'
		[ "$other" != bare ] || value='v["requests"] / v["cpu"]'
		judge "event is so many times as fast as $other" "$ratio" \
			"$(awk -v a="$(median "$name" event "$value")" -v b="$(median "$name" "$other" "$value")" 'BEGIN {
				if (b > 0) printf "%.3g", a / b; else print "nan" }')" '>='
	done
}

about "$rounds"
for ((round = 0; round < rounds; round++)); do
	for scenario in "${scenarios[@]}"; do
		split "$scenario"
		for server in $who; do
			# shellcheck disable=SC2086 # several words
			measure "$name" "$server" $call || true
		done
	done
	measure idle event idle -c 10000 || true
done
for scenario in "${scenarios[@]}"; do
	split "$scenario"
	show
	judge_scenario
done
printf '\n10,000 idle clients, each answered once\n'
judge 'bytes of user memory for a client' 512 \
	"$(median idle event '(v["memory_after"] - v["memory_before"]) / (v["clients"] - 1)')" '<='
judge 'CPU seconds while nothing is asked' 0 "$(median idle event 'v["idle_cpu"]')" '<='
[ $missed = 0 ] && printf '\nevery target met\n' || printf '\n%s targets missed\n' $missed
exit $((missed > 0))
