#!/usr/bin/env bash
# usage: bash tests/program/model_test.sh PROGRAM
# Models in files: fit, generate --save-model and --model-file, info. Every model makes the same cells
# from its file as without one; bad files and options get one line and exit code 2.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
text() { gzip -cdf "$1"; }
made() { run "$@" && [ "$code" -eq 0 ]; }
same_output() {
  local file
  for file in matrix.mtx.gz features.tsv.gz barcodes.tsv.gz labels.tsv sources.tsv gene_fit.tsv training_log.csv; do
    [ -e "$1/$file" ] || [ -e "$2/$file" ] || continue
    cmp -s <(text "$1/$file") <(text "$2/$file") || return 1
  done
}
# refused PATTERN ARGUMENT...: one line on stderr that holds PATTERN, exit code 2, nothing written
refused() {
  local pattern=$1
  shift
  run "$@"
  [ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE -- "$pattern" err && [ ! -e no ] &&
    [ -z "$(find . -name '*.partial')" ]
}
tells() {
  local pattern=$1
  shift
  run info "$@"
  [ "$code" -eq 0 ] && grep -qE -- "$pattern" out
}

run simulate --cells 120 --genes 60 --seed 3 --output pilot
type=$(sed -n 2p pilot/labels.tsv | cut -f 2)

# keeps NAME HOLDS ARGUMENT...: fit, and generate with and without the file
keeps() {
  local name=$1 holds=$2
  shift 2
  check "fit $*" made fit --pilot pilot --seed 7 --output "$name.harmonium" "$@"
  check "... writes the file alone" [ -f "$name.harmonium" -a ! -d "$name" ]
  check "... generate --save-model" made generate --pilot pilot --seed 7 --cells 50 --output "$name" \
    --save-model "$name.saved" "$@"
  check "... writes the same bytes" cmp -s "$name.harmonium" "$name.saved"
  check "... generate --model-file" made generate --model-file "$name.harmonium" --cells 50 \
    --output "$name.again" --threads 2
  check "... the same cells and tables" same_output "$name" "$name.again"
  check "... info tells what the file holds of the pilot" tells "^holds of the pilot +$holds" "$name.harmonium"
}

keeps harmonium nothing
keeps labels nothing --labels pilot/labels.tsv
keeps sizes "the depth" --size-factors dispersion
keeps sizes_full "every cell" --size-factors mean --residual full
keeps none nothing --residual none --hidden 3
keeps held nothing --held-out 20
keeps scdbm nothing --model scdbm
keeps steps nothing --model scdbm --hidden 4,3,2 --epochs 1,1,1,1 --held-out 10
keeps burnt nothing --model scdbm --hidden 3 --burn-in 2
keeps wide nothing --model scdbm --hidden 16 --epochs 1
keeps correlated nothing --model scdbm --residual low-rank
keeps prior nothing --model vae-prior --epochs 3
keeps prior_types "every cell" --model vae-prior --epochs 3 --labels pilot/labels.tsv --library 60
keeps posterior "every cell" --model vae-posterior --epochs 3 --labels pilot/labels.tsv
keeps residual "every cell" --model vae-posterior --epochs 3 --residual low-rank --labels pilot/labels.tsv
keeps residual_full "every cell" --model vae-posterior --epochs 3 --residual full
keeps bootstrap "every cell" --model bootstrap
keeps noisy "every cell" --model noisy
keeps independent nothing --model independent-nb
keeps clusters nothing --model cluster-nb --labels pilot/labels.tsv
keeps few nothing --model independent-nb --train-cells 30 --genes 20

# --- Cells from a file

from=(generate --model-file labels.harmonium)
check "as many cells as it was trained on" made "${from[@]}" --output as_many
check "... 120" [ "$(text as_many/barcodes.tsv.gz | wc -l)" -eq 120 ]
check "the seed of the file" made "${from[@]}" --cells 50 --seed 7 --output seed_7
check "... is the one used" same_output seed_7 labels
check "another seed" made "${from[@]}" --cells 50 --seed 8 --output seed_8
check "... other cells" eval '! cmp -s <(text seed_7/matrix.mtx.gz) <(text seed_8/matrix.mtx.gz)'
for model in labels prior_types posterior; do
  options=(--labels pilot/labels.tsv)
  [ $model = labels ] || options+=(--epochs 3 --model "vae-${model%_types}")
  [ $model != prior_types ] || options+=(--library 60)
  check "--cells-of from $model.harmonium" made generate --model-file $model.harmonium \
    --cells-of "$type=9" --output "${model}_of"
  check "... and from the pilot" made generate --pilot pilot --seed 7 --cells-of "$type=9" \
    "${options[@]}" --output "${model}_of_pilot"
  check "... are the same" same_output "${model}_of" "${model}_of_pilot"
  check "... nine cells" [ "$(text ${model}_of/barcodes.tsv.gz | wc -l)" -eq 9 ]
done
check "components have names, too" made generate --model-file harmonium.harmonium \
  --cells-of "component 1=4" --output component
check "... which are the labels" [ "$(tail -n +2 component/labels.tsv | cut -f 2 | sort -u)" = "component 1" ]
check "summary.txt compares with the pilot" grep -q "^cells  *120  *50" harmonium.again/summary.txt
check "... and names the file" grep -q "^model  *harmonium.harmonium" harmonium.again/summary.txt
check "options.json holds those of training" grep -q '"command": "fit"' harmonium.again/options.json
check "genes without counts are written" eval \
  'cmp -s <(text few/features.tsv.gz) <(text few.again/features.tsv.gz)'

# --- The page

check "info tells kind" tells "^kind +harmonium<factor_scores, no_size_factors>" harmonium.harmonium
check "info tells the types" tells "$type" labels.harmonium
for what in "^written by +harmonium [0-9.]+, format 1" "^size +[0-9]" "^genes +[0-9]+: " "^seed +7" \
  "^data +[0-9a-f]{16}" "^trained on +120 cells" '"residual": "low-rank"' "^  fit,iteration,log_likelihood" \
  "^log-likelihood"; do
  check "info tells $what" tells "$what" harmonium.harmonium
done
for command in fit info generate; do
  run $command --help
  check "$command --help" [ "$code" -eq 0 ]
done
check "generate --help tells --model-file and --save-model" eval \
  'grep -q -- "--model-file FILE" out && grep -q -- "--save-model FILE" out'

# --- Bad arguments and files

mkdir full

refuses() { check "refused: $*" refused "$@"; }
refuses "--pilot is required" fit --output no
refuses "--output is required" fit --pilot pilot
refuses "unknown option '--cells'" fit --pilot pilot --output no --cells 3
refuses "harmonium has no use for --epochs" fit --pilot pilot --output no --epochs 3
refuses "pilot is the pilot itself" fit --pilot pilot --output pilot
refuses "full: is a folder" fit --pilot pilot --output full
refuses "there is no folder" fit --pilot pilot --output nowhere/no
refuses "harmonium.harmonium: exists; --overwrite" fit --pilot pilot --output harmonium.harmonium
refuses "harmonium.harmonium: exists; --overwrite" generate --pilot pilot --output no --save-model harmonium.harmonium
refuses "--pilot is required, or --model-file" generate --output no
for option in "--pilot pilot" "--hidden 3" "--model harmonium" "--labels pilot/labels.tsv" "--residual none" \
  "--save-model no" "--genes 3" "--train-cells 3"; do
  # shellcheck disable=SC2086  # an option and its value
  refuses "has no use for ${option%% *}" generate --model-file harmonium.harmonium --output no $option
done
refuses "--cells-of: takes the place" generate --model-file labels.harmonium --output no --cells 3 --cells-of "$type=1"
refuses "no training cell has the type 'nobody'" generate --model-file labels.harmonium --output no --cells-of nobody=1
refuses "the model knows no types" generate --model-file independent.harmonium --output no --cells-of a=1
refuses "harmonium.harmonium: is a file" generate --model-file harmonium.harmonium --output harmonium.harmonium
refuses "FILE is required" info
refuses "nowhere: no such file" info nowhere
refuses "pilot: is a folder" info pilot
refuses "labels.tsv: is no model file" info pilot/labels.tsv
head -c 2000 harmonium.harmonium >short
refuses "short: is cut short" info short
refuses "short: is cut short" generate --model-file short --output no
{ head -c 3000 harmonium.harmonium && printf 'x' && tail -c +3002 harmonium.harmonium; } >damaged
cmp -s damaged harmonium.harmonium || refuses "damaged: .*checksum" generate --model-file damaged --output no
refuses "nowhere: no such file" generate --model-file nowhere --output no

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
