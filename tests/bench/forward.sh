#!/usr/bin/env bash
# sockit listen -k --forward beside socat, with its own and with a large buffer, and haproxy, on loopback, in turn
# in one run.
#
#     forward.sh SOCKIT PROGRAMS [quick]      PROGRAMS: the folder of load and yard_echo
#
# The forwarder has one core; the load, and the bare epoll loop that answers behind it, the other. Status 0 when
# every target is met. Wants a machine that has nothing else to do.
set -eu
# shellcheck source=tests/bench/serve.sh
. "$(dirname "$0")/serve.sh"
serve_check socat
haproxy=
if command -v haproxy >/dev/null; then haproxy=' haproxy'; fi
TARGET= # the port of what answers
ECHO=

echo_start() {
	TARGET=$("$PROGRAMS/load" port)
	taskset -c "${CORES[1]}" "$PROGRAMS/yard_echo" "$TARGET" >/dev/null 2>&1 </dev/null &
	ECHO=$!
	trap 'server_stop; kill "$ECHO" 2>/dev/null; rm -rf "$WORK"' EXIT
}

haproxy_config() {
	cat <<-END
		global
			maxconn 4000
			nbthread 1
		defaults
			mode tcp
			timeout connect 8s
			timeout client 1h
			timeout server 1h
			maxconn 4000
			option splice-auto
		listen l
			bind 127.0.0.1:$PORT
			server s 127.0.0.1:$TARGET
	END
}

server_start() {
	PORT=$("$PROGRAMS/load" port)
	local listen=TCP-LISTEN:$PORT,bind=127.0.0.1,backlog=4096,fork,nodelay to=TCP:127.0.0.1:$TARGET,nodelay
	# By itself socat gives up a connection that is half closed and has been still for half a second.
	case $1 in
	sockit)
		in_session "$SOCKIT" listen -k -m "$MOST_CLIENTS" "127.0.0.1:$PORT" --forward "127.0.0.1:$TARGET" & ;;
	socat)
		in_session socat -t 60 "$listen" "$to" & ;;
	socat-256K)
		in_session socat -t 60 -b262144 "$listen" "$to" & ;;
	haproxy)
		haproxy_config >"$WORK/haproxy.cfg"
		in_session haproxy -f "$WORK/haproxy.cfg" & ;;
	*)
		echo "no forwarder is called '$1'" >&2; return 2 ;;
	esac 2>"$WORK/said"
	SERVER=$!
}

# SCENARIO: TITLE: WHO...: MODE and LOAD-OPTIONs
scenarios=(
	"echo50: 64-byte requests of 50 clients: sockit socat socat-256K$haproxy: echo -c 50"
	"connect: connect, one request, close, 10 at once: sockit socat$haproxy: connect -c 10"
	"bulk: 1 MiB requests of one client, 8 on their way: sockit socat socat-256K$haproxy: echo -c 1 -s 1048576 -d 8"
	"oneway: a GiB, which its ends hardly touch, one way: sockit socat socat-256K$haproxy: gib"
)
# SCENARIO VALUE OTHER RELATION RATIO: what sockit has, as a part of what the other has.
per_cpu='v["requests"] / v["cpu"]'
targets=(
	"echo50|$per_cpu|socat|>=|3|requests for a second of processor time"
	"connect|v[\"per_second\"]|socat|>=|5|connections a second"
	"oneway|v[\"per_second\"]|socat|>=|4|bytes a second"
	"oneway|v[\"cpu\"] / v[\"requests\"]|socat|<=|0.15|processor time for a GiB"
	"oneway|v[\"cpu\"] / v[\"requests\"]|socat-256K|<=|0.75|processor time for a GiB"
	"bulk|v[\"cpu\"] / v[\"requests\"]|socat|<=|0.15|processor time for a GiB"
	"bulk|v[\"cpu\"] / v[\"requests\"]|socat-256K|<=|0.75|processor time for a GiB"
)
missed=0

# Processor time of all processes of SERVER's session, and of those that have ended, in seconds.
session_cpu() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v session="$SERVER" -v hz="$(getconf CLK_TCK)" \
		'{ sub(/.*\) /, "") } $4 == session { n += $12 + $13 + $14 + $15 } END { print n / hz }'
}

now() { local t=${EPOCHREALTIME/./}; echo "$t"; }

