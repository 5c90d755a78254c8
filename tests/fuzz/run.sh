#!/usr/bin/env bash
# usage: bash tests/fuzz/run.sh [SECONDS [FUZZER...]]    from any directory; 60 seconds each, all of them
# Builds the fuzzers with Clang and the sanitizers, runs each from its small corpus, two at a time, and says
# how many runs a second it made. What a fuzzer finds is kept in build-fuzz/ and ends this with an error.
# HARMONIUM_FUZZ_SEED=N: always the same runs.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
seconds=${1:-60}
[ $# -eq 0 ] || shift
build=$top/build-fuzz

bash "$top/cmake/install-packages.sh" build clang
bash "$top/cmake/configure.sh" fuzz
cmake --build "$build" >"$build/log" 2>&1 || { tail -n 40 "$build/log" >&2; exit 1; }

fuzzers=("$@")
if [ ${#fuzzers[@]} -eq 0 ]; then
  for program in "$build"/tests/fuzz/fuzz_*; do
    [ -x "$program" ] && [ -f "$program" ] && fuzzers+=("${program##*/fuzz_}")
  done
fi

# run FUZZER: no input above 16 kB, no single allocation above 64 times that. HDF5 itself asks for as much as a
# text in the file claims to be long, up to 4 GB, and of damaged files it keeps memory.
run() {
  local name=$1 found=$build/found/$1 leaks=1 most=1 memory=2048
  if [ "$name" = h5_values ]; then leaks=0 most=5000 memory=8000; fi
  # A model makes tables of its parameters as it is read.
  if [ "$name" = model_file ]; then most=16; fi
  mkdir -p "$found"
  if ASAN_OPTIONS=detect_leaks=$leaks \
    "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -max_len=16384 -malloc_limit_mb=$most -rss_limit_mb=$memory \
    -timeout=10 -seed="${HARMONIUM_FUZZ_SEED:-0}" -artifact_prefix="$found/" -print_final_stats=1 "$found" \
    $([ -d "$top/tests/fuzz/corpus/$name" ] && echo "$top/tests/fuzz/corpus/$name") >"$build/$name.log" 2>&1; then
    printf '%-14s %9d runs, %6d a second, nothing found\n' "$name" \
      "$(awk '/number_of_executed_units/ {print $2}' "$build/$name.log")" \
      "$(awk '/average_exec_per_sec/ {print $2}' "$build/$name.log")"
  else
    printf '%-14s FAILED, see %s\n' "$name" "$build/$name.log"
    tail -n 30 "$build/$name.log"
    return 1
  fi
}

failed=0
for ((k = 0; k < ${#fuzzers[@]}; k += 2)); do
  run "${fuzzers[k]}" &
  [ $((k + 1)) -ge ${#fuzzers[@]} ] || run "${fuzzers[k + 1]}" || failed=1
  wait $! || failed=1
done
exit $failed
