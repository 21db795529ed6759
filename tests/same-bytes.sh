#!/bin/sh
# SPDX-License-Identifier: MIT
# The output is the same bytes for one and for two threads, and for each PROGRAM that is given (other compilers, other
# optimisation).
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for program in "$@"; do
        for jobs in 1 2; do
                for scenario in azure-linux placeholder upholds-double-start dead-aliases-8; do
                        for format in "" --json; do
                                "$program" check --jobs $jobs $format --systemd 254 --systemd 262 \
                                        traces/scenarios/$scenario.scenario >>"$scratch/now" 2>/dev/null || test $? -lt 4
                        done
                done
                for format in text json; do
                        "$program" review --jobs $jobs --format $format --systemd 254 --systemd 262 traces/scenarios/azure-linux.scenario \
                                traces/scenarios/rename.scenario traces/scenarios/stop-job-on-alias.scenario \
                                >>"$scratch/now" 2>/dev/null || test $? -lt 4
                done
                "$program" conform --json tests/recordings/254.jsonl >>"$scratch/now"
                test -e "$scratch/first" || cp "$scratch/now" "$scratch/first"
                cmp "$scratch/first" "$scratch/now"
                rm "$scratch/now"
        done
done
