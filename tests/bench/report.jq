# Lines of measurements (SCENARIO WHO NAME=VALUE...) to the results, one schema for all parts:
#
#     {schema, made, mode, machine, tools, missing,
#      scenarios: [{name, title, unit, who: [{name, yardstick, rounds: [{METRIC: NUMBER}], median: {METRIC: NUMBER},
#                                             low, high, beside: {METRIC: RATIO}}]}],
#      targets: [{scenario, metric, other, relation, bound, RATIO, reached}]}
#
# RATIO is {value, low, high, verdict}: what sockit has as a part of what the other has, round by round, of which the
# value is the median, and low and high hold the true one with seven chances in eight. That is the interval of order
# statistics; of seven rounds it leaves out the outermost two.
#
#     jq -Rn --rawfile rows rows.txt --argjson about '{"made": ...}' -f report.jq <measured

# How many of N to leave out at either end: half of them but for 1.534 standard deviations of a fair coin.
def outside($n): [($n / 2 - 0.767 * ($n | sqrt) | floor), 0] | max;
def median: sort | .[(length - 1) / 2 | floor];
def low: sort | .[outside(length)];
def high: sort | .[length - 1 - outside(length)];

def metrics:
	(.work // .requests) as $work
	| . + {work: $work}
	| if .memory_before != null and .memory_before > 0 and .clients > 1 then
		. + {user_bytes: ((.memory_after - .memory_before) / (.clients - 1)),
			all_bytes: ((.memory_after - .memory_before + .kernel_after - .kernel_before) / (.clients - 1))}
	  else . end
	| if $work > 0 and .seconds > 0 then . + {rate: ($work / .seconds)} else . end
	| if $work > 0 and .cpu != null and .cpu > 0 then . + {cost: (.cpu / $work), per_cpu: ($work / .cpu)} else . end
	# Where the load had no time left, what the server did with a second of its processor decides.
	| if .rate == null then .
	  elif .per_cpu != null and .load_cpu != null and .load_cpu > 0.95 * .seconds then . + {capacity: .per_cpu}
	  else . + {capacity: .rate} end;

def judged:
	["rate", "cost", "per_cpu", "capacity", "p50_us", "p99_us", "user_bytes", "all_bytes", "processes", "received"];
def more_is_better: . == "rate" or . == "per_cpu" or . == "capacity";

# The parts of two lists of rounds, as far as both go.
def parts($ours; $theirs):
	[range([$ours, $theirs | length] | min) as $i | select($theirs[$i] > 0) | $ours[$i] / $theirs[$i]];

# Of fewer than three rounds nobody knows the spread. A figure is told where all that it may be lies on one side of the bound, or it is known within 5 %. In all other
# cases the machine was too restless for the question.
def verdict($relation; $bound):
	def good: if $relation == ">=" then . >= $bound else . <= $bound end;
	if length == 0 then {verdict: "not measured"}
	elif length < 3 then {verdict: "no verdict"}
	else {value: median, low: low, high: high}
		| if (.low | good) and (.high | good) then . + {verdict: "pass"}
		  elif ((.low | good) or (.high | good) | not) then . + {verdict: "FAIL"}
		  elif .high - .low <= 0.05 * .value then . + {verdict: (if .value | good then "pass" else "FAIL" end)}
		  else {low, high, verdict: "no verdict"} end
	end;

def values_of($metric): [.rounds[] | .[$metric] | select(. != null)];
# Of every metric that was measured, what F makes of its values.
def figures($one; f): [judged[] as $m | ($one | values_of($m)) | select(length > 0) | {($m): f}] | add;

($rows | split("\n") | map(select(test("^[a-z]"))) | map(split("|"))) as $rows
| ([$rows[] | select(.[0] == "yardsticks") | .[1] | split(" ")[]]) as $yardsticks
| [inputs | split(" ") | select(length > 2)
	| {scenario: .[0], who: .[1], round: ([.[2:][] | split("=") | {(.[0]): (.[1] | tonumber)}] | add | metrics)}
	| select(.round.work > 0)] as $all
| [$rows[] | select(.[0] == "work") as [$_, $name, $unit, $title]
	| [$all[] | select(.scenario == $name)] | select(length > 0)
	| . as $own
	| {name: $name, title: $title, unit: $unit, who: [
		reduce .[].who as $who ([]; if index([$who]) then . else . + [$who] end) | .[] as $who
		| {name: $who, yardstick: ($yardsticks | index([$who]) != null),
			rounds: [$own[] | select(.who == $who) | .round]}
		| . as $one
		| . + {median: (. as $one | figures($one; median)), low: (. as $one | figures($one; low)),
			high: (. as $one | figures($one; high))}]}
	| (.who[] | select(.name == "sockit")) as $ours
	| .who |= map(. as $other | if .name == "sockit" then . else . + {beside:
		([judged[] as $m | {($m): (parts($ours | values_of($m); $other | values_of($m)) | verdict("<="; 1)
			| if .verdict == "pass" or .verdict == "FAIL" then .verdict = "told" else . end)}] | add
			| with_entries(select(.value.verdict != "not measured")))} end)] as $scenarios
| # What was measured stays in the rounds; what follows from it does not.
def raw: with_entries(select(.key as $key | ["work", "seconds", "cpu", "load_cpu", "p50_us", "p99_us", "user_bytes",
	"all_bytes", "processes", "received"] | index([$key])));
$about + {schema: 1, scenarios: ($scenarios | map(.who |= map(.rounds |= map(raw)))), targets: [
	$scenarios[] as $s | $rows[] | select(.[0] == "reach") as [$_, $name, $metric, $other, $relation, $bound]
	| select($s.name | test("^(" + $name + ")$"))
	| [$s.who[] | select(.median[$metric] != null)] as $who
	| ($who[] | select(.name == "sockit")) as $ours
	| (if $other == "best" then
		[$who[] | select(.name != "sockit" and (.yardstick | not))] | sort_by(.median[$metric])
		| if $metric | more_is_better then .[-1] else .[0] end
	   else $who | map(select(.name == $other)) | .[0] end) as $them
	| select($other == "-" or $them != null)
	| (if $other == "-" then $ours | values_of($metric)
	   else parts($ours | values_of($metric); $them | values_of($metric)) end | verdict($relation; $bound | tonumber))
	  as $ratio
	| {scenario: $s.name, metric: $metric, other: (if $them then $them.name else $other end), best: ($other == "best"),
		relation: $relation, bound: ($bound | tonumber)} + $ratio]}
