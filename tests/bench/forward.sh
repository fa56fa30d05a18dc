#!/usr/bin/env bash
# sockit listen -k --forward beside socat, with its own and with a large buffer, ncat, haproxy and nginx, on loopback,
# in turn.
#
#     forward.sh SOCKIT PROGRAMS [quick]
#
# The forwarder has one core; the load, and the bare epoll loop that answers behind it, the other.
set -eu
# shellcheck source=tests/bench/serve.sh
. "$(dirname "$0")/serve.sh"
serve_check
TARGET= # the port of what answers
ECHO=
RUNS=4 MIB=256
[ -z "$QUICK" ] || RUNS=1 MIB=64
MIB=${BENCH_MIB:-$MIB}

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

nginx_config() {
	cat <<-END
		load_module $NGINX_STREAM;
		daemon off;
		worker_processes 1;
		pid $WORK/nginx.pid;
		error_log stderr;
		events { worker_connections 8000; }
		stream { server {
			listen 127.0.0.1:$PORT backlog=4096;
			proxy_pass 127.0.0.1:$TARGET;
			proxy_half_close on;
		} }
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
	ncat)
		in_session ncat -k -m "$MOST_CLIENTS" -l 127.0.0.1 "$PORT" --sh-exec "ncat 127.0.0.1 $TARGET" & ;;
	haproxy)
		haproxy_config >"$WORK/haproxy.cfg"
		in_session haproxy -f "$WORK/haproxy.cfg" & ;;
	nginx)
		nginx_config >"$WORK/nginx.cfg"
		in_session nginx -e stderr -c "$WORK/nginx.cfg" & ;;
	*)
		echo "no forwarder is called '$1'" >&2; return 2 ;;
	esac 2>"$WORK/said" >/dev/null
	SERVER=$!
}

# Processor time of all processes of SERVER's session, and of those that have ended, in seconds.
session_cpu() { "$PROGRAMS/load" cpu "$SERVER"; }

now() { local t=${EPOCHREALTIME/./}; echo "$t"; }

# bulk SCENARIO WHO: by sendfile out of a file with nothing in it, and by splice to /dev/null, RUNS times. There are
# two ends and a forwarder for two cores, so they share these. What arrives is counted by sockit's --report.
bulk() {
	local both=${CORES[0]},${CORES[1]}
	local CORES=("$both" "$both")
	local echo=$TARGET began ended before after times=0 us=0 sink
	TARGET=$("$PROGRAMS/load" port)
	truncate -s "${MIB}M" "$WORK/bulk"
	server_start "$2"
	before=$(session_cpu)
	while [ $times -lt $RUNS ]; do
		rm -f "$WORK/ready" "$WORK/report"
		taskset -c "${CORES[1]}" "$SOCKIT" listen --recv-only --port-file "$WORK/ready" --json --report "$WORK/report" \
			"127.0.0.1:$TARGET" >/dev/null 2>&1 </dev/null &
		sink=$!
		until [ -e "$WORK/ready" ]; do sleep 0.01; done
		until began=$(now) && taskset -c "${CORES[1]}" "$SOCKIT" connect "127.0.0.1:$PORT" <"$WORK/bulk" 2>"$WORK/said"; do
			{ grep -q refused "$WORK/said" && kill -0 "$SERVER"; } || break 2
		done
		wait "$sink" || break
		ended=$(now)
		grep -q "\"closed\".*\"received_bytes\":$((MIB << 20))," "$WORK/report" ||
			{ echo 'not all that was sent has arrived' >"$WORK/said"; break; }
		us=$((us + ended - began)) times=$((times + 1))
	done
	after=$(session_cpu)
	TARGET=$echo
	server_stop
	[ $times = $RUNS ] || { echo "$1, $2: not measured" >&2; cat "$WORK/said" >&2; kill "$sink" 2>/dev/null || true; return 0; }
	awk -v scenario="$1" -v who="$2" -v us="$us" -v cpu="$after" -v before="$before" -v gib="$((RUNS * MIB))" 'BEGIN {
		printf "%s %s work=%f seconds=%f cpu=%f\n", scenario, who, gib / 1024, us / 1e6, cpu - before }'
}

forward_measure() { if [ "$3" = bulk ]; then bulk "$1" "$2"; else measure "$@"; fi; }
MEASURE=forward_measure

all='sockit socat socat-256K haproxy nginx'
# It starts two of itself for each client, which takes most of a tenth of a second.
[ -n "$QUICK" ] || all+=' ncat'
echo_start
measure_all "forward-echo: $all: echo -c 50" "forward-connect: $all: connect -c 10" "forward-bulk: $all: bulk" \
	"forward-idle: sockit haproxy nginx: idle -c 1000"
