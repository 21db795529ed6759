#!/bin/sh
# SPDX-License-Identifier: MIT
# Each verb and each option that --help shows is in the man page and in the completions of all shells, and the other way
# round; so is each statement of the scenario language in its man page.
set -eu
program=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

# WHERE WHAT: compares $scratch/help with $scratch/other, both sorted sets of words
compare() {
        sort -u "$scratch/help" -o "$scratch/help"
        sort -u "$scratch/other" -o "$scratch/other"
        cmp -s "$scratch/help" "$scratch/other" && return
        echo "$1: $2:"
        comm -23 "$scratch/help" "$scratch/other" | sed 's/^/  missing: /'
        comm -13 "$scratch/help" "$scratch/other" | sed 's/^/  too much: /'
        status=1
}

# The options in the first column of a help text: "-j" and "--jobs" of "  -j, --jobs=N   Use ..."
help_options() {
        sed -n 's/^  \(-.*\)/\1/p' | sed 's/  .*//; s/=[^ ,]*//g; s/,//g' | tr ' ' '\n'
}

# The options of the section .Ss VERB: "-j" and "--jobs" of ".It Fl j , Fl -jobs Ns = Ns Ar N"
man_options() {
        awk -v verb="$1" '
                $1 == ".Ss" || $1 == ".Sh" { inside = $2 == verb }
                inside && $1 == ".It" { for (i = 2; i < NF; i++) if ($i == "Fl") print "-" $(i + 1) }
        ' docs/man/coldplug.1
}

bash_words() { # WORDS OF THE LINE...
        bash -c '
                PATH=$(dirname "$0"):$PATH
                . completions/coldplug.bash
                COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
                _coldplug 2>/dev/null
                printf "%s\n" "${COMPREPLY[@]}"
        ' "$program" "$@"
}

# '--systemd=[Explore ...' or '*--fix=[...' or '-j+[...' in the case of the verb
zsh_options() {
        awk -v verb="$1" '
                $1 == verb ")" { inside = 1 }
                $1 == ";;" { inside = 0 }
                inside
        ' completions/coldplug.zsh | sed -n "s/^ *'\**\(--*[a-z][a-z-]*\).*/\1/p"
}

fish_options() {
        grep "seen_subcommand_from $1'" completions/coldplug.fish | grep -o ' -[sl] [a-z-]*' |
                sed 's/ -s /-/; s/ -l /--/'
}

"$program" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' >"$scratch/verbs"
test -s "$scratch/verbs"

cp "$scratch/verbs" "$scratch/help"
awk '$1 == ".Sh" { inside = $2 == "VERBS" } inside && $1 == ".Ss" { print $2 }' docs/man/coldplug.1 >"$scratch/other"
compare docs/man/coldplug.1 verbs
sed -n "s/^                '\([a-z]*\):.*/\1/p" completions/coldplug.zsh >"$scratch/other"
compare completions/coldplug.zsh verbs
sed -n 's/.*__fish_use_subcommand -a \([a-z]*\) .*/\1/p' completions/coldplug.fish >"$scratch/other"
compare completions/coldplug.fish verbs
bash_words coldplug "" >"$scratch/other"
"$program" --help | help_options >>"$scratch/help"
compare completions/coldplug.bash "verbs and options"

while read -r verb; do
        "$program" "$verb" --help | help_options >"$scratch/help"
        test -s "$scratch/help"
        man_options "$verb" >"$scratch/other"
        compare docs/man/coldplug.1 "options of $verb"
        bash_words coldplug "$verb" - >"$scratch/other"
        compare completions/coldplug.bash "options of $verb"
        zsh_options "$verb" >"$scratch/other"
        compare completions/coldplug.zsh "options of $verb"
        fish_options "$verb" >"$scratch/other"
        compare completions/coldplug.fish "options of $verb"
done <"$scratch/verbs"

# Each form of show has its name in the man page.
"$program" show --format list | sed 's/ .*//' >"$scratch/help"
awk '$1 == ".Ss" { inside = $2 == "show" } inside && $1 == ".Cm" { print $2 }' docs/man/coldplug.1 | grep -v '^list$' >"$scratch/other"
compare docs/man/coldplug.1 "formats of show"

# The message for an unknown statement lists those that there are.
echo nonsense >"$scratch/x.scenario"
"$program" check "$scratch/x.scenario" 2>&1 | sed 's/.*there are //; s/and //; s/,//g' | tr ' ' '\n' >"$scratch/help"
sed -n 's/^\.It Cm \([a-z-]*\).*/\1/p' docs/man/coldplug.scenario.5 >"$scratch/other"
compare docs/man/coldplug.scenario.5 statements

# Values come from the program itself.
expect() { # WORD LINE...
        word=$1
        shift
        bash_words "$@" | grep -qx -- "$word" || { echo "completions/coldplug.bash: '$*' does not offer '$word'"; status=1; }
}
expect 262 coldplug check --systemd = 26
expect 257 coldplug check --systemd ""
expect no-crash coldplug review --property no
expect sort-by-id coldplug check --fix = so
expect journal coldplug show --format ""
expect traces/scenarios/azure-linux.scenario coldplug check traces/scenarios/azure
expect traces/ coldplug check tra

for shell in zsh fish; do
        ! command -v $shell >/dev/null || $shell -n completions/coldplug.$shell || status=1
done
exit $status
