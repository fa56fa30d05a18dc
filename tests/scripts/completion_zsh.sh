#!/usr/bin/env bash
# What zsh completes for sockit, in a real shell on a terminal of zsh's own zpty.
#
#     SOCKIT=PATH completion_zsh.sh      PATH is not run, the completions are beside this folder
set -u
cd "$(dirname "$0")/../.." || exit
completions=$PWD/completions
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
touch 'my file' 'my other' plain
mkdir .ssh
echo 'sshhost.example ssh-ed25519 AAAA' >.ssh/known_hosts

# The shell under test prints its words, each in <>; the driver types keys and waits for a text.
cat >setup.zsh <<'ZSH'
PS1= PS2= RPS1=
unsetopt zle_bracketed_paste prompt_cr 2>/dev/null
autoload -Uz compinit
compinit -u -D
zstyle ':completion:*' list-prompt ''
zstyle ':completion:*' menu no
sockit() { printf '<%s>' "$@"; print "=end"; }
print re''ady
ZSH

cat >driver.zsh <<'ZSH'
zmodload zsh/zpty zsh/datetime
typeset -i failures=0
wait_for() {
	local chunk seen=
	local -F until=$(( EPOCHREALTIME + 10 ))
	while (( EPOCHREALTIME < until )); do
		while zpty -rt shell chunk 2>/dev/null; do seen+=$chunk; done
		[[ $seen == *"$1"* ]] && return
		sleep 0.02
	done
	print -r -u2 -- "zsh: no [$1]; the terminal shows: ${(V)seen}"
	(( ++failures ))
	return 1
}
# typed KEYS RESULT: the words when KEYS and a tab were typed
typed() {
	zpty -wn shell "sockit $1"$'\t\n'
	wait_for "$2=end"
}
# listed KEYS RESULT: a tab shows RESULT among the matches
listed() {
	zpty -wn shell "sockit $1"$'\t\t'
	wait_for "$2"
	zpty -wn shell $'\C-u\n'
	sleep 0.2
}
zpty shell "COLUMNS=200 TERM=dumb zsh -f -i" || exit
zpty -wn shell "fpath=($1 \$fpath); source ./setup.zsh"$'\n'
wait_for ready || exit
typed con '<connect>'
typed 'lis' '<listen>'
typed 'help con' '<help><connect>'
typed 'help connect net' '<help><connect><network>'
typed 'connect --idle' '<connect><--idle-timeout>'
typed 'resolve --socktype st' '<resolve><--socktype><stream>'
typed 'connect --idle-timeout=2 --verb' '<connect><--idle-timeout=2><--verbose>'
typed 'listen --on-peer-close=q' '<listen><--on-peer-close=quit>'
typed 'listen --on-peer-close q' '<listen><--on-peer-close><quit>'
typed 'connect --color=al' '<connect><--color=always>'
typed 'connect --trace=' '<connect><--trace=explain>'
typed 'connect --report my\ f' '<connect><--report><my file>'
typed 'connect --report=my\ o' '<connect><--report=my other>'
typed 'connect --report=pl' '<connect><--report=plain>'
typed 'connect unix:pl' '<connect><unix:plain>'
typed 'connect sshh' '<connect><sshhost.example>'
typed 'connect host gophe' '<connect><host><gopher>'
typed 'echo-serve --service day' '<echo-serve><--service><daytime>'
typed 'services --protocol=ud' '<services><--protocol=udp>'
typed 'listen --user roo' '<listen><--user><root>'
typed 'connect -- sshh' '<connect><--><sshhost.example>'
typed 'connect -- ./my\ f' '<connect><--><./my file>'
typed 'listen localhost 7777 --exec -- realpat' '<listen><localhost><7777><--exec><--><realpath>'
typed 'listen localhost:7777 --exec -- realpat' '<listen><localhost:7777><--exec><--><realpath>'
typed 'listen localhost 7777 --exec -- cat my\ f' '<listen><localhost><7777><--exec><--><cat><my file>'
typed 'connect -n --num' '<connect><-n><--num>'
typed 'connect -v --verb' '<connect><-v><--verbose>'
typed 'connect --sockopt ke' '<connect><--sockopt><keepalive=>'
typed 'connect --sockopt=keepalive=of' '<connect><--sockopt=keepalive=off>'
typed 'connect --sockopt mark=1 --socko' '<connect><--sockopt><mark=1><--sockopt>'
typed 'connect -U --num' '<connect><-U><--num>'
typed 'echo-serve dayt' '<echo-serve><daytime=>'
typed 'echo-serve echo=sshh' '<echo-serve><echo=sshhost.example>'
typed 'echo-serve echo=:7 disc' '<echo-serve><echo=:7><discard=>'
typed 'echo-serve echo=./my\ f' '<echo-serve><echo=./my file>'
typed 'echo-serve localhost gophe' '<echo-serve><localhost><gopher>'
typed 'echo-serve --fault dr' '<echo-serve><--fault><drip=>'
typed 'echo-serve --fault=delay=1s,jitter=2s,ref' '<echo-serve><--fault=delay=1s,jitter=2s,refuse=>'
listed '' 'open a connection and join it'
listed 'listen --on-peer-close=' 'quit'
listed 'connect --' '--source-port'
listed 'byteorder --width ' 'as an IPv4 address'
listed 'services --in-use --state FIN_' 'ended here, not by the peer'
exit $(( failures > 0 ))
ZSH

if ! env -i PATH="$PATH" HOME="$work" zsh -f driver.zsh "$completions"; then
	echo 'zsh: completions are wrong' >&2
	exit 1
fi
echo 'zsh: completes commands, options, choices and files'
