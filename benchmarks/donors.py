#!/usr/bin/env python3
"""Donors left out one by one: do bands of new donors hold the real one?

usage: donors.py PROGRAM DATA COLUMN WORK [--cells N] [--new N] [--seeds N]

DATA is a 10x folder with labels.tsv and cells.tsv, of which COLUMN names the donors. For every donor the model is
trained on N cells of the others, with labels, and draws new donors of as many cells as the left-out one has (at most
2000). Said is how many of its shares of types, of its mean counts by type and gene (types of 30 cells or more in it,
genes with a mean of 0.1 or more in the type) and of its mean library lie within the new donors' 5 % and 95 %
quantiles. WORK is a folder for files. Debian: python3-scipy.
"""
import argparse
import gzip
import pathlib
import shutil
import subprocess

import numpy as np
import scipy.io
import scipy.sparse


def opened(path):
    packed = pathlib.Path(str(path) + ".gz")
    return gzip.open(packed, "rt") if packed.exists() else open(path)


def read_counts(folder):
    return scipy.sparse.csr_matrix(scipy.io.mmread(opened(folder / "matrix.mtx")).T)


def read_table(path):
    rows = [line.rstrip("\n").split("\t") for line in open(path)]
    return {name: np.array([row[k] for row in rows[1:]]) for k, name in enumerate(rows[0])}


def write_folder(folder, source, counts, rows, cells, labels):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "matrix.mtx", "wb") as file:
        scipy.io.mmwrite(file, scipy.sparse.coo_matrix(counts[rows].T), field="integer")
    for name in ("features.tsv", "features.tsv.gz", "genes.tsv"):
        if (source / name).exists():
            shutil.copy(source / name, folder / name)
    barcodes = cells["barcode"][rows]
    (folder / "barcodes.tsv").write_text("".join(b + "\n" for b in barcodes))
    columns = [name for name in cells if name not in ("barcode", "label")]
    with open(folder / "cells.tsv", "w") as file:
        file.write("\t".join(["barcode", "label", *columns]) + "\n")
        for i in rows:
            file.write("\t".join([cells["barcode"][i], labels[i], *(cells[c][i] for c in columns)]) + "\n")


def figures(counts, labels, types):
    """Shares of types, mean library, and per type the mean of every gene (NaN without cells)."""
    shares = np.array([(labels == t).mean() for t in types])
    means = np.array([np.asarray(counts[labels == t].mean(axis=0)).ravel() if (labels == t).any()
                      else np.full(counts.shape[1], np.nan) for t in types])
    return shares, counts.sum() / counts.shape[0], means


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("column")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--cells", type=int, default=1500)
    parser.add_argument("--new", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    counts = read_counts(asked.data)
    cells = read_table(asked.data / "cells.tsv")
    labels = read_table(asked.data / "labels.tsv")["label"]
    donor = cells[asked.column]
    types = np.unique(labels)
    print("donor   seed  cells  shares within  library  gene means within (of how many)  by type")
    all_shares, all_means, all_library = [], [], []
    for seed in range(1, asked.seeds + 1):
        for one in np.unique(donor):
            rng = np.random.default_rng(seed)
            others = np.sort(rng.permutation(np.where(donor != one)[0])[:asked.cells])
            own = np.sort(rng.permutation(np.where(donor == one)[0])[:2000])
            pilot, made = asked.work / "pilot", asked.work / "made"
            for folder in (pilot, made):
                shutil.rmtree(folder, ignore_errors=True)
            write_folder(pilot, asked.data, counts, others, cells, labels)
            subprocess.run([asked.program, "generate", "--pilot", pilot, "--labels-column", "label", "--donor-column",
                            asked.column, "--new-donors", str(asked.new), "--cells-per-donor", str(len(own)),
                            "--seed", str(seed), "--plain", "--output", made],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            drawn, table = read_counts(made), read_table(made / "cells.tsv")
            bands = [figures(drawn[table["donor"] == name], table["label"][table["donor"] == name], types)
                     for name in np.unique(table["donor"])]
            real = figures(counts[own], labels[own], types)

            def within(value, draws):
                low, high = np.nanquantile(draws, [0.05, 0.95], axis=0)
                return (low <= value) & (value <= high)

            shares = within(real[0], [b[0] for b in bands])
            library = within(real[1], [b[1] for b in bands])
            inside, by_type = [], []
            means = np.array([b[2] for b in bands])
            for k, t in enumerate(types):
                if (labels[own] == t).sum() < 30:
                    continue
                kept = real[2][k] >= 0.1
                hit = within(real[2][k][kept], means[:, k, kept])
                inside.append(hit)
                by_type.append(f"{t} {hit.mean():.2f}")
            inside = np.concatenate(inside)
            all_shares.append(shares.mean())
            all_means.append(inside.mean())
            all_library.append(bool(library))
            print(f"{one:7} {seed:4} {len(own):6}  {shares.sum():4} of {len(types):2}     {'yes' if library else 'no':7}"
                  f"  {inside.mean():.2f} ({len(inside)})  {', '.join(by_type)}", flush=True)
    print(f"all: shares {np.mean(all_shares):.2f}, library {np.mean(all_library):.2f}, gene means "
          f"{np.mean(all_means):.2f} [{np.min(all_means):.2f}-{np.max(all_means):.2f}]")


if __name__ == "__main__":
    main()
