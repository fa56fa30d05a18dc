#!/usr/bin/env bash
# Files and pipes through a pair of sockit, and of its peers and the yardsticks, in turn.
#
#     move.sh SOCKIT PROGRAMS [quick]
#
# Wants some 600 MB of room below TMPDIR, and 5 GB of memory free. BENCH_MIB changes the size.
set -eu
# shellcheck source=tests/bench/serve.sh
. "$(dirname "$0")/serve.sh"
mib=448 large='1024 4096'
[ -z "$QUICK" ] || mib=32 large=64
if [ -n "${BENCH_MIB-}" ]; then mib=$BENCH_MIB large="$BENCH_MIB $((4 * BENCH_MIB))"; fi
# What breaks off one does not keep the next from being measured.
status=0
bench() { timeout 900 "$PROGRAMS/bench" "$SOCKIT" "$PROGRAMS" "$rounds" "$@" || status=1; }
export TMPDIR=$WORK

head -c "${mib}M" /dev/urandom >"$WORK/data"
sync -f "$WORK/data"
for shape in file-null file-pipe pipe-pipe pipe-null file-file unix-file-null unix-pipe-pipe; do
	bench verify "$shape" "$WORK/data" "$mib"
done
# Without blocks: the zeros are pages of the cache as other bytes are, once they were read.
for size in $large; do
	truncate -s "${size}M" "$WORK/large"
	cat "$WORK/large" >/dev/null
	scenario=file-null who=''
	# Those that need several times as long have no part in the largest.
	[ "$size" = "${large%% *}" ] || { scenario=file-null-large; who='sockit bare nc.openbsd ncat socat-1M'; }
	# shellcheck disable=SC2086 # several words
	bench move "$scenario" file-null "$WORK/large" "$size" $who
done
rm "$WORK/large"
for shape in file-pipe pipe-pipe pipe-null file-file unix-file-null unix-pipe-pipe; do
	bench move "$shape" "$shape" "$WORK/data" "$mib"
done
exit $status
