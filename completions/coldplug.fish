# SPDX-License-Identifier: MIT
# Fish completion of coldplug.

# What a verb lists: the first word of each line that is not indented.
function __coldplug_listed
        coldplug $argv 2>/dev/null | string match -r '^[^ *]+'
end

complete -c coldplug -f
complete -c coldplug -n __fish_use_subcommand -s h -l help -d "Show the help"
complete -c coldplug -n __fish_use_subcommand -l version -d "Show the version"

complete -c coldplug -n __fish_use_subcommand -a check -d "Explore every hash order and every interleaving of scenarios"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l systemd -xa '(__coldplug_listed profiles)' -d "Explore this systemd"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l fix -xa '(__coldplug_listed fixes)' -d "Put this fix on it"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l property -xa '(__coldplug_listed properties)' -d "Check this property"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l minimize -d "Shrink a scenario while it is violated"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l order-dist -xa 'uniform systemd' -d "Also say how likely"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l table-size -x -d "How many other units PID 1 has"
complete -c coldplug -n '__fish_seen_subcommand_from check' -s j -l jobs -x -d "Use N threads"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l max-states -x -d "Stop after N states"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l max-memory -x -d "Stop when the states take M bytes"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l max-depth -x -d "Stop after N events"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l json -d "Print one JSON object"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l stats -d "Say how long it took and how much memory"
complete -c coldplug -n '__fish_seen_subcommand_from check' -l traces -xa '(__fish_complete_directories)' -d "Write counterexamples to this folder"
complete -c coldplug -n '__fish_seen_subcommand_from check' -s h -l help -d "Show the help of the verb"
complete -c coldplug -n '__fish_seen_subcommand_from check' -F

complete -c coldplug -n __fish_use_subcommand -a review -d "Try proposed fixes on scenarios"
complete -c coldplug -n '__fish_seen_subcommand_from review' -l systemd -xa '(__coldplug_listed profiles)' -d "Explore this systemd"
complete -c coldplug -n '__fish_seen_subcommand_from review' -l fix -xa '(__coldplug_listed fixes)' -d "Try this fix"
complete -c coldplug -n '__fish_seen_subcommand_from review' -l property -xa '(__coldplug_listed properties)' -d "Check this property"
complete -c coldplug -n '__fish_seen_subcommand_from review' -l format -xa 'text markdown html json' -d "In which form"
complete -c coldplug -n '__fish_seen_subcommand_from review' -s o -l output -rF -d "Write the report to this file"
complete -c coldplug -n '__fish_seen_subcommand_from review' -l traces -xa '(__fish_complete_directories)' -d "Write counterexamples to this folder"
complete -c coldplug -n '__fish_seen_subcommand_from review' -s j -l jobs -x -d "Use N threads"
complete -c coldplug -n '__fish_seen_subcommand_from review' -l max-states -x -d "Stop after N states"
complete -c coldplug -n '__fish_seen_subcommand_from review' -l max-memory -x -d "Stop when the states take M bytes"
complete -c coldplug -n '__fish_seen_subcommand_from review' -l max-depth -x -d "Stop after N events"
complete -c coldplug -n '__fish_seen_subcommand_from review' -s h -l help -d "Show the help of the verb"
complete -c coldplug -n '__fish_seen_subcommand_from review' -F

complete -c coldplug -n __fish_use_subcommand -a replay -d "Run a trace again"
complete -c coldplug -n '__fish_seen_subcommand_from replay' -l fix -rF -d "The file of a fix"
complete -c coldplug -n '__fish_seen_subcommand_from replay' -l json -d "Print one JSON object"
complete -c coldplug -n '__fish_seen_subcommand_from replay' -s h -l help -d "Show the help of the verb"
complete -c coldplug -n '__fish_seen_subcommand_from replay' -F

complete -c coldplug -n __fish_use_subcommand -a show -d "Show a trace"
complete -c coldplug -n '__fish_seen_subcommand_from show' -l format -xa '(__coldplug_listed show --format list)' -d "In which form"
complete -c coldplug -n '__fish_seen_subcommand_from show' -l brief -d "The text that fits a commit message"
complete -c coldplug -n '__fish_seen_subcommand_from show' -s h -l help -d "Show the help of the verb"
complete -c coldplug -n '__fish_seen_subcommand_from show' -F

complete -c coldplug -n __fish_use_subcommand -a conform -d "Compare the model with recordings"
complete -c coldplug -n '__fish_seen_subcommand_from conform' -l json -d "Print one JSON object"
complete -c coldplug -n '__fish_seen_subcommand_from conform' -s v -l verbose -d "Show the first disagreement of each recording"
complete -c coldplug -n '__fish_seen_subcommand_from conform' -l predict -rF -d "Write what the model predicts"
complete -c coldplug -n '__fish_seen_subcommand_from conform' -l fix -xa '(__coldplug_listed fixes)' -d "Let the model have this fix"
complete -c coldplug -n '__fish_seen_subcommand_from conform' -l min -x -d "Fail below these fractions"
complete -c coldplug -n '__fish_seen_subcommand_from conform' -s h -l help -d "Show the help of the verb"
complete -c coldplug -n '__fish_seen_subcommand_from conform' -F

complete -c coldplug -n __fish_use_subcommand -a lab -d "Run scenarios and traces on a real systemd"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -l systemd -xa '(__coldplug_listed profiles)' -d "Boot this version"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -l root -xa '(__fish_complete_directories)' -d "Boot the systemd of this tree"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -s j -l jobs -x -d "Run N containers at once"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -l fix -xa '(__coldplug_listed fixes)' -d "What the systemd of --root has"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -l record -rF -d "Write what was seen, as recordings"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -l json -d "Print JSON"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -l random -x -d "Run N random scenarios"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -l seed -x -d "Which random scenarios"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -l only -x -d "Run one random scenario again"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -l no-minimize -d "Leave random scenarios as they are"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -s h -l help -d "Show the help of the verb"
complete -c coldplug -n '__fish_seen_subcommand_from lab' -F

complete -c coldplug -n __fish_use_subcommand -a reproduce -d "Print a shell script that makes a real systemd do what a trace says"
complete -c coldplug -n '__fish_seen_subcommand_from reproduce' -s h -l help -d "Show the help of the verb"
complete -c coldplug -n '__fish_seen_subcommand_from reproduce' -F

complete -c coldplug -n __fish_use_subcommand -a fixes -d "List or describe the built-in fixes"
complete -c coldplug -n '__fish_seen_subcommand_from fixes' -l json -d "Print one JSON object"
complete -c coldplug -n '__fish_seen_subcommand_from fixes' -s h -l help -d "Show the help of the verb"
complete -c coldplug -n '__fish_seen_subcommand_from fixes' -a '(__coldplug_listed fixes)'

complete -c coldplug -n __fish_use_subcommand -a profiles -d "List the versions of systemd"
complete -c coldplug -n '__fish_seen_subcommand_from profiles' -l json -d "Print one JSON object"
complete -c coldplug -n '__fish_seen_subcommand_from profiles' -s h -l help -d "Show the help of the verb"

complete -c coldplug -n __fish_use_subcommand -a properties -d "List or define the properties"
complete -c coldplug -n '__fish_seen_subcommand_from properties' -l json -d "Print one JSON object"
complete -c coldplug -n '__fish_seen_subcommand_from properties' -s h -l help -d "Show the help of the verb"
complete -c coldplug -n '__fish_seen_subcommand_from properties' -a '(__coldplug_listed properties)'
