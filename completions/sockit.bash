# bash completion for sockit(1); written by src/docgen from the option tables.
# shellcheck shell=bash

# In all of these: cur is what is being completed, prefix what stands before it in the same
# word and must come back in front of every answer.
_sockit_answer()
{
	mapfile -t COMPREPLY < <(compgen "$@" -- "$cur")
	COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
}

# Readline's own completion of files copes with quotes and blanks.
_sockit_files()
{
	if [[ $prefix ]]; then
		compopt -o filenames 2>/dev/null
		_sockit_answer -f
	else
		compopt -o default 2>/dev/null
	fi
}

# Those of /etc/hosts, which readline knows, and those that ssh has met.
_sockit_hosts()
{
	local names rest name list known=()
	while read -r names rest; do
		[[ $names == @* ]] && names=${rest%% *}
		IFS=, read -ra list <<<"$names"
		for name in "${list[@]}"; do
			name=${name#[}
			[[ $name == *[\|#*?!\"\'\$\`\\]* ]] || known+=("${name%]:*}")
		done
	done < <(cat ~/.ssh/known_hosts /etc/ssh/ssh_known_hosts 2>/dev/null)
	_sockit_answer -A hostname -W "${known[*]}"
}

# The program behind -- and its arguments; $1 of its words were typed.
_sockit_program()
{
	if (($1 == 0)) && [[ $cur != */* ]]; then
		local found name
		mapfile -t found < <(compgen -c -- "$cur" | sort -u)
		for name in "${found[@]}"; do
			type -P -- "$name" >/dev/null && COMPREPLY+=("$name")
		done
	else
		_sockit_files
	fi
}

_sockit_interfaces()
{
	local names=(/sys/class/net/*)
	_sockit_answer -W "${names[*]##*/}"
}

# What there is; $1 is the command.
_sockit_tables()
{
	commands='resolve connect listen echo-serve byteorder services' options='' takes_word='' groups='' answers='' served=''
	case $1 in
	resolve)
		options='-4,--ipv4 -6,--ipv6 -S,--service --socktype --passive --canonname --numeric-host --numeric-service --v4mapped --all --addrconfig --idn --name-required --no-fqdn -l,--long --addrinfo --hostent --confirm -f,--file --jobs --timeout -v,--verbose+ --json --color --trace -h,--help -V,--version'
		takes_word=' -S --service --socktype -f --file --jobs --timeout '
		groups='ask show observe all' answers=1
		;;
	connect)
		options='-4,--ipv4 -6,--ipv6 -u,--udp -U,--unix -n,--numeric -I,--interface --sockopt+ --join+ --ttl --loop -s,--source -p,--source-port -w,--connect-timeout -i,--idle-timeout -q,--quit-after-eof --deadline -d,--no-stdin --send-only --recv-only --no-half-close --on-peer-close --raw -C,--crlf -t,--telnet --rate --line-delay --reply-timeout --replies --delim --datagram-size --exec --sh-exec --allow-setuid -v,--verbose+ --json --color --trace -h,--help -V,--version --report'
		takes_word=' -I --interface --sockopt --join --ttl --loop -s --source -p --source-port -w --connect-timeout -i --idle-timeout -q --quit-after-eof --deadline --on-peer-close --rate --line-delay --reply-timeout --replies --delim --datagram-size --sh-exec --report '
		groups='network relay observe sockopt all'
		;;
	listen)
		options='-4,--ipv4 -6,--ipv6 -u,--udp -U,--unix -n,--numeric -I,--interface --sockopt+ --join+ --ttl --loop -k,--keep-open -s,--source -p,--port --accept-timeout -m,--max-conns --max-accepts --drain --backlog --port-file --reuse-port --unix-mode --ready-fd --user --allow+ --deny+ --allow-file --deny-file -i,--idle-timeout -q,--quit-after-eof --deadline -d,--no-stdin --send-only --recv-only --no-half-close --on-peer-close --raw -C,--crlf -t,--telnet --rate --line-delay --delim --datagram-size --reply-to --max-datagrams --tag --output --append --slow --broker --chat --exec --sh-exec --allow-setuid --forward --forward-sockopt+ -w,--connect-timeout --session-timeout --max-sessions --proxy-protocol --accept-proxy-protocol -v,--verbose+ --json --color --trace -h,--help -V,--version --report'
		takes_word=' -I --interface --sockopt --join --ttl --loop -s --source -p --port --accept-timeout -m --max-conns --max-accepts --drain --backlog --port-file --unix-mode --ready-fd --user --allow --deny --allow-file --deny-file -i --idle-timeout -q --quit-after-eof --deadline --on-peer-close --rate --line-delay --delim --datagram-size --reply-to --max-datagrams --output --slow --sh-exec --forward --forward-sockopt -w --connect-timeout --session-timeout --max-sessions --proxy-protocol --report '
		groups='network relay observe sockopt all'
		;;
	echo-serve)
		options='--service --model --threads -i,--idle-timeout --stats -m,--max-conns --max-accepts --drain --quote --fault --seed -4,--ipv4 -6,--ipv6 -u,--udp -U,--unix -n,--numeric -I,--interface --sockopt+ --backlog --port-file --reuse-port --unix-mode --ready-fd --user --allow+ --deny+ --allow-file --deny-file -v,--verbose+ --json --color --trace -h,--help -V,--version --report'
		takes_word=' --service --model --threads -i --idle-timeout -m --max-conns --max-accepts --drain --quote --fault --seed -I --interface --sockopt --backlog --port-file --unix-mode --ready-fd --user --allow --deny --allow-file --deny-file --report '
		groups='serve network observe sockopt all' served='echo= discard= chargen= daytime= time= qotd= upper= http='
		;;
	byteorder)
		options='--width --from-network --bytes --sockaddr --proc-net --binary -v,--verbose+ --json --color --trace -h,--help -V,--version'
		takes_word=' --width '
		groups='value observe all' answers=1
		;;
	services)
		options='--protocol --search --in-use --state -v,--verbose+ --json --color --trace -h,--help -V,--version'
		takes_word=' --protocol --search --state '
		groups='filter observe all' answers=1
		;;
	esac
}

