#!/usr/bin/env python3
"""usage: opens_in_anndata.py FILE.h5ad FOLDER
Opens what harmonium wrote in AnnData, any warning being an error, and compares it with the same cells
as a 10x folder. Needs python3-anndata."""
import gzip
import sys
import warnings

import anndata
import numpy as np
import scipy.io

name, folder = sys.argv[1:3]
warnings.simplefilter("error")
cells = anndata.read_h5ad(name)
with gzip.open(f"{folder}/matrix.mtx.gz") as file:
    counts = scipy.io.mmread(file).T.tocsr()
assert (cells.X != counts).nnz == 0, "other counts"
assert cells.X.has_canonical_format


def lines(name, opened=gzip.open):
    with opened(f"{folder}/{name}", "rt") as file:
        return file.read().splitlines()


assert list(cells.obs_names) == lines("barcodes.tsv.gz"), "other barcodes"
assert list(cells.var_names) == [line.split("\t")[0] for line in lines("features.tsv.gz")]
labels = dict(line.split("\t") for line in lines("labels.tsv", open))
assert list(cells.obs["cell_type"]) == [labels[name] for name in cells.obs_names], "other labels"
assert cells.obs["cell_type"].dtype == "category"
assert isinstance(cells.uns["harmonium"], dict) or "harmonium" in cells.uns
# --pca 5: scores of the centred logarithms at the median library, up to sign.
library = cells.X.sum(axis=1).A1
logs = np.log1p(cells.X.toarray() * (np.median(library) / np.maximum(library, 1))[:, None])
centred = logs - logs.mean(axis=0)
own = np.linalg.svd(centred, full_matrices=False)
scores = own[0][:, :5] * own[1][:5]
assert cells.obsm["X_pca"].shape == (cells.n_obs, 5), "other components"
assert np.allclose(abs(scores), abs(cells.obsm["X_pca"]), atol=1e-4 * own[1][0]), "other components"
cells[cells.X.sum(axis=1).A1 > np.median(cells.X.sum(axis=1).A1)].copy()
print(cells)
