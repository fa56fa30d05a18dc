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
	set -l token $argv[1]
	if string match -q 'unix:*' -- $token
		printf 'unix:%s\n' (__fish_complete_path (string replace unix: '' -- $token))
	else if string match -qr '^[./~]|/' -- $token
		__fish_complete_path $token
	end
end

# A service in front of its endpoint, and the endpoint behind it.
function __sockit_place
	set -l token (commandline -ct)
	if string match -qr '^[a-z]+=' -- $token
		set -l begin (string replace -r '=.*' = -- $token)
		set -l rest (string replace -r '^[a-z]+=' '' -- $token)
		for answer in (__fish_print_hostnames) (__sockit_paths "$rest")
			echo $begin$answer
		end
	else
		printf '%s=\n' (__sockit_served)
	end
end

# Names of services, for ports.
function __sockit_services
	string replace -rf '^([[:alpha:]][^[:space:]#]*)[[:space:]]+[0-9]+/.*' '$1' \
		</etc/services 2>/dev/null | sort -u
end

# Whether the command is $argv[1] and what comes next is its second operand; the other words are
# options that take the next word.
function __sockit_second
	set -l words (commandline -opc)
	set -l operands 0
	set -l ended 0
	set -l value 0
	test (count $words) -ge 2; and test $words[2] = $argv[1]; or return 1
	set -e words[1..2]
	for word in $words
		if test $value = 1
			set value 0
		else if test $ended = 0; and string match -q -- '-*' $word
			test $word = --; and set ended 1
			contains -- $word $argv[2..-1]; and set value 1
		else
			set operands (math $operands + 1)
			string match -qr '^[a-z]+=' -- $word; and set operands 2
		end
	end
	test $value = 0; and test $operands = 1; and not __sockit_in_program
end

# Whether what comes next is of the program behind --, and what there is for it.
function __sockit_in_program
	set -l words (commandline -opc)
	contains -- --exec $words; and contains -- -- $words
end

# Whether the command is $argv[1], and what comes next may be an operand.
function __sockit_operand
	set -l words (commandline -opc)
	test (count $words) -ge 2; and test $words[2] = $argv[1]; and not __sockit_in_program
end

function __sockit_program
	set -l words (commandline -opc)
	if test "$words[-1]" = --
		complete -C (commandline -ct)
	else
		__fish_complete_path (commandline -ct)
	end
end

function __sockit_help
	set -l words (commandline -opc)
	test (count $words) -eq $argv[1]; and contains -- $words[2] help -h --help; or return 1
	test $argv[1] -eq 2; or test $words[3] = $argv[2]
end

complete -c sockit -f
complete -c sockit -n __fish_is_first_arg -s h -l help -d 'Show the help'
complete -c sockit -n __fish_is_first_arg -s V -l version -d 'Show the version'
complete -c sockit -n __fish_is_first_arg -a help -d 'Show the help of a command'
complete -c sockit -n '__sockit_help 2' -a sockopt -d 'The socket options'
complete -c sockit -n __sockit_in_program -a '(__sockit_program)'

function __sockit_sockopts
	printf '%s=\t%s\n' \
		bindtodevice 'use this network interface only, as --interface does' \
		bindtoifindex 'use the network interface of this index only, 0 for any' \
		broadcast 'allow sending to broadcast addresses, as connect -u does by itself' \
		busy-poll 'poll the device so long before sleeping' \
		debug 'have the kernel note what the socket does' \
		dontroute 'reach hosts on the own links only, through no router' \
		keepalive 'probe an idle connection, to find out that the peer is gone' \
		linger 'let close wait for what is unsent; 0 resets the connection instead' \
		mark 'mark packets for routing and filters' \
		max-pacing-rate 'send at most so many bytes a second' \
		no-check 'send no UDP checksum' \
		oobinline 'keep urgent data in its place in the stream' \
		prefer-busy-poll 'prefer busy polling to interrupts' \
		priority 'the queueing class of packets; more than 6 is for the superuser' \
		rcvbuf 'the receive buffer; the kernel doubles it' \
		rcvbufforce 'the receive buffer, beyond the limit of net.core.rmem_max' \
		reuseaddr 'bind to an address that closed connections still hold; with UDP, share it' \
		reuseport 'share the port with others that ask for that too' \
		sndbuf 'the send buffer; the kernel doubles it' \
		sndbufforce 'the send buffer, beyond the limit of net.core.wmem_max' \
		ip-bind-address-no-port 'choose the source port when connecting, not when binding' \
		ip-freebind 'bind to an address that this machine does not have yet' \
		ip-minttl 'drop packets that come with a smaller TTL' \
		ip-mtu-discover 'how the path MTU is found' \
		ip-multicast-all 'take datagrams of groups that others have joined' \
		ip-multicast-loop 'let this machine have its own multicasts' \
		ip-multicast-ttl 'how many hops multicasts may go' \
		ip-tos 'type of service: DSCP times 4' \
		ip-transparent 'act for an address of another machine' \
		ip-ttl 'how many hops packets may go' \
		ipv6-autoflowlabel 'label the packets of a flow' \
		ipv6-dontfrag 'refuse datagrams that do not fit the path' \
		ipv6-freebind 'bind to an address that this machine does not have yet' \
		ipv6-minhopcount 'drop packets that come with a smaller hop limit' \
		ipv6-mtu-discover 'how the path MTU is found' \
		ipv6-multicast-all 'take datagrams of groups that others have joined' \
		ipv6-multicast-hops 'how many hops multicasts may go' \
		ipv6-multicast-loop 'let this machine have its own multicasts' \
		ipv6-tclass 'traffic class: DSCP times 4' \
		ipv6-transparent 'act for an address of another machine' \
		ipv6-unicast-hops 'how many hops packets may go' \
		ipv6-v6only 'have nothing to do with IPv4; listen sets it' \
		tcp-congestion 'the congestion control: reno, cubic, bbr' \
		tcp-cork 'send full segments only, or after 200 ms' \
		tcp-defer-accept 'accept when data has come, or after so long' \
		tcp-fastopen 'how many clients may send data with their SYN' \
		tcp-keepcnt 'keepalive probes before the peer counts as gone' \
		tcp-keepidle 'idle time before the first keepalive probe' \
		tcp-keepintvl 'time between keepalive probes' \
		tcp-linger2 'how long FIN-WAIT-2 may last; 0 is the default' \
		tcp-maxseg 'the largest segment' \
		tcp-nodelay 'send small segments at once; sockit sets it' \
		tcp-notsent-lowat 'how much unsent data the kernel takes' \
		tcp-quickack 'acknowledge at once; the kernel may change it later' \
		tcp-syncnt 'how often a SYN is sent again' \
		tcp-thin-linear-timeouts 'do not back off in thin streams' \
		tcp-tx-delay 'send everything so much later, as a long path would' \
		tcp-user-timeout 'give up when data stays unacknowledged so long' \
		tcp-window-clamp 'the largest receive window' \
		udp-no-check6-rx 'take datagrams without a checksum' \
		udp-no-check6-tx 'send no UDP checksum' \
		udp-segment 'cut what is sent into datagrams of this size'
