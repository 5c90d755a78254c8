#!/usr/bin/env python3
"""Are cells of no batch free of batches, and are their types kept?

usage: batch_free.py PROGRAM DATA COLUMN WORK [--option batch|donor] [--labels] [--per-batch N] [--seeds N]

DATA is a 10x folder with labels.tsv and cells.tsv, of which COLUMN names the batches. A model is fitted to all cells
(--per-batch: to so many of each batch) with --batch-column or --donor-column, and makes as many cells of no batch as
it has seen, and so many of each batch. A cell of no batch is then given a batch at random by p(batch | its component),
from the components of the cells made for each batch: what its components still say of batches remains visible.

Of real cells, of those made for each batch and of those of no batch the program says LISI by batch (Korsunsky et al.
2019, Nat. Methods 16:1289: inverse Simpson index of the batches among the neighbours of a cell, perplexity 30, on 20
principal components of log-normalised counts), as an effective number of batches and, in brackets, of two: the mean
over all pairs of batches of LISI of their cells alone; and the adjusted Rand index of k-means against the types. Beside them is LISI of
the same cells with batches permuted among all cells, and among those of a type: as much as there can be where batches
are of unequal size, or have types in unequal shares. With --labels the model is told the types; without, a cell that
is made has the type of the nearest real cell. Debian: python3-scipy python3-sklearn.
"""
import argparse
import itertools
import pathlib
import shutil
import subprocess

import numpy as np
from donors import read_counts, read_table, write_folder
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors

PERPLEXITY = 30


def log_normalised(counts, library):
    counts = counts.toarray().astype(float)
    return np.log1p(counts / np.maximum(counts.sum(1, keepdims=True), 1) * library)


def neighbour_weights(distances):
    """Gaussian weights of each cell's neighbours, whose entropy is that of PERPLEXITY equal ones, by bisection."""
    squares = distances**2 - distances[:, :1]**2
    low, high = np.full(len(squares), -40.0), np.full(len(squares), 40.0)  # logarithms of the precision
    for _ in range(60):
        middle = (low + high) / 2
        weight = np.exp(-np.minimum(squares * np.exp(middle)[:, None], 700))
        weight /= weight.sum(1, keepdims=True)
        wide = -(weight * np.log(weight)).sum(1) > np.log(PERPLEXITY)
        low, high = np.where(wide, middle, low), np.where(wide, high, middle)
    return weight


class neighbourhoods:
    """The cells nearest to each, with weights."""

    def __init__(self, points):
        found = NearestNeighbors(n_neighbors=3 * PERPLEXITY + 1).fit(points).kneighbors(points)
        self.weights = neighbour_weights(found[0][:, 1:])
        self.cells = found[1][:, 1:]

    def lisi(self, batch):
        near = batch[self.cells]
        return float((1 / sum((self.weights * (near == b)).sum(1)**2 for b in np.unique(batch))).mean())


def lisi(points, batch):
    """Of all batches, and the mean over pairs of them."""
    pairs = []
    for pair in itertools.combinations(np.unique(batch), 2):
        rows = np.isin(batch, pair)
        pairs.append(neighbourhoods(points[rows]).lisi(batch[rows]))
    return neighbourhoods(points).lisi(batch), np.mean(pairs)


def permuted_within(groups, batch, rng):
    result = batch.copy()
    for group in np.unique(groups):
        rows = np.where(groups == group)[0]
        result[rows] = batch[rng.permutation(rows)]
    return result


def batches_given_components(free, made, batches, sizes, rng):
    """A batch for every cell of no batch, by the shares of its component in the batches."""
    chosen = []
    shares = {c: np.array([n * (made[b] == c).mean() for b, n in zip(batches, sizes)]) for c in np.unique(free)}
    for component in free:
        share = shares[component]
        total = share.sum()
        chosen.append(rng.choice(batches, p=share / total if total > 0 else np.array(sizes) / sum(sizes)))
    return np.array(chosen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("column")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--option", choices=["batch", "donor"], default="batch")
    parser.add_argument("--labels", action="store_true")
    parser.add_argument("--per-batch", type=int)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    counts = read_counts(asked.data)
    cells = read_table(asked.data / "cells.tsv")
    labels = read_table(asked.data / "labels.tsv")["label"]
    batches = np.unique(cells[asked.column])
    print("seed  cells              LISI by batch  permuted  permuted within types   ARI")
    for seed in range(1, asked.seeds + 1):
        rng = np.random.default_rng(seed)
        rows = np.arange(len(labels))
        if asked.per_batch:
            rows = np.sort(np.concatenate([rng.permutation(np.where(cells[asked.column] == b)[0])[:asked.per_batch]
                                           for b in batches]))
        pilot = asked.work / "pilot"
        shutil.rmtree(pilot, ignore_errors=True)
        write_folder(pilot, asked.data, counts, rows, cells, labels)
        real, types, batch = counts[rows], labels[rows], cells[asked.column][rows]
        sizes = [int((batch == b).sum()) for b in batches]
        library = np.median(np.asarray(real.sum(1)))
        model = asked.work / "model.harmonium"

        def run(*words):
            subprocess.run([asked.program, *map(str, words)], check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)

        run("fit", "--pilot", pilot, f"--{asked.option}-column", asked.column,
            *(["--labels-column", "label"] if asked.labels else []), "--seed", seed, "--output", model, "--overwrite")

        def make(name, number, stream, *words):
            # Cells of one seed have their random numbers in common: each set has its own.
            folder = asked.work / name
            shutil.rmtree(folder, ignore_errors=True)
            run("generate", "--model-file", model, "--cells", number, "--seed", 100 * seed + stream, "--plain",
                "--output", folder, *words)
            return read_counts(folder), read_table(folder / "labels.tsv")["label"]

        of_batch = {b: make(f"of_{b}", n, k, f"--{asked.option}", b)
                    for k, (b, n) in enumerate(zip(batches, sizes))}
        free, component = make("free", len(rows), len(batches))
        pooled = np.concatenate([of_batch[b][1] for b in batches])
        real_points = log_normalised(real, library)
        axes = PCA(20, random_state=0).fit(real_points)
        nearest = NearestNeighbors(n_neighbors=1).fit(axes.transform(real_points))
        together = np.vstack([log_normalised(of_batch[b][0], library) for b in batches])
        sets = {
            "real": (real_points, types, batch),
            "made by batch": (together, pooled, np.repeat(batches, sizes)),
            "of no batch": (log_normalised(free, library), component,
                            batches_given_components(component, {b: of_batch[b][1] for b in batches}, batches, sizes,
                                                     rng)),
        }
        for name, (points, own_types, own_batch) in sets.items():
            if name != "real" and not asked.labels:
                own_types = types[nearest.kneighbors(axes.transform(points))[1][:, 0]]
            reduced = PCA(20, random_state=0).fit_transform(points)

            def text(given):
                return "{:.2f} ({:.2f})".format(*lisi(reduced, given))

            found = KMeans(len(np.unique(types)), n_init=5, random_state=0).fit_predict(reduced)
            print(f"{seed:4}  {name:15} {text(own_batch):>16} {text(rng.permutation(own_batch)):>14}"
                  f" {text(permuted_within(own_types, own_batch, rng)):>14}"
                  f" {adjusted_rand_score(own_types, found):12.3f}", flush=True)


if __name__ == "__main__":
    main()
