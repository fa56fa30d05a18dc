#!/usr/bin/env bash
# Whether the manual is clean, and reads well on narrow screens and wide ones.
set -u
cd "$(dirname "$0")/../.." || exit
status=0
export LC_ALL=C.UTF-8

# clean PAGE COMMAND...: the command has nothing to say about the page
clean() {
	local page=$1 said
	shift
	said=$("$@" "$page" 2>&1 >/dev/null) && [[ -z $said ]] && return
	printf '%s: %s\n%s\n' "$page" "$1" "$said"
	status=1
}
# shellcheck disable=SC2317 # clean calls what looks unreachable
lint() { mandoc -Tlint -W warning "$1" >&2; }

# No line is longer than the screen. In a terminal a longer one would be broken anywhere.
fits() {
	local page=$1 columns=$2 line
	while IFS= read -r line; do
		((${#line} > columns)) || continue
		printf '%s: longer than %s columns: %s\n' "$page" "$columns" "$line"
		status=1
	done < <(mandoc -Tutf8 -O width="$columns" "$page" | col -bx)
}

for page in man/*.[17]; do
	clean "$page" lint
	clean "$page" groff -ww -mdoc -Tutf8
	clean "$page" man --warnings -l
	for columns in 60 80 120; do fits "$page" "$columns"; done
done
exit $status
