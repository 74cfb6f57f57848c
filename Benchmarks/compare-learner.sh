#!/bin/bash
# The policy gradient's training here, and by another program, in turns in one session, on one thread.
#
#   Benchmarks/compare-learner.sh ROUNDS COMMAND [ARGUMENT...]
#
# COMMAND trains once and says `NUMBER ns/step` on its standard output; for instance a program in C++ that was compiled
# beforehand. `RLMUSICIAN=PROGRAM` measures a program that is there; otherwise it is built. Prints the medians of nanoseconds
# a step (ours by the clock on the wall: on a machine that is busy it says nothing), and how many times the command's speed ours is: the median of the rounds' ratios.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 64; }
rounds=$1
shift
program=${RLMUSICIAN:-}
if [ -z "$program" ]; then
  folder=$(cd "$(dirname "$0")/.." && pwd)
  swift build --package-path "$folder" -c release --static-swift-stdlib --product rlmusician 2>&1 | tail -1
  program=$folder/.build/release/rlmusician
fi

for round in $(seq "$rounds"); do
  speed=$("$program" bench --training --repeats 3 --json | sed -n 's/.*"million_steps_per_second": *\([0-9.]*\).*/\1/p')
  other=$("$@" | sed -n 's/.*[^0-9.]\([0-9.][0-9.]*\) ns\/step.*/\1/p' | head -1)
  [ -n "$other" ] || { echo "$1 does not say NUMBER ns/step" >&2; exit 65; }
  echo "$speed $other"
  echo "round $round of $rounds" >&2
done | python3 -c '
import statistics, sys

ours, theirs = zip(*((1000 / float(a), float(b)) for a, b in map(str.split, sys.stdin)))
for name, values in (("rlmusician", ours), ("command", theirs)):
    print(f"{name:12} {statistics.median(values):6.1f} ns a step ({min(values):.1f} to {max(values):.1f})")
ratios = [b / a for a, b in zip(ours, theirs)]
print(f"{statistics.median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})")
'