end

function __sockit_served
	string split ' ' 'echo discard chargen daytime time qotd upper http'
end

# With commas between them.
function __sockit_faults
	set -l token (string replace -r '^--fault=' '' -- (commandline -ct))
	set -l begin (string replace -rf '^(.*,).*' '$1' -- $token)
	for name in delay jitter rate truncate rst-after half-close-after drip refuse
		echo "$begin"$name=
	end
end

complete -c sockit -n __fish_is_first_arg -a resolve -d 'names to addresses and back, as programs on this machine see them'
complete -c sockit -n '__sockit_help 2' -a resolve -d 'names to addresses and back, as programs on this machine see them'
complete -c sockit -n '__sockit_help 3 resolve' -a 'ask show observe all'
complete -c sockit -n '__sockit_operand resolve' -x -a '(__fish_print_hostnames)'
complete -c sockit -n '__sockit_offer resolve -4 --ipv4 -6 --ipv6' -s 4 -l ipv4 -d 'ask for IPv4 addresses only'
complete -c sockit -n '__sockit_offer resolve -6 --ipv6 -4 --ipv4' -s 6 -l ipv6 -d 'ask for IPv6 addresses only'
complete -c sockit -n '__sockit_offer_value resolve -S --service --name-required --no-fqdn --hostent --confirm' -s S -l service -x -a '(__sockit_services)' -d 'show ADDRESS:PORT for this service, a name or a port'
complete -c sockit -n '__sockit_offer_value resolve --socktype --hostent --confirm' -l socktype -x -a 'stream\t"for connections, as TCP" dgram\t"for datagrams, as UDP" raw\t"for packets without a transport" any\t"all of them, which --long and --addrinfo show one by one"' -d 'ask for addresses of this socket type'
complete -c sockit -n '__sockit_offer resolve --passive --name-required --no-fqdn --hostent --confirm' -l passive -d 'AI_PASSIVE: addresses to listen on'
complete -c sockit -n '__sockit_offer resolve --canonname --hostent --confirm' -l canonname -d 'AI_CANONNAME: the official name too, behind each address'
complete -c sockit -n '__sockit_offer resolve --numeric-host --name-required --no-fqdn --hostent --confirm' -l numeric-host -d 'AI_NUMERICHOST: read addresses and look no name up'
complete -c sockit -n '__sockit_offer resolve --numeric-service --hostent --confirm' -l numeric-service -d 'AI_NUMERICSERV: the service must be a port'
complete -c sockit -n '__sockit_offer resolve --v4mapped --hostent --confirm' -l v4mapped -d 'AI_V4MAPPED: with -6, IPv4 addresses as ::ffff:A.B.C.D if there are no others'
complete -c sockit -n '__sockit_offer resolve --all --hostent --confirm' -l all -d 'AI_ALL: with --v4mapped, those as well as IPv6 addresses'
complete -c sockit -n '__sockit_offer resolve --addrconfig --hostent --confirm' -l addrconfig -d 'AI_ADDRCONFIG: only families of which this machine has an address'
complete -c sockit -n '__sockit_offer resolve --idn --hostent' -l idn -d 'AI_IDN: encode names with letters beyond ASCII for DNS, and decode them'
complete -c sockit -n '__sockit_offer resolve --name-required -S --service --passive --numeric-host --addrinfo --hostent' -l name-required -d 'NI_NAMEREQD: an address without a name is a failure'
complete -c sockit -n '__sockit_offer resolve --no-fqdn -S --service --passive --numeric-host --addrinfo --hostent' -l no-fqdn -d 'NI_NOFQDN: of local hosts only the name, without the domain'
complete -c sockit -n '__sockit_offer resolve -l --long --addrinfo --hostent --confirm' -s l -l long -d 'show a table: type, protocol, name, scope, source address, time, origin'
complete -c sockit -n '__sockit_offer resolve --addrinfo --name-required --no-fqdn -l --long --hostent --confirm' -l addrinfo -d 'show the list that getaddrinfo gives, field by field'
complete -c sockit -n '__sockit_offer resolve --hostent -S --service --socktype --passive --canonname --numeric-host --numeric-service --v4mapped --all --addrconfig --idn --name-required --no-fqdn -l --long --addrinfo --confirm' -l hostent -d 'show the struct hostent of gethostbyname2_r or gethostbyaddr_r'
complete -c sockit -n '__sockit_offer resolve --confirm -S --service --socktype --passive --canonname --numeric-host --numeric-service --v4mapped --all --addrconfig -l --long --addrinfo --hostent' -l confirm -d 'look up the name of each address and its addresses; status 8 unless they agree'
complete -c sockit -n '__sockit_offer_value resolve -f --file' -s f -l file -r -F -d 'look up the names in FILE, one a line; - is standard input'
complete -c sockit -n '__sockit_offer_value resolve --jobs' -l jobs -x -d 'look up so many at a time'
complete -c sockit -n '__sockit_offer_value resolve --timeout' -l timeout -x -d 'give a name up after DUR'
complete -c sockit -n '__sockit_offer resolve' -s v -l verbose -d 'tell on standard error what happens, a line an event'
complete -c sockit -n '__sockit_offer resolve --json' -l json -d 'tell it as JSON, one object a line'
complete -c sockit -n '__sockit_offer resolve --color' -l color -a 'auto\t"on a terminal, unless NO_COLOR is set" always\t"always" never\t"never"' -d 'colour messages; without =WHEN: always'
complete -c sockit -n '__sockit_offer resolve --trace' -l trace -a 'explain\t"with a phrase on what each call is for"' -d 'show every sockets call as it happens; with =explain also what it is for'
complete -c sockit -n '__sockit_offer resolve -h --help' -s h -l help -d 'show the help and do nothing else'
complete -c sockit -n '__sockit_offer resolve -V --version' -s V -l version -d 'show the version and do nothing else'

