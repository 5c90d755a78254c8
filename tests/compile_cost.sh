#!/usr/bin/env bash
# usage: bash tests/compile_cost.sh [COMPILER]    from any directory; COMPILER is c++ unless given
# Compiles every header alone, warnings being errors, and prints what including it costs: processor
# seconds without code generation, and the ratio to <Eigen/Core>, which almost every header needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
compiler=${1:-c++}
read -ra eigen <<<"$(pkg-config --cflags eigen3 igraph | sed 's/-I/-isystem /g')"
messages=$(mktemp)
trap 'rm -f "$messages"' EXIT

# seconds HEADER: processor time, which other work on the machine disturbs less than the clock's
seconds() {
  local TIMEFORMAT=%U
  { time echo "#include <$1>" | "$compiler" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic \
    -Wconversion -Wshadow -Werror -Iinclude "${eigen[@]}" -x c++ - 2>"$messages"; } 2>&1
}

base=$(seconds Eigen/Core)
show() { awk -v t="$1" -v b="$base" -v h="$2" 'BEGIN {printf "%8.2f %7.2f  %s\n", t, t / b, h}'; }
printf '%8s %7s  %s\n' seconds ratio header
show "$base" "<Eigen/Core>"
failed=0 passed=0
while read -r header; do
  if cost=$(seconds "$header"); then
    show "$cost" "$header"
    passed=$((passed + 1))
  else
    cat "$messages"
    echo "   does not compile alone: $header"
    failed=$((failed + 1))
  fi
done < <(cd include && find harmonium -name '*.hpp' | sort)
echo "$passed headers passed, $failed failed"
[ "$failed" -eq 0 ]
