#!/usr/bin/env bash
# usage: bash tests/program/hdf5_test.sh PROGRAM
# Runs the program `harmonium` on 10x .h5 and AnnData .h5ad files, which every command takes.
set -uo pipefail
golden=$(cd "$(dirname "${BASH_SOURCE[0]}")/../golden/h5" && pwd)
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
done_well() { run "$@" && [ "$code" -eq 0 ]; }
text() { gzip -cdf "$1"; }
same_cells() {
  local file
  for file in matrix.mtx features.tsv barcodes.tsv; do
    cmp -s <(text "$1/$file"*) <(text "$2/$file"*) || return 1
  done
}
# One line on stderr that holds PATTERN, exit code 2, and nothing written.
refused() {
  local pattern=$1
  shift
  run "$@"
  [ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE -- "$pattern" err && [ ! -e no ] &&
    [ ! -e no.h5ad ] && [ -z "$(find . -name '*.partial')" ]
}

# --- The same tissue as folder, .h5 and .h5ad

for output in pilot pilot.h5 pilot.h5ad; do
  check "simulate --output $output" done_well simulate --cells 120 --genes 80 --seed 3 --output $output
done
run simulate --cells 120 --genes 80 --seed 3 --threads 2 --output again.h5ad
check "simulate: equal seeds, equal bytes" cmp -s pilot.h5ad again.h5ad
# In several blocks of cells, which go to an .h5ad one after another.
blocks=(--cells 400 --genes 20000 --median-library 100 --seed 5)
check "simulate in blocks" done_well simulate "${blocks[@]}" --plain --output blocks
check "... the cells that this seed always gave" [ "$(cksum <blocks/matrix.mtx)" = "868127530 467377" ]
for threads in 1 2; do
  check "... to an .h5ad, $threads threads" done_well simulate "${blocks[@]}" --threads $threads --output blocks$threads.h5ad
done
check "... equal bytes" cmp -s blocks1.h5ad blocks2.h5ad
check "... with what is true of the cells" eval 'grep -qa expected_library blocks1.h5ad && grep -qa truth_genes blocks1.h5ad'
for pilot in blocks blocks1.h5ad; do
  check "... as a pilot: $pilot" done_well generate --pilot $pilot --model bootstrap --cells 50 --seed 2 --output "of_${pilot/.h5ad/_h5ad}"
done
check "... the same cells" same_cells of_blocks of_blocks1_h5ad
rm -r blocks blocks?.h5ad of_blocks*
set -m
"$program" simulate --cells 5000000 --genes 1000 --output long.h5ad >out 2>err &
child=$!
set +m
sleep 1
check "simulate: Ctrl-C while cells are written" [ -e long.h5ad.partial ]
kill -INT $child
wait $child
code=$?
check "... exit code 130, nothing written" [ "$code" -eq 130 -a -z "$(find . -name 'long*')" ]

fit=(--model harmonium --hidden 3 --cells 60 --seed 7)
for pilot in pilot pilot.h5 pilot.h5ad; do
  check "generate --pilot $pilot" done_well generate --pilot $pilot "${fit[@]}" --output "from_${pilot/./_}"
done
check "... .h5: the same cells as from the folder" same_cells from_pilot from_pilot_h5
check "... .h5ad: the same cells as from the folder" same_cells from_pilot from_pilot_h5ad

# --- Labels of obs

check "--labels" done_well generate --pilot pilot --labels pilot/labels.tsv "${fit[@]}" --output by_file
check "--labels-column" done_well generate --pilot pilot.h5ad --labels-column cell_type "${fit[@]}" \
  --output by_column
check "... the same cells as with --labels" same_cells by_file by_column
check "... the same labels" cmp -s by_file/labels.tsv by_column/labels.tsv
check "... and the options tell it" grep -q '"labels_column": "cell_type"' by_column/options.json
check "--cells-of with --labels-column" done_well generate --pilot pilot.h5ad --labels-column cell_type \
  --model harmonium --cells-of "$(tail -n 1 pilot/labels.tsv | cut -f 2)=5" --output five
check "... as many" [ "$(text five/barcodes.tsv.gz | wc -l)" -eq 5 ]

# --- Cells to one file

for made in made.h5ad twice.h5ad made.h5; do
  check "generate --output $made" done_well generate --pilot pilot.h5ad --labels-column cell_type \
    "${fit[@]}" --output $made
done
check "... equal seeds, equal bytes" cmp -s made.h5ad twice.h5ad
check "... nothing beside it" [ -z "$(find . -name '*.partial')" ]
check "... the summary is printed" grep -q "synthetic cells" out
judge=(evaluate --repeats 1 --cells 30 --seed 2)
check "evaluate folders" done_well "${judge[@]}" --reference pilot --labels pilot/labels.tsv \
  --synthetic by_file --output judged_folder
for made in made.h5ad made.h5; do
  check "evaluate --reference pilot.h5ad --synthetic $made" done_well "${judge[@]}" \
    --reference pilot.h5ad --labels-column cell_type --synthetic $made --output "judged_${made/./_}"
  check "... the same figures as from folders" cmp -s judged_folder/scores.csv "judged_${made/./_}/scores.csv"
done
# All cells are the pilot's: what is said does not depend on where their barcodes are read.
as_pilot() {
  run "${judge[@]}" --reference pilot.h5ad --labels-column cell_type --synthetic made.h5 --pilot "$1" \
    --output "judged_$2"
  echo "$code" >"said_$2"
  sed "s/$1/PILOT/g; s/judged_$2/OUT/g; s/[0-9.]* seconds/SECONDS/" out err >>"said_$2"
}
cp -r pilot same && cp pilot.h5 same.h5
as_pilot same folder_pilot
as_pilot same.h5 h5_pilot
check "evaluate --pilot pilot.h5 as --pilot pilot" cmp -s said_folder_pilot said_h5_pilot
check "--pca" done_well generate --pilot pilot.h5ad --labels-column cell_type "${fit[@]}" --pca 3 --output components.h5ad
check "... is kept" grep -qa X_pca components.h5ad
refuses_whole "--pca: is kept in an .h5ad" generate --pilot pilot.h5ad "${fit[@]}" --pca 3 --output no

# --- The layouts of others

for file in "$golden"/*.h5ad "$golden"/*.h5; do
  check "${file##*/}" done_well generate --pilot "$file" --model bootstrap --cells 9 --seed 1 \
    --output "golden_$(basename "$file" | tr . _)"
