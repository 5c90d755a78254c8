#!/usr/bin/env bash
# usage: bash tests/program/kept_model_test.sh PROGRAM
# Model files where cells are asked for: evaluate --synthetic, plan and study --model-file; and their
# parameters for NumPy, which python3-numpy opens where it is installed.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
made() { run "$@" && [ "$code" -eq 0 ]; }
# refuses PATTERN ARGUMENT...: one line on stderr that holds PATTERN, exit code 2, nothing written
refused() {
  local pattern=$1
  shift
  run "$@"
  [ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE -- "^harmonium: .*$pattern" err && [ ! -e no ] &&
    [ -z "$(find . -name '*.partial')" ]
}
refuses() { check "refused: $*" refused "$@"; }

run simulate --cells 160 --genes 50 --seed 3 --plain --output all
head -n 60 all/barcodes.tsv >pilot.txt
run fit --pilot all --train-cells 60 --labels all/labels.tsv --seed 7 --output m.harmonium
run fit --pilot all --model independent-nb --genes 20 --output few.harmonium
cp m.harmonium kept

# --- evaluate

judge=(evaluate --reference all --labels all/labels.tsv --repeats 2 --seed 5)
run generate --model-file m.harmonium --cells 160 --seed 5 --plain --output cells
check "evaluate of cells" made "${judge[@]}" --synthetic cells --output of_cells
check "evaluate of a model file" made "${judge[@]}" --synthetic m.harmonium --output of_model
check "... is that of the cells that generate makes with the same seed" cmp of_cells/scores.csv of_model/scores.csv
check "... says so" grep -q "^note  *160 cells, as many as the reference has, made by m.harmonium (harmonium<.*with seed 5" \
  of_model/summary.txt
check "... and in evaluation.json" grep -q '"synthetic_made_by": "harmonium<' of_model/evaluation.json
check "... on any number of threads" made "${judge[@]}" --synthetic m.harmonium --threads 1 --output of_model_1
check "... the same" diff -r of_model of_model_1
check "a model file of any name, told by its first bytes" made "${judge[@]}" --synthetic kept --output of_kept
check "... the same figures" cmp of_model/scores.csv of_kept/scores.csv
check "a model of 20 of the genes" made "${judge[@]}" --synthetic few.harmonium --output of_few
check "... is judged on those" grep -q "judged on the 20 genes that both have" of_few/summary.txt
refuses "all.harmonium: no such file" "${judge[@]}" --synthetic all.harmonium --output no
cp all/labels.tsv words.harmonium
refuses "words.harmonium: is no model file" "${judge[@]}" --synthetic words.harmonium --output no
head -c 2000 m.harmonium >short.harmonium
refuses "short.harmonium: is cut short" "${judge[@]}" --synthetic short.harmonium --output no
refuses "--orientation: .*neither is one" "${judge[@]}" --synthetic m.harmonium --orientation cells-by-genes --output no
cp -r all strangers && sed -i 's/gene_/alien_/g' strangers/features.tsv
refuses "m.harmonium knows none of the genes by id" evaluate --reference strangers --labels all/labels.tsv --synthetic m.harmonium --output no

# --- plan

plan=(plan --pilot all --labels all/labels.tsv --sizes 40,80 --repeats 2 --seed 2)
check "a plan by a model file" made "${plan[@]}" --model-file m.harmonium --threads 2 --output plan
check "... and by cluster-nb, fitted" [ "$(tail -n +2 plan/saturation.csv | cut -d , -f 2 | sort -u | paste -sd ' ')" = \
  "cluster-nb m.harmonium" ]
check "... the same on one thread" made "${plan[@]}" --model-file m.harmonium --threads 1 --output plan_1
check "... all files" diff -r plan plan_1
check "... a doubt says that it is one fit" grep -q "doubt: experiments of m.harmonium come from one fit" plan/summary.txt
check "... and that it has seen 60 of the pilot's cells alone" grep -q \
  "doubt: m.harmonium was trained on other cells or genes than this pilot's" plan/summary.txt
run fit --pilot all --labels all/labels.tsv --seed 7 --output whole.harmonium
check "a plan by a model of the very pilot" made "${plan[@]}" --model-file whole.harmonium --output own
check "... has no such doubt" eval '! grep -q "was trained on other" own/summary.txt'
check "... plan.json names it" grep -q '"model_file": "m.harmonium"' plan/plan.json
check "with --models it stands beside those" made "${plan[@]}" --model-file few.harmonium --models cluster-nb,harmonium \
  --output beside
check "... three generators" [ "$(tail -n +2 beside/saturation.csv | cut -d , -f 2 | sort -u | paste -sd ' ')" = \
  "cluster-nb few.harmonium harmonium" ]
check "... on the genes that it knows" grep -q "few.harmonium knows 20 of the pilot's 50 genes; the others are left out" err
refuses "m.harmonium knows none of the genes by id" plan --pilot strangers --labels all/labels.tsv \
  --model-file m.harmonium --output no
refuses "nowhere: no such file" "${plan[@]}" --model-file nowhere --output no
refuses "short.harmonium: is cut short" "${plan[@]}" --model-file short.harmonium --output no

# --- study

study=(study --reference all --labels all/labels.tsv --sizes 24,48 --repeats 2 --models cluster-nb,bootstrap --seed 5)
check "a study without model files" made "${study[@]}" --output alone
check "a study with two" made "${study[@]}" --model-file m.harmonium,few.harmonium --threads 2 --output study
check "... named as their files" [ "$(tail -n +2 study/results.csv | cut -d , -f 3 | sort -u | paste -sd ' ')" = \
  "bootstrap cluster-nb few.harmonium m.harmonium" ]
check "... the other figures are as without them" cmp alone/results.csv <(grep -v '\.harmonium,' study/results.csv)
check "... genes that a model does not know are told" grep -q "few.harmonium knows 20 of the reference's 50 genes; the others are zero" err
check "... they are not asked how large a pilot must be" eval '! grep -qE "model here[^.]*\.harmonium|\([a-z]*\.harmonium, the best" study/summary.txt'
for shard in 1/2 2/2; do run "${study[@]}" --model-file m.harmonium,few.harmonium --shard $shard --threads 1 --output parts; done
check "parts, merged" made study --merge --output parts
check "... are the whole" diff -r --exclude=report.html --exclude='timings*' study parts
check "... the report as well says what they are" grep -q "m.harmonium was fitted before and is the same for every pilot" parts/report.html
cp few.harmonium before && run fit --pilot all --model independent-nb --genes 20 --train-cells 60 --overwrite --output few.harmonium
rm study/fits/24-1-*
run "${study[@]}" --model-file m.harmonium,few.harmonium --output study
check "a model file that has changed is refused" eval '[ "$code" -eq 2 ] &&
  tail -n 1 err | grep -q "^harmonium: .*other models (a --model-file has changed since it was begun)"'
cp before few.harmonium
refuses "other options: model_files was" "${study[@]}" --model-file m.harmonium --output study
check "with the files of then it goes on" made "${study[@]}" --model-file m.harmonium,few.harmonium --output study
check "... to the same end" diff -r --exclude=report.html --exclude='timings*' study parts
cp m.harmonium 'a,b.harmonium' && cp m.harmonium 'a"b'
refuses 'would go into tables' "${study[@]}" --model-file 'a"b' --output no
refuses "the generator m.harmonium is there twice" "${study[@]}" --model-file m.harmonium,m.harmonium --output no

# --- parameters for NumPy

run fit --pilot all --model scdbm --hidden 3 --output scdbm.harmonium
run fit --pilot all --model vae-posterior --epochs 2 --output posterior.harmonium
run fit --pilot all --model bootstrap --output bootstrap.harmonium
for name in m few scdbm posterior bootstrap; do
  check "info $name.harmonium --npz" made info $name.harmonium --npz $name.npz
done
check "... the page tells where" grep -q "^parameters  *bootstrap.npz, " out
if /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
  check "numpy.load opens them" /usr/bin/python3 - <<'P'
import numpy
m = numpy.load("m.npz")
genes = len(m["gene_ids"])
states = len(m["state_names"])
assert m["mean"].shape == m["inverse_dispersion"].shape == (states, genes), m["mean"].shape
assert abs(m["weights"].sum() - 1) < 1e-9 and (m["mean"] > 0).all()
labels = {line.split("\t")[1].strip() for line in open("all/labels.tsv").readlines()[1:]}
assert set(m["state_names"]) <= labels and m["gene_ids"][0].startswith("gene_")
few = numpy.load("few.npz")
assert few["mean"].shape == (20,) and set(few["dispersion_status"]) <= {
    "converged", "not converged", "Poisson-like", "at lower bound", "all zero"}, few["dispersion_status"]
cells = {}  # mean of every gene in the pilot, by hand
for line in open("all/matrix.mtx").read().splitlines()[2:]:
    if not line.startswith("%"):
        gene, cell, count = map(int, line.split())
        cells[gene] = cells.get(gene, 0) + count
ids = [line.split("\t")[0] for line in open("all/features.tsv")]
for id, mean in zip(few["gene_ids"], few["mean"]):
    assert abs(mean - cells[ids.index(id) + 1] / 160) < 1e-9
s = numpy.load("scdbm.npz")
assert s["weights_0"].shape == (len(s["bias_0"]), 3) and len(s["bias_1"]) == 3
p = numpy.load("posterior.npz")
assert p["encoder_1_weights"].shape[0] == len(p["gene_ids"]) and p["pilot_latent_mean"].shape[0] == 160
b = numpy.load("bootstrap.npz")
assert b["pilot_pointers"][-1] == len(b["pilot_counts"]) and b["pilot_shape"][0] == 160
assert b["pilot_counts"].sum() == sum(cells.values())
P
  check "... without a warning of its zip" /usr/bin/python3 -c '
import zipfile
assert zipfile.ZipFile("m.npz").testzip() is None'
else
  echo "skipped numpy.load of the parameters: no python3-numpy"
fi
refuses "m.npz: exists; --overwrite" info m.harmonium --npz m.npz
check "--overwrite" made info m.harmonium --npz m.npz --overwrite
cp m.harmonium same.harmonium
refuses "same.harmonium is the model file itself" info same.harmonium --npz same.harmonium --overwrite
refuses "short.harmonium: is cut short" info short.harmonium --npz no
refuses "there is no folder" info m.harmonium --npz nowhere/no

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
