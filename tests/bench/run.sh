#!/usr/bin/env bash
# The benchmark: sockit beside its peers and bare yardsticks on the same work, in turn in the same minutes.
#
#     run.sh SOCKIT PROGRAMS [quick] [PART...]      PROGRAMS: the folder of the benchmark's own programs
#
# A part is one of move small echo forward names grow, and without any all are run. What comes out: results.json, and
# RESULTS.md and pictures made from it, in the folder BENCH_TO: for a full run that of this script, else
# PROGRAMS/results. BENCH_ROUNDS=21 takes three times as long and decides more, on a restless machine.
# Wants a machine that has nothing else to do. Peers that are not installed are left out.
# Status 0 when everything could be measured, whatever was reached.
set -eu
here=$(dirname "$(realpath "$0")")
usage='usage: run.sh SOCKIT PROGRAMS [quick] [PART...]'
sockit=$(realpath "${1:?$usage}") programs=$(realpath "${2:?$usage}") mode=full
shift 2
if [ "${1-}" = quick ]; then mode=quick; shift; fi
parts=${*:-move small echo forward names grow}
if [ $mode = full ] && [ $# = 0 ]; then to=$here; else to=$programs/results; fi
to=${BENCH_TO:-$to}
PATH=$PATH:/usr/sbin:/sbin
command -v jq >/dev/null || { echo 'run.sh: jq is missing: make test-deps' >&2; exit 1; }
mkdir -p "$to"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Installed, as its peers are: a file that was copied is one piece in memory, what a linker has written is
# many, and a start that has to map those takes 4 % longer.
install -m 755 "$sockit" "$work/sockit"
mkdir "$work/programs"
find "$programs" -maxdepth 1 -type f -executable -exec install -m 755 -t "$work/programs" {} +

# The first word with a digit in it of what each says about itself.
version() {
	command -v "$1" >/dev/null || return 0
	{ "$@" 2>&1 || true; } </dev/null | tr ' ,()[]/' '\n' | grep -m 1 '[0-9]\.[0-9]' || echo installed
}
versions=$(while read -r words; do
	# shellcheck disable=SC2086 # several words
	printf '%s\t%s\n' "${words%% *}" "$(version $words)"
done <<'END'
nc.openbsd -h
nc.traditional -h
ncat --version
socat -V
busybox
tcpserver
haproxy -v
nginx -v
dnsmasq --version
getent --version
gnuplot --version
END
printf 'libuv\t%s\n' "$(pkg-config --modversion libuv 2>/dev/null || true)")
about=$(jq -Rn --arg mode $mode --arg rounds "${BENCH_ROUNDS-}" --arg made "$(date -u +%Y-%m-%dT%H:%MZ)" --arg version "$("$sockit" --version | head -n 1)" \
	--arg machine "$(nproc) cores, $(uname -m), $(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB of memory, Linux $(uname -r | cut -d. -f1,2)" \
	'[inputs | split("\t")] | {made: $made, mode: $mode, asked_rounds: $rounds, sockit: $version, machine: $machine,
		tools: (map(select(.[1] != "") | {(.[0]): .[1]}) | add // {}), missing: map(select(.[1] == "") | .[0])}' <<<"$versions")
missing=$(jq -r '.missing | join(" ")' <<<"$about")
[ -z "$missing" ] || echo "left out, for they are not installed: $missing" >&2

status=0
began=$SECONDS
: >"$work/measured"
for part in $parts; do
	[ -x "$here/$part.sh" ] || { echo "run.sh: no part is called '$part'" >&2; exit 2; }
	echo "== $part ($((SECONDS - began)) s)" >&2
	words=()
	[ $mode = full ] || words=(quick)
	# One that hangs ends its part.
	timeout 1200 "$here/$part.sh" "$work/sockit" "$work/programs" ${words[@]+"${words[@]}"} >>"$work/measured" ||
		{ echo "run.sh: $part broke off" >&2; status=1; }
done
echo "== $((SECONDS - began)) s" >&2

jq -cRn --rawfile rows "$here/rows.txt" --argjson about "$about" -f "$here/report.jq" <"$work/measured" >"$to/results.json"
plots=
if command -v gnuplot >/dev/null; then
	rm -f "$to"/{transfers,servers,growth}.svg
	"$here/plot.sh" "$to/results.json" "$to"
	for plot in transfers servers growth; do
		[ ! -e "$to/$plot.svg" ] || plots+=$(printf '\n![%s](%s.svg)\n' "$plot" "$plot")$'\n'
	done
fi
{
	jq -r '"# What the benchmark has found\n\n`make bench\(if .asked_rounds == "" then "" else " BENCH_ROUNDS=\(.asked_rounds)" end)`\(if .mode == "quick" then ", its quick form" else "" end) wrote this, on \(.made): \(.sockit), beside "
		+ ([.tools | to_entries[] | "\(.key) \(.value)"] | join(", "))
		+ (if .missing == [] then "" else "; not installed, and left out: " + (.missing | join(", ")) end)
		+ ". The machine: \(.machine); the sockets are on loopback."' "$to/results.json"
	cat <<-'END'

		All take turns (A B C A B C), seven rounds of it where no other number was asked for. Figures are medians, and in
		brackets is what holds the true one with seven chances in eight: of seven rounds it leaves out the outermost two, of
		21 six at either end. Ratios are of sockit and the other in the same round. `no verdict`: the spread was too much to
		say on which side of the bound, or of 1, a ratio lies. What comes out of a pipe a program writes from memory, and
		what goes into one a program reads, 128 KiB at a time. CPU seconds are those of all processes that took part, but for
		these two and the load. `bare` is the yardstick: a C program that does just this and nothing else (`yard_*.c`).
		`socat-1M` is socat -b1048576, `socat-pipe` its PIPE, and `socat-cat` its EXEC:cat. Of memory `with the kernel's`
		counts half of what the machine's slabs grew by, for a client's own end costs as much as the server's, and all stacks
		and page tables.
	END
	printf '%s\n' "$plots"
	jq -r --argjson brief false -f "$here/table.jq" "$to/results.json"
} >"$to/RESULTS.md"

jq -r --argjson brief true -f "$here/table.jq" "$to/results.json"
jq -r '[.targets[].verdict] | "\nof \(length): \(map(select(. == "pass")) | length) reached, \(map(select(. == "FAIL")) | length) missed, "
	+ "\(map(select(. == "no verdict" or . == "not measured")) | length) without a verdict"' "$to/results.json"
echo "all tables and pictures: $to/RESULTS.md"
exit $status
