#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether a change of the code changed what is learned: the same fits by two builds of the program.

usage: same_fits.py OLD NEW DATA...      (programs; 10x folders)

Trains the recommended model (one fit, a component of each type where there is a labels.tsv: else its start is random), a scDBM of 4 and 2 units and the autoencoder of the published notebook on 300 cells of
each folder, 60 more held out, and prints for each fit the log-likelihood of training and of held-out cells in nats per cell (of the autoencoder the
bound) by the old and by the new program, their relative difference, and processor seconds of whole runs in turn, the smallest of three.
"""
import csv
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

MODELS = {
    "harmonium": ["--model", "harmonium", "--residual", "none"],
    "scdbm": ["--model", "scdbm", "--hidden", "4,2"],
    "vae-prior": ["--model", "vae-prior", "--preset", "paper_notebook"],
}


def options_of(program, pilot, model):
    options = list(MODELS[model])
    if model == "harmonium":
        known = subprocess.run([program, "generate", "--help-all"], capture_output=True, text=True).stdout
        options += ["--fits", "1"] if "--fits" in known else []
        labels = Path(pilot) / "labels.tsv"
        options += ["--hidden", "1", "--labels", str(labels)] if labels.exists() else []
    if model != "vae-prior":
        options += ["--held-out", "60"]
    return options


def run(program, pilot, model, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, "generate", "--pilot", pilot, "--train-cells", "360", "--seed", "5", "--threads", "1", "--cells", "1",
                    "--output", folder, "--overwrite", *options_of(program, pilot, model)], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(Path(folder) / "training_log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    figures = {}
    for name in ("log_likelihood", "held_out_log_likelihood", "evidence_bound", "bound"):
        values = [row[name] for row in rows if row.get(name)]
        if values:
            figures[name] = float(values[-1])
    return figures, after.ru_utime - before.ru_utime


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    old, new, *pilots = sys.argv[1:]
    print("| data | model | training, old | new | held out, old | new | largest relative difference | seconds, old | new |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        for pilot in pilots:
            for model in MODELS:
                figures, seconds = {}, {"old": [], "new": []}
                for _ in range(3):
                    for name, program in (("old", old), ("new", new)):
                        figures[name], took = run(program, pilot, model, os.path.join(work, name))
                        seconds[name].append(took)
                both = [name for name in figures["old"] if name in figures["new"]]
                worst = max((abs(figures["old"][n] - figures["new"][n]) / abs(figures["old"][n]) for n in both), default=float("nan"))
                cells = [f"{figures[w][n]:.6f}" for n in both for w in ("old", "new")]
                cells += [""] * (4 - len(cells))
                print(f"| {Path(pilot).name} | {model} | {' | '.join(cells)} | {worst:.1e} | {min(seconds['old']):.2f} | "
                      f"{min(seconds['new']):.2f} |", flush=True)


if __name__ == "__main__":
    main()
