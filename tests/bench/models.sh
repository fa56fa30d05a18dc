#!/usr/bin/env bash
# The four models of sockit echo-serve beside each other, as a table for README.md.
#
#     models.sh SOCKIT PROGRAMS [quick]      PROGRAMS: the folder of load
#
# Wants a machine that has nothing else to do. BENCH_ROUNDS and BENCH_SECONDS change how often and how
# long each is measured.
set -eu
# shellcheck source=tests/bench/serve.sh
. "$(dirname "$0")/serve.sh"
serve_check
models=(event thread fork iterative)

# What each buys, and what it pays.
declare -A trade=(
	[event]='one thread looks after everybody: the least memory and no switching, but a step that takes long holds all up'
	[thread]='plain blocking code for each client and a processor for every thread; each client costs a stack, and switching'
	[fork]='the same in a process each: one that crashes hurts nobody else; the dearest to start and in memory'
	[iterative]='the simplest there is, and as fast for the one it serves: everybody else waits until that one has gone'
)

# median SCENARIO WHO EXPRESSION: of what awk makes of the words of each line, which it has as v["NAME"].
median() {
	awk -v scenario="$1" -v who="$2" '$1 == scenario && $2 == who {
		for (i = 3; i <= NF; i++) { split($i, word, "="); v[word[1]] = word[2] }
		print '"$3"' }' "$WORK/measured" | sort -g | awk '{ all[NR] = $1 } END { print NR ? all[int((NR + 1) / 2)] : "nan" }'
}
words() { # SCENARIO MODEL NAME: the median of a word
	median "$1" "$2" "v[\"$3\"]"
}
thousands() { printf '%.0f' "$1" | sed ':again; s/\B[0-9]\{3\}\>/,&/; t again'; }

printf '%s, Linux %s; one core for the server, one for the load; medians of %s rounds of %s s\n' \
	"$("$SOCKIT" --version | head -n 1)" "$(uname -r)" "$rounds" "$SECONDS_EACH" >&2
# Under iterative one is served and the others wait for it, for ever.
measure_all 'echo: event thread fork: echo -c 50' 'echo: iterative: echo -c 50 -w 0.2' \
	'connect: event thread fork iterative: connect -c 10' 'idle: event thread fork: idle -c 500' >"$WORK/measured"

echo '| model | clients served | requests/s | p99 | connections/s | memory a client | processes | threads |'
echo '|---|--:|--:|--:|--:|--:|--:|--:|'
for model in "${models[@]}"; do
	memory=-
	[ "$model" = iterative ] || memory=$(printf '%.1f KiB' \
		"$(median idle "$model" '(v["memory_after"] - v["memory_before"]) / (v["clients"] - 1) / 1024')")
	printf '| %s | %s of 50 | %s | %s us | %s | %s | %s | %s |\n' "$model" "$(words echo "$model" served)" \
		"$(thousands "$(words echo "$model" per_second)")" "$(thousands "$(words echo "$model" p99_us)")" \
		"$(thousands "$(words connect "$model" per_second)")" "$memory" \
		"$(words echo "$model" processes)" "$(words echo "$model" threads)"
done
echo
for model in "${models[@]}"; do
	printf -- '- **%s**: %s.\n' "$model" "${trade[$model]}"
done
