#!/usr/bin/env bash
# Whether each event is told with the keys that its row in out/report_kinds.c has, wherever that is; the
# manual lists them from there.
set -u
cd "$(dirname "$0")/../.." || exit
mapfile -t files < <(grep -rlE 'REPORT(_WITH)?\(' src --include='*.c')

# What a call gave is a number or a word, a field that out/trace.c makes before.
awk '
function take_rows(text,    parts, n, i, kind, strings, n_strings, k) {
	n = split(text, parts, /\[REPORT_/)
	for (i = 2; i <= n; i++) {
		kind = parts[i]
		sub(/\].*/, "", kind)
		n_strings = split(parts[i], strings, "\"")
		# Every other one is between strings; the brace that ends the row is behind the last.
		for (k = 3; k <= n_strings && strings[k] !~ /}/; k += 2)
			continue
		if (k > n_strings)
			continue
		row[kind] = " " strings[k - 1] " "
	}
}
function call_at(text, at,    depth, i, c) {
	depth = 0
	for (i = at; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "(") depth++
		if (c == ")" && --depth == 0) break
	}
	return substr(text, at, i - at + 1)
}
function check(call, file,    kinds, keys, rest, kind, field, want, n, i, maybe) {
	keys = " "
	rest = call
	while (match(rest, /FIELD_[A-Z]+\([ \n\t]*"[a-z_]+"/)) {
		field = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		kind = field
		sub(/^[^"]*"/, "", field); sub(/"$/, "", field)
		keys = keys field (kind ~ /^FIELD_TIME/ ? "_ms" : kind ~ /^FIELD_ADDR/ ? "_*" : "") " "
	}
	rest = call
	while (match(rest, /REPORT_[A-Z_]+/)) {
		kind = substr(rest, RSTART + 7, RLENGTH - 7)
		rest = substr(rest, RSTART + RLENGTH)
		if (!(kind in row))
			continue
		calls++
		n = split(row[kind], want, " ")
		for (i = 1; i <= n; i++) {
			maybe = sub(/\?$/, "", want[i])
			if (!index(keys, " " want[i] " ") && !maybe && !(kind == "CALL" && want[i] == "result")) {
				print file ": REPORT_" kind " is told without " want[i]; found = 1
			}
		}
		n = split(keys, want, " ")
		for (i = 1; i <= n; i++)
			if (!index(row[kind], " " want[i] " ") && !index(row[kind], " " want[i] "? ")) {
				print file ": REPORT_" kind " has no " want[i] " in its row"; found = 1
			}
	}
}
function file_ends(    at) {
	if (name ~ /report_kinds\.c$/)
		take_rows(text)
	else
		while (match(text, /REPORT(_WITH)?\(/)) {
			at = RSTART + RLENGTH - 1
			check(call_at(text, at), name)
			text = substr(text, at)
		}
	text = ""
}
FNR == 1 && name { file_ends() }
{ name = FILENAME; text = text $0 "\n" }
END {
	file_ends()
	if (calls < 50) { print "only " calls + 0 " calls were found"; found = 1 }
	exit found
}' src/out/report_kinds.c "${files[@]}"
