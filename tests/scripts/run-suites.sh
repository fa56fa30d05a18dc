#!/usr/bin/env bash
# Runs both suites of a build tree and trusts no runner: the tests that ran must be the tests that
# the sources declare, and none at all is a failure. A skipped test is named; with CI=true that is a
# failure, unless the test takes long and SOCKIT_LONG is not set, or the kernel lacks what it is about.
#
#     run-suites.sh BUILD [CRITERION-OPTION...]      with an option, such as --filter, nothing is counted
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
shift
SOCKIT=$PWD/$build/sockit
case $build in /*) SOCKIT=$build/sockit ;; esac
export SOCKIT LC_ALL=C.UTF-8
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
status=0
# Most tests wait for peers more than they compute.
jobs=$((3 * $(nproc)))

fail() {
	printf 'FAILED: %s\n' "$*"
	status=1
}

# suite::test, a line each: as declared by the sources, as known to the runner, as run.
declared() {
	find "tests/$1" -name '*.c' -exec sed -nE \
		's/^Test\((\w+), *(\w+).*/\1::\2/p; s/^ParameterizedTest\(.*, *(\w+), *(\w+)[,)].*/\1::\2/p' {} + |
		sort
}
ran() {
	sed -nE 's/^(not )?ok - (\w+::\w+).*/\2/p' "$work/tap" | sort -u
}

# What was skipped, as "name: why": said by Criterion or, on a line of its own, by the test.
skipped() {
	{
		sed -nE 's/^ok - (\w+::\w+) +# SKIP ?(.*)/\1: \2/p' "$work/tap"
		sed -nE 's/^SKIP (\w+::\w+: .*)/\1/p' "$work/output"
	} | sort -u -t: -k1,3
}

run_suite() {
	local suite=$1 code=0 limit=300
	shift
	[ -z "${SOCKIT_LONG:-}${SOCKIT_ASAN:-}" ] || limit=1200
	timeout -k 10 $limit "$build/tests/$suite" --jobs=$jobs --tap="$work/tap" "$@" </dev/null >"$work/output" 2>&1 || code=$?
	cat "$work/output"
	[ $code != 124 ] || fail "$suite: not done after $limit s"
	[ $code = 0 ] || fail "$suite: the runner ended with $code"

	if [ $# = 0 ]; then
		declared "$suite" >"$work/declared"
		ran >"$work/ran"
		[ -s "$work/declared" ] || fail "$suite: no test is declared"
		diff -U0 --label declared --label run "$work/declared" "$work/ran" ||
			fail "$suite: what ran is not what the sources declare"
	fi
	skipped >"$work/skipped"
	sed "s/^/$suite: skipped /" "$work/skipped"
	# Nobody can install a kernel, so what that lacks is named, and counted, and no more.
	[ "${CI:-}" != true ] || [ "$(grep -vcE ': (takes long|this kernel has )' "$work/skipped")" = 0 ] ||
		fail "$suite: nothing may be skipped here"
	printf '%s: %d tests ran (%d with every parameter), %d skipped\n' "$suite" "$(ran | wc -l)" \
		"$(grep -cE '^(not )?ok ' "$work/tap")" "$(wc -l <"$work/skipped")"
	rm -f "$work/tap"
}

run_suite unit "$@"
run_suite cli "$@"
[ $status != 0 ] || echo "test: all passed"
exit $status
