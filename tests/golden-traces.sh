#!/bin/sh
# SPDX-License-Identifier: MIT
# golden-traces.sh PROGRAM [--update]: the traces in traces/golden/ are found again, byte by byte, and do the same when they are
# replayed. Which scenario, version, fixes and property a trace is of stands in its name; --update writes them anew.
set -eu
program=$1
golden=traces/golden
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

for file in "$golden"/*.trace.json; do
        name=$(basename "$file" .trace.json)
        scenario=${name%%.*}
        property=${name##*.}
        systemd=${name#"$scenario".}
        systemd=${systemd%".$property"}
        fixes=none
        case $systemd in *+*) fixes=${systemd#*+} systemd=${systemd%%+*} ;; esac

        "$program" check --systemd "$systemd" --fix "$fixes" --property "$property" --traces "$work" \
                "traces/scenarios/$scenario.scenario" >"$work/out" || test $? = 1
        if [ "${2:-}" = --update ]; then
                cp "$work/$name.trace.json" "$file"
        elif ! cmp "$work/$name.trace.json" "$file"; then
                status=1
        fi
        "$program" replay "$file" >"$work/out" || { cat "$work/out"; status=1; }
        "$program" show --format json "$file" | cmp - "$file" || status=1
done
exit $status
