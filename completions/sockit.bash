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

_sockit_interfaces()
{
	local names=(/sys/class/net/*)
	_sockit_answer -W "${names[*]##*/}"
}

# What there is; $1 is the command.
_sockit_tables()
{
	commands='connect listen' options='' takes_word='' groups=''
	case $1 in
	connect)
		options='-4,--ipv4 -6,--ipv6 -u,--udp -U,--unix -n,--numeric -I,--interface -s,--source -p,--source-port -w,--connect-timeout -i,--idle-timeout -q,--quit-after-eof --deadline -d,--no-stdin --send-only --recv-only --no-half-close --on-peer-close --raw --reply-timeout --replies --delim --datagram-size -v,--verbose --json --color --trace -h,--help --report'
		takes_word=' -I --interface -s --source -p --source-port -w --connect-timeout -i --idle-timeout -q --quit-after-eof --deadline --on-peer-close --reply-timeout --replies --delim --datagram-size --report '
		groups='network relay observe all'
		;;
	listen)
		options='-4,--ipv4 -6,--ipv6 -u,--udp -U,--unix -n,--numeric -I,--interface -s,--source -p,--port --accept-timeout --backlog --port-file --unix-mode -i,--idle-timeout -q,--quit-after-eof --deadline -d,--no-stdin --send-only --recv-only --no-half-close --on-peer-close --raw --delim --datagram-size --tag --reply-to --max-datagrams -v,--verbose --json --color --trace -h,--help --report'
		takes_word=' -I --interface -s --source -p --port --accept-timeout --backlog --port-file --unix-mode -i --idle-timeout -q --quit-after-eof --deadline --on-peer-close --delim --datagram-size --reply-to --max-datagrams --report '
		groups='network relay observe all'
		;;
	esac
}

# The value of option $2 of command $1.
_sockit_value()
{
	case $1:$2 in
	connect:-I | connect:--interface) _sockit_interfaces ;;
	connect:-p | connect:--source-port) _sockit_answer -A service ;;
	connect:--on-peer-close) _sockit_answer -W 'auto quit keep' ;;
	connect:--delim) _sockit_answer -W 'chunk line len' ;;
	connect:--color) _sockit_answer -W 'auto always never' ;;
	connect:--trace) _sockit_answer -W 'explain' ;;
	connect:--report) _sockit_files ;;
	listen:-I | listen:--interface) _sockit_interfaces ;;
	listen:-s | listen:--source) _sockit_answer -A hostname ;;
	listen:-p | listen:--port) _sockit_answer -A service ;;
	listen:--port-file) _sockit_files ;;
	listen:--on-peer-close) _sockit_answer -W 'auto quit keep' ;;
	listen:--delim) _sockit_answer -W 'chunk line len' ;;
	listen:--reply-to) _sockit_answer -W 'first last all' ;;
	listen:--color) _sockit_answer -W 'auto always never' ;;
	listen:--trace) _sockit_answer -W 'explain' ;;
	listen:--report) _sockit_files ;;
	esac
}

# The operand number $1, from 0.
_sockit_operand()
{
	if [[ $cur == */* || $cur == [.~]* || $cur == [\'\"]* ]]; then
		_sockit_files
	elif (($1 == 0)); then
		_sockit_answer -A hostname
	elif (($1 == 1)); then
		_sockit_answer -A service
	fi
}

# The options of the list $1, "-x,--name" each, none of whose names was typed.
_sockit_options()
{
	local item name offered=() typed=" ${COMP_WORDS[*]:2:COMP_CWORD-2} "
	for item in $1; do
		for name in ${item//,/ }; do
			[[ $typed == *" $name "* || $typed == *" $name="* ]] && continue 2
		done
		offered+=("${item//,/ }")
	done
	_sockit_answer -W "${offered[*]}"
}

_sockit()
{
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
	local prefix='' option='' attached='' ended='' operands=0 i word
	local commands options takes_word groups
	COMPREPLY=()
	_sockit_tables "$command"
	if ((COMP_CWORD == 1)); then
		_sockit_answer -W "$commands help --help --version"
		return
	fi
	if [[ $command == help ]]; then
		_sockit_tables "${COMP_WORDS[2]}"
		((COMP_CWORD == 2)) && _sockit_answer -W "$commands"
		((COMP_CWORD == 3)) && _sockit_answer -W "$groups"
		return
	fi
	# '=' is a word of its own where COMP_WORDBREAKS has it, as it does unless changed.
	for ((i = 2; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == = ]]; then
			attached=1
		elif [[ $option && ($attached || $takes_word == *" $option "*) ]]; then
			option='' attached=''
		elif [[ $word == -- ]]; then
			ended=1 option=''
		elif [[ ! $ended && $word == -* ]]; then
			option=$word
		else
			option=''
			((++operands))
		fi
	done
	if [[ $option && $cur == = ]]; then
		cur='' attached=1
	elif [[ ! $ended && ! $attached && $cur == --*=* ]]; then
		option=${cur%%=*} attached=1
		prefix=$option=
		cur=${cur#*=}
	fi
	if [[ $attached || ($option && $takes_word == *" $option "*) ]]; then
		_sockit_value "$command" "$option"
	elif [[ ! $ended && $cur == -* ]]; then
		_sockit_options "$options"
	else
		_sockit_operand "$operands"
	fi
}

complete -F _sockit sockit
