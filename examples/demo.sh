#!/usr/bin/env bash
# usage: bash examples/demo.sh [OUTPUT]    from any directory; OUTPUT is out/demo unless given
# From nothing to synthetic cells: installs missing packages, builds the program in build/, simulates
# a tissue, takes it as the pilot of a deep Boltzmann machine, and generates as many cells again.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
output=$(realpath -m "${1:-$top/out/demo}")

step() { printf '\n== %s (%d s so far)\n' "$1" "$SECONDS"; }

step "Packages"
bash "$top/cmake/install-packages.sh" build

step "Build"
bash "$top/cmake/configure.sh" default -DHARMONIUM_BUILD_TESTS=OFF -DHARMONIUM_BUILD_EXAMPLES=ON
cmake --build "$top/build" --target harmonium_program

step "Simulate a tissue"
run() { echo "\$ ${*/#$top\//}"; "$@"; }
run "$top/build/bin/harmonium" simulate --seed 7 --output "$output/tissue"

step "Train on it and generate cells"
run "$top/build/bin/harmonium" generate --pilot "$output/tissue" --cells 2000 --seed 7 \
  --output "$output/synthetic"

step "Done"
cat "$output/synthetic/summary.txt"
echo
echo "This summary: $output/synthetic/summary.txt"
