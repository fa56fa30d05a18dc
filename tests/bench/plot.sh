#!/usr/bin/env bash
# Results as pictures: transfers.svg, servers.svg, growth.svg.
#
#     plot.sh RESULTS.json FOLDER
#
# Without a background and in colours of middle lightness, so that they can be read on white and on black.
set -eu
results=${1:?usage: plot.sh RESULTS.json FOLDER} to=${2:?usage: plot.sh RESULTS.json FOLDER}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A line for each scenario that matches, a column for everybody; METRIC is of the medians.
bars() { # NAMES METRIC FACTOR
	jq -r --arg names "$1" --arg metric "$2" --argjson factor "$3" '
		["sockit", "bare", "libuv", "nc.openbsd", "nc.traditional", "ncat", "socat-1M", "socat", "socat-pipe", "socat-cat",
			"tcpserver"] as $order
		| [.scenarios[] | select(.name | test($names))]
		| . as $all | [$order[] | select(. as $who | $all | any(.[] | .who[]; .name == $who))] as $who
		| (["x"] + $who), (.[] | . as $one | [.name] + [$who[] as $w
			| [$one.who[] | select(.name == $w) | .median[$metric]] | .[0] | if . == null then "-" else . * $factor end])
		| @tsv' "$results" >"$work/$4"
	[ "$(wc -l <"$work/$4")" -gt 1 ]
}
# The number at the end of the scenario, and the figure of each of the four that are asked for.
lines() { # NAMES METRIC FACTOR FILE
	jq -r --arg names "$1" --arg metric "$2" --argjson factor "$3" '
		.scenarios[] | select(.name | test($names)) | . as $one
		| [(.name | split("-")[1])] + [("sockit", "bare", "getaddrinfo", "getent-P8") as $w
			| [$one.who[] | select(.name == $w) | .median[$metric]] | .[0]
			| if . == null then "-" else . * $factor end] | @tsv' "$results" >"$work/$4"
	[ -s "$work/$4" ]
}

style='
set datafile separator "\t"; set datafile missing "-"
grey = "#808890"
set border 3 lc rgb grey; set tics nomirror textcolor rgb grey; set title textcolor rgb grey; set key textcolor rgb grey
set xlabel textcolor rgb grey; set ylabel textcolor rgb grey
set grid ytics lc rgb grey lw 0.3 dt 2
set style data histograms; set style histogram clustered gap 1; set style fill solid 1 noborder
colours = "#2f81f7 #808890 #b0a060 #d29922 #a371f7 #e5534b #3fb950 #238636 #3fb950 #238636 #bf4b8a"
names = "sockit bare libuv nc.openbsd nc.traditional ncat socat-1M socat socat-pipe socat-cat tcpserver"
colour(name) = word(colours, sum [i=1:words(names)] (word(names, i) eq name ? i : 0))
'
# Of a file of bars: every column but the first.
columns() { head -n 1 "$work/$1" | tr '\t' '\n' | sed -n '2,$p' |
	awk -v file="$work/$1" '{ printf "%s\"%s\" using %d%s every ::1 title \"%s\" linecolor rgb colour(\"%s\")", (NR > 1 ? ", " : ""),
		file, NR + 1, (NR == 1 ? ":xtic(1)" : ""), $1, $1 }'; }

draw() { # FILE SIZE: gnuplot's commands are read
	{ printf 'set terminal svg size %s dynamic font "sans-serif,13"\nset output "%s"\n%s\n' "$2" "$to/$1" "$style"; cat; } |
		gnuplot
}

if bars '^(unix-)?(file|pipe)-' rate 1 rate && bars '^(unix-)?(file|pipe)-' cost 1 cost; then
	draw transfers.svg 1000,760 <<-END
		set multiplot layout 2,1
		set yrange [0:*]; set key outside right top
		set xtics rotate by -15
		set title "GiB/s, more is better"; plot $(columns rate)
		set title "CPU seconds of both ends per GiB, less is better"; plot $(columns cost)
	END
fi
if bars '^echo-' cost 1e6 echo && bars '^connect$' capacity 1e-3 connect; then
	draw servers.svg 1000,760 <<-END
		set multiplot layout 2,1
		set yrange [0:*]; set key outside right top
		set title "Echo: CPU microseconds per request, less is better (clients-bytes)"; set xtics rotate by -15
		plot $(columns echo)
		set title "Connect, one request, close: thousands a second, more is better"; set xtics norotate
		plot $(columns connect)
	END
fi
# user_bytes is 0 or less where a page more or less is more than what there is to see.
if lines '^grow-' rate 1e-3 rate && lines '^grow-' cost 1e6 cost && lines '^idle-1' user_bytes 1 idle &&
	lines '^names-' rate 1 names; then
	draw growth.svg 1000,700 <<-END
		set multiplot layout 2,2
		set style data linespoints; set logscale x; set format x "10^{%T}"; set key bottom right
		set yrange [0:*]; set xlabel "clients"
		set title "Requests, thousands a second"
		plot "$work/rate" using 1:2 lc rgb colour("sockit") lw 2 pt 7 ps 0.6 title "sockit", \
			"" using 1:3 lc rgb colour("bare") lw 2 pt 7 ps 0.6 title "bare epoll loop"
		set title "CPU microseconds per request"
		plot "$work/cost" using 1:2 lc rgb colour("sockit") lw 2 pt 7 ps 0.6 title "sockit", \
			"" using 1:3 lc rgb colour("bare") lw 2 pt 7 ps 0.6 title "bare epoll loop"
		set title "Bytes of user memory for an idle client"; set yrange [0:1024]; set xrange [50:20000]
		plot "$work/idle" using 1:2 lc rgb colour("sockit") lw 2 pt 7 ps 0.6 title "sockit"
		set title "Names resolved in a second"; set xlabel "names"; set xrange [*:*]; set yrange [1:*]; set logscale y
		set format y "10^{%T}"
		plot "$work/names" using 1:2 lc rgb colour("sockit") lw 2 pt 7 ps 0.6 title "sockit resolve", \
			"" using 1:4 lc rgb colour("nc.openbsd") lw 2 pt 7 ps 0.6 title "getaddrinfo, one at a time", \
			"" using 1:5 lc rgb colour("ncat") lw 2 pt 7 ps 0.6 title "xargs -P8 getent"
	END
fi
