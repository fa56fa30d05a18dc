#!/usr/bin/env bash
# What bash offers for sockit: the function asked as readline asks it, then a real shell on a
# terminal of tmux.
#
#     SOCKIT=PATH completion_bash.sh      PATH is not run, the completions are beside this folder
set -u
cd "$(dirname "$0")/../.." || exit
completions=$PWD/completions/sockit.bash
work=$(mktemp -d) || exit
tmux=(tmux -S "$work/.tmux" -f /dev/null)
failures=0
trap '"${tmux[@]}" kill-server 2>/dev/null; rm -rf "$work"' EXIT
# shellcheck source=/dev/null
source "$completions" || exit
cd "$work" || exit
touch 'my file' 'my other' plain
mkdir .ssh
cat >.ssh/known_hosts <<'EOF'
# a comment
sshhost.example,[2001:db8::7] ssh-ed25519 AAAA
@cert-authority [sshport.example]:2222 ssh-ed25519 AAAA
|1|hashed= ssh-ed25519 AAAA
*.pattern.example ssh-ed25519 AAAA
EOF

fail()
{
	printf 'bash: %s\n' "$*" >&2
	failures=$((failures + 1))
}

# Sets COMPREPLY for the words of a line, of which the last is being completed.
ask()
{
	local HOME=$work
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_sockit
}

# expect 'ANSWERS' WORDS...: the answers in order, separated by blanks
expect()
{
	local wanted=$1
	shift
	ask "$@"
	[[ ${COMPREPLY[*]} == "$wanted" ]] || fail "[$*] gives [${COMPREPLY[*]}], not [$wanted]"
}

offers()
{
	local wanted=$1
	shift
	ask "$@"
	[[ " ${COMPREPLY[*]} " == *" $wanted "* ]] || fail "[$*] does not offer $wanted"
}

hides()
{
	local unwanted=$1
	shift
	ask "$@"
	[[ " ${COMPREPLY[*]} " != *" $unwanted "* ]] || fail "[$*] offers $unwanted"
}

expect 'connect' sockit con
expect 'resolve connect listen echo-serve byteorder services help --help --version' sockit ''
expect 'resolve connect listen echo-serve byteorder services sockopt' sockit help ''
expect 'sockopt' sockit help soc
expect 'connect' sockit -h con
expect 'network relay observe sockopt all' sockit --help connect ''
expect 'network relay observe sockopt all' sockit help connect ''
expect '--idle-timeout' sockit connect --id
expect '--backlog' sockit listen --back
expect '' sockit connect --back
offers -v sockit connect -
offers --source-port sockit connect -
expect '--verbose' sockit connect host --verb
expect 'stream' sockit resolve --socktype st
hides --numeric sockit connect -n -
hides -n sockit connect --numeric -
expect '--verbose' sockit connect -v --verb
hides --report sockit connect --report = x -
expect 'quit' sockit listen --on-peer-close = q
expect 'auto quit keep' sockit listen --on-peer-close =
expect 'quit' sockit listen --on-peer-close q
expect '--on-peer-close=quit' sockit listen --on-peer-close=q
expect 'always' sockit connect --color = al
expect 'explain' sockit connect --trace =
expect 'lo' sockit connect -I l
expect '--report=plain' sockit connect --report=pl
expect '' sockit connect -- --verb
expect 'sshhost.example sshport.example' sockit connect ssh
offers localhost sockit connect -- loc
offers https sockit connect -v host htt
offers https sockit connect -- host htt
expect '' sockit connect host 80 htt
offers ssh sockit connect -p ss
expect 'root' sockit listen --user roo
expect 'discard daytime' sockit echo-serve --service d
expect 'tcp udp unix' sockit services --protocol ''
offers localhost sockit connect -s loc
offers printf sockit listen 127.0.0.1 7777 --exec -- print
hides plain sockit listen 127.0.0.1 7777 --exec -- pla
expect '' sockit listen 127.0.0.1 7777 --exec -- shop
expect 'printf' sockit listen 127.0.0.1 7777 --exec -- printf
expect '' sockit listen 127.0.0.1 7777 --exec -- cat --verb
expect 'keepalive=' sockit connect --sockopt ke
expect 'tcp-keepcnt= tcp-keepidle= tcp-keepintvl=' sockit listen --sockopt = tcp-k
expect 'on off' sockit connect --sockopt keepalive =
expect 'off' sockit connect --sockopt = keepalive = of
expect 'probe' sockit connect --sockopt ip-mtu-discover = p
expect '--sockopt' sockit connect --sockopt keepalive = on --socko
expect '--idle-timeout' sockit connect --sockopt keepalive = on host --id
expect '' sockit connect --sockopt keepalive = on host 1 2
hides --report sockit connect --report = x --sockopt mark = 1 --sockopt linger = off -
expect '' sockit connect --idle-timeout ''
expect '' sockit byteorder ''
expect '16 32 64' sockit byteorder --width ''
hides '--report' sockit byteorder --
expect 'LISTEN LISTENING' sockit services --in-use --state LIS
hides '--report' sockit services --
hides localhost sockit services ''
expect 'discard= daytime=' sockit echo-serve d
expect 'discard= daytime=' sockit echo-serve echo = :7 d
offers localhost sockit echo-serve echo = loc
offers localhost sockit echo-serve loc
hides echo= sockit echo-serve localhost ''
offers echo sockit echo-serve localhost ec
hides localhost sockit echo-serve echo = :7 loc
expect '--stats' sockit echo-serve echo = :7 --st
expect 'drip=' sockit echo-serve --fault dr
expect 'drip=' sockit echo-serve --fault = dr
expect '' sockit echo-serve --fault drip = dr
expect '1s,refuse=' sockit echo-serve --fault delay = 1s,ref
expect '2s,refuse=' sockit echo-serve --fault = delay = 1s,jitter = 2s,ref
expect '--seed' sockit echo-serve --fault delay = 1s,jitter = 2s --see

