#!/usr/bin/env bash
# usage: bash tests/program/study_test.sh PROGRAM
# Runs `harmonium study` and `harmonium plan` as a user would: what they write, how a study goes on after
# it was killed, in parts, and on several processes, and what they refuse.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# refuses PATTERN ARGUMENT...: one line that holds PATTERN, exit code 2
refuses() {
  local pattern=$1
  shift
  run "$@"
  check "refused: $*" eval '[ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE -- "$pattern" err'
}
# same_results FOLDER FOLDER: all but times
same_results() { diff -r --exclude=report.html --exclude='timings*' "$1" "$2"; }

run simulate --cells 120 --genes 40 --seed 3 --plain --output all
common=(study --reference all --labels all/labels.tsv --sizes 24,48 --repeats 2)
design=("${common[@]}" --models independent-nb,cluster-nb,bootstrap --seed 5)

run "${design[@]}" --threads 2 --output whole
check "a study runs" [ "$code" -eq 0 ]
check "... a file per fit" [ "$(ls whole/fits | wc -l)" -eq 12 ]
check "... and all results" [ "$(cd whole && echo *)" = "failures.csv fits report.html results.csv results.json results.npy study.json summary.txt table1.csv timings.csv" ]
check "... tidy csv" eval '[ "$(head -n 1 whole/results.csv)" = size,repeat,generator,metric,figure,value ] &&
  [ "$(tail -n +2 whole/results.csv | cut -d , -f 1-3 | sort -u | wc -l)" -eq 12 ]'
check "... the report needs no network and begins with the answer" eval \
  '! grep -qE "https?://|<script|<link|<img|url\(" whole/report.html && [ "$(grep -n "class=\"answer\"" whole/report.html | cut -d : -f 1)" -le 40 ]'
if command -v python3 >/dev/null; then
  check "results.npy has the shape of the names" python3 -c '
import ast, json
head = open("whole/results.npy", "rb").read(128)[10:].decode("latin1").split("}")[0] + "}"
names = json.load(open("whole/results.json"))
assert ast.literal_eval(head)["shape"] == tuple(len(names[axis]) for axis in names["axes"])'
fi

for shard in 1/2 2/2; do run "${design[@]}" --shard $shard --output parts; done
run study --merge --output parts
check "parts, merged, are the whole" same_results whole parts

cp -r whole again && rm -r again/results.* again/fits/24-* && run "${design[@]}" --threads 1 --output again
check "only missing fits are done again" [ "$(wc -l <again/timings.csv)" -eq 19 ]
check "... with the same results on one thread" same_results whole again

# Killed at any moment: fits that are there are whole, and the study goes on.
"$program" "${design[@]}" --threads 1 --output killed >/dev/null 2>&1 &
child=$!
sleep 0.15
kill -9 $child
wait $child 2>/dev/null
run "${design[@]}" --output killed
check "kill -9, then the same command: the same results" same_results whole killed

if command -v mpirun >/dev/null && ldd "$program" | grep -q libmpi; then
  timeout 60 mpirun --oversubscribe -n 3 "$program" "${design[@]}" --output mpi >out 2>err </dev/null
  check "three MPI processes: the same results" same_results whole mpi
fi

# Two processes on one output: the second says so. Parts that begin at once share a folder.
busy=(study --reference all --labels all/labels.tsv --sizes 24,48,96 --repeats 40 --models harmonium --threads 1 --output busy)
"$program" "${busy[@]}" >/dev/null 2>&1 &
child=$!
for _ in $(seq 500); do [ -e busy/timings.csv ] && break; sleep 0.02; done
refuses "another process computes this study" "${busy[@]}"
kill -9 $child
wait $child 2>/dev/null
"$program" generate --pilot all --cells 300000 --threads 1 --output held >/dev/null 2>&1 &
child=$!
for _ in $(seq 500); do [ -e held ] && break; sleep 0.02; done
refuses "held: is being written by another process" generate --pilot all --cells 5 --output held --overwrite
kill -9 $child
wait $child 2>/dev/null
run generate --pilot all --cells 5 --output held --overwrite
check "... until it is gone" [ "$code" -eq 0 ]
refuses "nothing" generate --pilot nothing --output made/below
check "a run that fails leaves no folder" [ ! -e made ]
for shard in 1/2 2/2; do "$program" "${design[@]}" --shard $shard --threads 1 --output at_once >/dev/null 2>"err_${shard%/*}" & done
wait
run study --merge --output at_once
check "... merged, are the whole" same_results whole at_once

