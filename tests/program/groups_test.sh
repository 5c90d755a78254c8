#!/usr/bin/env bash
# usage: bash tests/program/groups_test.sh PROGRAM
# Batches and donors: --batch-column, --donor-column, what can be asked of them, and what is refused.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
same() { cmp -s <(text "$1/matrix.mtx.gz") <(text "$2/matrix.mtx.gz"); }
# cells FOLDER COLUMN: how many cells each name of a column of cells.tsv has
cells() { tail -n +2 "$1/cells.tsv" | cut -f"$2" | sort | uniq -c | awk '{print $2 ":" $1}' | paste -sd' '; }

run simulate --cells 300 --genes 80 --batches 3 --batch-spread 0.5 --seed 3 --output tissue
pilot=(generate --pilot tissue --seed 7)

check "cells of no batch" made "${pilot[@]}" --batch-column batch --cells 60 --output free
check "... the page tells of the batches" grep -qE "^batches +3: 1 \([0-9]+ cells\), 2 .*log means of genes differ by" free/summary.txt
check "... and options.json" grep -q '"batch_column": "batch"' free/options.json
check "... no batch is written" [ ! -e free/cells.tsv ]
check "cells of one batch" made "${pilot[@]}" --batch-column batch --batch 2 --cells 60 --output two
check "... cells.tsv says so" [ "$(cells two 3)" = "2:60" ]
check "... other cells" eval '! same two free'
check "cells of two batches" made "${pilot[@]}" --batch-column batch --batch 1 --batch 3 --cells 60 --output both
check "... in the pilot's proportion" eval '[[ $(cells both 3) =~ ^1:[0-9]+\ 3:[0-9]+$ ]] && [ "$(wc -l <both/cells.tsv)" -eq 61 ]'
check "types from a column of cells.tsv" made "${pilot[@]}" --labels-column label --batch-column batch --batch 1 --cells-of "T_helper=9" --output typed
check "... nine of that batch" [ "$(cells typed 2) $(cells typed 3)" = "T_helper:9 1:9" ]

check "new donors" made "${pilot[@]}" --donor-column batch --new-donors 3 --cells-per-donor 20 --output donors
check "... three" [ "$(cells donors 3)" = "new_1:20 new_2:20 new_3:20" ]
check "the same for two threads" made "${pilot[@]}" --donor-column batch --new-donors 3 --cells-per-donor 20 --threads 2 --output threads
check "... cells" same donors threads
check "a model of donors" made fit --pilot tissue --donor-column batch --seed 7 --output donors.harmonium
check "... knows them" made generate --model-file donors.harmonium --new-donors 3 --cells-per-donor 20 --output kept
check "... and makes the same cells" same donors kept
check "a donor of the pilot" made generate --model-file donors.harmonium --donor 3 --cells 20 --output three
check "... cells.tsv says so" [ "$(cells three 3)" = "3:20" ]
check "info tells of the donors" eval 'made info donors.harmonium && grep -qE "^donors +3: 1 " out'
check "batches of what was made can be learned again" made generate --pilot donors --donor-column donor --new-donors 1 --cells-per-donor 5 --output again

refuses_whole "--donor-column: does not go with --batch-column" "${pilot[@]}" --batch-column batch --donor-column batch --output no
refuses_whole "--batch: needs --batch-column" "${pilot[@]}" --batch 2 --output no
refuses_whole "--new-donors: needs --donor-column" "${pilot[@]}" --new-donors 2 --cells-per-donor 2 --output no
refuses_whole "--new-donors: needs --cells-per-donor" "${pilot[@]}" --donor-column batch --new-donors 2 --output no
refuses_whole "--cells-per-donor: needs --new-donors" "${pilot[@]}" --donor-column batch --cells-per-donor 2 --output no
refuses_whole "in place of --cells" "${pilot[@]}" --donor-column batch --new-donors 2 --cells-per-donor 2 --cells 9 --output no
refuses_whole "--batch: the model has no batch '9', but 1, 2, 3" "${pilot[@]}" --batch-column batch --batch 9 --output no
refuses_whole "--donor: the model has no donor '9'" generate --model-file donors.harmonium --donor 9 --cells 3 --output no
refuses_whole "--batch: the model was trained without batches" generate --model-file donors.harmonium --batch 1 --cells 3 --output no
refuses_whole "cells.tsv:1: has no column 'plate'" "${pilot[@]}" --batch-column plate --output no
refuses_whole "is a column of cells.tsv, which three does not have|has no column 'plate'" "${pilot[@]:0:1}" --pilot three --batch-column plate --output no
refuses_whole "scdbm has no use for --batch-column" "${pilot[@]}" --model scdbm --batch-column batch --output no

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