complete -c sockit -n __fish_is_first_arg -a connect -d 'open a connection and join it to standard input and output'
complete -c sockit -n '__sockit_help 2' -a connect -d 'open a connection and join it to standard input and output'
complete -c sockit -n '__sockit_help 3 connect' -a 'network relay observe sockopt all'
complete -c sockit -n '__sockit_operand connect' -a '(__fish_print_hostnames) (__sockit_paths (commandline -ct))'
complete -c sockit -n '__sockit_second connect -I --interface --sockopt --join --ttl --loop -s --source -p --source-port -w --connect-timeout -i --idle-timeout -q --quit-after-eof --deadline --on-peer-close --rate --line-delay --reply-timeout --replies --delim --datagram-size --sh-exec --report' -a '(__sockit_services)'
complete -c sockit -n '__sockit_offer connect -4 --ipv4 -6 --ipv6 -U --unix' -s 4 -l ipv4 -d 'use IPv4 addresses only'
complete -c sockit -n '__sockit_offer connect -6 --ipv6 -4 --ipv4 -U --unix' -s 6 -l ipv6 -d 'use IPv6 addresses only'
complete -c sockit -n '__sockit_offer connect -u --udp --no-half-close --on-peer-close -t --telnet --exec --sh-exec --allow-setuid' -s u -l udp -d 'datagrams: UDP, or with a path a Unix datagram socket'
complete -c sockit -n '__sockit_offer connect -U --unix -4 --ipv4 -6 --ipv6 -n --numeric -I --interface --join --ttl --loop -s --source -p --source-port' -s U -l unix -d 'the operand is the path of a Unix socket, whatever it looks like'
complete -c sockit -n '__sockit_offer connect -n --numeric -U --unix' -s n -l numeric -d 'take numeric addresses only and look no name up'
complete -c sockit -n '__sockit_offer_value connect -I --interface -U --unix' -s I -l interface -x -a '(__fish_print_interfaces)' -d 'use this network interface only'
complete -c sockit -n '__sockit_offer connect' -l sockopt -x -a '(__sockit_sockopts)' -d 'set a socket option; may be repeated'
complete -c sockit -n '__sockit_offer connect -U --unix -s --source --no-half-close --on-peer-close -t --telnet --exec --sh-exec --allow-setuid' -l join -x -d 'hear a multicast group, GROUP%IF on one interface; may be repeated'
complete -c sockit -n '__sockit_offer_value connect --ttl -U --unix' -l ttl -x -d 'let packets go at most N hops'
complete -c sockit -n '__sockit_offer_value connect --loop -U --unix --no-half-close --on-peer-close -t --telnet --exec --sh-exec --allow-setuid' -l loop -x -a 'on\t"programs of this machine that have joined the group hear it" off\t"they do not; others do"' -d 'whether this machine hears what it sends to a group itself'
complete -c sockit -n '__sockit_offer_value connect -s --source -U --unix --join' -s s -l source -x -a '(__fish_print_hostnames)' -d 'connect from this address of this machine'
complete -c sockit -n '__sockit_offer_value connect -p --source-port -U --unix' -s p -l source-port -x -a '(__sockit_services)' -d 'connect from this port'
complete -c sockit -n '__sockit_offer_value connect -w --connect-timeout' -s w -l connect-timeout -x -d 'give up when name and connection together take longer than DUR'
complete -c sockit -n '__sockit_offer_value connect -i --idle-timeout' -s i -l idle-timeout -x -d 'end with status 4 when no byte has moved either way for DUR'
complete -c sockit -n '__sockit_offer_value connect -q --quit-after-eof -d --no-stdin --recv-only --reply-timeout --exec --sh-exec' -s q -l quit-after-eof -x -d 'end DUR after the end of standard input, whatever may still come'
complete -c sockit -n '__sockit_offer_value connect --deadline' -l deadline -x -d 'end with status 4 when the whole has taken longer than DUR'
complete -c sockit -n '__sockit_offer connect -d --no-stdin -q --quit-after-eof --send-only --recv-only --no-half-close --on-peer-close -C --crlf --line-delay --reply-timeout --datagram-size --exec --sh-exec' -s d -l no-stdin -d 'do not read standard input, and keep the sending side open'
complete -c sockit -n '__sockit_offer connect --send-only -d --no-stdin --recv-only --no-half-close --raw --reply-timeout --replies --exec --sh-exec' -l send-only -d 'only send: what comes is read and thrown away'
complete -c sockit -n '__sockit_offer connect --recv-only -q --quit-after-eof -d --no-stdin --send-only --no-half-close --on-peer-close -C --crlf --line-delay --reply-timeout --datagram-size --exec --sh-exec' -l recv-only -d 'only receive: the sending side is shut at once, standard input is not read'
complete -c sockit -n '__sockit_offer connect --no-half-close -u --udp --join --loop -d --no-stdin --send-only --recv-only --reply-timeout --replies --delim --datagram-size --exec --sh-exec' -l no-half-close -d 'keep the sending side open at the end of standard input'
complete -c sockit -n '__sockit_offer_value connect --on-peer-close -u --udp --join --loop -d --no-stdin --recv-only --reply-timeout --replies --delim --datagram-size --exec --sh-exec' -l on-peer-close -x -a 'auto\t"end with a terminal on standard input, else go on sending" quit\t"end at once" keep\t"go on sending until the end of standard input"' -d 'what to do with standard input when the peer has sent its end'
complete -c sockit -n '__sockit_offer connect --raw --send-only --exec --sh-exec' -l raw -d 'write control bytes to a terminal as they come'
complete -c sockit -n '__sockit_offer connect -C --crlf -d --no-stdin --recv-only' -s C -l crlf -d 'send CR LF for every newline; one that has its CR keeps it'
complete -c sockit -n '__sockit_offer connect -t --telnet -u --udp --join --loop --reply-timeout --replies --delim --datagram-size' -s t -l telnet -d 'speak the telnet protocol, and refuse every option that the peer asks for'
complete -c sockit -n '__sockit_offer_value connect --rate' -l rate -x -d 'move at most RATE bytes a second, each way for itself'
complete -c sockit -n '__sockit_offer_value connect --line-delay -d --no-stdin --recv-only' -l line-delay -x -d 'wait DUR after each line sent, before the next one'
complete -c sockit -n '__sockit_offer_value connect --reply-timeout -q --quit-after-eof -d --no-stdin --send-only --recv-only --no-half-close --on-peer-close -t --telnet --exec --sh-exec --allow-setuid' -l reply-timeout -x -d 'end DUR after the last datagram once standard input has ended'
complete -c sockit -n '__sockit_offer_value connect --replies --send-only --no-half-close --on-peer-close -t --telnet --exec --sh-exec' -l replies -x -d 'end as soon as N datagrams have come, with status 4 when fewer do'
complete -c sockit -n '__sockit_offer_value connect --delim --no-half-close --on-peer-close -t --telnet --exec --sh-exec' -l delim -x -a 'chunk\t"what one read gives, and output as it comes" line\t"a line, without its newline" len\t"its length in 32 bits in network order, then its bytes"' -d 'what is one datagram in standard input, and how those that come are written'
complete -c sockit -n '__sockit_offer_value connect --datagram-size -d --no-stdin --recv-only --no-half-close --on-peer-close -t --telnet --exec --sh-exec' -l datagram-size -x -d 'send datagrams of at most SIZE bytes'
complete -c sockit -n '__sockit_offer connect --exec -u --udp --join --loop -q --quit-after-eof -d --no-stdin --send-only --recv-only --no-half-close --on-peer-close --raw --reply-timeout --replies --delim --datagram-size --sh-exec' -l exec -d 'join the connection to the program behind --, as in --exec -- sort -r'
complete -c sockit -n '__sockit_offer_value connect --sh-exec -u --udp --join --loop -q --quit-after-eof -d --no-stdin --send-only --recv-only --no-half-close --on-peer-close --raw --reply-timeout --replies --delim --datagram-size --exec' -l sh-exec -x -d 'join the connection to the command line CMD, run by /bin/sh'
complete -c sockit -n '__sockit_offer connect --allow-setuid -u --udp --join --loop --reply-timeout' -l allow-setuid -d 'let the program gain privileges, by set-user-ID files for one'
complete -c sockit -n '__sockit_offer connect' -s v -l verbose -d 'tell on standard error what happens, a line an event'
complete -c sockit -n '__sockit_offer connect --json' -l json -d 'tell it as JSON, one object a line'
complete -c sockit -n '__sockit_offer connect --color' -l color -a 'auto\t"on a terminal, unless NO_COLOR is set" always\t"always" never\t"never"' -d 'colour messages; without =WHEN: always'
complete -c sockit -n '__sockit_offer connect --trace' -l trace -a 'explain\t"with a phrase on what each call is for"' -d 'show every sockets call as it happens; with =explain also what it is for'
complete -c sockit -n '__sockit_offer connect -h --help' -s h -l help -d 'show the help and do nothing else'
complete -c sockit -n '__sockit_offer connect -V --version' -s V -l version -d 'show the version and do nothing else'
complete -c sockit -n '__sockit_offer_value connect --report' -l report -r -F -d 'write the JSON to FILE instead of standard error; implies --json'

