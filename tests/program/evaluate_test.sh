#!/usr/bin/env bash
# usage: bash tests/program/evaluate_test.sh PROGRAM
# Runs `harmonium evaluate` as a user would: what it writes, what it refuses.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
# refuses PATTERN ARGUMENT...: one line that holds PATTERN, exit code 2, no trace of an output folder
refused() {
  local pattern=$1
  shift
  run evaluate --output no "$@"
  [ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE -- "^harmonium: .*$pattern" err && [ ! -e no ]
}
refuses() { check "refused: $*" refused "$@"; }

run simulate --cells 160 --genes 40 --seed 3 --plain --output all
run simulate --cells 30 --genes 40 --seed 9 --plain --output other
head -n 40 all/barcodes.tsv >pilot.txt
run generate --pilot all --model cluster-nb --labels all/labels.tsv --cells 90 --seed 1 --plain --output made
judged=(evaluate --reference all --labels all/labels.tsv --synthetic made)

run "${judged[@]}" --repeats 2 --pilot pilot.txt --threads 1 --output one
check "evaluate runs" [ "$code" -eq 0 ]
check "... writes four files and no others" \
  [ "$(cd one && echo *)" = "evaluation.json report.html scores.csv summary.txt" ]
check "... the table as printed" eval 'head -n "$(wc -l <one/summary.txt)" out | cmp -s - one/summary.txt'
check "... with a verdict for each of 17 aspects" \
  [ "$(grep -cE ' (as good as fresh cells|good|weak|open: fresh cells vary as much|no better than .*|cannot be told)$' one/summary.txt)" -eq 17 ]
check "... says how many cells are judged against how many" \
  grep -q "^judged  *60 cells of every kind against 100 real cells, 2 times" one/summary.txt
check "scores.csv is tidy" eval '[ "$(head -n 1 one/scores.csv)" = candidate,repeat,metric,figure,value ] &&
  [ "$(cut -d , -f 1,2 one/scores.csv | tail -n +2 | sort -u | wc -l)" -eq 13 ] &&
  ! grep -vqE "^[a-z-]+,[a-z0-9]+,[a-z_0-9]+,[a-z_0-9]+,[^,]+$" one/scores.csv'
check "... and tells copies of the pilot" \
  [ "$(grep -c '^bootstrap,.*,nearer_to_pilot,1$' one/scores.csv)" -eq 2 ]
if command -v python3 >/dev/null; then
  check "evaluation.json is json" eval 'python3 -m json.tool one/evaluation.json >json'
fi
check "report.html needs no network" eval '! grep -qE "https?://|<script|<link|<img|url\(" one/report.html'
check "... has its 12 plots" [ "$(grep -o '<svg' one/report.html | wc -l)" -eq 12 ]
check "... and is small" [ "$(wc -c <one/report.html)" -lt 400000 ]

run "${judged[@]}" --repeats 2 --pilot pilot.txt --threads 3 --output three
check "the same files with 3 threads" diff -r one three
run evaluate --reference all --labels all/labels.tsv --synthetic made --repeats 1 --cells 20 --output unknown
check "without --pilot" [ "$code" -eq 0 ]
check "... says that copying cannot be told" grep -q "^pilot .*copying cannot be told" unknown/summary.txt

{ printf 'cell'; cut -f 1 made/features.tsv | tr '\n' ',' | sed 's/^/,/; s/,$//'; echo
  awk 'NR == 2 {genes = $1; cells = $2} NR > 2 {x[$2, $1] = $3}
       END {for (i = 1; i <= cells; ++i) {printf "cell_%d", i; for (j = 1; j <= genes; ++j) printf ",%d", x[i, j]; print ""}}' \
    made/matrix.mtx; } >made.csv
run evaluate --reference all --labels all/labels.tsv --synthetic made.csv --orientation cells-by-genes \
  --pilot pilot.txt --repeats 2 --threads 2 --output table
check "a csv file is read as its folder is" eval 'cmp table/scores.csv one/scores.csv'
{ echo cell,g; sed 's/$/,1/' pilot.txt; } >pilot.csv
run "${judged[@]}" --repeats 2 --pilot pilot.csv --orientation cells-by-genes --threads 2 --output by_csv
check "a pilot of a csv file is the same cells" cmp by_csv/scores.csv one/scores.csv
run "${judged[@]}" --repeats 1 --pilot pilot.txt --label-transfer umap --threads 1 --output umap
check "labels by UMAP" [ "$code" -eq 0 ]
check "... are named" grep -q '"label_transfer": "umap"' umap/evaluation.json

cp -r made fewer && sed -i '$d' fewer/features.tsv && { head -n 1 made/matrix.mtx
  tail -n +3 made/matrix.mtx | awk '$1 < 40 {rows[n++] = $0} END {print "39 90 " n; for (i = 0; i < n; ++i) print rows[i]}'; } >fewer/matrix.mtx
run evaluate --reference all --labels all/labels.tsv --synthetic fewer --repeats 1 --output shared
check "genes of one side only are left out" [ "$code" -eq 0 ]
check "... and said so" grep -q "judged on the 39 genes that both have; left out: 1 of the reference, 0 " err

refuses "--reference is required" --synthetic made
refuses "nowhere: does not exist" --reference nowhere --labels all/labels.tsv --synthetic made
refuses "unknown option '--speed'" --reference all --labels all/labels.tsv --synthetic made --speed 3
refuses "--orientation: .*neither is one" --reference all --labels all/labels.tsv --synthetic made \
  --orientation genes-by-cells
refuses "--label-transfer: .*guess" --reference all --labels all/labels.tsv --synthetic made --label-transfer guess
refuses "--repeats: expected a whole number" --reference all --labels all/labels.tsv --synthetic made --repeats 0
refuses "cells must be at most 80, .*got 81" --reference all --labels all/labels.tsv --synthetic made --cells 81
refuses "no label for cell 'cell_0000031'" --reference all --labels other/labels.tsv --synthetic made
sed 1s/.*/stranger/ pilot.txt >strange.txt
refuses "cell 'stranger' is not in the reference \(1 of 40" --reference all --labels all/labels.tsv \
  --synthetic made --pilot strange.txt
cp pilot.txt twice.txt && head -n 1 pilot.txt >>twice.txt
refuses "already on line 1" --reference all --labels all/labels.tsv --synthetic made --pilot twice.txt
refuses "at least 4 reference cells outside the pilot" --reference all --labels all/labels.tsv \
  --synthetic made --pilot all/barcodes.tsv
cp -r made strangers && sed -i 's/gene_/alien_/g' strangers/features.tsv
refuses "no gene id in common" --reference all --labels all/labels.tsv --synthetic strangers
run "${judged[@]}" --output one
check "a folder that is not empty is refused" [ "$code" -eq 2 ]
run "${judged[@]}" --overwrite --output made
check "the folder of the cells is refused" grep -q "holds the cells to judge" err
run evaluate --reference all --synthetic made --output found
check "without labels: clusters are found" \
  grep -q "[2-9] cell types (clusters found by Louvain" found/summary.txt

# Job control gives the child its own process group and a default reaction to SIGINT.
set -m
"$program" "${judged[@]}" --repeats 500 --output long >out 2>err &
child=$!
set +m
sleep 1
kill -INT $child
wait $child
code=$?
check "Ctrl-C: exit code 130, nothing written" [ "$code" -eq 130 -a ! -e long ]

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