# Names of socket options, and what may follow one.
_sockit_sockopts()
{
	compopt -o nospace 2>/dev/null
	_sockit_answer -W 'bindtodevice= bindtoifindex= broadcast= busy-poll= debug= dontroute= keepalive= linger= mark= max-pacing-rate= no-check= oobinline= prefer-busy-poll= priority= rcvbuf= rcvbufforce= reuseaddr= reuseport= sndbuf= sndbufforce= ip-bind-address-no-port= ip-freebind= ip-minttl= ip-mtu-discover= ip-multicast-all= ip-multicast-loop= ip-multicast-ttl= ip-tos= ip-transparent= ip-ttl= ipv6-autoflowlabel= ipv6-dontfrag= ipv6-freebind= ipv6-minhopcount= ipv6-mtu-discover= ipv6-multicast-all= ipv6-multicast-hops= ipv6-multicast-loop= ipv6-tclass= ipv6-transparent= ipv6-unicast-hops= ipv6-v6only= tcp-congestion= tcp-cork= tcp-defer-accept= tcp-fastopen= tcp-keepcnt= tcp-keepidle= tcp-keepintvl= tcp-linger2= tcp-maxseg= tcp-nodelay= tcp-notsent-lowat= tcp-quickack= tcp-syncnt= tcp-thin-linear-timeouts= tcp-tx-delay= tcp-user-timeout= tcp-window-clamp= udp-no-check6-rx= udp-no-check6-tx= udp-segment='
}

_sockit_sockopt_value()
{
	case $1 in
	broadcast) _sockit_answer -W 'on off' ;;
	debug) _sockit_answer -W 'on off' ;;
	dontroute) _sockit_answer -W 'on off' ;;
	keepalive) _sockit_answer -W 'on off' ;;
	no-check) _sockit_answer -W 'on off' ;;
	oobinline) _sockit_answer -W 'on off' ;;
	prefer-busy-poll) _sockit_answer -W 'on off' ;;
	reuseaddr) _sockit_answer -W 'on off' ;;
	reuseport) _sockit_answer -W 'on off' ;;
	ip-bind-address-no-port) _sockit_answer -W 'on off' ;;
	ip-freebind) _sockit_answer -W 'on off' ;;
	ip-mtu-discover) _sockit_answer -W 'want dont do probe interface omit' ;;
	ip-multicast-all) _sockit_answer -W 'on off' ;;
	ip-multicast-loop) _sockit_answer -W 'on off' ;;
	ip-transparent) _sockit_answer -W 'on off' ;;
	ipv6-autoflowlabel) _sockit_answer -W 'on off' ;;
	ipv6-dontfrag) _sockit_answer -W 'on off' ;;
	ipv6-freebind) _sockit_answer -W 'on off' ;;
	ipv6-mtu-discover) _sockit_answer -W 'want dont do probe interface omit' ;;
	ipv6-multicast-all) _sockit_answer -W 'on off' ;;
	ipv6-multicast-loop) _sockit_answer -W 'on off' ;;
	ipv6-transparent) _sockit_answer -W 'on off' ;;
	ipv6-v6only) _sockit_answer -W 'on off' ;;
	tcp-cork) _sockit_answer -W 'on off' ;;
	tcp-nodelay) _sockit_answer -W 'on off' ;;
	tcp-quickack) _sockit_answer -W 'on off' ;;
	tcp-thin-linear-timeouts) _sockit_answer -W 'on off' ;;
	udp-no-check6-rx) _sockit_answer -W 'on off' ;;
	udp-no-check6-tx) _sockit_answer -W 'on off' ;;
	esac
}

