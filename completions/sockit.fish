# fish completion for sockit(1); written by src/docgen from the option tables.

# Whether the command is $argv[1], options may still come, and none of the other words, which
# are options, was typed.
function __sockit_offer
	set -l words (commandline -opc)
	test (count $words) -ge 2; and test $words[2] = $argv[1]; or return 1
	set -e words[1..2]
	for word in $words
		test "$word" = --; and return 1
		contains -- (string replace -r '=.*' '' -- $word) $argv[2..-1]; and return 1
	end
	return 0
end

# The same for an option with a value, which may be what comes next.
function __sockit_offer_value
	set -l words (commandline -opc)
	if contains -- $words[-1] $argv[2..-1]
		test $words[2] = $argv[1]
	else
		__sockit_offer $argv
	end
end

function __sockit_paths
	set -l token (commandline -ct)
	if string match -q 'unix:*' -- $token
		printf 'unix:%s\n' (__fish_complete_path (string replace unix: '' -- $token))
	else if string match -qr '^[./~]|/' -- $token
		__fish_complete_path $token
	end
end

function __sockit_help
	set -l words (commandline -opc)
	test (count $words) -eq $argv[1]; and test $words[2] = help; or return 1
	test $argv[1] -eq 2; or test $words[3] = $argv[2]
end

complete -c sockit -f
complete -c sockit -n __fish_is_first_arg -s h -l help -d 'Show the help'
complete -c sockit -n __fish_is_first_arg -s V -l version -d 'Show the version'
complete -c sockit -n __fish_is_first_arg -a help -d 'Show the help of a command'

complete -c sockit -n __fish_is_first_arg -a connect -d 'open a connection and join it to standard input and output'
complete -c sockit -n '__sockit_help 2' -a connect -d 'open a connection and join it to standard input and output'
complete -c sockit -n '__sockit_help 3 connect' -a 'network relay observe all'
complete -c sockit -n '__sockit_offer connect' -a '(__fish_print_hostnames) (__sockit_paths)'
complete -c sockit -n '__sockit_offer connect -4 --ipv4 -6 --ipv6 -U --unix' -s 4 -l ipv4 -d 'use IPv4 addresses only'
complete -c sockit -n '__sockit_offer connect -6 --ipv6 -4 --ipv4 -U --unix' -s 6 -l ipv6 -d 'use IPv6 addresses only'
complete -c sockit -n '__sockit_offer connect -u --udp --no-half-close --on-peer-close' -s u -l udp -d 'datagrams: UDP, or with a path a Unix datagram socket'
complete -c sockit -n '__sockit_offer connect -U --unix -4 --ipv4 -6 --ipv6 -n --numeric -I --interface -s --source -p --source-port' -s U -l unix -d 'the operand is the path of a Unix socket, whatever it looks like'
complete -c sockit -n '__sockit_offer connect -n --numeric -U --unix' -s n -l numeric -d 'take numeric addresses only and look no name up'
complete -c sockit -n '__sockit_offer_value connect -I --interface -U --unix' -s I -l interface -x -a '(__fish_print_interfaces)' -d 'use this network interface only'
complete -c sockit -n '__sockit_offer_value connect -s --source -U --unix' -s s -l source -x -d 'connect from this address of this machine'
complete -c sockit -n '__sockit_offer_value connect -p --source-port -U --unix' -s p -l source-port -x -d 'connect from this port'
complete -c sockit -n '__sockit_offer_value connect -w --connect-timeout' -s w -l connect-timeout -x -d 'give up when name and connection together take longer than DUR'
complete -c sockit -n '__sockit_offer_value connect -i --idle-timeout' -s i -l idle-timeout -x -d 'end with status 4 when no byte has moved either way for DUR'
complete -c sockit -n '__sockit_offer_value connect -q --quit-after-eof -d --no-stdin --recv-only --reply-timeout' -s q -l quit-after-eof -x -d 'end DUR after the end of standard input, whatever may still come'
complete -c sockit -n '__sockit_offer_value connect --deadline' -l deadline -x -d 'end with status 4 when the whole has taken longer than DUR'
complete -c sockit -n '__sockit_offer connect -d --no-stdin -q --quit-after-eof --send-only --recv-only --no-half-close --on-peer-close --reply-timeout --datagram-size' -s d -l no-stdin -d 'do not read standard input, and keep the sending side open'
complete -c sockit -n '__sockit_offer connect --send-only -d --no-stdin --recv-only --no-half-close --raw --reply-timeout --replies' -l send-only -d 'only send: what comes is read and thrown away'
complete -c sockit -n '__sockit_offer connect --recv-only -q --quit-after-eof -d --no-stdin --send-only --no-half-close --on-peer-close --reply-timeout --datagram-size' -l recv-only -d 'only receive: the sending side is shut at once, standard input is not read'
complete -c sockit -n '__sockit_offer connect --no-half-close -u --udp -d --no-stdin --send-only --recv-only --reply-timeout --replies --delim --datagram-size' -l no-half-close -d 'keep the sending side open at the end of standard input'
complete -c sockit -n '__sockit_offer_value connect --on-peer-close -u --udp -d --no-stdin --recv-only --reply-timeout --replies --delim --datagram-size' -l on-peer-close -x -a 'auto\t"end with a terminal on standard input, else go on sending" quit\t"end at once" keep\t"go on sending until the end of standard input"' -d 'what to do with standard input when the peer has sent its end'
complete -c sockit -n '__sockit_offer connect --raw --send-only' -l raw -d 'write control bytes to a terminal as they come'
complete -c sockit -n '__sockit_offer_value connect --reply-timeout -q --quit-after-eof -d --no-stdin --send-only --recv-only --no-half-close --on-peer-close' -l reply-timeout -x -d 'end DUR after the last datagram once standard input has ended'
complete -c sockit -n '__sockit_offer_value connect --replies --send-only --no-half-close --on-peer-close' -l replies -x -d 'end as soon as N datagrams have come, with status 4 when fewer do'
complete -c sockit -n '__sockit_offer_value connect --delim --no-half-close --on-peer-close' -l delim -x -a 'chunk\t"what one read gives, and output as it comes" line\t"a line, without its newline" len\t"its length in 32 bits in network order, then its bytes"' -d 'what is one datagram in standard input, and how those that come are written'
complete -c sockit -n '__sockit_offer_value connect --datagram-size -d --no-stdin --recv-only --no-half-close --on-peer-close' -l datagram-size -x -d 'send datagrams of at most SIZE bytes'
complete -c sockit -n '__sockit_offer connect -v --verbose' -s v -l verbose -d 'tell on standard error what happens, a line an event'
complete -c sockit -n '__sockit_offer connect --json' -l json -d 'tell it as JSON, one object a line'
complete -c sockit -n '__sockit_offer connect --color' -l color -a 'auto\t"on a terminal, unless NO_COLOR is set" always\t"always" never\t"never"' -d 'colour messages; without =WHEN: always'
complete -c sockit -n '__sockit_offer connect --trace' -l trace -a 'explain\t"with a phrase on what each call is for"' -d 'show every sockets call as it happens; with =explain also what it is for'
complete -c sockit -n '__sockit_offer connect -h --help' -s h -l help -d 'show the help and do nothing else'
complete -c sockit -n '__sockit_offer_value connect --report' -l report -r -F -d 'write the JSON to FILE instead of standard error; implies --json'

