#!/usr/bin/env bash
# sockit resolve beside getent: 10,000 names from a pipe, asked of a dnsmasq that has this network
# namespace to itself, in turn. Wants root, for the namespace.
#
#     names.sh SOCKIT [ROUNDS]
#
# Status 0 when sockit takes at most half the time of `xargs -n100 getent ahosts`, and no more than
# eight of these side by side.
set -eu
sockit=$(realpath "${1:?usage: names.sh SOCKIT [ROUNDS]}") rounds=${2:-7} count=10000
if [ "${NAMES_INSIDE-}" != yes ]; then
	NAMES_INSIDE=yes exec unshare --mount --net --pid --fork --kill-child "$0" "$sockit" "$rounds"
fi
work=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; rm -rf "$work"' EXIT

ip link set lo up
seq -f 'h%.0f.test' 0 $((count - 1)) >"$work/names"
awk '{ n = NR - 1; printf "10.%d.%d.%d %s\n", n / 65536, n / 256 % 256, n % 256, $1 }' \
	"$work/names" >"$work/answers"
echo 'nameserver 127.0.0.1' >"$work/resolv.conf"
echo 'hosts: dns' >"$work/nsswitch.conf"
mount --bind "$work/resolv.conf" "$(realpath /etc/resolv.conf)"
mount --bind "$work/nsswitch.conf" /etc/nsswitch.conf
dnsmasq --keep-in-foreground --no-resolv --no-hosts --addn-hosts="$work/answers" --local=/test/ \
	--listen-address=127.0.0.1 --bind-interfaces --pid-file= --dns-forward-max=1000 --user=root &
until "$sockit" resolve --timeout 1 h0.test >/dev/null 2>&1; do kill -0 %1; done

one() {
	local begin=$EPOCHREALTIME
	case $1 in
	sockit) "$sockit" resolve -f - <"$work/names" ;;
	xargs) xargs -n100 getent ahosts <"$work/names" ;;
	'xargs -P8') xargs -P8 -n100 getent ahosts <"$work/names" ;;
	esac >/dev/null
	awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >>"$work/$1"
}
for _ in $(seq "$rounds"); do
	for way in sockit xargs 'xargs -P8'; do one "$way"; done
done

printf '%s names, medians of %s\n' "$count" "$rounds"
for way in sockit xargs 'xargs -P8'; do
	sort -n "$work/$way" | awk -v way="$way" 'NR == 1 { least = $1 } { all[NR] = $1 }
		END { printf "  %-10s %6.3f s [%.3f .. %.3f]\n", way, all[int((NR + 1) / 2)], least, $1 }' |
		tee -a "$work/table"
done
awk '/sockit/ { ours = $2 } / xargs +[0-9]/ { one = $2 } /-P8/ { eight = $3 }
	END { printf "  %.2f times as fast as xargs (>= 2), %.2f as xargs -P8 (>= 1)\n", one / ours, eight / ours
	exit one / ours < 2 || eight / ours < 1 }' "$work/table"