complete -c sockit -n __fish_is_first_arg -a listen -d 'accept connections; join each to stdio, a program or an endpoint'
complete -c sockit -n '__sockit_help 2' -a listen -d 'accept connections; join each to stdio, a program or an endpoint'
complete -c sockit -n '__sockit_help 3 listen' -a 'network relay observe sockopt all'
complete -c sockit -n '__sockit_operand listen' -a '(__fish_print_hostnames) (__sockit_paths (commandline -ct))'
complete -c sockit -n '__sockit_second listen -I --interface --sockopt --join --ttl --loop -s --source -p --port --accept-timeout -m --max-conns --max-accepts --drain --backlog --port-file --unix-mode --ready-fd --user --allow --deny --allow-file --deny-file -i --idle-timeout -q --quit-after-eof --deadline --on-peer-close --rate --line-delay --delim --datagram-size --reply-to --max-datagrams --output --slow --sh-exec --forward --forward-sockopt -w --connect-timeout --session-timeout --max-sessions --proxy-protocol --report' -a '(__sockit_services)'
complete -c sockit -n '__sockit_offer listen -4 --ipv4 -6 --ipv6 -U --unix --unix-mode' -s 4 -l ipv4 -d 'use IPv4 addresses only'
complete -c sockit -n '__sockit_offer listen -6 --ipv6 -4 --ipv4 -U --unix --unix-mode' -s 6 -l ipv6 -d 'use IPv6 addresses only'
complete -c sockit -n '__sockit_offer listen -u --udp -k --keep-open -m --max-conns --max-accepts --drain --backlog --no-half-close --on-peer-close -t --telnet --output --append --slow --broker --chat --exec --sh-exec --allow-setuid --proxy-protocol --accept-proxy-protocol' -s u -l udp -d 'datagrams: UDP, or with a path a Unix datagram socket'
complete -c sockit -n '__sockit_offer listen -U --unix -4 --ipv4 -6 --ipv6 -n --numeric -I --interface --join --ttl --loop -s --source -p --port --port-file --reuse-port' -s U -l unix -d 'the operand is the path of a Unix socket, whatever it looks like'
complete -c sockit -n '__sockit_offer listen -n --numeric -U --unix --unix-mode' -s n -l numeric -d 'take numeric addresses only and look no name up'
complete -c sockit -n '__sockit_offer_value listen -I --interface -U --unix --unix-mode' -s I -l interface -x -a '(__fish_print_interfaces)' -d 'use this network interface only'
complete -c sockit -n '__sockit_offer listen' -l sockopt -x -a '(__sockit_sockopts)' -d 'set a socket option; may be repeated'
complete -c sockit -n '__sockit_offer listen -U --unix -k --keep-open -m --max-conns --max-accepts --drain --backlog --unix-mode --no-half-close --on-peer-close -t --telnet --output --append --slow --broker --chat --exec --sh-exec --allow-setuid --proxy-protocol --accept-proxy-protocol' -l join -x -d 'hear a multicast group, GROUP%IF on one interface; may be repeated'
complete -c sockit -n '__sockit_offer_value listen --ttl -U --unix --unix-mode' -l ttl -x -d 'let packets go at most N hops'
complete -c sockit -n '__sockit_offer_value listen --loop -U --unix -k --keep-open -m --max-conns --max-accepts --drain --backlog --unix-mode --no-half-close --on-peer-close -t --telnet --output --append --slow --broker --chat --exec --sh-exec --allow-setuid --proxy-protocol --accept-proxy-protocol' -l loop -x -a 'on\t"programs of this machine that have joined the group hear it" off\t"they do not; others do"' -d 'whether this machine hears what it sends to a group itself'
complete -c sockit -n '__sockit_offer listen -k --keep-open -u --udp --join --loop --datagram-size --reply-to --max-datagrams --session-timeout --max-sessions' -s k -l keep-open -d 'serve all who come, at once, instead of one client'
complete -c sockit -n '__sockit_offer_value listen -s --source -U --unix --unix-mode' -s s -l source -x -a '(__fish_print_hostnames)' -d 'listen on this address; the operand is then a port'
complete -c sockit -n '__sockit_offer_value listen -p --port -U --unix --unix-mode' -s p -l port -x -a '(__sockit_services)' -d 'listen on this port; the operand, if any, is then a host'
complete -c sockit -n '__sockit_offer_value listen --accept-timeout' -l accept-timeout -x -d 'end with status 4 when nobody has connected, or sent anything, after DUR'
complete -c sockit -n '__sockit_offer_value listen -m --max-conns -u --udp --join --loop --datagram-size --reply-to --max-datagrams --session-timeout --max-sessions' -s m -l max-conns -x -d 'serve at most N clients at once; more wait until one has gone'
complete -c sockit -n '__sockit_offer_value listen --max-accepts -u --udp --join --loop --datagram-size --reply-to --max-datagrams --session-timeout --max-sessions' -l max-accepts -x -d 'end with status 0 once N clients have come and gone'
complete -c sockit -n '__sockit_offer_value listen --drain -u --udp --join --loop --datagram-size --reply-to --max-datagrams --session-timeout --max-sessions' -l drain -x -d 'after a signal, send clients what they are owed, for at most DUR'
complete -c sockit -n '__sockit_offer_value listen --backlog -u --udp --join --loop --datagram-size --reply-to --max-datagrams --session-timeout --max-sessions' -l backlog -x -d 'how many clients may wait in the kernel\'s queue'
complete -c sockit -n '__sockit_offer_value listen --port-file -U --unix --unix-mode' -l port-file -r -F -d 'write the port to FILE once it can be reached'
complete -c sockit -n '__sockit_offer listen --reuse-port -U --unix --unix-mode' -l reuse-port -d 'share the port with other processes that ask for that, too'
complete -c sockit -n '__sockit_offer_value listen --unix-mode -4 --ipv4 -6 --ipv6 -n --numeric -I --interface --join --ttl --loop -s --source -p --port --port-file --reuse-port' -l unix-mode -x -d 'the permissions of the socket file, in octal'
complete -c sockit -n '__sockit_offer_value listen --ready-fd' -l ready-fd -x -d 'write a newline to descriptor N once clients can come, and close it'
complete -c sockit -n '__sockit_offer_value listen --user' -l user -x -a '(__fish_complete_users)' -d 'become this user once the sockets are bound, before anybody is let in'
complete -c sockit -n '__sockit_offer listen' -l allow -x -a '(__fish_print_hostnames)' -d 'let WHO in and nobody else: ADDRESS, NETWORK/BITS, NAME, uid=, gid='
complete -c sockit -n '__sockit_offer listen' -l deny -x -a '(__fish_print_hostnames)' -d 'keep WHO out, whoever else is let in'
complete -c sockit -n '__sockit_offer_value listen --allow-file' -l allow-file -r -F -d 'let in who is in FILE, one a line; it is read again when it changes'
complete -c sockit -n '__sockit_offer_value listen --deny-file' -l deny-file -r -F -d 'keep out who is in FILE, likewise'
complete -c sockit -n '__sockit_offer_value listen -i --idle-timeout' -s i -l idle-timeout -x -d 'end with status 4 when no byte has moved either way for DUR'
complete -c sockit -n '__sockit_offer_value listen -q --quit-after-eof -d --no-stdin --recv-only --broker --chat --exec --sh-exec --forward' -s q -l quit-after-eof -x -d 'end DUR after the end of standard input, whatever may still come'
complete -c sockit -n '__sockit_offer_value listen --deadline' -l deadline -x -d 'end with status 4 when the whole has taken longer than DUR'
complete -c sockit -n '__sockit_offer listen -d --no-stdin -q --quit-after-eof --send-only --recv-only --no-half-close --on-peer-close -C --crlf --line-delay --reply-to --slow --broker --chat --exec --sh-exec --forward' -s d -l no-stdin -d 'do not read standard input, and keep the sending side open'
complete -c sockit -n '__sockit_offer listen --send-only -d --no-stdin --recv-only --no-half-close --raw --tag --output --broker --chat --exec --sh-exec --forward' -l send-only -d 'only send: what comes is read and thrown away'
complete -c sockit -n '__sockit_offer listen --recv-only -q --quit-after-eof -d --no-stdin --send-only --no-half-close --on-peer-close -C --crlf --line-delay --reply-to --slow --broker --chat --exec --sh-exec --forward' -l recv-only -d 'only receive: the sending side is shut at once, standard input is not read'
complete -c sockit -n '__sockit_offer listen --no-half-close -u --udp --join --loop -d --no-stdin --send-only --recv-only --delim --datagram-size --reply-to --max-datagrams --broker --chat --exec --sh-exec --forward --session-timeout --max-sessions' -l no-half-close -d 'keep the sending side open at the end of standard input'
complete -c sockit -n '__sockit_offer_value listen --on-peer-close -u --udp --join --loop -d --no-stdin --recv-only --delim --datagram-size --reply-to --max-datagrams --exec --sh-exec --forward --session-timeout --max-sessions' -l on-peer-close -x -a 'auto\t"end with a terminal on standard input, else go on sending" quit\t"end at once" keep\t"go on sending until the end of standard input"' -d 'what to do with standard input when the peer has sent its end'
complete -c sockit -n '__sockit_offer listen --raw --send-only --output --broker --chat --exec --sh-exec --forward' -l raw -d 'write control bytes to a terminal as they come'
complete -c sockit -n '__sockit_offer listen -C --crlf -d --no-stdin --recv-only --broker --chat --forward' -s C -l crlf -d 'send CR LF for every newline; one that has its CR keeps it'
complete -c sockit -n '__sockit_offer listen -t --telnet -u --udp --join --loop --delim --datagram-size --reply-to --max-datagrams --broker --chat --forward --session-timeout --max-sessions' -s t -l telnet -d 'speak the telnet protocol, and refuse every option that the peer asks for'
complete -c sockit -n '__sockit_offer_value listen --rate --broker --chat' -l rate -x -d 'move at most RATE bytes a second, each way for itself'
complete -c sockit -n '__sockit_offer_value listen --line-delay -d --no-stdin --recv-only --broker --chat --forward' -l line-delay -x -d 'wait DUR after each line sent, before the next one'
complete -c sockit -n '__sockit_offer_value listen --delim --no-half-close --on-peer-close -t --telnet --output --append --slow --broker --chat --exec --sh-exec --forward --proxy-protocol --accept-proxy-protocol' -l delim -x -a 'chunk\t"what one read gives, and output as it comes" line\t"a line, without its newline" len\t"its length in 32 bits in network order, then its bytes"' -d 'how datagrams are written, and what is one in standard input'
complete -c sockit -n '__sockit_offer_value listen --datagram-size -k --keep-open -m --max-conns --max-accepts --drain --backlog --no-half-close --on-peer-close -t --telnet --output --append --slow --broker --chat --exec --sh-exec --allow-setuid --forward --proxy-protocol --accept-proxy-protocol' -l datagram-size -x -d 'cut what comes to SIZE bytes, and send no longer ones'
complete -c sockit -n '__sockit_offer_value listen --reply-to -k --keep-open -m --max-conns --max-accepts --drain --backlog -d --no-stdin --recv-only --no-half-close --on-peer-close -t --telnet --output --append --slow --broker --chat --exec --sh-exec --allow-setuid --forward --proxy-protocol --accept-proxy-protocol' -l reply-to -x -a 'first\t"the first who ever sent something" last\t"the last who has sent something" all\t"everybody who has, as many as 1024"' -d 'to whom standard input is sent'
complete -c sockit -n '__sockit_offer_value listen --max-datagrams -k --keep-open -m --max-conns --max-accepts --drain --backlog --no-half-close --on-peer-close -t --telnet --output --append --slow --broker --chat --exec --sh-exec --allow-setuid --forward --proxy-protocol --accept-proxy-protocol' -l max-datagrams -x -d 'end with status 0 once N datagrams have come and are written'
complete -c sockit -n '__sockit_offer listen --tag --send-only --output --broker --chat --exec --sh-exec --forward' -l tag -d 'write who sent it and a blank in front of each datagram, or line with -k'
complete -c sockit -n '__sockit_offer_value listen --output -u --udp --join --loop --send-only --raw --delim --datagram-size --reply-to --max-datagrams --tag --broker --chat --exec --sh-exec --forward --session-timeout --max-sessions' -l output -r -F -d 'with -k, write what each client sends to a file of its own'
complete -c sockit -n '__sockit_offer listen --append -u --udp --join --loop --delim --datagram-size --reply-to --max-datagrams --forward --session-timeout --max-sessions' -l append -d 'add to files that are there already'
complete -c sockit -n '__sockit_offer_value listen --slow -u --udp --join --loop -d --no-stdin --recv-only --delim --datagram-size --reply-to --max-datagrams --exec --sh-exec --forward --session-timeout --max-sessions' -l slow -x -a 'block\t"the others wait for it" drop\t"it misses whole lines" close\t"it is closed"' -d 'what to do with a client that leaves 1 MiB of what is sent to it waiting'
complete -c sockit -n '__sockit_offer listen --broker -u --udp --join --loop -q --quit-after-eof -d --no-stdin --send-only --recv-only --no-half-close --raw -C --crlf -t --telnet --rate --line-delay --delim --datagram-size --reply-to --max-datagrams --tag --output --exec --sh-exec --forward --session-timeout --max-sessions' -l broker -d 'send what each client sends to all the others; -k is implied'
complete -c sockit -n '__sockit_offer listen --chat -u --udp --join --loop -q --quit-after-eof -d --no-stdin --send-only --recv-only --no-half-close --raw -C --crlf -t --telnet --rate --line-delay --delim --datagram-size --reply-to --max-datagrams --tag --output --exec --sh-exec --forward --session-timeout --max-sessions' -l chat -d 'the same by lines, each with its sender in front; --broker is implied'
complete -c sockit -n '__sockit_offer listen --exec -u --udp --join --loop -q --quit-after-eof -d --no-stdin --send-only --recv-only --no-half-close --on-peer-close --raw --delim --datagram-size --reply-to --max-datagrams --tag --output --slow --broker --chat --sh-exec --forward --session-timeout --max-sessions' -l exec -d 'join the connection to the program behind --, as in --exec -- sort -r'
complete -c sockit -n '__sockit_offer_value listen --sh-exec -u --udp --join --loop -q --quit-after-eof -d --no-stdin --send-only --recv-only --no-half-close --on-peer-close --raw --delim --datagram-size --reply-to --max-datagrams --tag --output --slow --broker --chat --exec --forward --session-timeout --max-sessions' -l sh-exec -x -d 'join the connection to the command line CMD, run by /bin/sh'
complete -c sockit -n '__sockit_offer listen --allow-setuid -u --udp --join --loop --datagram-size --reply-to --max-datagrams --session-timeout --max-sessions' -l allow-setuid -d 'let the program gain privileges, by set-user-ID files for one'
complete -c sockit -n '__sockit_offer_value listen --forward -q --quit-after-eof -d --no-stdin --send-only --recv-only --no-half-close --on-peer-close --raw -C --crlf -t --telnet --line-delay --delim --datagram-size --reply-to --max-datagrams --tag --output --append --slow --broker --chat --exec --sh-exec' -l forward -x -a '(__fish_print_hostnames)' -d 'join the connection to this endpoint'
complete -c sockit -n '__sockit_offer listen' -l forward-sockopt -x -a '(__sockit_sockopts)' -d 'set a socket option on what --forward opens; may be repeated'
complete -c sockit -n '__sockit_offer_value listen -w --connect-timeout' -s w -l connect-timeout -x -d 'give a client up when the endpoint of --forward takes longer to reach'
complete -c sockit -n '__sockit_offer_value listen --session-timeout -k --keep-open -m --max-conns --max-accepts --drain --backlog --no-half-close --on-peer-close -t --telnet --output --append --slow --broker --chat --exec --sh-exec --allow-setuid --proxy-protocol --accept-proxy-protocol' -l session-timeout -x -d 'forget who has neither sent nor got a datagram for DUR'
complete -c sockit -n '__sockit_offer_value listen --max-sessions -k --keep-open -m --max-conns --max-accepts --drain --backlog --no-half-close --on-peer-close -t --telnet --output --append --slow --broker --chat --exec --sh-exec --allow-setuid --proxy-protocol --accept-proxy-protocol' -l max-sessions -x -d 'remember at most N senders of datagrams at once'
complete -c sockit -n '__sockit_offer_value listen --proxy-protocol -u --udp --join --loop --delim --datagram-size --reply-to --max-datagrams --session-timeout --max-sessions' -l proxy-protocol -x -a 'v1\t"a line of text" v2\t"binary"' -d 'tell the endpoint of --forward who the client is'
complete -c sockit -n '__sockit_offer listen --accept-proxy-protocol -u --udp --join --loop --delim --datagram-size --reply-to --max-datagrams --session-timeout --max-sessions' -l accept-proxy-protocol -d 'clients are proxies, which begin with who their own client is'
complete -c sockit -n '__sockit_offer listen' -s v -l verbose -d 'tell on standard error what happens, a line an event'
complete -c sockit -n '__sockit_offer listen --json' -l json -d 'tell it as JSON, one object a line'
complete -c sockit -n '__sockit_offer listen --color' -l color -a 'auto\t"on a terminal, unless NO_COLOR is set" always\t"always" never\t"never"' -d 'colour messages; without =WHEN: always'
complete -c sockit -n '__sockit_offer listen --trace' -l trace -a 'explain\t"with a phrase on what each call is for"' -d 'show every sockets call as it happens; with =explain also what it is for'
complete -c sockit -n '__sockit_offer listen -h --help' -s h -l help -d 'show the help and do nothing else'
complete -c sockit -n '__sockit_offer listen -V --version' -s V -l version -d 'show the version and do nothing else'
complete -c sockit -n '__sockit_offer_value listen --report' -l report -r -F -d 'write the JSON to FILE instead of standard error; implies --json'

