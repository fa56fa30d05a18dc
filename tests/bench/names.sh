#!/usr/bin/env bash
# sockit resolve beside getent and getaddrinfo: names from a pipe, asked of a dnsmasq that has this network namespace to
# itself, in turn. Wants root, for the namespace.
#
#     names.sh SOCKIT PROGRAMS [quick]
set -eu
if [ "${NAMES_INSIDE-}" != yes ]; then
	if [ "$(id -u)" != 0 ] || ! command -v dnsmasq unshare ip >/dev/null; then
		echo 'names.sh: wants root, dnsmasq, unshare and ip: left out' >&2
		exit
	fi
	NAMES_INSIDE=yes exec unshare --mount --net --pid --fork --kill-child "$0" "$@"
fi
# shellcheck source=tests/bench/serve.sh
. "$(dirname "$0")/serve.sh"
counts='1 10 100 1000 10000 100000'
[ -z "$QUICK" ] || counts='1 10 100 1000'

ip link set lo up
awk -v names="$WORK/names" -v answers="$WORK/answers" 'BEGIN { for (n = 0; n < 100000; n++) {
	printf "h%d.test\n", n >names
	printf "10.%d.%d.%d h%d.test\n", n / 65536, n / 256 % 256, n % 256, n >answers } }'
echo 'nameserver 127.0.0.1' >"$WORK/resolv.conf"
echo 'hosts: dns' >"$WORK/nsswitch.conf"
mount --bind "$WORK/resolv.conf" "$(realpath /etc/resolv.conf)"
mount --bind "$WORK/nsswitch.conf" /etc/nsswitch.conf
dnsmasq --keep-in-foreground --no-resolv --no-hosts --addn-hosts="$WORK/answers" --local=/test/ \
	--listen-address=127.0.0.1 --bind-interfaces --pid-file= --dns-forward-max=1000 --user=root >&2 &
trap 'kill %1 2>/dev/null || true; rm -rf "$WORK"' EXIT
until "$SOCKIT" resolve --timeout 1 h0.test >/dev/null 2>&1; do kill -0 %1; done

status=0
TIMEFORMAT='%U %S'
ask() {
	case $1 in
	sockit) "$SOCKIT" resolve -f - ;;
	getaddrinfo) "$PROGRAMS/yard_names" ;;
	getent) xargs -n100 getent ahosts ;;
	getent-P8) xargs -P8 -n100 getent ahosts ;;
	esac <"$WORK/asked" >"$WORK/got"
}

# A line at least for every name, or nothing was measured.
one() {
	local cpu began=$EPOCHREALTIME ended
	cpu=$({ time ask "$1"; } 2>&1)
	ended=$EPOCHREALTIME
	[ "$(wc -l <"$WORK/got")" -ge "$2" ] || { echo "names-$2, $1: not all are answered" >&2; status=1; return 0; }
	awk -v who="$1" -v count="$2" -v began="$began" -v ended="$ended" '{
		printf "names-%d %s work=%d seconds=%f cpu=%f\n", count, who, count, ended - began, $1 + $2 }' <<<"$cpu"
}
for ((round = 0; round < rounds; round++)); do
	for count in $counts; do
		head -n "$count" "$WORK/names" >"$WORK/asked"
		for way in sockit getaddrinfo getent getent-P8; do
			case $way.$count in
			getaddrinfo.100000 | getent*.1 | getent*.10 | getent*.100 | getent*.100000) continue ;;
			esac
			one "$way" "$count"
		done
	done
done
exit $status
