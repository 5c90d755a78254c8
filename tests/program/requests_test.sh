#!/usr/bin/env bash
# usage: bash tests/program/requests_test.sh PROGRAM
# One way to ask for cells of every model: --library, --depth, --clamp, --cells-of.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
# library FOLDER: mean counts per cell; near VALUE WANTED: within 15 %
library() { text "$1/matrix.mtx.gz" | awk '/^%/ {next} !n {n = $2; next} {sum += $3} END {print sum / n}'; }
near() { awk -v a="$1" -v b="$2" 'BEGIN {exit !(a > 0.85 * b && a < 1.15 * b)}'; }
# count FOLDER ROW: in how many cells the gene of that 1-based row is counted
count() { text "$1/matrix.mtx.gz" | awk -v row="$2" '/^%/ {next} !n {n = 1; next} $1 == row {++seen} END {print seen + 0}'; }

run simulate --cells 240 --genes 60 --seed 3 --output tissue
gene=$(text tissue/features.tsv.gz | sed -n 5p | cut -f1)
own=$(library tissue)
run fit --pilot tissue --labels tissue/labels.tsv --seed 7 --output m.harmonium
for model in harmonium scdbm vae-prior independent-nb cluster-nb bootstrap; do
  extra=()
  [ $model != vae-prior ] || extra=(--epochs 5)
  ask=(generate --pilot tissue --model $model --seed 7 --cells 200 "${extra[@]}")
  check "$model: half the depth" made "${ask[@]}" --depth 0.5 --output half_$model
  run "${ask[@]}" --output whole_$model
  check "... half the counts" near "$(library half_$model)" "$(awk -v x="$(library whole_$model)" 'BEGIN {print x / 2}')"
  check "$model: cells without a gene" made "${ask[@]}" --clamp "$gene=0" --output without_$model
  check "... none has it" eval '[ "$(count without_$model 5)" -eq 0 ] && [ "$(count whole_$model 5)" -gt 0 ]'
  check "... as many cells" [ "$(text without_$model/barcodes.tsv.gz | wc -l)" -eq 200 ]
done
check "a small library" made generate --model-file m.harmonium --cells 300 --library 100 --output small
check "... is small" near "$(library small)" 100
check "a large library" made generate --model-file m.harmonium --cells 300 --library "$(awk -v x="$own" 'BEGIN {print 2 * x}')" --output large
check "... is large" near "$(library large)" "$(awk -v x="$own" 'BEGIN {print 2 * x}')"
check "... options.json says so" grep -q '"library"' large/options.json
check "cells of a type without a gene" made generate --model-file m.harmonium --cells-of T_helper=30 --clamp "$gene=0" --output typed
check "... thirty of it" eval '[ "$(tail -n +2 typed/labels.tsv | cut -f2 | sort -u)" = T_helper ] && [ "$(wc -l <typed/labels.tsv)" -eq 31 ]'
check "the same for two threads" made generate --model-file m.harmonium --cells-of T_helper=30 --clamp "$gene=0" --threads 2 --output again
check "... cells" cmp <(text typed/matrix.mtx.gz) <(text again/matrix.mtx.gz)

refuses_whole "--clamp: no gene is called 'nothing'" generate --model-file m.harmonium --cells 3 --clamp nothing=0 --output no
refuses_whole "--clamp: expected GENE=N" generate --model-file m.harmonium --cells 3 --clamp "$gene" --output no
refuses_whole "--clamp: expected GENE=N" generate --model-file m.harmonium --cells 3 --clamp "$gene=-1" --output no
run generate --model-file m.harmonium --cells 3 --clamp "$gene=99999" --output no
check "refused: a count that no cell has" eval '[ "$code" -eq 2 ] && [ ! -e no ] && tail -n 1 err | grep -q "fewer than one cell of 100,000 has the clamped counts"'
refuses_whole "makes no larger libraries than its own" generate --pilot tissue --model bootstrap --library 1e7 --output no
refuses_whole "--depth" generate --model-file m.harmonium --cells 3 --depth 2 --output no
refuses_whole "--library: is for cells of harmonium, which fit does not make" fit --pilot tissue --library 100 --output no

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