complete -c sockit -n __fish_is_first_arg -a echo-serve -d 'serve echo, discard and other test services to many clients'
complete -c sockit -n '__sockit_help 2' -a echo-serve -d 'serve echo, discard and other test services to many clients'
complete -c sockit -n '__sockit_help 3 echo-serve' -a 'serve network observe sockopt all'
complete -c sockit -n '__sockit_operand echo-serve' -a '(__fish_print_hostnames) (__sockit_paths (commandline -ct)) (__sockit_place)'
complete -c sockit -n '__sockit_second echo-serve --service --model --threads -i --idle-timeout -m --max-conns --max-accepts --drain --quote --fault --seed -I --interface --sockopt --backlog --port-file --unix-mode --ready-fd --user --allow --deny --allow-file --deny-file --report' -a '(__sockit_services)'
complete -c sockit -n '__sockit_offer_value echo-serve --service' -l service -x -a '(__sockit_served)' -d 'what clients get at an endpoint that is written without SERVICE='
complete -c sockit -n '__sockit_offer_value echo-serve --model' -l model -x -a 'event\t"all clients in one thread, which waits for whoever is ready" thread\t"a thread for each client, over blocking sockets" fork\t"a process for each client, over blocking sockets" iterative\t"one client at a time, while the others wait"' -d 'how clients are served'
complete -c sockit -n '__sockit_offer_value echo-serve --threads' -l threads -x -d 'serve with N threads, each with clients of its own'
complete -c sockit -n '__sockit_offer_value echo-serve -i --idle-timeout' -s i -l idle-timeout -x -d 'close a client with whom no byte has moved either way for DUR'
complete -c sockit -n '__sockit_offer echo-serve --stats' -l stats -d 'at the end, tell how many clients and bytes there were'
complete -c sockit -n '__sockit_offer_value echo-serve -m --max-conns' -s m -l max-conns -x -d 'serve at most N clients at once; more wait until one has gone'
complete -c sockit -n '__sockit_offer_value echo-serve --max-accepts' -l max-accepts -x -d 'end with status 0 once N clients have come and gone'
complete -c sockit -n '__sockit_offer_value echo-serve --drain' -l drain -x -d 'after a signal, send clients what they are owed, for at most DUR'
complete -c sockit -n '__sockit_offer_value echo-serve --quote' -l quote -r -F -d 'what qotd sends: all of FILE, at most 64 KiB'
complete -c sockit -n '__sockit_offer_value echo-serve --fault' -l fault -x -a '(__sockit_faults)' -d 'spoil what clients get, such as delay=200ms,refuse=20%'
complete -c sockit -n '__sockit_offer_value echo-serve --seed' -l seed -x -d 'begin the chances of --fault (refuse, jitter) at N'
complete -c sockit -n '__sockit_offer echo-serve -4 --ipv4 -6 --ipv6' -s 4 -l ipv4 -d 'use IPv4 addresses only'
complete -c sockit -n '__sockit_offer echo-serve -6 --ipv6 -4 --ipv4' -s 6 -l ipv6 -d 'use IPv6 addresses only'
complete -c sockit -n '__sockit_offer echo-serve -u --udp' -s u -l udp -d 'datagrams: UDP, or with a path a Unix datagram socket'
complete -c sockit -n '__sockit_offer echo-serve -U --unix' -s U -l unix -d 'the operand is the path of a Unix socket, whatever it looks like'
complete -c sockit -n '__sockit_offer echo-serve -n --numeric' -s n -l numeric -d 'take numeric addresses only and look no name up'
complete -c sockit -n '__sockit_offer_value echo-serve -I --interface' -s I -l interface -x -a '(__fish_print_interfaces)' -d 'use this network interface only'
complete -c sockit -n '__sockit_offer echo-serve' -l sockopt -x -a '(__sockit_sockopts)' -d 'set a socket option; may be repeated'
complete -c sockit -n '__sockit_offer_value echo-serve --backlog' -l backlog -x -d 'how many clients may wait in the kernel\'s queue'
complete -c sockit -n '__sockit_offer_value echo-serve --port-file' -l port-file -r -F -d 'write the port to FILE once it can be reached'
complete -c sockit -n '__sockit_offer echo-serve --reuse-port' -l reuse-port -d 'share the port with other processes that ask for that, too'
complete -c sockit -n '__sockit_offer_value echo-serve --unix-mode' -l unix-mode -x -d 'the permissions of the socket file, in octal'
complete -c sockit -n '__sockit_offer_value echo-serve --ready-fd' -l ready-fd -x -d 'write a newline to descriptor N once clients can come, and close it'
complete -c sockit -n '__sockit_offer_value echo-serve --user' -l user -x -a '(__fish_complete_users)' -d 'become this user once the sockets are bound, before anybody is let in'
complete -c sockit -n '__sockit_offer echo-serve' -l allow -x -a '(__fish_print_hostnames)' -d 'let WHO in and nobody else: ADDRESS, NETWORK/BITS, NAME, uid=, gid='
complete -c sockit -n '__sockit_offer echo-serve' -l deny -x -a '(__fish_print_hostnames)' -d 'keep WHO out, whoever else is let in'
complete -c sockit -n '__sockit_offer_value echo-serve --allow-file' -l allow-file -r -F -d 'let in who is in FILE, one a line; it is read again when it changes'
complete -c sockit -n '__sockit_offer_value echo-serve --deny-file' -l deny-file -r -F -d 'keep out who is in FILE, likewise'
complete -c sockit -n '__sockit_offer echo-serve' -s v -l verbose -d 'tell on standard error what happens, a line an event'
complete -c sockit -n '__sockit_offer echo-serve --json' -l json -d 'tell it as JSON, one object a line'
complete -c sockit -n '__sockit_offer echo-serve --color' -l color -a 'auto\t"on a terminal, unless NO_COLOR is set" always\t"always" never\t"never"' -d 'colour messages; without =WHEN: always'
complete -c sockit -n '__sockit_offer echo-serve --trace' -l trace -a 'explain\t"with a phrase on what each call is for"' -d 'show every sockets call as it happens; with =explain also what it is for'
complete -c sockit -n '__sockit_offer echo-serve -h --help' -s h -l help -d 'show the help and do nothing else'
complete -c sockit -n '__sockit_offer echo-serve -V --version' -s V -l version -d 'show the version and do nothing else'
complete -c sockit -n '__sockit_offer_value echo-serve --report' -l report -r -F -d 'write the JSON to FILE instead of standard error; implies --json'