# The services of echo-serve.
_sockit_served()
{
	_sockit_answer -W 'echo discard chargen daytime time qotd upper http'
}

# Faults, with commas between them; behind $1= comes a value.
_sockit_faults()
{
	if [[ $cur == *,* ]]; then
		prefix+=${cur%,*}, cur=${cur##*,}
	elif [[ ${1-} ]]; then
		return
	fi
	compopt -o nospace 2>/dev/null
	_sockit_answer -W 'delay= jitter= rate= truncate= rst-after= half-close-after= drip= refuse='
}

# The value of option $2 of command $1, or its operand.
_sockit_value()
{
	case $1:$2 in
	resolve:-S | resolve:--service) _sockit_answer -A service ;;
	resolve:--socktype) _sockit_answer -W 'stream dgram raw any' ;;
	resolve:-f | resolve:--file) _sockit_files ;;
	resolve:--color) _sockit_answer -W 'auto always never' ;;
	resolve:--trace) _sockit_answer -W 'explain' ;;
	resolve:operand) _sockit_hosts ;;
	connect:-I | connect:--interface) _sockit_interfaces ;;
	connect:--sockopt) _sockit_sockopts ;;
	connect:--loop) _sockit_answer -W 'on off' ;;
	connect:-s | connect:--source) _sockit_hosts ;;
	connect:-p | connect:--source-port) _sockit_answer -A service ;;
	connect:--on-peer-close) _sockit_answer -W 'auto quit keep' ;;
	connect:--delim) _sockit_answer -W 'chunk line len' ;;
	connect:--color) _sockit_answer -W 'auto always never' ;;
	connect:--trace) _sockit_answer -W 'explain' ;;
	connect:--report) _sockit_files ;;
	listen:-I | listen:--interface) _sockit_interfaces ;;
	listen:--sockopt) _sockit_sockopts ;;
	listen:--loop) _sockit_answer -W 'on off' ;;
	listen:-s | listen:--source) _sockit_hosts ;;
	listen:-p | listen:--port) _sockit_answer -A service ;;
	listen:--port-file) _sockit_files ;;
	listen:--user) _sockit_answer -A user ;;
	listen:--allow) _sockit_hosts ;;
	listen:--deny) _sockit_hosts ;;
	listen:--allow-file) _sockit_files ;;
	listen:--deny-file) _sockit_files ;;
	listen:--on-peer-close) _sockit_answer -W 'auto quit keep' ;;
	listen:--delim) _sockit_answer -W 'chunk line len' ;;
	listen:--reply-to) _sockit_answer -W 'first last all' ;;
	listen:--output) _sockit_files ;;
	listen:--slow) _sockit_answer -W 'block drop close' ;;
	listen:--forward) _sockit_hosts ;;
	listen:--forward-sockopt) _sockit_sockopts ;;
	listen:--proxy-protocol) _sockit_answer -W 'v1 v2' ;;
	listen:--color) _sockit_answer -W 'auto always never' ;;
	listen:--trace) _sockit_answer -W 'explain' ;;
	listen:--report) _sockit_files ;;
	echo-serve:--service) _sockit_served ;;
	echo-serve:--model) _sockit_answer -W 'event thread fork iterative' ;;
	echo-serve:--quote) _sockit_files ;;
	echo-serve:--fault) _sockit_faults ;;
	echo-serve:-I | echo-serve:--interface) _sockit_interfaces ;;
	echo-serve:--sockopt) _sockit_sockopts ;;
	echo-serve:--port-file) _sockit_files ;;
	echo-serve:--user) _sockit_answer -A user ;;
	echo-serve:--allow) _sockit_hosts ;;
	echo-serve:--deny) _sockit_hosts ;;
	echo-serve:--allow-file) _sockit_files ;;
	echo-serve:--deny-file) _sockit_files ;;
	echo-serve:--color) _sockit_answer -W 'auto always never' ;;
	echo-serve:--trace) _sockit_answer -W 'explain' ;;
	echo-serve:--report) _sockit_files ;;
	byteorder:--width) _sockit_answer -W '16 32 64' ;;
	byteorder:--color) _sockit_answer -W 'auto always never' ;;
	byteorder:--trace) _sockit_answer -W 'explain' ;;
	services:--protocol) _sockit_answer -W 'tcp udp unix' ;;
	services:--state) _sockit_answer -W 'ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING LISTENING CONNECTED' ;;
	services:--color) _sockit_answer -W 'auto always never' ;;
	services:--trace) _sockit_answer -W 'explain' ;;
	services:operand) _sockit_answer -A service ;;
	esac
}

