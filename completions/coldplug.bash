# SPDX-License-Identifier: MIT
# Bash completion of coldplug.

# What is listed by a verb: the first word of each line that is not indented, without the mark of the default.
_coldplug_listed() {
        "${COMP_WORDS[0]}" "$@" 2>/dev/null | sed -n 's/^\([^ *][^ ]*\).*/\1/p' | sed 's/\*$//'
}

# The words in the files' own folders, and folders to go on to.
_coldplug_files() {
        local pattern=$1 file

        while IFS= read -r file; do
                if [[ -d $file ]]; then
                        COMPREPLY+=("$file/")
                elif [[ $file == $pattern ]]; then
                        COMPREPLY+=("$file")
                fi
        done < <(compgen -f -- "$cur")
        compopt -o nospace 2>/dev/null
        [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} != */ ]] && compopt +o nospace 2>/dev/null
}

_coldplug_words() {
        mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# The value of an option. $1: the verb, $2: the option
_coldplug_value() {
        case $2 in
        --systemd) _coldplug_words "$(_coldplug_listed profiles | grep '^[0-9]')" ;;
        --property) _coldplug_words "$(_coldplug_listed properties)" ;;
        --fix)
                if [[ $cur == */* || $1 == replay ]]; then
                        _coldplug_files '*.so'
                else
                        _coldplug_words "none $(_coldplug_listed fixes)"
                fi
                ;;
        --format)
                if [[ $1 == show ]]; then
                        _coldplug_words "list $(_coldplug_listed show --format list)"
                else
                        _coldplug_words "text markdown html json"
                fi
                ;;
        --order-dist) _coldplug_words "uniform systemd" ;;
        --traces | --root) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
        --output | -o | --predict | --record) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        --jobs | -j | --table-size | --max-states | --max-memory | --max-depth | --min | --random | --seed) ;;
        *) return 1 ;;
        esac
}

_coldplug_options() {
        local bounds="-j --jobs --max-states --max-memory --max-depth"

        case $1 in
        check)
                echo "--systemd --fix --property --minimize --order-dist --table-size $bounds --json --stats --traces" \
                        "-h --help"
                ;;
        review) echo "--systemd --fix --property --format -o --output --traces $bounds -h --help" ;;
        replay) echo "--fix --json -h --help" ;;
        show) echo "--format --brief -h --help" ;;
        conform) echo "--json -v --verbose --predict --fix --min -h --help" ;;
        lab) echo "--systemd --root --fix -j --jobs --record --json --random --seed --only --no-minimize -h --help" ;;
        reproduce) echo "-h --help" ;;
        fixes | profiles | properties) echo "--json -h --help" ;;
        esac
}

_coldplug() {
        local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}

        COMPREPLY=()
        if ((COMP_CWORD == 1)); then
                _coldplug_words "check review replay show conform lab reproduce fixes profiles properties -h --help --version"
                return
        fi
        # "--option=value" comes as three words, with "=" as one of them.
        if [[ $cur == = ]]; then
                cur=
        elif [[ $previous == = ]]; then
                previous=${COMP_WORDS[COMP_CWORD - 2]}
        fi
        if [[ $previous == -* ]] && _coldplug_value "$verb" "$previous"; then
                return
        fi
        if [[ $cur == -* ]]; then
                _coldplug_words "$(_coldplug_options "$verb")"
                return
        fi
        case $verb in
        check | review) _coldplug_files '*.scenario' ;;
        replay | show | reproduce) _coldplug_files '*.json' ;;
        lab) _coldplug_files '*.@(scenario|json|sh)' ;;
        conform) _coldplug_files '*.jsonl' ;;
        fixes) _coldplug_words "$(_coldplug_listed fixes)" ;;
        properties) _coldplug_words "$(_coldplug_listed properties)" ;;
        esac
}

complete -F _coldplug coldplug
