#!/usr/bin/env bash
# usage: bash tests/program/streamed_test.sh PROGRAM
# fit --chunk-cells: the same model for any chunk, number of threads and processes, and after an
# interruption; what it refuses.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

run simulate --cells 3000 --genes 100 --seed 3 --output cells.h5ad
run simulate --cells 600 --genes 100 --seed 3 --output cells.h5
fit=(fit --pilot cells.h5ad --hidden 5 --seed 7 --labels-column cell_type)

check "fit --chunk-cells" made "${fit[@]}" --chunk-cells 500 --threads 1 --output a.harmonium
check "... says what it did" grep -qE "^streamed +passes of EM over all cells: [0-9]+, begun with 3000 cells" out
check "... and leaves nothing beside" eval '[ "$(ls a.harmonium*)" = a.harmonium ]'
check "another chunk, two threads" made "${fit[@]}" --chunk-cells 77 --threads 2 --output b.harmonium
check "... the same file" cmp -s a.harmonium b.harmonium
check "cells of it" made generate --model-file a.harmonium --cells 200 --output made
check "... with their types" eval '[ "$(tail -n +2 made/labels.tsv | cut -f2 | sort -u | wc -l)" -ge 3 ]'
check "it is an atlas" made generate --pilot cells.h5 --train-cells 96 --prior a.harmonium --prior-weight 1 --output with
check "info" made info a.harmonium
check "a 10x file, without residual" made fit --pilot cells.h5 --chunk-cells 100 --residual none --output c.harmonium
head -n 40 <(made info a.harmonium --json; grep -o '"[Gg]ene[_0-9]*"' out | tr -d '"' | sort -u) >few.txt
check "a file of genes" made fit --pilot cells.h5ad --chunk-cells 1000 --genes few.txt --hidden 3 --output d.harmonium
check "... those genes" grep -qE "^trained on +3000 cells, $(wc -l <few.txt) genes" out
if command -v mpirun >/dev/null && ldd "$program" | grep -q libmpi; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  timeout 60 mpirun --oversubscribe -n 3 "$program" "${fit[@]}" --chunk-cells 500 --threads 1 --output m.harmonium >out 2>err </dev/null
  check "three processes" [ $? -eq 0 ]
  check "... the same file" cmp -s a.harmonium m.harmonium
fi

# Interrupted after a pass, wherever that is: the rest ends with the same file.
"$program" "${fit[@]}" --chunk-cells 20 --threads 1 --output e.harmonium >out 2>err </dev/null &
fitting=$!
for _ in $(seq 200); do
  [ ! -e e.harmonium.unfinished ] || break
  sleep 0.02
done
kill -INT $fitting 2>/dev/null
wait $fitting
code=$?
if [ "$code" -eq 130 ]; then
  check "interrupted: says what is kept" grep -q "e.harmonium.unfinished keeps [0-9]* passes over the cells" err
  check "... no model" [ ! -e e.harmonium ]
  cp e.harmonium.unfinished no.harmonium.unfinished
  run fit --pilot cells.h5ad --hidden 4 --chunk-cells 500 --output no.harmonium
  check "... other options are refused" [ "$code" -eq 2 ]
  check "... by name" grep -q "no.harmonium.unfinished: is of an interrupted fit to other cells or with other options" err
  check "... and nothing is written" [ ! -e no.harmonium ]
  rm -f no.harmonium.unfinished
  check "the same command goes on" made "${fit[@]}" --chunk-cells 500 --output e.harmonium
  check "... says so" grep -q "this one goes on there" err
fi
check "it ends with the same file" cmp -s a.harmonium e.harmonium
check "... and nothing beside" [ ! -e e.harmonium.unfinished ]

run simulate --cells 60 --genes 80 --seed 3 --output folder
refuses_whole "--chunk-cells: is for .h5ad and .h5 files; folder is none of them" fit --pilot folder --chunk-cells 10 --output no
refuses_whole "--chunk-cells: must be at least 1, got 0" fit --pilot cells.h5 --chunk-cells 0 --output no
refuses_whole "--prior: needs all cells in memory" fit --pilot cells.h5 --chunk-cells 9 --prior a.harmonium --output no
refuses_whole "--genes with a number .*: needs all cells in memory" fit --pilot cells.h5 --chunk-cells 9 --genes 50 --output no
refuses_whole "is for the model harmonium" fit --pilot cells.h5 --chunk-cells 9 --model scdbm --output no

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
