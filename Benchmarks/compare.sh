#!/bin/bash
# The cross-entropy method's training here, in hand-optimised C++, and as the original's loop in numpy: in turns, in one session.
#
#   Benchmarks/compare.sh [ROUNDS]     (default 7; needs a C++ compiler for x86-64 with AVX2, and python3)
#
# Prints the median of million environment steps per second on one thread, and how many times the others' it is.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-7}
build=.build/benchmarks
mkdir -p "$build"

swift build -c release --static-swift-stdlib --product rlmusician 2>&1 | tail -1
program=.build/release/rlmusician

compilers=()
if grep -qw avx2 /proc/cpuinfo 2>/dev/null; then
  for compiler in clang++ g++; do
    command -v "$compiler" >/dev/null || continue
    # What each does best with: clang interleaves five episodes, g++ two.
    group=5; [ "$compiler" = g++ ] && group=2
    if "$compiler" -O3 -march=native -std=c++20 -ffp-contract=off -DGROUP=$group -o "$build/cem-$compiler" \
        Benchmarks/cem.cpp -lpthread 2>"$build/$compiler.log"; then
      compilers+=("$compiler")
    else
      echo "Benchmarks/cem.cpp does not build with $compiler: see $build/$compiler.log" >&2
    fi
  done
else
  echo "no AVX2 here: without the C++ program" >&2
fi
python=python3
if ! "$python" -c 'import numpy' 2>/dev/null; then
  python=$build/venv/bin/python
  [ -x "$python" ] || { python3 -m venv "$build/venv" && "$python" -m pip install --quiet numpy; }
fi

results=$build/results.tsv
: >"$results"
note() { printf '%s\t%s\n' "$1" "$2" >>"$results"; }
for round in $(seq "$rounds"); do
  speed=$("$program" bench --training --method cross_entropy --repeats 3 --json | sed -n 's/.*"million_steps_per_second": *\([0-9.]*\).*/\1/p')
  note rlmusician "$speed"
  for compiler in "${compilers[@]}"; do note "C++ ($compiler)" "$("$build/cem-$compiler" 2>/dev/null)"; done
  note "numpy, step by step" "$("$python" Benchmarks/original_loop.py 3)"
  echo "round $round of $rounds" >&2
done

"$python" - "$results" <<'PYTHON'
import statistics
import sys

speeds = {}
for line in open(sys.argv[1]):
    name, speed = line.rstrip("\n").split("\t")
    speeds.setdefault(name, []).append(float(speed))
medians = {name: statistics.median(values) for name, values in speeds.items()}
print(f"{'million steps/s, one thread':30} {'median':>9} {'lowest':>9} {'highest':>9} {'ours / it':>10}")
for name, values in speeds.items():
    ratio = medians["rlmusician"] / medians[name]
    print(f"{name:30} {medians[name]:9.4g} {min(values):9.4g} {max(values):9.4g} {ratio:10.3g}")
PYTHON
