# Servers and load for echo.sh and models.sh: to be read by them. Their words are SOCKIT PROGRAMS [quick], where
# PROGRAMS is the folder of load and yard_echo; WORK is a folder of theirs. bash.
#
# The server has one core, the load another. What is measured is kept in $WORK/SCENARIO.WHO, a line of
# NAME=VALUE words a round, as load prints it.
# shellcheck shell=bash

usage="usage: ${0##*/} SOCKIT PROGRAMS [quick]"
SOCKIT=$(realpath "${1:?$usage}")
PROGRAMS=$(realpath "${2:?$usage}")
case ${3-} in
'') rounds=5 SECONDS_EACH=2 ;;
quick) rounds=1 SECONDS_EACH=0.5 ;;
*) echo "${0##*/}: unknown word '$3'" >&2 && exit 2 ;;
esac
rounds=${BENCH_ROUNDS:-$rounds} SECONDS_EACH=${BENCH_SECONDS:-$SECONDS_EACH}
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
	for program in taskset setsid "$@"; do
		command -v "$program" >/dev/null || { echo "$program is missing: make test-deps" >&2; return 1; }
	done
	ulimit -Sn "$(ulimit -Hn)"
	[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge 10300 ] ||
		{ echo "10,000 clients want more descriptors than $(ulimit -n): ulimit -n" >&2; return 1; }
}

# A session of its own, so that all its processes can be counted, and ended.
in_session() { exec setsid taskset -c "${CORES[0]}" "$@" </dev/null; }

# server_start WHO: sets SERVER and PORT.
server_start() {
	PORT=$("$PROGRAMS/load" port)
	case $1 in
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
	*)
		echo "no server is called '$1'" >&2; return 2 ;;
	esac 2>"$WORK/said"
	SERVER=$!
}

server_stop() {
	[ -n "$SERVER" ] || return 0
	kill -KILL -- "-$SERVER" 2>/dev/null || true
	wait "$SERVER" 2>/dev/null || true
	SERVER=
}

# measure SCENARIO WHO MODE [LOAD-OPTION...]
measure() {
	local to=$WORK/$1.$2 who=$2 mode=$3
	shift 3
	server_start "$who"
	taskset -c "${CORES[1]}" "$PROGRAMS/load" "$mode" "$PORT" -S "$SERVER" -t "$SECONDS_EACH" "$@" >>"$to" ||
		{ echo "$who: not measured" >&2; tail -n 3 "$WORK/said" >&2; server_stop; return 1; }
	server_stop
}

# median SCENARIO WHO EXPRESSION: of what awk makes of the words of each line, which it has as v["NAME"].
# Where the load had no time left, what the server did with a second of its processor decides: rate().
median() {
	[ -s "$WORK/$1.$2" ] || { echo nan; return; }
	awk 'function rate() {
			return v["load_cpu"] > 0.95 * v["seconds"] && v["cpu"] > 0 ? v["requests"] / v["cpu"] : v["per_second"]
		}
		{ for (i = 1; i <= NF; i++) { split($i, word, "="); v[word[1]] = word[2] }
		print '"$3"' }' "$WORK/$1.$2" | sort -g | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

about() {
	printf '%s, Linux %s; one core for the server, one for the load; medians of %s rounds of %s s\n' \
		"$("$SOCKIT" --version | head -n 1)" "$(uname -r)" "$1" "$SECONDS_EACH"
}
