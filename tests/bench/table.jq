# Results, as report.jq makes them, to text that is Markdown too; with $brief only what was to be reached.
#
#     jq -r --argjson brief false -f table.jq results.json

# A number with so many digits behind the point, and a comma at every thousand.
def fixed($digits):
	(. * ($digits | exp10) + 0.5 | floor | tostring) as $all
	| ($all | if length <= $digits then "0" * ($digits + 1 - length) + . else . end) as $all
	| ($all[:($all | length) - $digits]) as $whole
	| ([range($whole | length; 0; -3) as $stop | $whole[([$stop - 3, 0] | max):$stop]] | reverse | join(","))
		+ (if $digits > 0 then "." + $all[($all | length) - $digits:] else "" end);
def digits: if . >= 1000 then fixed(0) elif . >= 100 then fixed(1) elif . >= 0.1 then fixed(2) else fixed(4) end;
def pad($n): . + (" " * ($n - length) // "");
def lead($n): (" " * ($n - length) // "") + .;

# Rows of cells, the first of them the heads, columns as wide as they must be; all but the first $left to the right.
def table($left):
	[transpose[] | map(length) | max] as $widths
	| [.[] | [range(length) as $i | .[$i] | if $i < $left then pad($widths[$i]) else lead($widths[$i]) end]
		| "| " + join(" | ") + " |"]
	| ("|" + ([range($widths | length) as $i | "-" * ($widths[$i] + 1) + (if $i < $left then "-" else ":" end)] | join("|"))
		+ "|") as $rule
	| .[0], $rule, .[1:][];

def metric($unit):
	{rate: ($unit + "s/s"), capacity: ($unit + "s/s"), per_cpu: ($unit + "s per CPU second"),
		cost: "CPU us per \($unit)", p50_us: "median us", p99_us: "p99 us",
		user_bytes: "bytes a client", all_bytes: "with the kernel's", processes: "processes", received: "received"}
	+ (if $unit == "GiB" then {rate: "GiB/s", cost: "CPU s/GiB"} else {} end);
def scaled($metric; $unit):
	if $metric == "cost" and $unit != "GiB" then . * 1e6 else . end
	| if $metric | test("bytes|processes") then (if . < 0 then 0 else . end | fixed(0)) else digits end;

# The figures to show, and those in which sockit is compared.
def shown:
	if .name | test("idle") then [["user_bytes", "all_bytes", "processes"], ["all_bytes"]]
	elif .name | test("^(start|trip)$") then [["p50_us", "p99_us", "cost"], ["p50_us", "p99_us"]]
	elif .name | test("^udp") then [["per_cpu", "rate", "received"], ["per_cpu"]]
	elif .name | test("connect$") then [["capacity", "cost", "p99_us", "processes"], ["capacity", "cost"]]
	elif .unit == "request" then [["rate", "cost", "p50_us", "p99_us", "processes"], ["cost"]]
	else [["rate", "cost"], ["rate", "cost"]] end;

def ratio: if . == null then "" elif .value == null then "no verdict" else "\(.value | digits) [\(.low | digits) .. \(.high | digits)]" end;

def scenario:
	. as $s | shown as [$metrics, $beside] | metric(.unit) as $heads
	| "", "### \(.title)", "",
	([["", ($metrics[] | $heads[.]), ($beside[] | "sockit's to it, \($heads[.])")],
		(.who[] | . as $one | [.name,
			($metrics[] as $m | if $one.median[$m] == null then "" else
				($one.median[$m] | scaled($m; $s.unit)) + if $m == "processes" then "" else " [" + ($one.low[$m] | scaled($m; $s.unit)) + " .. "
				+ ($one.high[$m] | scaled($m; $s.unit)) + "]" end end),
			($beside[] as $m | $one.beside[$m] // null | ratio)])]
	| table(1));

def targets:
	. as $all | [["work", "figure", "beside", "needed", "reached", "verdict"],
		($all.targets[] | . as $t | ($all.scenarios[] | select(.name == $t.scenario)) as $s
		| [$s.title, metric($s.unit)[.metric], (if .best then "\(.other), the best" else .other end),
			"\(.relation) \(.bound)", (. | if .verdict == "not measured" then "" else ratio end), .verdict])]
	| table(3);

# Between two sizes a cost grows as the power of this; 1 is linear.
def slope($x; $y): (($y[1] / $y[0]) | log) / (($x[1] / $x[0]) | log);
def median_of($who; $metric): [.who[] | select(.name == $who) | .median[$metric]] | .[0];

def growth:
	[.scenarios[] | select(.name | test("^grow-"))] as $grow
	| [.scenarios[] | select(.name | test("^names-"))] as $names
	| [.scenarios[] | select(.name | test("^idle-1"))] as $idle
	| def count: .name | split("-")[1] | tonumber;
	if ($grow | length) > 1 then
		"- CPU per request, from \($grow[0] | count) client to \($grow[-1] | count): "
		+ ([$grow[0], $grow[-1] | median_of("sockit"; "cost") * 1e6 | digits] | join(" to ")) + " us; a bare epoll loop: "
		+ ([$grow[0], $grow[-1] | median_of("bare"; "cost") * 1e6 | digits] | join(" to ")) + " us." else empty end,
	if ($idle | length) > 1 then
		"- Memory of an idle client, from \($idle[0] | count) to \($idle[-1] | count): "
		+ ([$idle[0], $idle[-1] | median_of("sockit"; "user_bytes") | fixed(0)] | join(" to ")) + " bytes." else empty end,
	if ($names | length) > 2 then ($names | map(select(count >= 100))) as $names |
		"- Time to resolve, from \($names[0] | count) names to \($names[-1] | count): grows as their number to the power of "
		+ (slope([$names[0], $names[-1] | count]; [$names[0], $names[-1] | count / median_of("sockit"; "rate")]) | digits)
		+ "." else empty end;

if $brief then targets
else "## What sockit is to reach", "", targets, "", "## How cost grows", "", growth, "", "## What was measured",
	(.scenarios[] | scenario) end
