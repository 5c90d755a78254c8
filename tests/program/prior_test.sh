#!/usr/bin/env bash
# usage: bash tests/program/prior_test.sh PROGRAM
# An atlas as prior: generate and fit --prior, --prior-weight, and what is refused.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
same() { cmp -s <(text "$1/matrix.mtx.gz") <(text "$2/matrix.mtx.gz"); }

run simulate --cells 600 --genes 80 --seed 3 --output tissue
pilot=(generate --pilot tissue --train-cells 96 --seed 7 --cells 60)

check "fit makes an atlas" made fit --pilot tissue --hidden 4 --output atlas.harmonium
check "the pilot alone" made "${pilot[@]}" --output alone
check "generate --prior" made "${pilot[@]}" --prior atlas.harmonium --output with
check "... one line tells of its use" grep -qE "^prior +used: held-out cells gain .* nats; .* % of the gene means follow it; it has [0-9]+ of [0-9]+ genes" with/summary.txt
check "... one component for twelve cells" grep -qE "^components +8$" with/summary.txt
check "... other cells" eval '! same with alone'
check "... options.json names it" grep -q '"prior": "atlas.harmonium"' with/options.json
check "the same for two threads" made "${pilot[@]}" --prior atlas.harmonium --threads 2 --output threads
check "... cells" same with threads
check "--prior-weight 0" made "${pilot[@]}" --prior atlas.harmonium --prior-weight 0 --output zero
check "... are the cells of the pilot alone" same zero alone
check "... and says so" grep -qE "^prior +not used as asked" zero/summary.txt
check "--prior-weight 1" made "${pilot[@]}" --prior atlas.harmonium --prior-weight 1 --output one
check "... the cells of auto, where that uses it" same one with
check "fit --prior" made fit --pilot tissue --train-cells 96 --seed 7 --prior atlas.harmonium --output posterior.harmonium
check "... keeps the model" made generate --model-file posterior.harmonium --cells 60 --output kept
check "... that makes the same cells" same kept with
check "a prior without residual correlation" made "${pilot[@]}" --prior atlas.harmonium --residual none --output none

# An atlas of other genes: those of the same names in reverse.
mkdir other
text tissue/matrix.mtx.gz | awk '/^%/ {print; next} !n {n = $1; print; next} {print n + 1 - $1, $2, $3}' |
  gzip >other/matrix.mtx.gz
cp tissue/features.tsv.gz tissue/barcodes.tsv.gz other
check "an atlas of other genes" made fit --pilot other --hidden 4 --output other.harmonium
check "generate with it" made "${pilot[@]}" --prior other.harmonium --output refused
check "... does not use it" grep -qE "^prior +not used: held-out cells do not gain .*the cells are those of the pilot alone" refused/summary.txt
check "... and makes the cells of the pilot alone" same refused alone

# Types by an atlas that was fitted with them.
check "an atlas with types" made fit --pilot tissue --labels tissue/labels.tsv --hidden 8 --output types.harmonium
check "generate --labels ATLAS" eval 'run generate --pilot tissue --labels types.harmonium --seed 7 --cells 60 --output typed && grep -qE "types are those of types.harmonium .* by 80 of 80 genes; cells of a type that it lacks" err'
check "... gives cells its types" eval '[ -z "$(tail -n +2 typed/labels.tsv | cut -f 2 | sort -u | grep -vxFf <(tail -n +2 tissue/labels.tsv | cut -f 2 | sort -u))" ]'
check "evaluate --labels ATLAS" made evaluate --reference tissue --synthetic typed --labels types.harmonium --repeats 1 --output judged
check "... says whose types" grep -q "types by the atlas types.harmonium" judged/report.html
refuses_whole "atlas.harmonium was fitted without types" "${pilot[@]}" --labels atlas.harmonium --output no

# Types of the atlas that the pilot does not show: half a percent of the tissue are megakaryocytes, a pilot without them.
mkdir few
awk -F '\t' 'NR > 1 && $2 != "megakaryocyte" && n++ < 90 {print NR - 1}' tissue/labels.tsv >rows
text tissue/matrix.mtx.gz | awk 'NR == FNR {at[$1] = FNR; n = FNR; next} /^%/ {next} !genes {genes = $1; next}
  $2 in at {line[++k] = $1 " " at[$2] " " $3}
  END {print "%%MatrixMarket matrix coordinate integer general"; print genes, n, k; for (i = 1; i <= k; ++i) print line[i]}' \
  rows - >few/matrix.mtx
cp tissue/features.tsv.gz few
awk '{print "cell_" $1}' rows >few/barcodes.tsv
few=(generate --pilot few --prior types.harmonium --prior-weight 1 --seed 7 --cells 1000)
check "a pilot without a type of the atlas" made "${few[@]}" --output without
check "--types-of-prior" made "${few[@]}" --types-of-prior --output added
check "... says which were added" grep -qE "^types of the prior +added megakaryocyte 0\.[0-9]+ % of the cells \(0\.5[0-9]* % of the atlas\)" added/summary.txt
check "... gives them that share" eval 'n=$(grep -cP "\tmegakaryocyte \(of the atlas\)$" added/labels.tsv); [ "$n" -ge 4 ] && [ "$n" -le 6 ]'
check "... none without the option" eval '! grep -q "of the atlas" without/labels.tsv && ! grep -q "^types of the prior" without/summary.txt'
check "... options.json has it" grep -q '"types_of_prior": true' added/options.json
check "fit --types-of-prior" made fit --pilot few --prior types.harmonium --prior-weight 1 --types-of-prior --seed 7 --output few.harmonium
check "... keeps them" made generate --model-file few.harmonium --cells 1000 --output kept_types
check "... and makes the same cells" same kept_types added
check "an atlas that is not used adds none" made "${pilot[@]}" --prior types.harmonium --prior-weight 0 --types-of-prior --output unused
check "... and makes the cells of the pilot alone" same unused alone
refuses_whole "--types-of-prior: needs a --prior" "${pilot[@]}" --types-of-prior --output no
refuses_whole "--types-of-prior: atlas.harmonium was fitted without types" "${pilot[@]}" --prior atlas.harmonium --types-of-prior --output no
refuses_whole "scdbm has no use for --types-of-prior" "${pilot[@]}" --model scdbm --types-of-prior --output no

mkdir names
cp tissue/matrix.mtx.gz tissue/barcodes.tsv.gz names
text tissue/features.tsv.gz | sed 's/^/x/; s/\t/\tx/' | gzip >names/features.tsv.gz
check "an atlas of other names" made fit --pilot names --hidden 4 --output names.harmonium
check "a baseline" made fit --pilot tissue --model independent-nb --output baseline.harmonium
refuses_whole "no gene in common" "${pilot[@]}" --prior names.harmonium --output no
refuses_whole "baseline.harmonium: holds a independent_nb" "${pilot[@]}" --prior baseline.harmonium --output no
refuses_whole "nowhere: no such file" "${pilot[@]}" --prior nowhere --output no
refuses_whole "features.tsv.gz: is no model file" "${pilot[@]}" --prior tissue/features.tsv.gz --output no
refuses_whole "scdbm has no use for --prior" "${pilot[@]}" --model scdbm --prior atlas.harmonium --output no
refuses_whole "--prior-weight: needs a --prior" "${pilot[@]}" --prior-weight 1 --output no
refuses_whole "--prior-weight" "${pilot[@]}" --prior atlas.harmonium --prior-weight 0.5 --output no
refuses_whole "has no use for --prior" generate --model-file atlas.harmonium --prior atlas.harmonium --output no

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
