#!/usr/bin/env bash
# What a packager relies on. With `install`: that install honours its variables and uninstall leaves
# nothing behind. With `all`: also that the tarball builds without git, and that two builds in two
# folders are the same bytes.
#
#     packaging.sh install|all BUILD      BUILD is a tree that is built
set -u
cd "$(dirname "$0")/../.." || exit
what=$1 build=$2
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT

fail() {
	printf 'packaging: %s\n' "$*" >&2
	exit 1
}
files() { (cd "$1" && find . ! -type d -printf '%m %P\n' | sort -k2); }
run_make() { make --no-print-directory "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "make $*"; }; }

installs_and_uninstalls() {
	local to=$work/staged
	run_make BUILD="$build" DESTDIR="$to" PREFIX=/usr MANDIR=/m BASHCOMPDIR=/b ZSHCOMPDIR=/z \
		FISHCOMPDIR=/f DOCDIR=/d install
	files "$to" | diff -u - <({
		printf '644 %s\n' b/sockit z/_sockit f/sockit.fish d/README.md d/CHANGELOG.md d/LICENSE
		find man -name '*.1' -printf '644 m/man1/%P\n'
		find man -name '*.7' -printf '644 m/man7/%P\n'
		echo 755 usr/bin/sockit
	} | sort -k2) || fail 'not what should be installed'
	"$to/usr/bin/sockit" --version >/dev/null || fail 'the installed program does not run'
	run_make BUILD="$build" DESTDIR="$to" PREFIX=/usr MANDIR=/m BASHCOMPDIR=/b ZSHCOMPDIR=/z \
		FISHCOMPDIR=/f DOCDIR=/d uninstall
	[ -z "$(find "$to" -mindepth 1)" ] || fail "uninstall leaves $(find "$to")"

	run_make BUILD="$build" PREFIX="$work/prefix" install
	[ "$(files "$work/prefix" | wc -l)" -ge 7 ] || fail 'PREFIX alone is not enough'
	run_make BUILD="$build" PREFIX="$work/prefix" uninstall
	[ ! -e "$work/prefix/bin" ] || fail "uninstall leaves $(find "$work/prefix")"
}

# The tree without git makes a tarball, which is unpacked elsewhere; both are built.
builds_the_same_anywhere() {
	local one=$work/one two=$work/somewhere/else
	mkdir -p "$one" "$two"
	tar -c --exclude=./build --exclude=./sockit --exclude=./.git . | tar -x -C "$one" || fail 'no copy'
	run_make -C "$one" BUILD=build dist
	tar -xzf "$one"/build/sockit-*.tar.gz -C "$two" --strip-components=1 || fail 'no tarball'
	run_make -C "$one" BUILD=build
	run_make -C "$two" BUILD=build
	cmp "$one/build/sockit" "$two/build/sockit" || fail 'the same source gave other bytes'
}

installs_and_uninstalls
echo 'ok      installing and uninstalling'
[ "$what" = all ] || exit 0
builds_the_same_anywhere
echo 'ok      a tarball without git, and the same bytes from two folders'