refuses "other options: seed was 5, now 6" "${common[@]}" --models independent-nb,cluster-nb,bootstrap --seed 6 --output whole
cp -r all changed && sed -i '$s/ [0-9]*$/ 777/' changed/matrix.mtx
sed -i 's/"reference": "all"/"reference": "changed"/' again/study.json
refuses "other data" study --reference changed --labels all/labels.tsv --sizes 24,48 --repeats 2 \
  --models independent-nb,cluster-nb,bootstrap --seed 5 --output again
refuses "no model is called 'best'" "${common[@]}" --models best --output no
refuses "a pilot of 121 cells" study --reference all --labels all/labels.tsv --sizes 121 --output no
refuses "--shard: expected i/n" "${common[@]}" --shard 3/2 --output no
refuses "is for scdbm" "${common[@]}" --models bootstrap --grid bootstrap=3 --output no
refuses "has 0 of|cannot be read" study --merge --output no
run study --reference all --sizes 40 --repeats 1 --models bootstrap --paper-protocol --added-zeros 0.2 --output paper
check "without labels, by the paper's protocol, with added zeros" grep -q "paper_protocol,rand,0" paper/results.csv

run plan --pilot all --labels all/labels.tsv --sizes 40,80 --repeats 2 --models cluster-nb --rare 0.02 \
  --cost-per-cell 0.5 --recovery 0.5 --threads 2 --output plan
check "a plan" [ "$code" -eq 0 ]
check "... its files" [ "$(cd plan && echo *)" = "depths.csv designs.csv goals.csv plan.json report.html saturation.csv summary.txt types.csv" ]
check "... one donor tells nothing about others" grep -q "one donor" plan/report.html
run plan --pilot all --labels all/labels.tsv --sizes 40,80 --repeats 2 --models cluster-nb --rare 0.02 \
  --cost-per-cell 0.5 --recovery 0.5 --threads 1 --output plan1