# The operand number $1, from 0.
_sockit_operand()
{
	if [[ $cur == */* || $cur == [.~]* || $cur == [\'\"]* ]]; then
		_sockit_files
	elif (($1 == 0)); then
		_sockit_hosts
	elif (($1 == 1)); then
		_sockit_answer -A service
	fi
}

# Beside what is offered already, a service in front of its endpoint.
_sockit_place()
{
	local found
	mapfile -t found < <(compgen -W "$served" -- "$cur")
	((${#COMPREPLY[@]} == 0 && ${#found[@]} > 0)) && compopt -o nospace 2>/dev/null
	COMPREPLY+=("${found[@]}")
}

# The options of the list $1, "-x,--name" each, none of whose names was typed; one with a '+'
# behind it may be repeated.
_sockit_options()
{
	local item name offered=() typed=" ${COMP_WORDS[*]:2:COMP_CWORD-2} "
	for item in $1; do
		for name in ${item//,/ }; do
			[[ $item == *+ ]] && break
			[[ $typed == *" $name "* || $typed == *" $name="* ]] && continue 2
		done
		item=${item%+}
		offered+=("${item//,/ }")
	done
	_sockit_answer -W "${offered[*]}"
}

_sockit()
{
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
	local prefix='' option='' attached='' ended='' value='' inside='' exec='' after=0 operands=0 i word
	local asked='' place='' placed=''
	local commands options takes_word groups answers served
	COMPREPLY=()
	_sockit_tables "$command"
	if ((COMP_CWORD == 1)); then
		_sockit_answer -W "$commands help --help --version"
		return
	fi
	if [[ $command == help || $command == -h || $command == --help ]]; then
		_sockit_tables "${COMP_WORDS[2]}"
		((COMP_CWORD == 2)) && _sockit_answer -W "$commands sockopt"
		((COMP_CWORD == 3)) && _sockit_answer -W "$groups"
		return
	fi
	# '=' is a word of its own where COMP_WORDBREAKS has it, as it does unless changed. An option's
	# value may have one too: inside is what stands before it. Or an operand: place is set behind it.
	for ((i = 2; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == = && $value ]]; then
			inside=$value value=''
		elif [[ $word == = && $option ]]; then
			attached=1
		elif [[ $word == = ]]; then
			place=1 placed=1
		elif [[ $inside ]]; then
			value=$word inside=''
		elif [[ $place ]]; then
			place=''
		elif [[ $option && ($attached || $takes_word == *" $option "*) ]]; then
			asked=$option value=$word option='' attached=''
		elif [[ $word == -- ]]; then
			ended=1 option='' value=''
		elif [[ ! $ended && $word == -* ]]; then
			option=$word value=''
			[[ $word == --exec ]] && exec=1
		else
			option='' value=''
			((ended ? ++after : ++operands))
		fi
	done
	if [[ $value && $cur == = ]]; then
		cur='' inside=$value
	elif [[ $option && $cur == = ]]; then
		cur='' attached=1
	elif [[ $served && $cur == = ]]; then
		cur='' place=1
	elif [[ $served && ! $option && ! $value && $cur == [a-z]*=* ]]; then
		prefix=${cur%%=*}=
		cur=${cur#*=} place=1
	elif [[ ! $ended && ! $attached && $cur == --*=* ]]; then
		option=${cur%%=*} attached=1
		prefix=$option=
		cur=${cur#*=}
	fi
	if [[ $ended && $exec ]]; then
		_sockit_program "$after"
	elif [[ $inside && $asked == --fault ]]; then
		_sockit_faults "$inside"
	elif [[ $inside ]]; then
		_sockit_sockopt_value "$inside"
	elif [[ $attached || ($option && $takes_word == *" $option "*) ]]; then
		_sockit_value "$command" "$option"
	elif [[ ! $ended && $cur == -* ]]; then
		_sockit_options "$options"
	elif [[ $answers ]]; then
		_sockit_value "$command" operand
	elif [[ $place ]]; then
		_sockit_operand 0
	elif [[ $placed ]]; then
		_sockit_place
	else
		_sockit_operand "$((operands + after))"
		((operands + after == 0)) && _sockit_place
	fi
}

complete -F _sockit sockit
