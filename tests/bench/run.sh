#!/usr/bin/env bash
# sockit beside nc.openbsd, socat and ncat, on loopback, in turn in one run.
#
#     run.sh SOCKIT [quick]      quick: a quarter of the bytes and 3 rounds
#
# Status 0 when every target is met. Wants a machine that has nothing else to do, and 1 GiB of room
# below TMPDIR. BENCH_MIB and BENCH_ROUNDS change the size and the number of rounds.
set -eu
sockit=$(realpath "${1:?usage: run.sh SOCKIT [quick]}")
case ${2-} in
'') mib=1024 rounds=7 ;;
quick) mib=256 rounds=3 ;;
*) echo "run.sh: unknown word '$2'" >&2 && exit 2 ;;
esac
mib=${BENCH_MIB:-$mib} rounds=${BENCH_ROUNDS:-$rounds}
cd "$(dirname "$0")"
for peer in nc.openbsd socat ncat cmp; do
	command -v "$peer" >/dev/null || { echo "run.sh: $peer is missing: make test-deps" >&2; exit 1; }
done
# sockit is started by its path: the others are found in the first folder too.
PATH=$(dirname "$(command -v nc.openbsd)"):$PATH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Installed, as its peers are: a file that was copied is one piece in memory, what a linker has written is
# many, and a start that has to map those takes 4 % longer.
install -m 755 "$sockit" "$work/sockit"
sockit=$work/sockit
build() {
	${CC:-cc} -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$work/$1" "${@:2}"
}
build bench bench.c transfer.c latency.c datagram.c child.c sample.c
build helper helper.c

head -c "${mib}M" /dev/urandom >"$work/data"
truncate -s 4G "$work/sparse"
printf '%s, %s CPUs, Linux %s; %s MiB, medians of %s\n' "$("$sockit" --version | head -n 1)" \
	"$(nproc)" "$(uname -r)" "$mib" "$rounds"
# One that hangs ends the run, and with it everything in its process group.
timeout 1800 "$work/bench" "$sockit" "$work/helper" "$work/data" "$mib" "$work/sparse" 4096 "$rounds"
