#!/usr/bin/env bash
# What is proved by reading: one line for each kind of proof, and what it found.
#
#     lint.sh BUILD      a tree with docgen in it, and under it the tree nm for os-symbols.sh
# shellcheck disable=SC2317 # prove calls what looks unreachable
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
status=0
mapfile -t c_files < <(find src tests -name '*.[ch]' | sort)
mapfile -t scripts < <(find tests -name '*.sh' | sort)
scripts+=(.ci/run completions/sockit.bash)

prove() {
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then
		printf 'ok      %s\n' "$what"
	else
		printf 'FAILED  %s\n%s\n' "$what" "$said"
		status=1
	fi
}

# Outside comments and strings; a name behind a dot, an arrow or an underscore is another one.
no_banned_function() {
	awk '{
		line = $0
		gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
		sub(/\/\*.*/, "", line)
		sub(/^[ \t]*\* .*/, "", line)
		if (line ~ /(^|[^A-Za-z0-9_.>])(strcpy|stpcpy|strcat|strncat|strncpy|sprintf|vsprintf|strtok|atoi|atol|atoll|atof|gets|alloca) *\(/) {
			print FILENAME ":" FNR ": " $0
			found = 1
		}
	}
	END { exit found }' "$@"
}

no_long_story() {
	awk 'function file_ends() {
		most = name ~ /^src/ ? 400 : 500
		if (lines > most) { print name ": " lines " lines, " most " are a lot"; found = 1 }
	}
	FNR == 1 { file_ends(); name = FILENAME; start = 0 }
	{ lines = FNR }
	/^{/ { start = FNR; head = before }
	/^}/ {
		if (start && FNR - start - 1 > 60) {
			print FILENAME ":" start ": " FNR - start - 1 " lines, 60 are a lot: " head
			found = 1
		}
		start = 0
	}
	{ before = $0 }
	END { file_ends(); exit found }' "$@"
}

# Strings are not split, so that a search finds them.
no_wide_line() {
	awk '{
		wide = $0
		while (at = index(wide, "\t"))
			wide = substr(wide, 1, at - 1) sprintf("%*s", 8 - (at - 1) % 8, "") substr(wide, at + 1)
		if (length(wide) > 100 && wide !~ /"/) {
			print FILENAME ":" FNR ": " length(wide) " columns"
			found = 1
		}
	}
	END { exit found }' "$@"
}

formatted() {
	local said
	said=$("${CLANG_FORMAT:-clang-format}" --dry-run -Werror "$@" 2>&1) && return
	sed -nE 's/^([^ :]+:[0-9]+):.*clang-formatted.*/\1/p; t; /error/p' <<<"$said" | sort -u
	return 1
}

# generated_in_step TREE: what lies in TREE is what docgen writes
generated_in_step() {
	local tree=$1 work code=0
	work=$(mktemp -d) || return
	mkdir "$work/completions" "$work/man"
	"$build/docgen" "$work/completions" && diff -ru "$work/completions" "$tree/completions" || code=1
	"$build/docgen" "$work/man" "$tree"/man/*.1 && diff -ru -x '*.7' "$work/man" "$tree/man" || code=1
	rm -r "$work"
	return "$code"
}

# A row less in a table is a line more in the files: it is found in each of them, and so is what is not
# from a table at all.
generated_guilty_are_found() {
	local work file code=0
	work=$(mktemp -d) || return
	cp -r completions man "$work"
	for file in "$work"/completions/* "$work"/man/*.1; do
		cp "$file" "$work/whole"
		if [[ $file == *.1 ]]; then
			sed -i '/^\.\\" begin /{n; s/$/\n.It no row has this/}' "$file"
		else
			echo '# no row has this' >>"$file"
		fi
		if generated_in_step "$work" >/dev/null 2>&1; then
			echo "$file may have what no table has"
			code=1
		fi
		cp "$work/whole" "$file"
	done
	rm "$work/whole"
	generated_in_step "$work" || code=1
	rm -r "$work"
	return "$code"
}

prove 'floors: nothing includes what stands above it' tests/scripts/floors.sh
prove 'only sys/ needs symbols of the system' tests/scripts/os-symbols.sh "$build/nm/obj/src"
prove 'both of these find the guilty' tests/scripts/guilty.sh
prove 'no banned function' no_banned_function "${c_files[@]}"
prove 'no line over 100 columns, strings aside' no_wide_line "${c_files[@]}"
prove 'no function over 60 lines, no file over 400 (500 in tests)' no_long_story "${c_files[@]}"
prove 'formatting (make format)' formatted "${c_files[@]}"
prove 'shellcheck' shellcheck "${scripts[@]}"
# A page says of which program it is, and has the parts that the tables write.
pages_whole() {
	local page code=0
	for page in man/*.1; do
		grep -q '^\.Dt SOCKIT' "$page" && grep -q '^\.Sh EXAMPLES' "$page" &&
			grep -q '^\.\\" begin statuses ' "$page" && continue
		echo "$page is not whole"
		code=1
	done
	return "$code"
}

prove 'no manual page lost its parts' pages_whole
prove 'events have the keys that their rows say' tests/scripts/events.sh
prove 'manual pages are clean, and fit 60, 80 and 120 columns' tests/scripts/pages.sh
prove 'completions and manual are what the tables say (make generate)' generated_in_step .
prove 'and that finds what no table has' generated_guilty_are_found
[ $status != 0 ] || echo 'lint: all passed'
exit $status
