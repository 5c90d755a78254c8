#!/usr/bin/env bash
# usage: bash tests/program/program_test.sh PROGRAM
# Runs the program `harmonium` as a user would: good and bad arguments, good and bad files, every
# model, and what it leaves in the output folder.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
made() { run generate "$@" && [ "$code" -eq 0 ]; }
text() { gzip -cdf "$1"; }

# One line on stderr that holds PATTERN, exit code 2, and no trace of an output folder.
refused() {
  local pattern=$1
  shift
  run "$@"
  [ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE -- "$pattern" err && [ ! -e no ]
}
# refuses PATTERN ARGUMENT...: `generate` from the pilot does
refuses() {
  local pattern=$1
  shift
  check "refused: $*" refused "^harmonium: .*$pattern" generate --output no "$@"
}

same_cells() {
  local file
  for file in matrix.mtx features.tsv barcodes.tsv; do
    cmp -s <(text "$1/$file"*) <(text "$2/$file"*) || return 1
  done
}
same_counts() { cmp -s <(text "$1/matrix.mtx"*) <(text "$2/matrix.mtx"*); }

# A 10x folder of GENES x CELLS: as announced, in range, whole numbers > 0, cell by cell.
sound() {
  local folder=$1 genes=$2 cells=$3
  [ "$(text "$folder"/features.tsv* | wc -l)" -eq "$genes" ] &&
    [ "$(text "$folder"/barcodes.tsv* | wc -l)" -eq "$cells" ] &&
    [ "$(text "$folder"/barcodes.tsv* | sort -u | wc -l)" -eq "$cells" ] &&
    text "$folder"/matrix.mtx* | {
      read -r banner && read -r m n entries &&
        [ "$banner" = "%%MatrixMarket matrix coordinate integer general" ] &&
        [ "$m $n" = "$genes $cells" ] || return 1
      local gene cell count last=0 found=0
      while read -r gene cell count; do
        [[ $gene$cell$count =~ ^[0-9]+$ ]] || return 1
        ((gene >= 1 && gene <= m && cell >= last && cell >= 1 && cell <= n && count > 0)) || return 1
        last=$cell found=$((found + 1))
      done
      [ "$found" -eq "$entries" ]
    } && [ -z "$(find "$folder" -name '*.partial')" ]
}

# --- The built-in tissue, the pilot of everything below

cells=120 genes=80
run simulate --cells $cells --genes $genes --seed 3 --output pilot
check "simulate runs" [ "$code" -eq 0 ]
check "simulate writes a sound 10x folder" sound pilot $genes $cells
check "labels.tsv has its header" [ "$(head -n 1 pilot/labels.tsv)" = $'barcode\tlabel' ]
check "labels.tsv has a label for every cell" \
  cmp -s <(tail -n +2 pilot/labels.tsv | cut -f 1) <(text pilot/barcodes.tsv.gz)
run simulate --cells $cells --genes $genes --seed 3 --threads 2 --output again
check "simulate: equal seeds, equal folders for any number of threads" diff -r pilot again
run simulate --cells $cells --genes $genes --seed 4 --plain --output other
check "simulate: another seed, other cells" sound other $genes $cells
check "simulate: another seed, other cells" eval '! same_counts pilot other'
check "simulate --plain writes plain files" [ -f other/matrix.mtx -a ! -e other/matrix.mtx.gz ]
run simulate --cells 3 --genes 1 --output tiny
check "simulate of one gene" sound tiny 1 3

# --- Arguments

run --version
check "--version" grep -qxE 'harmonium [0-9]+\.[0-9]+\.[0-9]+' out
# tells COMMAND OPTION...: --help-all has a line for every option, with something said about it
tells() {
  local command=$1 option
  shift
  run "$command" --help-all
  [ "$code" -eq 0 ] || return 1
  for option in "$@"; do
    grep -A 1 -E "^  --$option( |$)" out | grep -qE '[a-z]{4,}' || return 1
  done
  [ "$(grep -cE '^  --' out)" -eq $# ]
}
check "generate --help-all tells every option" tells generate pilot model-file output cells orientation \
  feature-type layer plain pca save-model overwrite train-cells genes labels labels-column batch-column donor-column cells-of batch donor new-donors cells-per-donor depth clamp model clusters preset hidden \
  residual rank size-factors fits prior prior-weight types-of-prior epochs learning-rate library held-out patience both-sides sampler burn-in seed threads json
check "fit --help-all tells every option" tells fit pilot output orientation feature-type layer overwrite chunk-cells train-cells \
  genes labels labels-column batch-column donor-column model clusters preset hidden residual rank size-factors fits prior prior-weight types-of-prior epochs learning-rate library \
  held-out patience both-sides sampler burn-in seed threads json
check "simulate --help-all tells every option" tells simulate output cells genes median-library batches \
  batch-spread dropout seed threads plain overwrite json
run --help
check "--help names the commands" eval 'grep -q " generate " out && grep -q " simulate " out'

check "no command" refused "expected a command"
check "unknown command" refused "'grow'" grow
check "--output is required" refused "--output is required" generate --pilot pilot
check "--pilot is required" refused "--pilot is required" generate --output no
refuses "unknown option '--nope'" --pilot pilot --nope 3
refuses "unexpected argument 'stray'" --pilot pilot stray
refuses "--pilot: given more than once" --pilot pilot --pilot pilot
refuses "--cells: no value" --pilot pilot --cells
for value in -1 abc 1.5 99999999999999999999 ''; do
  refuses "--cells: expected .*'$value'" --pilot pilot --cells "$value"
done
for value in -1 1e5 18446744073709551616; do
  refuses "--seed: expected .*'$value'" --pilot pilot --seed "$value"
done
for value in 0 4,2,2,2 four 4,,2 4,-2 ''; do
  refuses "--hidden: expected .*'$value'" --pilot pilot --model scdbm --hidden "$value"
done
refuses "--epochs: expected 3 numbers .* got 2" --pilot pilot --model scdbm --epochs 1,1
refuses "--epochs: expected 1 number .* got 2" --pilot pilot --model scdbm --hidden 4 --epochs 1,1
refuses "--epochs: expected" --pilot pilot --model scdbm --epochs 1,-1,1
for value in 0 -1 x nan inf; do
  refuses "--learning-rate: expected .*'$value'" --pilot pilot --model scdbm --learning-rate "$value"
done
refuses "--preset: quick" --pilot pilot --preset quick
refuses "--model: gan" --pilot pilot --model gan
refuses "--model: bootstrap has no use" --pilot pilot --model bootstrap --burn-in 3
refuses "--sampler: nuts" --pilot pilot --model scdbm --sampler nuts
refuses "--threads: expected" --pilot pilot --threads -1
refuses "--burn-in: expected" --pilot pilot --model scdbm --burn-in -1
refuses "--burn-in: the exact sampler" --pilot pilot --model scdbm --sampler exact --burn-in 3
refuses "--sampler: exact needs .* got 15" --pilot pilot --model scdbm --sampler exact --hidden 15
refuses "--patience: needs --held-out" --pilot pilot --model scdbm --patience 3
refuses "--held-out: .*120" --pilot pilot --model scdbm --held-out 120
refuses "--train-cells: .*120 .*121" --pilot pilot --train-cells 121
refuses "--train-cells: expected" --pilot pilot --train-cells 0
refuses "--clusters: expected" --pilot pilot --clusters 0
refuses "--genes: .*0" --pilot pilot --genes 0
refuses "--genes: .*'nowhere.txt'" --pilot pilot --genes nowhere.txt
refuses "--labels: .*nowhere.tsv" --pilot pilot --labels nowhere.tsv
refuses "--orientation: .*10x folder" --pilot pilot --orientation cells-by-genes
check "simulate --genes 0" refused "--genes: expected" simulate --output no --genes 0
check "simulate --dropout -1" refused "--dropout: expected" simulate --output no --dropout -1

# A step far too large: the program says so, and writes nothing.
run generate --pilot pilot --output no --model scdbm --learning-rate 1e300
check "training that diverged" eval '[ "$code" -eq 2 ] && [ ! -e no ] && grep -q diverged err'

# --- Bad files: each a copy of the pilot, spoilt

spoil() { # NAME: a plain copy of the pilot
  mkdir "$1"
  local file
  for file in matrix.mtx features.tsv barcodes.tsv; do text "pilot/$file.gz" >"$1/$file"; done
}
refuses "nowhere: does not exist" --pilot nowhere
mkdir empty
refuses "empty: .*matrix.mtx" --pilot empty
spoil half && rm half/barcodes.tsv
refuses "half: .*barcodes.tsv" --pilot half
spoil short && head -c 500 pilot/matrix.mtx.gz >short/matrix.mtx.gz && rm short/matrix.mtx
refuses "short/matrix.mtx.gz:[0-9]+: .*cut short" --pilot short
spoil negative && sed -i '7s/[0-9]*$/-3/' negative/matrix.mtx
refuses "negative/matrix.mtx:7: .*'-3'.*negative" --pilot negative
spoil fraction && sed -i '7s/$/.5/' fraction/matrix.mtx
refuses "fraction/matrix.mtx:7: .*not a whole number" --pilot fraction
spoil beyond && sed -i '7s/^[0-9]*/81/' beyond/matrix.mtx
refuses "beyond/matrix.mtx:7: gene index 81 .*1 to 80" --pilot beyond
spoil twice && sed -i '2s/.*/cell_0000001/' twice/barcodes.tsv
refuses "twice/barcodes.tsv:2: .*line 1" --pilot twice
spoil fewer && sed -i '$d' fewer/barcodes.tsv
refuses "fewer/matrix.mtx:2: .*120 .*119" --pilot fewer
spoil nobody && : >nobody/barcodes.tsv
refuses "nobody/barcodes.tsv: .*empty" --pilot nobody
spoil silent && printf '%s\n80 120 0\n' '%%MatrixMarket matrix coordinate integer general' \
  >silent/matrix.mtx
refuses "silent.* no counts" --pilot silent
refuses "features.tsv.gz: .*'Peaks'.*'Gene Expression'" --pilot pilot --feature-type Peaks
printf 'cell,a,b\nc1,1,2\nc2,0,4\n' >small.csv
refuses "--orientation: .*small.csv" --pilot small.csv
printf 'cell,a,b\nc1,1,2\nc2,x,4\n' >bad.csv
refuses "bad.csv:3: .*'x'" --pilot bad.csv --orientation cells-by-genes
refuses "pilot/labels.tsv:2: " --pilot pilot/labels.tsv --orientation cells-by-genes
sed 1d pilot/labels.tsv >headless.tsv
refuses "headless.tsv:1: .*header" --pilot pilot --model cluster-nb --labels headless.tsv
sed 5d pilot/labels.tsv >incomplete.tsv
refuses "incomplete.tsv: .*'cell_0000004' \(1 of 120" --pilot pilot --model cluster-nb \
  --labels incomplete.tsv
printf 'barcode\tlabel\nAAAC\tB\n' >strangers.tsv
refuses "strangers.tsv: .*120 of 120" --pilot pilot --model cluster-nb --labels strangers.tsv
printf 'gene_0003\ngene_9999\n' >unknown.txt
refuses "unknown.txt:2: .*'gene_9999'" --pilot pilot --genes unknown.txt

# --- The output folder

baseline=(--pilot pilot --model bootstrap)
mkdir full && echo keep >full/mine.txt
check "an output folder that is not empty" \
  refused "full: is not empty.*--overwrite" generate "${baseline[@]}" --output full
check "... stays as it was" [ "$(ls full)" = mine.txt ]
check "--overwrite writes into it" made "${baseline[@]}" --output full --overwrite
check "... and leaves other files alone" eval 'sound full 80 120 && [ "$(cat full/mine.txt)" = keep ]'
check "an output that is a file" \
  refused "small.csv: is a file" generate "${baseline[@]}" --output small.csv
check "an output below a file" \
  refused "small.csv/out: .*small.csv is a file" generate "${baseline[@]}" --output small.csv/out
check "an output that cannot be made" \
  refused "^harmonium: /proc/nowhere/out: " generate "${baseline[@]}" --output /proc/nowhere/out
check "the pilot's own folder" \
  refused "pilot's own folder" generate "${baseline[@]}" --output pilot --overwrite
check "... stays as it was" diff -r pilot again
mkdir -p blocked/matrix.mtx.gz
run generate "${baseline[@]}" --output blocked --overwrite
check "a file that cannot be replaced is named" \
  eval '[ "$code" -eq 2 ] && grep -q "blocked/matrix.mtx.gz" err'
check "... and nothing half-written stays" [ "$(ls blocked)" = matrix.mtx.gz ]
check "folders above the output are made" made "${baseline[@]}" --output new/deep/out
check "--overwrite by a baseline" eval \
  'made --pilot pilot --model scdbm --epochs 1,1,1 --train-cells 60 --cells 5 --output over &&
   [ -f over/training_log.csv -a -f over/gene_fit.tsv -a -f over/train_rows.txt ] &&
   made "${baseline[@]}" --output over --overwrite'
check "... leaves no stale log" \
  [ ! -e over/training_log.csv -a ! -e over/gene_fit.tsv -a ! -e over/train_rows.txt ]

# --- Models

# generates NAME ARGUMENT...: 50 cells x 80 genes from the pilot, with the pilot's features
generates() {
  local name=$1
  shift
  check "generate $*" made --pilot pilot --cells 50 --seed 7 --output "$name" "$@"
  check "... a sound folder" sound "$name" $genes 50
  check "... with the pilot's features" \
    cmp -s <(text pilot/features.tsv.gz) <(text "$name"/features.tsv*)
  check "... and a summary, as printed" cmp -s out "$name/summary.txt"
}
generates scdbm --model scdbm
check "... training_log.csv has a line per iteration of exact EM, at most 60" \
  [ "$(grep -c "^exact maximum likelihood," scdbm/training_log.csv)" -eq \
    "$(($(wc -l <scdbm/training_log.csv) - 1))" -a "$(wc -l <scdbm/training_log.csv)" -le 61 ]
check "... gene_fit.tsv has a line per gene" [ "$(wc -l <scdbm/gene_fit.tsv)" -eq $((genes + 1)) ]
if command -v python3 >/dev/null; then
  check "... options.json is json" python3 -m json.tool scdbm/options.json json
fi
check "... options.json tells model and seed" \
  eval 'grep -q "\"model\": \"scdbm\"" scdbm/options.json && grep -q "\"seed\": 7" scdbm/options.json'
generates paper --preset paper --epochs 2,2,2
check "... by Gibbs chains" grep -q "^sampler .*Gibbs, burn-in 50" paper/summary.txt
generates one_layer --model scdbm --hidden 3 --epochs 3
generates three_layers --model scdbm --hidden 4,3,2 --epochs 2,2,2,2
generates wide --model scdbm --hidden 16 --epochs 1
check "... by Gibbs chains" grep -q "^sampler .*Gibbs" wide/summary.txt
generates sampled --model scdbm --hidden 16
check "... from the particles" grep -q "^sampler .*particles" sampled/summary.txt
generates burnt --model scdbm --epochs 1,1,1 --burn-in 3
check "... by Gibbs chains" grep -q "^sampler .*Gibbs, burn-in 3$" burnt/summary.txt
generates harmonium
check "... the default model" grep -q "^model  *harmonium" harmonium/summary.txt
check "... its log has a line per iteration" [ "$(wc -l <harmonium/training_log.csv)" -gt 10 ]
check "... a labels.tsv that names every cell's component" \
  [ "$(grep -c "component" harmonium/labels.tsv)" -eq 50 ]
generates two_fits --fits 2 --hidden 2
check "... of 2 and 5 components" grep -q "^components  *2 and 5 in 2 fits" two_fits/summary.txt
check "... whose cells go by those of the first" \
  [ "$(tail -n +2 two_fits/labels.tsv | cut -f 2 | sort -u | tr '\n' ',')" = "component 1,component 2," ]
check "... with both in the log" [ "$(cut -d, -f 1 two_fits/training_log.csv | sort -u | tr '\n' ' ')" = "1 2 fit " ]
generates rank --rank 3
check "... differs from the default" eval '! cmp -s <(gzip -dc rank/matrix.mtx.gz) <(gzip -dc harmonium/matrix.mtx.gz)'
check "... options.json names it" grep -q '"rank": 3' rank/options.json
refuses "--rank: is for --residual low-rank" --pilot pilot --residual none --rank 3
refuses "--rank: must be at least 1, got 0" --pilot pilot --rank 0
refuses "--fits: must be 1 with --batch-column and --donor-column" --pilot pilot --fits 2 --batch-column batch
generates harmonium_labels --labels pilot/labels.tsv
check "... the pilot's types" \
  eval '[ -z "$(comm -13 <(cut -f 2 pilot/labels.tsv | sort -u) <(cut -f 2 harmonium_labels/labels.tsv | sort -u))" ]'
type=$(sed -n 2p pilot/labels.tsv | cut -f 2)
check "cells of one type" made --pilot pilot --labels pilot/labels.tsv --cells-of "$type=17" \
  --output one_type
check "... as many as asked" \
  [ "$(cut -f 2 one_type/labels.tsv | grep -c -x "$type")" -eq 17 -a "$(wc -l <one_type/labels.tsv)" -eq 18 ]
refuses "--cells-of: no training cell has the type 'nobody'" --pilot pilot --labels pilot/labels.tsv \
  --cells-of "nobody=3"
refuses "--cells-of: expected TYPE=N" --pilot pilot --labels pilot/labels.tsv --cells-of "$type"
refuses "--cells-of: needs the types" --pilot pilot --cells-of "$type=3"
refuses "--cells-of: takes the place of --cells" --pilot pilot --labels pilot/labels.tsv \
  --cells-of "$type=3" --cells 4
refuses "harmonium has no use for --epochs" --pilot pilot --epochs 3
refuses "harmonium has one hidden group" --pilot pilot --hidden 4,2
refuses "scdbm has no use for --size-factors" --pilot pilot --model scdbm --size-factors mean
for residual in none full blend; do generates "residual_$residual" --residual $residual; done
for sizes in dispersion mean; do generates "sizes_$sizes" --size-factors $sizes; done
generates chosen --hidden auto --held-out 20
check "... tells the held-out likelihoods" \
  eval 'grep -q "^held-out nats per cell" chosen/summary.txt && grep -q "^held-out  " chosen/summary.txt'
generates scdbm_residual --model scdbm --residual low-rank
generates vae_prior --model vae-prior --epochs 3
check "... with the settings for pilots" grep -q '"preset": "pilot_default"' vae_prior/options.json
generates vae_scvi --model vae-posterior --preset scvi --epochs 3
check "... under its name" grep -q '"preset": "scvi_default"' vae_scvi/options.json
generates vae_posterior --model vae-posterior --preset paper_notebook --epochs 3 \
  --labels pilot/labels.tsv
check "... training_log.csv has a line per epoch" [ "$(wc -l <vae_posterior/training_log.csv)" -eq 4 ]
check "... sources.tsv names pilot cells" eval \
  '[ -z "$(tail -n +2 vae_posterior/sources.tsv | cut -f 2 | sort -u |
    comm -23 - <(text pilot/barcodes.tsv.gz | sort))" ]'
check "cells of one type, at a chosen depth" made --pilot pilot --labels pilot/labels.tsv \
  --model vae-prior --preset paper_notebook --epochs 3 --cells-of "$type=9" --library 50 --output vae_typed
check "... so many" [ "$(text vae_typed/barcodes.tsv* | wc -l)" -eq 9 ]
generates vae_residual --model vae-posterior --preset paper_notebook --epochs 3 --residual low-rank
check "... names the pilot cells too" [ -s vae_residual/sources.tsv ]
refuses "vae-prior has no use for --residual" --pilot pilot --model vae-prior --residual full
refuses "goes with neither --library" --pilot pilot --model vae-posterior --residual full --library 9
refuses "vae-prior has no preset paper" --pilot pilot --model vae-prior --preset paper
refuses "vae-prior trains in one stage" --pilot pilot --model vae-prior --epochs 1,1
refuses "diverged in epoch" --pilot pilot --model vae-prior --learning-rate 1e6
for threads in 1 2 5; do
  made --pilot pilot --cells 50 --seed 7 --threads $threads --output harmonium_$threads
  check "harmonium: the same bytes with $threads threads" same_cells harmonium harmonium_$threads
done
check "one cell" made --pilot pilot --train-cells 1 --cells 5 --output from_one
check "... a sound folder" sound from_one $genes 5
generates bootstrap --model bootstrap
generates noisy --model noisy
generates independent --model independent-nb
generates by_k_means --model cluster-nb --clusters 3
check "... of three clusters" grep -q "^clusters  *3, by k-means" by_k_means/summary.txt
{ head -n 1 pilot/labels.tsv && tail -n +2 pilot/labels.tsv | tac; } >reversed.tsv
generates by_label --model cluster-nb --labels pilot/labels.tsv
generates by_reversed --model cluster-nb --labels reversed.tsv
check "the order of labels.tsv does not matter" same_cells by_label by_reversed
{ cat pilot/labels.tsv && printf 'stranger\tB_cell\n'; } >more.tsv
generates by_more --model cluster-nb --labels more.tsv
check "labels of other cells are mentioned" grep -q "^1 of the labels in more.tsv" err

check "no --cells: as many as trained on" made --pilot pilot --model noisy --train-cells 33 \
  --output as_many
check "... a sound folder" sound as_many $genes 33
check "--cells 0" made --pilot pilot --cells 0 --model scdbm --epochs 1,1,1 --output nothing
check "... an empty folder of the right shape" sound nothing $genes 0

# --- Equal seeds

for threads in 1 2 5; do
  made --pilot pilot --model scdbm --cells 50 --seed 7 --threads $threads --output threads_$threads
  check "the same bytes with $threads threads" same_cells scdbm threads_$threads
done
for file in training_log.csv gene_fit.tsv options.json; do
  check "the same $file with 1 and 5 threads" cmp -s threads_1/$file threads_5/$file
done
check "another seed" made --pilot pilot --model scdbm --cells 50 --seed 8 --output other_seed
check "... other cells" eval '! same_counts scdbm other_seed'
check "--plain" made --pilot pilot --model scdbm --cells 50 --seed 7 --plain --output plain
check "... writes plain files" [ -f plain/matrix.mtx -a -z "$(find plain -name '*.gz')" ]
check "... the same cells" same_cells scdbm plain

# --- Cells and genes to learn from

check "--train-cells" made "${baseline[@]}" --train-cells 40 --output subset
check "... train_rows.txt: 40 distinct rows, ascending" \
  eval '[ "$(wc -l <subset/train_rows.txt)" -eq 40 ] && sort -nuc subset/train_rows.txt'
check "... in range" eval '[ "$(head -n 1 subset/train_rows.txt)" -ge 0 ] &&
  [ "$(tail -n 1 subset/train_rows.txt)" -lt 120 ]'
check "--train-cells with labels" made --pilot pilot --model cluster-nb --train-cells 100 \
  --labels pilot/labels.tsv --output labelled_subset
check "--genes 30" made "${baseline[@]}" --genes 30 --output variable
check "... keeps 30" sound variable 30 $cells
check "... in the pilot's order" eval 'text variable/features.tsv.gz |
  cmp -s - <(text pilot/features.tsv.gz | grep -F "$(text variable/features.tsv.gz)")'
printf 'gene_0070\ngene_0002\n\ngene_0002\n' >list.txt
check "--genes FILE" made "${baseline[@]}" --genes list.txt --output listed
check "... keeps those, in the pilot's order" \
  [ "$(text listed/features.tsv.gz | cut -f 1 | paste -sd ' ')" = "gene_0002 gene_0070" ]
check "--genes of more than there are" made "${baseline[@]}" --genes 500 --output more
check "... keeps all and says so" eval 'sound more 80 120 && grep -q "80 genes, all" err'
check "--held-out" made --pilot pilot --model scdbm --cells 5 --epochs 2,2,2 --held-out 20 --patience 2 --output held_out
check "... fills the log's last columns" \
  eval 'sed -n 2p held_out/training_log.csv | grep -qE ",-?[0-9.]+,-?[0-9.]+$"'
check "... which are empty without it" eval 'sed -n 2p scdbm/training_log.csv | grep -q ",,$"'

check "--both-sides of a small machine" made --pilot pilot --model scdbm --hidden 3 --cells 5 --held-out 20 \
  --both-sides --output sides_exact
check "... is exact" eval 'grep -q "^held-out  *-[0-9.]* nats per cell" sides_exact/summary.txt && [ "$(grep -c "^log-likelihood" sides_exact/summary.txt)" = 1 ]'
check "--both-sides of a large one" made --pilot pilot --model scdbm --hidden 15 --cells 5 --held-out 20 \
  --both-sides --output sides
check "... tells both, with errors" eval 'grep -q "^log-likelihood, lower  *-[0-9.]* (standard error" sides/summary.txt &&
  grep -q "^held-out, upper  *-[0-9.]* (standard error" sides/summary.txt && grep -q "^tempered chains" sides/summary.txt'
check "... and the same cells as without" eval 'made --pilot pilot --model scdbm --hidden 15 --cells 5 --held-out 20 --output no_sides &&
  cmp sides/matrix.mtx.gz no_sides/matrix.mtx.gz'
refuses "--model: harmonium has no use for --both-sides" --pilot pilot --both-sides

# --- Other pilots

made "${baseline[@]}" --cells 50 --output from_folder
spoil v2 && cut -f 1,2 v2/features.tsv >v2/genes.tsv && rm v2/features.tsv
check "genes.tsv of Cell Ranger 2" made --pilot v2 --model bootstrap --cells 50 --output from_v2
check "... the same cells" same_cells from_folder from_v2

# The pilot as a table. Bash alone: cells of the dense matrix by "gene cell".
declare -A count=()
while read -r gene cell value; do count[$gene $cell]=$value; done < <(text pilot/matrix.mtx.gz | tail -n +3)
mapfile -t gene_names < <(text pilot/features.tsv.gz | cut -f 1)
mapfile -t cell_names < <(text pilot/barcodes.tsv.gz)
{
  (IFS=, && echo "barcode,${gene_names[*]}")
  for ((i = 1; i <= cells; ++i)); do
    printf '%s' "${cell_names[i - 1]}"
    for ((m = 1; m <= genes; ++m)); do printf ',%s' "${count[$m $i]:-0}"; done
    echo
  done
} | gzip >cells.csv.gz
{
  (IFS=$'\t' && echo "${cell_names[*]}")
  for ((m = 1; m <= genes; ++m)); do
    printf '%s' "${gene_names[m - 1]}"
    for ((i = 1; i <= cells; ++i)); do printf '\t%s' "${count[$m $i]:-0}"; done
    echo
  done
} | gzip >genes.tsv.gz
check "csv.gz, cells by genes" made --pilot cells.csv.gz --orientation cells-by-genes \
  --model bootstrap --cells 50 --output from_csv
check "... the same cells as from the folder" same_cells from_folder from_csv
check "tsv.gz, genes by cells" made --pilot genes.tsv.gz --orientation genes-by-cells \
  --model bootstrap --cells 50 --output from_tsv
check "... the same cells as from the folder" same_cells from_folder from_tsv
check "harmonium from a csv" made --pilot cells.csv.gz --orientation cells-by-genes --cells 50 --seed 7 \
  --output harmonium_csv
check "... the same cells as from the folder" same_cells harmonium harmonium_csv

spoil antibody && printf 'AB1\tCD3\tAntibody Capture\n' >>antibody/features.tsv &&
  sed -i '2s/^80 120/81 120/' antibody/matrix.mtx
check "a row of antibody capture" made --pilot antibody --model bootstrap --cells 50 --output no_antibody
check "... is left out" same_cells from_folder no_antibody
check "... and said so in one line" \
  eval '[ "$(cat err)" = "left out 1 feature of type Antibody Capture (--feature-type chooses)" ]'
sed -i 's/^80 \(.* .*\)/81 \1/' antibody/matrix.mtx
check "--feature-type Antibody Capture" made --pilot antibody --model bootstrap --cells 50 \
  --feature-type "Antibody Capture" --output antibodies
check "... keeps those" [ "$(text antibodies/features.tsv.gz | cut -f 1)" = AB1 ]

spoil doubles && sed -i $'2,3s/\t[^\t]*\t/\ttwin\t/' doubles/features.tsv
check "duplicate symbols" made --pilot doubles --model bootstrap --cells 50 --output doubled
check "... stay" cmp -s doubles/features.tsv <(text doubled/features.tsv.gz)
echo twin >twin.txt
check "--genes with a symbol of two genes" made --pilot doubles --model bootstrap --genes twin.txt \
  --output twins
check "... keeps both" [ "$(text twins/features.tsv.gz | cut -f 1 | paste -sd ' ')" = "gene_0002 gene_0003" ]

# Gene 5 without a count: entries of gene 5 become explicit zeros.
spoil zeros && sed -i -E '3,$s/^(5 [0-9]+) .*/\1 0/' zeros/matrix.mtx
check "a gene without a count" made --pilot zeros --cells 50 --model scdbm --epochs 1,1,1 --output zero
check "... is kept" cmp -s zeros/features.tsv <(text zero/features.tsv.gz)
check "... stays zero" eval '! text zero/matrix.mtx.gz | tail -n +3 | grep -q "^5 "'
check "... and said so" grep -q "^1 gene without a count in the training cells" err

# --- Ctrl-C

# Job control gives the child its own process group and a default reaction to SIGINT.
set -m
"$program" generate --pilot pilot --model scdbm --epochs 100000,1,1 --threads 1 --output long >out 2>err &
child=$!
set +m
sleep 1
kill -INT $child
wait $child
code=$?
check "Ctrl-C: exit code 130" [ "$code" -eq 130 ]
check "... says so" grep -qx "harmonium: interrupted; nothing was written" err
check "... and nothing was" [ ! -e long ]


# What comes after training may be stopped without losing the model.
set -m
"$program" fit --pilot pilot --model scdbm --hidden 40 --both-sides --threads 1 --output sided.harmonium >out 2>err &
child=$!
set +m
for _ in $(seq 1200); do
  grep -q "^tables: 1 of 1" err && break  # the last stage before
  kill -0 $child 2>/dev/null || break
  sleep 0.05
done
kill -INT $child
wait $child
code=$?
check "Ctrl-C in --both-sides: exit code 130" [ "$code" -eq 130 ]
check "... says what was kept" grep -q "sided.harmonium keeps the trained model" err
check "... and it was" made --model-file sided.harmonium --cells 5 --output of_sided

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
