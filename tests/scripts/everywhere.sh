#!/usr/bin/env bash
# Whether each option of each command is in its manual page and in three completions, once in each.
#
#     everywhere.sh SOCKIT
set -u
sockit=$1
cd "$(dirname "$0")/../.." || exit
status=0 count=0

# once WHERE COMMAND OPTION LINES: the lines are one
once() {
	[[ $4 == 1 ]] && return
	printf '%s of %s is %s times in %s\n' "$3" "$2" "$4" "$1"
	status=1
}
# What stands between two lines of a file, given as patterns of awk.
part() { awk -v from="$2" -v to="$3" '$0 ~ from { on = 1; next } on && $0 ~ to { exit } on' "$1"; }

for command in $("$sockit" help | awk '/^Commands:/ { on = 1; next } on && !/^  / { exit } on && $1 != "help" { print $1 }'); do
	page=$(part "man/sockit-$command.1" " begin options $command\$" '^[.].. end$')
	bash_options=$(part completions/sockit.bash "^\t$command\\)\$" '^\t\ttakes_word=')
	zsh_options=$(part completions/_sockit "^_sockit_$command\\(\\)" '^}')
	fish_options=$(grep -E "^complete -c sockit -n '__sockit_offer(_value)? ${command}[ ']" completions/sockit.fish)
	options=$("$sockit" help "$command" all | grep -oE '^  (-.,|   ) --[a-z0-9-]+' | grep -oE -- '--.*')
	for option in $options; do
		name=${option#--}
		once 'its page' "$command" "$option" "$(grep -cE "^\.It (Fl . , )?Fl \\\\-${name//-/\\\\-}( |\$)" <<<"$page")"
		once bash "$command" "$option" "$(grep -oE "[ ',]$option([ '+]|\$)" <<<"$bash_options" | wc -l)"
		once zsh "$command" "$option" "$(grep -cE "[{,']$option(=|=-|\}|\[)" <<<"$zsh_options")"
		once fish "$command" "$option" "$(grep -cE " -l $name " <<<"$fish_options")"
		count=$((count + 1))
	done
done
[[ $count -gt 100 ]] || { echo "only $count options were found"; status=1; }
[[ $status != 0 ]] || echo "$count options, each in its page and in three completions"
exit $status
