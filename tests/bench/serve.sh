# What the parts of the benchmark share: to be read by them. Their words are SOCKIT PROGRAMS [quick], where PROGRAMS
# is the folder of load and the yardsticks; WORK is a folder of theirs. bash.
#
# Of each measurement a part prints a line: SCENARIO, WHO, and words of NAME=VALUE. The server has one core, the load
# another.
# shellcheck shell=bash disable=SC2034

usage="usage: ${0##*/} SOCKIT PROGRAMS [quick]"
SOCKIT=$(realpath "${1:?$usage}")
PROGRAMS=$(realpath "${2:?$usage}")
QUICK=
case ${3-} in
'') rounds=7 SECONDS_EACH=0.25 ;;
quick) rounds=3 SECONDS_EACH=0.1 QUICK=yes ;;
*) echo "${0##*/}: unknown word '$3'" >&2 && exit 2 ;;
esac
rounds=${BENCH_ROUNDS:-$rounds} SECONDS_EACH=${BENCH_SECONDS:-$SECONDS_EACH}
PATH=$PATH:/usr/sbin:/sbin
WORK=$(mktemp -d)
trap 'server_stop; rm -rf "$WORK"' EXIT

MOST_CLIENTS=20000 # no model is to hold clients back; the machine's limit of descriptors does
SERVER=            # its process id, which is its session's too
PORT=

# The first two cores that this process may use.
mapfile -t CORES < <(taskset -cp $$ | sed 's/.*: //; s/,/\n/g' |
	awk -F- '{ for (i = $1; i <= ($2 == "" ? $1 : $2); i++) print i }' | head -n 2)

serve_check() {
	[ "${#CORES[@]}" = 2 ] || { echo 'this wants two cores' >&2; return 1; }
	local program
	for program in taskset setsid; do
		command -v "$program" >/dev/null || { echo "$program is missing: make test-deps" >&2; return 1; }
	done
	ulimit -Sn "$(ulimit -Hn)"
	[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge 10300 ] ||
		{ echo "10,000 clients want more descriptors than $(ulimit -n): ulimit -n" >&2; return 1; }
	# libuv takes part where it is installed.
	if pkg-config --exists libuv 2>/dev/null; then
		# shellcheck disable=SC2046 # several words
		${CC:-cc} -std=c17 -D_GNU_SOURCE -O2 -o "$WORK/uv_echo" "$(dirname "$0")/uv_echo.c" \
			$(pkg-config --cflags --libs libuv)
	fi
}

# installed WHO: what is not is left out.
installed() {
	case $1 in
	libuv) [ -e "$WORK/uv_echo" ] ;;
	ncat | haproxy | tcpserver) command -v "$1" >/dev/null ;;
	socat*) command -v socat >/dev/null ;;
	nginx) command -v nginx >/dev/null && [ -e "$NGINX_STREAM" ] ;;
	esac
}
NGINX_STREAM=/usr/lib/nginx/modules/ngx_stream_module.so

# A session of its own, so that all its processes can be counted, and ended.
in_session() { exec setsid taskset -c "${CORES[0]}" "$@" </dev/null; }

# server_start WHO: sets SERVER and PORT.
server_start() {
	PORT=$("$PROGRAMS/load" port)
	case $1 in
	sockit)
		in_session "$SOCKIT" echo-serve -m "$MOST_CLIENTS" 127.0.0.1 "$PORT" & ;;
	event | thread | fork | iterative)
		in_session "$SOCKIT" echo-serve --model "$1" -m "$MOST_CLIENTS" 127.0.0.1 "$PORT" & ;;
	bare)
		in_session "$PROGRAMS/yard_echo" "$PORT" & ;;
	libuv)
		in_session "$WORK/uv_echo" "$PORT" & ;;
	ncat)
		in_session ncat -k -m "$MOST_CLIENTS" -l 127.0.0.1 "$PORT" -e /bin/cat & ;;
	socat-cat)
		in_session socat "TCP-LISTEN:$PORT,bind=127.0.0.1,backlog=4096,fork" EXEC:cat & ;;
	socat-pipe)
		in_session socat "TCP-LISTEN:$PORT,bind=127.0.0.1,backlog=4096,fork" PIPE & ;;
	tcpserver)
		in_session tcpserver -q -H -R -l 0 -c "$MOST_CLIENTS" -b 4096 127.0.0.1 "$PORT" cat & ;;
	*)
		echo "no server is called '$1'" >&2; return 2 ;;
	esac 2>"$WORK/said" >/dev/null
	SERVER=$!
}

server_stop() {
	[ -n "$SERVER" ] || return 0
	kill -KILL -- "-$SERVER" 2>/dev/null || true
	wait "$SERVER" 2>/dev/null || true
	SERVER=
}

# measure SCENARIO WHO MODE [LOAD-OPTION...]; what cannot be measured is said, and no line comes.
measure() {
	local scenario=$1 who=$2 mode=$3 line
	shift 3
	server_start "$who"
	if line=$(taskset -c "${CORES[1]}" "$PROGRAMS/load" "$mode" "$PORT" -S "$SERVER" -t "$SECONDS_EACH" "$@"); then
		printf '%s %s %s\n' "$scenario" "$who" "$line"
	else
		echo "$scenario, $who: not measured" >&2
		tail -n 3 "$WORK/said" >&2
	fi
	server_stop
}

# Rows of SCENARIO: WHO...: MODE and LOAD-OPTIONs, each in turn, so many rounds. BENCH_ONLY='sockit bare', say, leaves
# the others out.
measure_all() {
	local round row scenario all call who
	for ((round = 0; round < rounds; round++)); do
		for row; do
			IFS=: read -r scenario all call <<<"$row"
			for who in $all; do
				[ -z "${BENCH_ONLY-}" ] || [[ " $BENCH_ONLY " == *" $who "* ]] || continue
				case $who in
				sockit | bare | event | thread | fork | iterative) ;;
				*) installed "$who" || continue ;;
				esac
				# shellcheck disable=SC2086 # several words
				"${MEASURE:-measure}" "$scenario" "$who" $call
			done
		done
	done
}
