#!/usr/bin/env bash
# Whole-process figures: start, ask, answer, exit. Needs hyperfine, sqlite3, GNU time (`/usr/bin/time`) and a release build.
# usage: benches/startup.sh [RUNS]     (default 500)
#
# 1. `ken query 'which skills address which challenges'` on the shipped graph beside `sqlite3 :memory: 'select 1'`
# 2. the memory of that process
# 3. one node by label and indexed key in a graph of 1 million nodes and 5 million edges beside the shipped graph
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-500}
cargo build --release --quiet
cargo build --release --quiet --example make_graph
ken=target/release/ken
big=target/bench-1m.ken
[ -f "$big" ] || target/release/examples/make_graph 1000000 5 "$big"
results=$(mktemp)
trap 'rm -f "$results"' EXIT

median() { python3 -c 'import json,sys; print(*("%.3f" % (r["median"]*1000) for r in json.load(open(sys.argv[1]))["results"]))' "$1"; }

hyperfine -N --warmup 50 --runs "$runs" --export-json "$results" --output null \
    "$ken query 'which skills address which challenges'" \
    "sqlite3 :memory: 'select 1'" 2>/dev/null >/dev/null
read -r ours theirs < <(median "$results")
echo "sentence on the shipped graph: $ours ms; sqlite3 select 1: $theirs ms; ratio $(python3 -c "print('%.2f' % ($ours/$theirs))") (at most 1.5)"

memory=$(/usr/bin/time -f %M "$ken" query 'which skills address which challenges' 2>&1 >/dev/null | tail -1)
echo "memory: $memory KiB (at most 12288)"

hyperfine -N --warmup 50 --runs "$runs" --export-json "$results" --output null \
    "$ken -g $big query 'MATCH (p:Person {id: 777777}) RETURN p.name'" \
    "$ken query 'MATCH (s:Skill {id: \"communication\"}) RETURN s.name'" 2>/dev/null >/dev/null
read -r large small < <(median "$results")
echo "one node of 1 million: $large ms; of the shipped graph: $small ms; ratio $(python3 -c "print('%.2f' % ($large/$small))") (under 5)"
echo "binary: $(stat -c %s $ken) bytes (at most 12582912)"
