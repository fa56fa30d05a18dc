# What the lectures share; each reads it with `.`. POSIX sh, and nothing but sockit.
#
#     title TEXT                    say TEXT...              prose, a line an argument
#     try STATUS COMMAND            type it, show what it says, and insist on its status
#     must PATTERN                  a line of that is matched by the shell pattern *PATTERN*
#     start NAME COMMAND            type it in a terminal of its own; what it says is read by hear
#     hear NAME PATTERN             wait until it says such a line, showing all lines; HEARD is that line
#     type_in NAME TEXT             one line on its standard input
#     end_input NAME                Ctrl-D there
#     stop_reading NAME             nobody reads any more what it says
#     terminate NAME                send it SIGTERM
#     leave NAME STATUS             wait for its end
#     listens NAME                  hear where it listens; PORT is its port
#     told NAME FIRST SECOND...     it has said lines like these, in this order
#     served_by N                   try has shown the sockets of PORT: N processes hold server's ends
#     one_is_not_served             ... and one such end is held by nobody: a dash
#     thanks                        the last line: everything was as told
#
# A command begins with the word sockit. Nothing waits for time: fifos are read until what is awaited has come.
# Status 0 when everything was as told, 1 when not.
# shellcheck shell=sh
set -u
LECTURE=${0##*/}
SOCKIT=${SOCKIT:-$(command -v sockit || echo "${0%/*}/../../sockit")}
WORK=${TMPDIR:-/tmp}/sockit-lecture.$$
PORT='' HEARD=''
FREE_FDS='3 5 7 ' # and the one after each: a shell has nine
mkdir -m 700 "$WORK" || exit
unset SOCKIT_COLOR CLICOLOR_FORCE
export LC_ALL=C.UTF-8

sockit() { "$SOCKIT" "$@"; }
pids() { cat "$WORK"/*.pid 2>/dev/null; }
stop_all() { for pid in $(pids); do kill -KILL "$pid" 2>/dev/null; done; }
clean_up() {
	kill "$WATCHDOG" 2>/dev/null
	stop_all
	rm -rf "$WORK"
}
fail() {
	printf '\n%s: NOT AS TOLD: %s\n' "$LECTURE" "$*"
	exit 1
}

# A lecture that waits for what never comes is ended.
(
	trap 'kill "$nap"; exit' TERM
	sleep 60 &
	nap=$!
	wait "$nap"
	stop_all
	kill -TERM $$
) >/dev/null 2>&1 </dev/null &
WATCHDOG=$!
trap clean_up EXIT
trap 'fail "something that was awaited has not come"' HUP INT PIPE TERM

title() { printf '# %s\n' "$*"; }
say() {
	printf '\n'
	printf '%s\n' "$@"
	printf '\n'
}
shown() { sed "s/^/  $1/" "$2"; }

try() {
	printf '  $ %s\n' "$2"
	status=0
	(eval "$2") >"$WORK/out" 2>&1 </dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || status=$?
	shown '' "$WORK/out"
	[ "$status" = "$1" ] || fail "the status is $status, not $1"
}

# like LINE PATTERN
like() {
	# shellcheck disable=SC2254 # it is a pattern
	case $1 in *$2*) return 0 ;; esac
	return 1
}

must() {
	while IFS= read -r line; do
		! like "$line" "$1" || return 0
	done <"$WORK/out"
	fail "there is no line like '$1'"
}

# The descriptors of other programs must be closed in this one, or it would keep their input open.
start() {
	name=$1
	printf '  %s$ %s\n' "$name" "$2"
	mkfifo "$WORK/$name.in" "$WORK/$name.out"
	eval "exec \"\$SOCKIT\" ${2#sockit }" <"$WORK/$name.in" >"$WORK/$name.out" 2>&1 \
		3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	echo $! >"$WORK/$name.pid"
	[ -n "$FREE_FDS" ] || fail 'more than three programs at once'
	in=${FREE_FDS%% *} out=$((${FREE_FDS%% *} + 1)) FREE_FDS=${FREE_FDS#* }
	eval "exec $in>\"\$WORK/$name.in\" $out<\"\$WORK/$name.out\""
	eval "IN_$name=$in OUT_$name=$out"
	: >"$WORK/$name.log"
}

# next NAME: a line that it says is in HEARD; false when it has ended.
next() {
	eval "IFS= read -r HEARD <&\$OUT_$1" || [ -n "$HEARD" ] || return
	printf '%s\n' "$HEARD" >>"$WORK/$1.log"
	printf '  %s| %s\n' "$1" "$HEARD"
}

hear() {
	while next "$1"; do
		! like "$HEARD" "$2" || return 0
	done
	fail "$1 ended and has not said '$2'"
}

listens() {
	hear "$1" 'listening on'
	# shellcheck disable=SC2034 # the lectures use it
	PORT=${HEARD##* }
}

type_in() {
	printf '  %s< %s\n' "$1" "$2"
	eval "printf '%s\\n' \"\$2\" >&\$IN_$1"
}

end_input() {
	printf '  %s< (Ctrl-D)\n' "$1"
	eval "eval \"exec \$IN_$1>&-\""
}
stop_reading() {
	printf '  (nobody reads any more what %s says)\n' "$1"
	eval "eval \"exec \$OUT_$1</dev/null\""
}
terminate() {
	printf '  $ kill %s\n' "$(cat "$WORK/$1.pid")"
	kill "$(cat "$WORK/$1.pid")"
}

leave() {
	while next "$1"; do :; done
	status=0
	wait "$(cat "$WORK/$1.pid")" 2>/dev/null || status=$? # some shells say how a job ended
	rm "$WORK/$1.pid"
	eval "eval \"exec \$IN_$1>&- \$OUT_$1<&-\""
	eval "FREE_FDS=\"\$IN_$1 \$FREE_FDS\""
	printf '  %s: status %s\n' "$1" "$status"
	[ "$status" = "$2" ] || fail "$1 ended with status $status, not $2"
}

told() {
	name=$1
	shift
	while IFS= read -r line; do
		[ $# -gt 0 ] || return 0
		! like "$line" "$1" || shift
	done <"$WORK/$name.log"
	[ $# = 0 ] || fail "$name has not said '$1' in that order"
}

# Who holds the server's ends, each once.
holders() { sed -n "s/.*ESTABLISHED  *127.0.0.1:$PORT .* \([^ ]*\)\$/\1/p" "$WORK/out" | sort -u; }
served_by() {
	count=$(holders | grep -c '[^-]')
	[ "$count" = "$1" ] || fail "$count processes hold connections, not $1"
}
one_is_not_served() { holders | grep -qx - || fail 'every connection is held by a process'; }

thanks() { printf '\n%s: everything was as told\n' "$LECTURE"; }