complete -c sockit -n __fish_is_first_arg -a byteorder -d 'show numbers and addresses in host and in network byte order'
complete -c sockit -n '__sockit_help 2' -a byteorder -d 'show numbers and addresses in host and in network byte order'
complete -c sockit -n '__sockit_help 3 byteorder' -a 'value observe all'
complete -c sockit -n '__sockit_operand byteorder' -x
complete -c sockit -n '__sockit_offer_value byteorder --width --sockaddr --proc-net' -l width -x -a '16\t"as a port" 32\t"as an IPv4 address" 64\t"as a 64-bit counter"' -d 'show the value in so many bits; else in the fewest that it fits in'
complete -c sockit -n '__sockit_offer byteorder --from-network --sockaddr --proc-net' -l from-network -d 'a number is what lies in a network-order field; show what ntohs or ntohl gives'
complete -c sockit -n '__sockit_offer byteorder --bytes --sockaddr --proc-net' -l bytes -d 'a value is 1 to 8 bytes, also when it looks like an address or a number'
complete -c sockit -n '__sockit_offer byteorder --sockaddr --width --from-network --bytes --proc-net --binary' -l sockaddr -d 'a value is the bytes of a struct sockaddr; show its fields'
complete -c sockit -n '__sockit_offer byteorder --proc-net --width --from-network --bytes --sockaddr --binary' -l proc-net -d 'a value is an address and port as /proc/net/tcp and tcp6 show them'
complete -c sockit -n '__sockit_offer byteorder --binary --sockaddr --proc-net' -l binary -d 'write the values as raw bytes; without a VALUE, read raw bytes'
complete -c sockit -n '__sockit_offer byteorder' -s v -l verbose -d 'tell on standard error what happens, a line an event'
complete -c sockit -n '__sockit_offer byteorder --json' -l json -d 'tell it as JSON, one object a line'
complete -c sockit -n '__sockit_offer byteorder --color' -l color -a 'auto\t"on a terminal, unless NO_COLOR is set" always\t"always" never\t"never"' -d 'colour messages; without =WHEN: always'
complete -c sockit -n '__sockit_offer byteorder --trace' -l trace -a 'explain\t"with a phrase on what each call is for"' -d 'show every sockets call as it happens; with =explain also what it is for'
complete -c sockit -n '__sockit_offer byteorder -h --help' -s h -l help -d 'show the help and do nothing else'
complete -c sockit -n '__sockit_offer byteorder -V --version' -s V -l version -d 'show the version and do nothing else'