# gib WHO: by sendfile out of a file with nothing in it, and by splice to /dev/null, four times. There are two ends
# and a forwarder for two cores, so they share these.
gib() {
	local both=${CORES[0]},${CORES[1]}
	local CORES=("$both" "$both")
	local echo=$TARGET began ended before after times=0 us=0 sink
	TARGET=$("$PROGRAMS/load" port)
	truncate -s 1G "$WORK/gib"
	server_start "$1"
	before=$(session_cpu)
	while [ $times -lt 4 ]; do
		rm -f "$WORK/ready"
		taskset -c "${CORES[1]}" "$SOCKIT" listen --recv-only --port-file "$WORK/ready" "127.0.0.1:$TARGET" \
			>/dev/null 2>&1 </dev/null &
		sink=$!
		until [ -e "$WORK/ready" ]; do sleep 0.01; done
		until began=$(now) && taskset -c "${CORES[1]}" "$SOCKIT" connect "127.0.0.1:$PORT" <"$WORK/gib" 2>"$WORK/said"; do
			if ! grep -q refused "$WORK/said" || ! kill -0 "$SERVER"; then break 2; fi
		done
		wait "$sink" || break
		ended=$(now)
		us=$((us + ended - began)) times=$((times + 1))
	done
	after=$(session_cpu)
	TARGET=$echo
	server_stop
	[ $times = 4 ] || { echo "$1: not measured" >&2; cat "$WORK/said" >&2; return 1; }
	awk -v us="$us" -v cpu="$after" -v before="$before" 'BEGIN {
		printf "requests=4 seconds=%f per_second=%f p50_us=%f p99_us=%f cpu=%f served=4\n",
			us / 1e6, 4e6 / us, us / 4, us / 4, cpu - before }' >>"$WORK/oneway.$1"
}

show() {
	printf '\n%s\n  %-11s %12s %10s %10s %14s %7s\n' "${title# }" '' requests/s 'p50 us' 'p99 us' \
		'CPU us/request' served
	for server in $who; do
		if [ ! -s "$WORK/$name.$server" ]; then
			printf '  %-11s not measured\n' "$server"
			continue
		fi
		printf '  %-11s %12.1f %10.0f %10.0f %14.2f %7d\n' "$server" \
			"$(median "$name" "$server" 'v["per_second"]')" "$(median "$name" "$server" 'v["p50_us"]')" \
			"$(median "$name" "$server" 'v["p99_us"]')" \
			"$(median "$name" "$server" 'v["cpu"] / v["requests"] * 1e6')" \
			"$(median "$name" "$server" 'v["served"]')"
	done
}

# judge WHAT RELATION NEEDED REACHED
judge() {
	local verdict
	verdict=$(awk -v n="$3" -v r="$4" -v how="$2" 'BEGIN {
		print (r == "nan" ? "FAIL" : (how == ">=" ? r >= n : r <= n) ? "pass" : "FAIL") }')
	printf '  %-60s needed %s %-6s reached %-8.8s %s\n' "$1" "$2" "$3" "$4" "$verdict"
	[ "$verdict" = pass ] || missed=$((missed + 1))
}

about "$rounds"
echo_start
for ((round = 0; round < rounds; round++)); do
	for scenario in "${scenarios[@]}"; do
		IFS=: read -r name title who call <<<"$scenario"
		for server in $who; do
			if [ "$call" = ' gib' ]; then
				gib "$server" || true
			else
				# shellcheck disable=SC2086 # several words
				measure "$name" "$server" $call || true
			fi
		done
	done
	measure idle sockit idle -c 2000 || true
done
for scenario in "${scenarios[@]}"; do
	IFS=: read -r name title who call <<<"$scenario"
	show
	for target in "${targets[@]}"; do
		IFS='|' read -r of value other relation ratio what <<<"$target"
		[ "$of" = "$name" ] || continue
		judge "$what, beside $other" "$relation" "$ratio" \
			"$(awk -v a="$(median "$name" sockit "$value")" -v b="$(median "$name" "$other" "$value")" 'BEGIN {
				if (b > 0) printf "%.3g", a / b; else print "nan" }')"
	done
done
printf '\n2,000 idle clients, each answered once\n'
judge 'bytes of user memory for a pair' '<=' 4096 \
	"$(median idle sockit '(v["memory_after"] - v["memory_before"]) / (v["clients"] - 1)')"
judge 'CPU seconds while nothing is asked' '<=' 0 "$(median idle sockit 'v["idle_cpu"]')"
[ $missed = 0 ] && printf '\nevery target met\n' || printf '\n%s targets missed\n' $missed
exit $((missed > 0))