done
for file in golden_anndata_* golden_layer_* golden_raw_* golden_tenx_*; do
  check "$file: the same cells" same_cells golden_tenx_v2_h5 "$file"
done
run generate --pilot "$golden/layer_counts.h5ad" --model bootstrap --output layered
check "counts of a layer are said to be" grep -q "X holds no counts, those of layers/counts were taken" err
check "--layer" done_well generate --pilot "$golden/layer_counts.h5ad" --layer spliced --model bootstrap \
  --output spliced

# --- Bad files and arguments

few=(--model bootstrap --output no)
head -c 3000 pilot.h5ad >short.h5ad
check "cut short" refused "short.h5ad: HDF5 cannot open it: cut short or damaged" generate --pilot short.h5ad "${few[@]}"
echo "barcode,label" >text.h5
check "no HDF5" refused "text.h5: is no HDF5 file" generate --pilot text.h5 "${few[@]}"
check "X of logarithms" refused "layer_counts.h5ad: /X: row 0, column 0: count 1.38.* not a whole number" \
  generate --pilot "$golden/layer_counts.h5ad" --layer X "${few[@]}"
check "no such layer" refused "has no layer 'ambient'; there are X, counts, spliced" \
  generate --pilot "$golden/layer_counts.h5ad" --layer ambient "${few[@]}"
check "--layer of a 10x file" refused "--layer: is for .h5ad files" generate --pilot pilot.h5 --layer X "${few[@]}"
check "no such column" refused "/obs: has no column 'kind'; there are batch, cell_type" \
  generate --pilot pilot.h5ad --labels-column kind "${few[@]}"
check "a cell without a label" refused "/obs/leiden: no label for cell 'AAGA-1' .1 of 6 cells have none" \
  generate --pilot "$golden/anndata_0.8_csr.h5ad" --labels-column leiden "${few[@]}"
check "--labels-column of a folder without it" refused "pilot/cells.tsv:1: has no column 'cell_type'" \
  generate --pilot pilot --labels-column cell_type "${few[@]}"
check "--labels-column and --labels" refused "--labels-column: does not go with --labels" \
  generate --pilot pilot.h5ad --labels pilot/labels.tsv --labels-column cell_type "${few[@]}"
check "--orientation" refused "--orientation: is for csv and tsv files" \
  generate --pilot pilot.h5ad --orientation cells-by-genes "${few[@]}"
check "a file that exists" refused "made.h5ad: exists; --overwrite" \
  generate --pilot pilot --model bootstrap --output made.h5ad
check "... --overwrite replaces it" done_well generate --pilot pilot --model bootstrap --overwrite --output made.h5ad
check "no such folder" refused "nowhere/no.h5ad: cannot be written: there is no folder" \
  generate --pilot pilot --model bootstrap --output nowhere/no.h5ad
check "the pilot itself" refused "pilot.h5ad is the pilot itself" \
  generate --pilot pilot.h5ad --model bootstrap --overwrite --output pilot.h5ad
run generate --pilot pilot.h5ad --output no.h5ad --model scdbm --learning-rate 1e300
check "a fit that diverged writes nothing" eval '[ "$code" -eq 2 ] && ! ls no.h5ad* 2>/dev/null'

# --- The other commands

check "plan" done_well plan --pilot pilot.h5ad --labels-column cell_type --sizes 40,80 --repeats 1 \
  --models cluster-nb --output planned
check "study" done_well study --reference pilot.h5ad --labels-column cell_type --sizes 40 --repeats 1 \
  --models bootstrap --cells 40 --output studied
check "... its settings tell the column" grep -q '"labels_column": "cell_type"' studied/study.json
check "study of the folder" done_well study --reference pilot --labels pilot/labels.tsv --sizes 40 \
  --repeats 1 --models bootstrap --cells 40 --output studied_folder
check "... the same figures" cmp -s studied/results.csv studied_folder/results.csv

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
