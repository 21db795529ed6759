#compdef coldplug
# SPDX-License-Identifier: MIT
# Zsh completion of coldplug.

# What a verb lists: the first word of each line that is not indented.
_coldplug_listed() {
        local -a words

        words=(${(f)"$(coldplug "$@" 2>/dev/null | sed -n 's/^\([^ *][^ ]*\).*/\1/p' | sed 's/\*$//')"})
        compadd -a words
}

_coldplug() {
        local -a verbs

        verbs=(
                'check:Explore every hash order and every interleaving of scenarios'
                'review:Try proposed fixes on scenarios'
                'replay:Run a trace again'
                'show:Show a trace'
                'conform:Compare the model with recordings'
                'lab:Run scenarios and traces on a real systemd'
                'reproduce:Print a shell script that makes a real systemd do what a trace says'
                'fixes:List or describe the built-in fixes'
                'profiles:List the versions of systemd'
                'properties:List or define the properties'
        )
        if ((CURRENT == 2)); then
                _describe verb verbs
                compadd -- -h --help --version
                return
        fi

        case ${words[2]} in
        check)
                shift words; ((CURRENT--))
                _arguments -s \
                        '*--systemd=[Explore this systemd]:VERSION:_coldplug_listed profiles' \
                        '*--fix=[Put this fix on it]:FIX:_coldplug_listed fixes' \
                        '*--property=[Check this property]:PROPERTY:_coldplug_listed properties' \
                        '--minimize[Shrink a scenario while it is violated]' \
                        '--order-dist=[Also say how likely]:DIST:(uniform systemd)' \
                        '--table-size=[How many other units PID 1 has]:N: ' \
                        '-j+[Use N threads]:N: ' \
                        '--jobs=[Use N threads]:N: ' \
                        '--max-states=[Stop after N states]:N: ' \
                        '--max-memory=[Stop when the states take M bytes]:M: ' \
                        '--max-depth=[Stop after N events]:N: ' \
                        '--json[Print one JSON object]' \
                        '--stats[Say how long it took and how much memory]' \
                        '--traces=[Write counterexamples to this folder]:DIR:_files -/' \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]' \
                        '*:file:_files -g "*.scenario"'
                ;;
        review)
                shift words; ((CURRENT--))
                _arguments -s \
                        '*--systemd=[Explore this systemd]:VERSION:_coldplug_listed profiles' \
                        '*--fix=[Try this fix]:FIX:_coldplug_listed fixes' \
                        '*--property=[Check this property]:PROPERTY:_coldplug_listed properties' \
                        '--format=[In which form]:FORMAT:(text markdown html json)' \
                        '-o+[Write the report to this file]:FILE:_files' \
                        '--output=[Write the report to this file]:FILE:_files' \
                        '--traces=[Write counterexamples to this folder]:DIR:_files -/' \
                        '-j+[Use N threads]:N: ' \
                        '--jobs=[Use N threads]:N: ' \
                        '--max-states=[Stop after N states]:N: ' \
                        '--max-memory=[Stop when the states take M bytes]:M: ' \
                        '--max-depth=[Stop after N events]:N: ' \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]' \
                        '*:file:_files -g "*.scenario"'
                ;;
        replay)
                shift words; ((CURRENT--))
                _arguments -s \
                        '*--fix=[The file of a fix]:FILE:_files' \
                        '--json[Print one JSON object]' \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]' \
                        '*:file:_files -g "*.json"'
                ;;
        show)
                shift words; ((CURRENT--))
                _arguments -s \
                        '--format=[In which form]:NAME:_coldplug_listed show --format list' \
                        '--brief[The text that fits a commit message]' \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]' \
                        '*:file:_files -g "*.json"'
                ;;
        conform)
                shift words; ((CURRENT--))
                _arguments -s \
                        '--json[Print one JSON object]' \
                        '-v[Show the first disagreement of each recording]' \
                        '--verbose[Show the first disagreement of each recording]' \
                        '--predict=[Write what the model predicts]:FILE:_files' \
                        '*--fix=[Let the model have this fix]:FIX:_coldplug_listed fixes' \
                        '--min=[Fail below these fractions]:MINIMA: ' \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]' \
                        '*:file:_files -g "*.jsonl"'
                ;;
        lab)
                shift words; ((CURRENT--))
                _arguments -s \
                        '--systemd=[Boot this version]:VERSION:_coldplug_listed profiles' \
                        '--root=[Boot the systemd of this tree]:DIR:_files -/' \
                        '-j+[Run N containers at once]:N: ' \
                        '--jobs=[Run N containers at once]:N: ' \
                        '*--fix=[What the systemd of --root has]:FIX:_coldplug_listed fixes' \
                        '--record=[Write what was seen, as recordings]:FILE:_files' \
                        '--json[Print JSON]' \
                        '--random=[Run N random scenarios]:N: ' \
                        '--seed=[Which random scenarios]:S: ' \
                        '--only=[Run one random scenario again]:I: ' \
                        '--no-minimize[Leave random scenarios as they are]' \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]' \
                        '*:file:_files -g "*.(scenario|json|sh)"'
                ;;
        reproduce)
                shift words; ((CURRENT--))
                _arguments -s \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]' \
                        '*:file:_files -g "*.json"'
                ;;
        fixes)
                shift words; ((CURRENT--))
                _arguments -s \
                        '--json[Print one JSON object]' \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]' \
                        '*:name:_coldplug_listed fixes'
                ;;
        profiles)
                shift words; ((CURRENT--))
                _arguments -s \
                        '--json[Print one JSON object]' \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]'
                ;;
        properties)
                shift words; ((CURRENT--))
                _arguments -s \
                        '--json[Print one JSON object]' \
                        '-h[Show the help of the verb]' \
                        '--help[Show the help of the verb]' \
                        '*:name:_coldplug_listed properties'
                ;;
        esac
}

_coldplug "$@"