complete -c sockit -n __fish_is_first_arg -a listen -d 'accept a connection and join it to standard input and output'
complete -c sockit -n '__sockit_help 2' -a listen -d 'accept a connection and join it to standard input and output'
complete -c sockit -n '__sockit_help 3 listen' -a 'network relay observe all'
complete -c sockit -n '__sockit_offer listen' -a '(__fish_print_hostnames) (__sockit_paths)'
complete -c sockit -n '__sockit_offer listen -4 --ipv4 -6 --ipv6 -U --unix --unix-mode' -s 4 -l ipv4 -d 'use IPv4 addresses only'
complete -c sockit -n '__sockit_offer listen -6 --ipv6 -4 --ipv4 -U --unix --unix-mode' -s 6 -l ipv6 -d 'use IPv6 addresses only'
complete -c sockit -n '__sockit_offer listen -u --udp --backlog --no-half-close --on-peer-close' -s u -l udp -d 'datagrams: UDP, or with a path a Unix datagram socket'
complete -c sockit -n '__sockit_offer listen -U --unix -4 --ipv4 -6 --ipv6 -n --numeric -I --interface -s --source -p --port --port-file' -s U -l unix -d 'the operand is the path of a Unix socket, whatever it looks like'
complete -c sockit -n '__sockit_offer listen -n --numeric -U --unix --unix-mode' -s n -l numeric -d 'take numeric addresses only and look no name up'
complete -c sockit -n '__sockit_offer_value listen -I --interface -U --unix --unix-mode' -s I -l interface -x -a '(__fish_print_interfaces)' -d 'use this network interface only'
complete -c sockit -n '__sockit_offer_value listen -s --source -U --unix --unix-mode' -s s -l source -x -a '(__fish_print_hostnames)' -d 'listen on this address; the operand is then a port'
complete -c sockit -n '__sockit_offer_value listen -p --port -U --unix --unix-mode' -s p -l port -x -d 'listen on this port; the operand, if any, is then a host'
complete -c sockit -n '__sockit_offer_value listen --accept-timeout' -l accept-timeout -x -d 'end with status 4 when nobody has connected, or sent anything, after DUR'
complete -c sockit -n '__sockit_offer_value listen --backlog -u --udp --datagram-size --tag --reply-to --max-datagrams' -l backlog -x -d 'how many clients may wait in the kernel\'s queue'
complete -c sockit -n '__sockit_offer_value listen --port-file -U --unix --unix-mode' -l port-file -r -F -d 'write the port to FILE once it can be reached'
complete -c sockit -n '__sockit_offer_value listen --unix-mode -4 --ipv4 -6 --ipv6 -n --numeric -I --interface -s --source -p --port --port-file' -l unix-mode -x -d 'the permissions of the socket file, in octal'
complete -c sockit -n '__sockit_offer_value listen -i --idle-timeout' -s i -l idle-timeout -x -d 'end with status 4 when no byte has moved either way for DUR'
complete -c sockit -n '__sockit_offer_value listen -q --quit-after-eof -d --no-stdin --recv-only' -s q -l quit-after-eof -x -d 'end DUR after the end of standard input, whatever may still come'
complete -c sockit -n '__sockit_offer_value listen --deadline' -l deadline -x -d 'end with status 4 when the whole has taken longer than DUR'
complete -c sockit -n '__sockit_offer listen -d --no-stdin -q --quit-after-eof --send-only --recv-only --no-half-close --on-peer-close --reply-to' -s d -l no-stdin -d 'do not read standard input, and keep the sending side open'
complete -c sockit -n '__sockit_offer listen --send-only -d --no-stdin --recv-only --no-half-close --raw' -l send-only -d 'only send: what comes is read and thrown away'
complete -c sockit -n '__sockit_offer listen --recv-only -q --quit-after-eof -d --no-stdin --send-only --no-half-close --on-peer-close --reply-to' -l recv-only -d 'only receive: the sending side is shut at once, standard input is not read'
complete -c sockit -n '__sockit_offer listen --no-half-close -u --udp -d --no-stdin --send-only --recv-only --delim --datagram-size --tag --reply-to --max-datagrams' -l no-half-close -d 'keep the sending side open at the end of standard input'
complete -c sockit -n '__sockit_offer_value listen --on-peer-close -u --udp -d --no-stdin --recv-only --delim --datagram-size --tag --reply-to --max-datagrams' -l on-peer-close -x -a 'auto\t"end with a terminal on standard input, else go on sending" quit\t"end at once" keep\t"go on sending until the end of standard input"' -d 'what to do with standard input when the peer has sent its end'
complete -c sockit -n '__sockit_offer listen --raw --send-only' -l raw -d 'write control bytes to a terminal as they come'
complete -c sockit -n '__sockit_offer_value listen --delim --no-half-close --on-peer-close' -l delim -x -a 'chunk\t"what one read gives, and output as it comes" line\t"a line, without its newline" len\t"its length in 32 bits in network order, then its bytes"' -d 'how datagrams are written, and what is one in standard input'
complete -c sockit -n '__sockit_offer_value listen --datagram-size --backlog --no-half-close --on-peer-close' -l datagram-size -x -d 'cut what comes to SIZE bytes, and send no longer ones'
complete -c sockit -n '__sockit_offer listen --tag --backlog --no-half-close --on-peer-close' -l tag -d 'write who sent it and a blank in front of each datagram'
complete -c sockit -n '__sockit_offer_value listen --reply-to --backlog -d --no-stdin --recv-only --no-half-close --on-peer-close' -l reply-to -x -a 'first\t"the first who ever sent something" last\t"the last who has sent something" all\t"everybody who has, as many as 1024"' -d 'to whom standard input is sent'
complete -c sockit -n '__sockit_offer_value listen --max-datagrams --backlog --no-half-close --on-peer-close' -l max-datagrams -x -d 'end with status 0 once N datagrams have come and are written'
complete -c sockit -n '__sockit_offer listen -v --verbose' -s v -l verbose -d 'tell on standard error what happens, a line an event'
complete -c sockit -n '__sockit_offer listen --json' -l json -d 'tell it as JSON, one object a line'
complete -c sockit -n '__sockit_offer listen --color' -l color -a 'auto\t"on a terminal, unless NO_COLOR is set" always\t"always" never\t"never"' -d 'colour messages; without =WHEN: always'
complete -c sockit -n '__sockit_offer listen --trace' -l trace -a 'explain\t"with a phrase on what each call is for"' -d 'show every sockets call as it happens; with =explain also what it is for'
complete -c sockit -n '__sockit_offer listen -h --help' -s h -l help -d 'show the help and do nothing else'
complete -c sockit -n '__sockit_offer_value listen --report' -l report -r -F -d 'write the JSON to FILE instead of standard error; implies --json'
