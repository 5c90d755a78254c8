#!/usr/bin/env bash
# usage: bash tests/compile_cost.sh [COMPILER]    from any directory; COMPILER is c++ unless given
# What compiling costs, in processor seconds and as a ratio to <Eigen/Core>, which almost everything
# needs: headers without code generation, the program with -O2. Fails where a ratio is more than 1.5
# times the one stated below (twice: the machine may have been busy).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
compiler=${1:-c++}
read -ra eigen <<<"$(pkg-config --cflags eigen3 | sed 's/-I/-isystem /g')"
messages=$(mktemp)
trap 'rm -f "$messages"' EXIT

# ratio to <Eigen/Core> | what
stated="
1.1|harmonium/core/random_engine.hpp
1.3|harmonium/core/counts.hpp
1.9|harmonium/units/negative_binomial.hpp
1.8|harmonium/models/dbm.hpp
2.1|harmonium/samplers/gibbs.hpp
2.2|harmonium/samplers/exact.hpp
1.4|harmonium/analysis/pca.hpp
1.8|harmonium/io/mex.hpp
4.2|harmonium/training/train.hpp
7|harmonium/training/train_harmonium.hpp
13.2|harmonium/harmonium.hpp
5.8|tests/compile_cost/sample_dbm.cpp
"

# seconds HEADER_OR_PROGRAM: processor time, which other work on the machine disturbs less
seconds() {
  local TIMEFORMAT=%U flags=(-fsyntax-only) input="#include <$1>"
  if [[ $1 == *.cpp ]]; then flags=(-O2 -c -o /dev/null) input=$(cat "$1"); fi
  { time "$compiler" -std=c++20 "${flags[@]}" -Iinclude "${eigen[@]}" -x c++ - <<<"$input" \
    2>"$messages"; } 2>&1 || { cat "$messages" >&2; return 1; }
}

base=$(seconds Eigen/Core)
again=$(seconds Eigen/Core)
base=$(awk -v a="$base" -v b="$again" 'BEGIN {print a < b ? a : b}')
printf '%8s %7s %7s  %s\n' seconds ratio stated what
printf '%8.2f %7.2f %7s  <Eigen/Core>\n' "$base" 1 ""
failed=0
while IFS='|' read -r limit what; do
  [ -n "$what" ] || continue
  cost=$(seconds "$what")
  too_much() { awk -v t="$cost" -v b="$base" -v s="$limit" 'BEGIN {exit !(t > 1.5 * s * b)}'; }
  if too_much; then cost=$(seconds "$what"); fi
  verdict=""
  if too_much; then verdict="   MORE THAN 1.5 TIMES" failed=$((failed + 1)); fi
  awk -v t="$cost" -v b="$base" -v s="$limit" -v w="$what$verdict" \
    'BEGIN {printf "%8.2f %7.2f %7.1f  %s\n", t, t / b, s, w}'
done <<<"$stated"
[ "$failed" -eq 0 ] || { echo "$failed cost more than 1.5 times the stated ratio"; exit 1; }
