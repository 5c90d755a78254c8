#!/usr/bin/env bash
# usage: bash tests/compile_cost.sh [COMPILER]    from any directory; COMPILER is g++ unless given
# What compiling costs. The gate: template instantiations as Clang counts them, the same on every machine,
# must not exceed the numbers stated below by more than 5 %. Beside them, as a table, processor seconds and
# memory of COMPILER with -O2, also as ratios to <Eigen/Core>, which almost everything needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
compiler=${1:-g++}
read -ra eigen <<<"$(pkg-config --cflags eigen3 | sed 's/-I/-isystem /g')"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# instantiations | program | flags
stated="
35559|readme|
30737|readme|-DHARMONIUM_COMPILED
24646|train_exact|
12680|sample_dbm|
21223|umbrella|
54491|everything|
"

cmake -DREADME=README.md -DOUTPUT="$work/readme.cpp" -P tests/consumer/readme_program.cmake
echo '#include <Eigen/Core>' >"$work/eigen.cpp"
source_of() { if [ -e "tests/compile_cost/$1.cpp" ]; then echo "tests/compile_cost/$1.cpp"; else echo "$work/$1.cpp"; fi; }

# instantiations PROGRAM FLAGS...: of functions and classes, all of them
instantiations() {
  local source
  source=$(source_of "$1")
  shift
  clang++ -std=c++20 -O0 -c -ftime-trace -ftime-trace-granularity=0 -Iinclude "${eigen[@]}" "$@" "$source" \
    -o "$work/traced.o"
  grep -oE '"name": ?"Instantiate(Function|Class)"' "$work/traced.json" | wc -l
}

# cost PROGRAM FLAGS...: "SECONDS KILOBYTES" of processor time, which other work disturbs less
cost() {
  local source
  source=$(source_of "$1")
  shift
  python3 - "$compiler" -std=c++20 -O2 -c -o "$work/compiled.o" -Iinclude "${eigen[@]}" "$@" "$source" <<'PYTHON'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_utime:.2f} {used.ru_maxrss}")
PYTHON
}

read -r base _ <<<"$(cost eigen)"
read -r again _ <<<"$(cost eigen)"
base=$(awk -v a="$base" -v b="$again" 'BEGIN {print a < b ? a : b}')
printf '%14s %8s %8s %7s %6s  %s\n' instantiations stated seconds ratio MB program
printf '%14s %8s %8.2f %7.2f %6s  <Eigen/Core>\n' "" "" "$base" 1 ""
failed=0
while IFS='|' read -r limit program flags; do
  [ -n "$program" ] || continue
  # shellcheck disable=SC2086  # flags are several words or none
  instantiations "$program" $flags >"$work/count" &
  # shellcheck disable=SC2086
  read -r seconds kilobytes <<<"$(cost "$program" $flags)"
  wait $!
  count=$(cat "$work/count")
  verdict=""
  if [ "$count" -gt $((limit + limit / 20)) ]; then verdict="   MORE THAN 5 % ABOVE" failed=$((failed + 1)); fi
  awk -v n="$count" -v l="$limit" -v s="$seconds" -v b="$base" -v k="$kilobytes" -v w="$program $flags$verdict" \
    'BEGIN {printf "%14d %8d %8.2f %7.2f %6d  %s\n", n, l, s, s / b, k / 1024, w}'
done <<<"$stated"
[ "$failed" -eq 0 ] || { echo "$failed programs instantiate more than is stated"; exit 1; }
