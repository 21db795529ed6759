#!/bin/sh
# SPDX-License-Identifier: MIT
# lab-time.sh COLDPLUG [VERSION...]: seconds from the command to the verdict for ten statements, ten times on each version.
set -eu
coldplug=$1
shift
[ $# -gt 0 ] || set -- 252 254 257 262
cd "$(dirname "$0")"
for v; do
        for _ in 1 2 3 4 5 6 7 8 9 10; do
                start=$(date +%s%N)
                "$coldplug" lab --systemd "$v" ten-statements.scenario >/dev/null
                echo $(($(date +%s%N) - start))
        done | sort -n | awk -v v="$v" '{ t[NR] = $1 / 1e9 } END { printf "%s: %.1f to %.1f s, median %.1f s\n", v, t[1], t[NR], t[int((NR + 1) / 2)] }'
done
