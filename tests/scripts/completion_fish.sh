#!/usr/bin/env bash
# What fish offers for sockit, by its own `complete -C`.
#
#     SOCKIT=PATH completion_fish.sh      PATH is not run, the completions are beside this folder
set -u
cd "$(dirname "$0")/../.." || exit
completions=$PWD/completions/sockit.fish
work=$(mktemp -d) || exit
failures=0
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
touch 'my file' 'my other' plain
mkdir .ssh
echo 'sshhost.example ssh-ed25519 AAAA' >.ssh/known_hosts

fail()
{
	printf 'fish: %s\n' "$*" >&2
	failures=$((failures + 1))
}

# The answers for the line $1, without their descriptions.
ask()
{
	env -i PATH="$PATH" HOME="$work" fish --no-config -c \
		"source '$completions'; complete -C (string join ' ' -- \$argv)" -- "$1" | cut -f1
}

# expect 'LINE' ANSWER...: these and no others, in any order
expect()
{
	local line=$1 got wanted
	shift
	got=$(ask "$line" | sort)
	wanted=$(printf '%s\n' "$@" | sort)
	[[ $got == "$wanted" ]] || fail "[$line] gives [${got//$'\n'/|}], not [${wanted//$'\n'/|}]"
}

offers()
{
	ask "$1" | grep -qxF -- "$2" || fail "[$1] does not offer $2"
}

hides()
{
	! ask "$1" | grep -qxF -- "$2" || fail "[$1] offers $2"
}

expect 'sockit con' connect
expect 'sockit ' resolve connect listen echo-serve byteorder services help
expect 'sockit help ' resolve connect listen echo-serve byteorder services sockopt
expect 'sockit help soc' sockopt
expect 'sockit -h con' connect
expect 'sockit --help connect ' network relay observe sockopt all
expect 'sockit help connect ' network relay observe sockopt all
expect 'sockit connect --idle' --idle-timeout
expect 'sockit resolve --socktype st' stream
hides 'sockit resolve --hostent --' --long
expect 'sockit listen --back' --backlog
offers 'sockit connect -' -v
offers 'sockit connect -' --source-port
hides 'sockit connect -n -' --numeric
offers 'sockit connect -v -' --verbose
hides 'sockit connect -4 -' --ipv6
hides 'sockit connect --report=x --r' --report
expect 'sockit listen --on-peer-close=q' --on-peer-close=quit
expect 'sockit listen --on-peer-close q' quit
expect 'sockit listen --on-peer-close=' --on-peer-close={auto,quit,keep}
expect 'sockit connect --color=al' --color=always
expect 'sockit connect --trace=' --trace=explain
expect 'sockit connect -I l' lo
expect 'sockit connect --report my' 'my file' 'my other'
expect 'sockit connect --report=my\ o' '--report=my other'
expect 'sockit connect ./pl' ./plain
expect 'sockit connect unix:pl' unix:plain
expect 'sockit connect --sockopt keep' keepalive=
expect 'sockit connect --sockopt=keep' --sockopt=keepalive=
expect 'sockit listen --sockopt mark=1 --sockopt tcp-keepi' tcp-keepidle= tcp-keepintvl=
offers 'sockit connect --sockopt mark=1 --so' --sockopt
hides 'sockit connect -- -' --verbose
expect 'sockit connect sshh' sshhost.example
offers 'sockit connect -v host http' https
offers 'sockit connect -i 5 host http' https
hides 'sockit connect http' https
hides 'sockit connect -i http' https
offers 'sockit connect -p ss' ssh
offers 'sockit services ss' ssh
expect 'sockit listen --user roo' root
expect 'sockit echo-serve --service d' daytime discard
expect 'sockit echo-serve d' daytime= discard=
expect 'sockit echo-serve echo=:7 d' daytime= discard=
expect 'sockit echo-serve echo=sshh' echo=sshhost.example
expect 'sockit echo-serve sshh' sshhost.example
expect 'sockit echo-serve echo=./my' 'echo=./my file' 'echo=./my other'
expect 'sockit echo-serve --fault dr' drip=
expect 'sockit echo-serve --fault=dr' --fault=drip=
expect 'sockit echo-serve --fault refuse=20%,ji' refuse=20%,jitter=
expect 'sockit connect -- ./my' './my file' './my other'
expect 'sockit services --protocol=u' --protocol=udp --protocol=unix
offers 'sockit listen localhost 7777 --exec -- realpat' realpath
expect 'sockit listen localhost 7777 --exec -- cat my' 'my file' 'my other'
hides 'sockit listen localhost 7777 --exec -- ' https
hides 'sockit byteorder ' localhost
expect 'sockit byteorder --width ' 16 32 64
hides 'sockit services ' localhost
expect 'sockit services --in-use --state LISTENI' LISTENING

if ((failures > 0)); then
	echo "fish: $failures wrong" >&2
	exit 1
fi
echo 'fish: completes commands, options, choices and files'
