#!/usr/bin/env bash
# Moves a real file through `sockit listen` and `sockit connect` on loopback, and compares.
#
#     demo.sh SOCKIT      DEMO_MIB=128 is the size
set -u
sockit=$1
mib=${DEMO_MIB:-128}
work=$(mktemp -d) || exit
listener=
trap '[ -z "$listener" ] || kill "$listener" 2>/dev/null; rm -rf "$work"' EXIT

fail() {
	printf 'demo: %s\n' "$*" >&2
	while read -r -t 0.2 -u 3 line; do printf '  listener: %s\n' "$line" >&2; done
	exit 1
}

echo "A file of $mib MiB:"
echo "  \$ head -c ${mib}M /dev/urandom > sent"
head -c "${mib}M" /dev/urandom >"$work/sent" || exit
mkfifo "$work/told" && exec 3<>"$work/told" || exit

echo "One shell listens on a free port, and says which:"
echo "  \$ sockit listen 127.0.0.1 0 > received"
timeout 120 "$sockit" listen 127.0.0.1 0 >"$work/received" 2>"$work/told" </dev/null &
listener=$!
read -r -t 10 -u 3 told || fail 'the listener said nothing'
echo "  $told"
port=${told##* }
[[ $told == "listening on 127.0.0.1 $port" ]] || fail 'that is not where it listens'

echo "Another connects and sends the file:"
echo "  \$ sockit connect 127.0.0.1 $port < sent"
start=${EPOCHREALTIME/[.,]/}
timeout 120 "$sockit" connect 127.0.0.1 "$port" <"$work/sent" || fail "connect ended with $?"
wait "$listener" || fail "listen ended with $?"
listener=
took=$((${EPOCHREALTIME/[.,]/} - start))

echo "  \$ sha256sum sent received"
sums=$(cd "$work" && sha256sum sent received) || fail 'no checksums'
while read -r sum file; do echo "  $sum  $file"; done <<<"$sums"
[ "$(cut -d' ' -f1 <<<"$sums" | sort -u | wc -l)" = 1 ] || fail 'the files differ'
[ "$(stat -c %s "$work/received")" = $((mib << 20)) ] || fail 'the size is wrong'
awk -v mib="$mib" -v us="$took" 'BEGIN {
	printf "The same %d bytes arrived in %.3f s: %.0f MiB/s.\n", mib * 1048576, us / 1e6, mib * 1e6 / us
}'
