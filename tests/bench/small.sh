#!/usr/bin/env bash
# A client's whole life, a byte there and back, and datagrams, in turn.
#
#     small.sh SOCKIT PROGRAMS [quick]
set -eu
# shellcheck source=tests/bench/serve.sh
. "$(dirname "$0")/serve.sh"
starts=500 trips=100000 datagrams=300000
[ -z "$QUICK" ] || starts=24 trips=6000 datagrams=20000
status=0
bench() { timeout 900 "$PROGRAMS/bench" "$SOCKIT" "$PROGRAMS" "$rounds" "$@" || status=1; }

# Rounded up, so that there are as many in all.
bench start $(((starts + rounds - 1) / rounds))
bench trips $(((trips + rounds - 1) / rounds))
for size in 64 1400; do bench datagrams "$size" "$datagrams"; done
exit $status
