#!/bin/sh
# Reads the includes of every source against src/FLOORS.
#
#     floors.sh [SRC]      the folder with FLOORS in it, default src
set -u
cd "${1:-src}" || exit
export LC_ALL=C
# shellcheck disable=SC2016 # the dollars are awk's
find . -name '*.[ch]' | sed 's,^\./,,' | sort | xargs awk '
function complain(text) { print "src/" text; failed = 1 }

# err.c and err.h of base are file base/err; main.c of src itself is file main.
function stem(path) { sub(/\.[ch]$/, "", path); return path }

BEGIN {
	while ((getline line < "FLOORS") > 0) {
		n = split(line, word)
		if (n == 0 || word[1] ~ /^#/)
			continue
		floor = word[1]
		if (sub(/:$/, "", floor) != 1)
			complain("FLOORS: not \"FLOOR: FILE...\": " line)
		for (i = 2; i <= n; i++)
			rank[floor == "." ? word[i] : floor "/" word[i]] = ++last
	}
	if (!last)
		complain("FLOORS: names no file")
	for (i = 1; i < ARGC; i++) {
		seen[stem(ARGV[i])] = 1
		if (!(stem(ARGV[i]) in rank))
			complain(ARGV[i] ": is not in FLOORS")
	}
}
FNR == 1 { file = stem(FILENAME) }
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	header = quoted[2]
	at = FILENAME ":" FNR ": "
	if (header ~ /\.inc$/)
		next
	if (!(stem(header) in rank) && !(stem(header) in seen))
		complain(at "\"" header "\" is no header of a floor")
	else if ((file in rank) && (stem(header) in rank) && rank[stem(header)] > rank[file])
		complain(at "\"" header "\" stands above " file)
}
END {
	for (file in rank)
		if (!(file in seen))
			complain("FLOORS: " file " does not exist")
	exit failed
}'