# Waits until the screen has the line $1.
screen_has()
{
	local tries
	for ((tries = 0; tries < 500; tries++)); do
		"${tmux[@]}" capture-pane -p | grep -qxF -- "$1" && return
		sleep 0.02
	done
	fail "no line [$1] on the terminal; it shows:"
	"${tmux[@]}" capture-pane -p | grep . >&2
	return 1
}

# typed 'KEYS' 'RESULT': what the words are when KEYS and a tab were typed
typed()
{
	"${tmux[@]}" send-keys -l "sockit $1"$'\t'
	"${tmux[@]}" send-keys Enter
	screen_has "$2"
}

"${tmux[@]}" new-session -d -x 150 -y 50 "env -i PATH=$PATH TERM=screen bash --norc --noprofile" || exit
"${tmux[@]}" send-keys "source '$completions'; sockit() { printf '<%s>' \"\$@\"; echo; }; echo re''ady" Enter
if screen_has ready; then
	typed 'byte' '<byteorder>'
	typed 'help connect rel' '<help><connect><relay>'
	typed 'connect localh' '<connect><localhost>'
	typed 'echo-serve discard=unix:s echo=localh' '<echo-serve><discard=unix:s><echo=localhost>'
	typed 'echo-serve dayt' '<echo-serve><daytime=>'
	typed 'echo-serve --fault=delay=1s,dr' '<echo-serve><--fault=delay=1s,drip=>'
	typed 'echo-serve --fault delay=1s,jitter=2s,ref' '<echo-serve><--fault><delay=1s,jitter=2s,refuse=>'
	typed 'echo-serve echo=./my\ f' '<echo-serve><echo=./my file>'
	typed 'listen --on-peer-close=q' '<listen><--on-peer-close=quit>'
	typed 'connect --repo' '<connect><--report>'
	typed 'connect --sockopt ke' '<connect><--sockopt><keepalive=>'
	typed 'connect --sockopt=keepalive=of' '<connect><--sockopt=keepalive=off>'
	typed 'connect --report my\ f' '<connect><--report><my file>'
	typed 'connect --report=my\ o' '<connect><--report=my other>'
	typed 'connect --report "my f' '<connect><--report><my file>'
	typed 'connect ./my\ f' '<connect><./my file>'
	typed 'connect localhost http-al' '<connect><localhost><http-alt>'
	typed 'connect -- ./my\ f' '<connect><--><./my file>'
	typed 'listen ./s --exec -- cat my\ f' '<listen><./s><--exec><--><cat><my file>'
	typed 'listen ./s --exec -- realpat' '<listen><./s><--exec><--><realpath>'
fi

if ((failures > 0)); then
	echo "bash: $failures wrong" >&2
	exit 1
fi
echo 'bash: completes commands, options, choices and files'