check "... the same on one thread" diff -r plan plan1
{ printf 'cell'; cut -f 1 all/features.tsv | tr '\n' ',' | sed 's/^/,/; s/,$//'; echo
  awk 'NR == 2 {genes = $1; cells = $2} NR > 2 {x[$2, $1] = $3} NR == FNR {next} {names[++n] = $1}
       END {for (i = 1; i <= cells; ++i) {printf "%s", names[i]; for (j = 1; j <= genes; ++j) printf ",%d", x[i, j]; print ""}}' \
    all/matrix.mtx all/barcodes.tsv; } >all.csv
run plan --pilot all.csv --orientation cells-by-genes --labels all/labels.tsv --sizes 40,80 --repeats 2 --models cluster-nb \
  --rare 0.02 --cost-per-cell 0.5 --recovery 0.5 --threads 2 --output plan_csv
check "... the same from a csv file" diff <(grep -v '"pilot":' plan/plan.json) <(grep -v '"pilot":' plan_csv/plan.json)
run study --reference all.csv --orientation cells-by-genes --labels all/labels.tsv --sizes 24,48 --repeats 2 \
  --models independent-nb,cluster-nb,bootstrap --seed 5 --output csv
check "a study from a csv file is the same" cmp whole/results.csv csv/results.csv
refuses "--orientation: cells-by-genes or genes-by-cells must be given" plan --pilot all.csv --output no
refuses "--orientation: is for csv and tsv files" study --reference all --orientation cells-by-genes --labels all/labels.tsv --output no
run simulate --cells 30 --genes 40 --seed 9 --plain --output tiny
run plan --pilot tiny --sizes 20,40 --repeats 1 --models cluster-nb --output small
check "a small pilot says so, and what is needed all the same" grep -q "fewer than 50" small/summary.txt
run plan --pilot all --labels all/labels.tsv --sizes 40,80 --repeats 1 --models cluster-nb --goal abundance,markers \
  --donors 4,8 --cost-per-cell 0.5 --cost-per-donor 100 --budget 1900 --output bought
check "goals between donors, within a budget" grep -q "Within the budget of 1900" bought/summary.txt
check "... two conditions of them" grep -q '"conditions": 2' bought/plan.json
run plan --pilot all --labels all/labels.tsv --sizes 40,80 --repeats 1 --models cluster-nb --cost-per-lane 1000 \
  --cost-per-million-reads 4 --saturation 0.5 --expected-labels all/labels.tsv --output lanes
check "lanes, reads and shares of another experiment" [ "$code" -eq 0 ]
check "... half the molecules take 32 % of the reads of a saturated library" grep -q "^0.5,1594[0-9]" lanes/depths.csv
check "... and droplets make doublets" grep -q '"doublets_per_thousand": 0.008' lanes/plan.json
refuses "--expected-labels: does not go with --expected" plan --pilot all --labels all/labels.tsv --expected X=0.1 \
  --expected-labels all/labels.tsv --output no
# Donors from cells.tsv, prices from a file.
run simulate --cells 240 --genes 60 --batches 4 --batch-spread 0.4 --output cohort
cat >prices.toml <<'END'
# a comment
cost-per-cell = 0.5
cost-per-donor = 100
recovery = 0.5
END
cohort=(plan --pilot cohort --labels-column label --sizes 40,80 --repeats 1 --models cluster-nb --goal differential
  --type T_helper --donors 3,6)
run "${cohort[@]}" --donor-column batch --prices prices.toml --output cohort_plan
check "a plan over donors" [ "$code" -eq 0 ]
check "... whose differences are estimated" eval '! grep -q "expression between donors was ASSUMED" cohort_plan/plan.json && grep -q "expression differs between donors was estimated from 4 donors only" cohort_plan/plan.json'
check "... also of shares" eval 'grep -q "cells_for_types_donors" cohort_plan/plan.json && grep -q "^T_helper,.*,0\.[0-9]*$" cohort_plan/types.csv && grep -q "shares of types differ between donors was estimated from 4 donors only" cohort_plan/plan.json'
check "... at the file's prices" grep -q '"cost_per_donor": 100' cohort_plan/plan.json
run "${cohort[@]}" --donor-column batch --cost-per-cell 0.5 --cost-per-donor 100 --recovery 0.5 --output cohort_same
check "... the same as with options" diff cohort_plan/designs.csv cohort_same/designs.csv
run "${cohort[@]}" --prices prices.toml --cost-per-donor 50 --output cohort_less
check "... which the command line overrides" grep -q '"cost_per_donor": 50' cohort_less/plan.json
check "... and which are assumed without donors" eval 'grep -q "expression between donors was ASSUMED" cohort_less/plan.json && grep -q "shares of types differ between donors was ASSUMED" cohort_less/plan.json'
run "${cohort[@]/3,6/1}" --output cohort_one
check "... but for one, who is the pilot's again" eval '! grep -q "shares of types differ between donors was ASSUMED" cohort_one/plan.json && ! grep -q cells_for_types_donors cohort_one/plan.json'
echo "cost-per-cel = 3" >wrong.toml
refuses "wrong.toml: has no price or loss 'cost-per-cel'" "${cohort[@]}" --prices wrong.toml --output no
echo "recovery = 3" >wrong.toml
refuses "wrong.toml: --recovery" "${cohort[@]}" --prices wrong.toml --output no
echo "seed = 3" >wrong.toml
refuses "wrong.toml: has no price or loss 'seed'" "${cohort[@]}" --prices wrong.toml --output no
refuses "--donor-column: does not go with --donor-labels" "${cohort[@]}" --donor-column batch --donor-labels cohort/labels.tsv --output no
refuses "no cell of the pilot has the type" plan --pilot all --labels all/labels.tsv --separate X,Y --output no

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
