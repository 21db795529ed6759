#!/bin/sh
# SPDX-License-Identifier: MIT
# lab-clean.sh COLDPLUG TREE [RUNS [KILLED]]: runs of the lab, the last KILLED of them ended at a random moment and in every way there is;
# afterwards nothing may be left: no process, mount, namespace, cgroup or file, and nothing may be new in the tree. Other labs may run
# meanwhile: a tree of a name of its own, which is seen in the mounts of every process of its containers, and a word in the environment
# tell what belongs to these runs. A namespace that has no process, and which nobody has mounted, is gone.
set -eu
coldplug=$1 tree=$(realpath "$2") runs=${3:-100} killed=${4:-20}
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
mark=coldplug_clean_$$
trap 'rm -rf "$dir"' EXIT
ln -s "$tree" "$dir/tree"
printf 'daemon-reload\n' >"$dir/short.scenario"
groups=

marked() { # the processes of these runs outside of containers
        grep -lsa "LAB_MARK=$mark" /proc/[0-9]*/environ | cut -d/ -f3
}
inside() { # those that see a container's mounts
        grep -ls "lowerdir=$dir/tree" /proc/[0-9]*/mountinfo | cut -d/ -f3
}
alive() {
        for pid in $(marked) $(inside); do
                state=$(cut -d')' -f2 "/proc/$pid/stat" 2>/dev/null) || continue
                case $state in ' Z'*|' X'*|'') ;; *) echo "process $pid $(cat "/proc/$pid/comm" 2>/dev/null)" ;; esac
        done
}
cgroups() {
        for g in $groups; do
                find /sys/fs/cgroup -maxdepth 2 -name "coldplug-lab-$g.*" 2>/dev/null
        done
}
files() { find /tmp /run /dev/shm -maxdepth 1 -name '*coldplug-lab-*' 2>/dev/null; }
names() { find "$tree" -xdev -printf '%p %i %m %s %T@ %C@\n' | sort | sha256sum; }
wait_gone() {
        i=0
        while [ -n "$(alive)" ] && [ $i -lt 50 ]; do
                sleep 0.1
                i=$((i + 1))
        done
}
of_comm() { for pid in $(marked); do [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$1" ] && echo "$pid"; done; }
child_of() { for pid in $(marked); do [ "$(cut -d' ' -f4 "/proc/$pid/stat" 2>/dev/null)" = "$1" ] && echo "$pid"; done; }
inits() { for pid in $(inside); do [ "$(sed -n 's/^NSpid:.*\t//p' "/proc/$pid/status" 2>/dev/null)" = 1 ] && echo "$pid"; done; }
shoot() { [ -z "$2" ] || kill "-$1" $2 2>/dev/null || :; }
end_somehow() { # WAY PID
        case $1 in
        0) shoot KILL "$2" ;;
        1) shoot INT "$2" ;;
        2) shoot TERM "$2" ;;
        3) shoot INT "-- -$2" ;;
        4) shoot KILL "$(of_comm coldplug-lab)" ;;
        5) shoot KILL "$(inits)" ;;
        6) shoot KILL "$(child_of "$2")" ;;
        7) shoot KILL "$(marked)" ;;
        esac
}

problems=0
problem() { echo "FAIL $*"; problems=$((problems + 1)); }
mounts=$(grep -v coldplug /proc/self/mountinfo | sort)
before=$(names) files_before=$(files)
n=0
while [ $n -lt "$runs" ]; do
        case $((n % 4)) in
        0) set -- tests/lab/alias.scenario ;;
        1) set -- "$dir/short.scenario" ;;
        2) set -- tests/lab/pause.scenario ;;
        3) set -- -j 2 "$dir/short.scenario" "$dir/short.scenario" ;;
        esac
        LAB_MARK=$mark setsid "$coldplug" lab --root "$dir/tree" "$@" >"$dir/out" 2>&1 &
        pid=$!
        groups="$groups $pid"
        way=
        if [ $n -ge $((runs - killed)) ]; then
                way=$(((n - runs + killed) % 8))
                sleep "$(od -An -N2 -tu2 /dev/urandom | awk '{ printf "%.3f", $1 * 5 / 65536 }')"
                end_somehow $way $pid
        fi
        status=0
        wait $pid 2>/dev/null || status=$?
        wait_gone
        [ -n "$way" ] || [ $status = 0 ] || problem "run $n: status $status: $(cat "$dir/out")"
        [ -z "$(alive)" ] || problem "run $n, end ${way:-none}: $(alive)"
        # When coldplug and the supervisor are killed at once the next run removes the cgroup.
        [ "$way" = 7 ] || [ -z "$(cgroups)" ] || problem "run $n, end ${way:-none}: $(cgroups)"
        n=$((n + 1))
done
LAB_MARK=$mark "$coldplug" lab --root "$dir/tree" "$dir/short.scenario" >/dev/null 2>&1 || problem 'the last run'
[ -z "$(cgroups)" ] || problem "cgroups: $(cgroups)"
[ "$(files)" = "$files_before" ] || problem "files: $(files)"
[ "$(names)" = "$before" ] || problem 'the tree is not as it was'
[ "$(grep -v coldplug /proc/self/mountinfo | sort)" = "$mounts" ] || problem 'mounts'
[ $problems = 0 ] || exit 1
echo "ok   $runs runs, $killed of them killed: nothing is left"
