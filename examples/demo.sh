#!/usr/bin/env bash
# usage: bash examples/demo.sh [OUTPUT]    from any directory; OUTPUT is out/demo unless given
# From nothing to judged synthetic cells: installs missing packages, builds the program in build/,
# simulates a tissue, trains a harmonium on a pilot taken from it, generates cells, and evaluates them.
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
run "$top/build/bin/harmonium" simulate --cells 1500 --seed 7 \
  --output "$output/tissue" --overwrite

step "Train on a pilot of 384 of its 1500 cells, and generate 1500"
run "$top/build/bin/harmonium" generate --pilot "$output/tissue" --train-cells 384 --cells 1500 \
  --seed 7 --output "$output/synthetic" --overwrite >"$output/generate.log"

step "Judge them beside fresh cells, the pilot's bootstrap and simpler models"
gzip -dc "$output/tissue/barcodes.tsv.gz" |
  awk 'NR == FNR { kept[$1 + 1]; next } FNR in kept' "$output/synthetic/train_rows.txt" - \
    >"$output/pilot_barcodes.txt"
run "$top/build/bin/harmonium" evaluate --reference "$output/tissue" \
  --labels "$output/tissue/labels.tsv" --synthetic "$output/synthetic" \
  --pilot "$output/pilot_barcodes.txt" --seed 7 --output "$output/judged" --overwrite

step "Done"
cat "$output/synthetic/summary.txt"
echo
echo "Open $output/judged/report.html; the cells and this summary are in $output/synthetic."