complete -c sockit -n __fish_is_first_arg -a services -d 'well-known ports and service names, and who is using them here'
complete -c sockit -n '__sockit_help 2' -a services -d 'well-known ports and service names, and who is using them here'
complete -c sockit -n '__sockit_help 3 services' -a 'filter observe all'
complete -c sockit -n '__sockit_operand services' -x -a '(__sockit_services)'
complete -c sockit -n '__sockit_offer_value services --protocol' -l protocol -x -a 'tcp udp unix' -d 'only what is of this protocol, such as tcp or udp'
complete -c sockit -n '__sockit_offer_value services --search --in-use' -l search -x -d 'only services with TEXT in their name or an alias'
complete -c sockit -n '__sockit_offer services --in-use --search' -l in-use -d 'show the sockets of this machine instead, and who has them'
complete -c sockit -n '__sockit_offer_value services --state' -l state -x -a 'ESTABLISHED\t"connected; of UDP: to one peer" SYN_SENT\t"connecting" SYN_RECV\t"being connected to" FIN_WAIT1\t"ended here, not acknowledged yet" FIN_WAIT2\t"ended here, not by the peer" TIME_WAIT\t"ended, and kept for what may be late" CLOSE\t"not in use" CLOSE_WAIT\t"ended by the peer, not here" LAST_ACK\t"ended by the peer, then here, not acknowledged yet" LISTEN\t"waiting for connections" CLOSING\t"ended on both sides at once" LISTENING\t"of Unix sockets: waiting for connections" CONNECTED\t"of Unix sockets: connected"' -d 'only sockets in this state, spelled as netstat does'
complete -c sockit -n '__sockit_offer services' -s v -l verbose -d 'tell on standard error what happens, a line an event'
complete -c sockit -n '__sockit_offer services --json' -l json -d 'tell it as JSON, one object a line'
complete -c sockit -n '__sockit_offer services --color' -l color -a 'auto\t"on a terminal, unless NO_COLOR is set" always\t"always" never\t"never"' -d 'colour messages; without =WHEN: always'
complete -c sockit -n '__sockit_offer services --trace' -l trace -a 'explain\t"with a phrase on what each call is for"' -d 'show every sockets call as it happens; with =explain also what it is for'
complete -c sockit -n '__sockit_offer services -h --help' -s h -l help -d 'show the help and do nothing else'
complete -c sockit -n '__sockit_offer services -V --version' -s V -l version -d 'show the version and do nothing else'
