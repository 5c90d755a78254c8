# SPDX-License-Identifier: MIT
"""Synthetic single-cell counts from small pilots, judged honestly, and a plan for the real experiment.

>>> import harmonium
>>> pilot = harmonium.simulate(cells=300, genes=150, seed=7)
>>> model = harmonium.fit(pilot, labels="cell_type", seed=7, progress=False)
>>> cells = model.generate(500)
>>> cells.shape
(500, 150)
"""
from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

import anndata
import numpy as np
import pandas as pd
import scipy.sparse

from . import _core

if TYPE_CHECKING:
    from anndata import AnnData

    _Array = np.ndarray[Any, np.dtype[Any]]

__version__: str = _core.__version__
__all__ = ["Evaluation", "Model", "Plan", "evaluate", "fit", "load", "plan", "read", "simulate"]

Progress = Union[bool, Callable[[str, int, int], Any]]


class _Bar:
    """One line on a terminal; silent elsewhere."""

    def __init__(self) -> None:
        self.open = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        share = done / total if total else 0.0
        filled = int(24 * share)
        sys.stderr.write(f"\r\033[K{stage:<26} [{'#' * filled}{'.' * (24 - filled)}] {done}/{total}")
        sys.stderr.flush()
        self.open = True

    def close(self) -> None:
        if self.open:
            sys.stderr.write("\n")


class _watched:
    """The progress function to hand on, with the bar closed at the end."""

    def __init__(self, progress: Optional[Progress]) -> None:
        if progress is None:
            progress = sys.stderr.isatty()
        self.function = _Bar() if progress is True else (progress or None)

    def __enter__(self) -> Optional[Callable[[str, int, int], Any]]:
        return self.function

    def __exit__(self, *ignored: Any) -> None:
        if isinstance(self.function, _Bar):
            self.function.close()


def _whole(values: _Array) -> _Array:
    """Counts as int32; ValueError unless they are whole numbers >= 0 that fit."""
    if values.dtype == np.int32:
        return values
    with np.errstate(invalid="ignore"):
        whole = values.astype(np.int64)
    if not np.array_equal(whole, values):
        bad = values[whole != values][0]
        raise ValueError(f"counts must be whole numbers, found {bad}: pass raw counts, or layer=...")
    if whole.size and (whole.min() < 0 or whole.max() > np.iinfo(np.int32).max):
        raise ValueError(f"counts must be from 0 to 2147483647, found {whole.min()} to {whole.max()}")
    return whole.astype(np.int32)


def _to_core(adata: Any, labels: Any = None, layer: Optional[str] = None) -> Any:
    """AnnData, or a matrix of cells x genes, as the core takes it.

    A csr_matrix of int32 with int32 indices is borrowed, whatever the type of indptr. Counts of another
    type (float32, int64) are converted once, their indices are borrowed; csc_matrix, dense arrays and
    matrices with indices out of order or with stored zeros are copied into a csr_matrix first.
    """
    is_annotated = isinstance(adata, anndata.AnnData)
    x = adata.layers[layer] if layer is not None else adata.X if is_annotated else adata
    x = scipy.sparse.csr_matrix(x)
    if not x.has_canonical_format:
        x = x.copy()
        x.sum_duplicates()
    if not np.all(x.data):
        x = x.copy()
        x.eliminate_zeros()
    counts = _core.Counts(_whole(x.data), x.indices.astype(np.int32, copy=False), x.indptr.astype(np.int64), x.shape[1])
    if is_annotated:
        counts = counts.with_names(_core.BARCODES, [str(name) for name in adata.obs_names])
        ids = adata.var["gene_ids"] if "gene_ids" in adata.var else adata.var_names
        counts = counts.with_names(_core.GENE_IDS, [str(name) for name in ids])
        counts = counts.with_names(_core.GENE_SYMBOLS, [str(name) for name in adata.var_names])
    if labels is not None:
        if isinstance(labels, str):
            if not is_annotated or labels not in adata.obs:
                raise ValueError(f"obs has no column '{labels}'")
            labels = adata.obs[labels]
        counts = counts.with_names(_core.LABELS, [str(label) for label in labels])
    return counts


def _to_anndata(counts: Any) -> AnnData:
    values, genes, pointers, width = counts.arrays()
    x = scipy.sparse.csr_matrix((values, genes, pointers), shape=(len(pointers) - 1, width), copy=False)
    ids, symbols = counts.names(_core.GENE_IDS), counts.names(_core.GENE_SYMBOLS)
    unique = len(set(symbols)) == len(symbols)
    obs = pd.DataFrame(index=counts.names(_core.BARCODES))
    labels = counts.names(_core.LABELS)
    if labels:
        obs["cell_type"] = pd.Categorical(labels)
    var = pd.DataFrame({"gene_ids": ids}, index=symbols if unique else ids)
    return anndata.AnnData(x, obs=obs, var=var, dtype=x.dtype)


class Model:
    """A trained model. Made by `fit` and `load`."""

    def __init__(self, core: Any) -> None:
        self._core = core

    def generate(self, cells: int, seed: Optional[int] = None, threads: int = 0,
                 progress: Optional[Progress] = None) -> AnnData:
        """Synthetic cells; `obs["cell_type"]` where the model knows types.

        Without a seed they are those that the program makes with the seed of training:
        `harmonium generate --pilot ... --seed N`. The cells do not depend on `threads`.

        >>> import harmonium
        >>> model = harmonium.fit(harmonium.simulate(cells=200, genes=100), "independent-nb", progress=False)
        >>> model.generate(50).shape
        (50, 100)
        """
        with _watched(progress) as watch:
            return _to_anndata(self._core.generate(cells, seed, threads, watch))

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes a model file (.harmonium), whole or not at all."""
        self._core.save(os.fspath(path))

    def parameters(self) -> dict[str, _Array]:
        """What the model is made of, as arrays by name; the names are told in docs/files.md.

        >>> import harmonium
        >>> model = harmonium.fit(harmonium.simulate(cells=200, genes=100), "scdbm", hidden=[4], progress=False)
        >>> model.parameters()["weights_0"].shape
        (100, 4)
        """
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "parameters.npz")
            self._core.save_npz(path)
            with np.load(path) as arrays:
                return dict(arrays)

    @property
    def info(self) -> dict[str, Any]:
        """Kind, sizes, facts, options, seed and log of training."""
        told: dict[str, Any] = json.loads(self._core.describe())
        return told

    def __repr__(self) -> str:
        info = self.info
        return f"<harmonium.Model {info['kind']}, {info['genes']} genes>"


class Evaluation:
    """What `evaluate` found."""

    def __init__(self, text: str, html: str) -> None:
        self.json: dict[str, Any] = json.loads(text)
        self.html = html
        #: One row per aspect: synthetic cells, ceiling, floor, verdict in words.
        self.verdicts = pd.json_normalize(self.json["verdicts"], sep="_")
        #: candidate, metric, figure, mean, spread.
        self.figures = pd.DataFrame([
            {"candidate": who, "metric": metric, "figure": figure,
             "mean": value["mean"] if isinstance(value, dict) else value,
             "spread": value["spread"] if isinstance(value, dict) else None}
            for who, metrics in self.json["figures"].items()
            for metric, figures in metrics.items()
            for figure, value in figures.items()])

    def __repr__(self) -> str:
        table = self.verdicts[["aspect", "synthetic_mean", "ceiling_mean", "verdict"]]
        return str(table.to_string(index=False))

    def _repr_html_(self) -> str:
        return _framed(self.html)


class Plan:
    """What `plan` found."""

    def __init__(self, text: str, html: str) -> None:
        self.json: dict[str, Any] = json.loads(text)
        self.html = html
        #: The recommendation in a few sentences.
        self.answer: str = self.json["answer"]
        #: Cells recommended in all, or None.
        self.cells: Optional[int] = self.json["recommended_cells"]
        #: One row per goal.
        self.goals = pd.DataFrame(self.json["goals"])
        #: One row per type: its share with a 90 % interval, and the cells that are enough to see it.
        self.frequencies = pd.DataFrame(self.json["frequencies"])
        #: One row per design and goal: chance with its interval, cost.
        self.designs = pd.DataFrame(self.json["designs"])
        self.doubts: list[str] = self.json["doubts"]

    def __repr__(self) -> str:
        return self.answer

    def _repr_html_(self) -> str:
        return _framed(self.html)


def _framed(html: str) -> str:
    text = html.replace("&", "&amp;").replace('"', "&quot;")
    return f'<iframe srcdoc="{text}" width="100%" height="800" style="border:0"></iframe>'


def simulate(cells: int = 1500, genes: int = 1000, seed: int = 1) -> AnnData:
    """The built-in tissue: eight types of unequal abundance, in `obs["cell_type"]`.

    >>> import harmonium
    >>> harmonium.simulate(cells=200, genes=100, seed=7).obs["cell_type"].nunique() > 4
    True
    """
    return _to_anndata(_core.simulate(json.dumps({"cells": cells, "genes": genes}), seed))


def read(path: Union[str, os.PathLike[str]], **options: str) -> AnnData:
    """A 10x folder, .h5, .h5ad or a table of counts, as the program reads it.

    Options: orientation ("cells-by-genes" or "genes-by-cells", which tables need), feature_type, layer,
    labels (a file) or labels_column.
    """
    return _to_anndata(_core.read(os.fspath(path), json.dumps(options)))


def fit(adata: Any, model: str = "harmonium", labels: Any = None, seed: int = 1, layer: Optional[str] = None,
        threads: int = 0, progress: Optional[Progress] = None, **options: Any) -> Model:
    """Trains a model on a pilot.

    Parameters
    ----------
    adata
        AnnData with raw counts in X (or in `layer`), or a matrix of cells x genes.
    model
        "harmonium" (the recommended one), "scdbm", "vae-prior", "vae-posterior", "independent-nb",
        "cluster-nb", "bootstrap", "noisy".
    labels
        A column of obs, or one label per cell; used by models that can.
    progress
        True: a bar; False: none; None: a bar on a terminal; or a function of (stage, done, total).
    options
        Of the model, named as the program's: hidden=[4, 2], epochs=[20, 20, 40], residual="none",
        genes=1000, train_cells=384, prior="atlas.harmonium", ...

    Ctrl-C stops it within a second and raises KeyboardInterrupt.

    >>> import harmonium
    >>> pilot = harmonium.simulate(cells=200, genes=100, seed=7)
    >>> harmonium.fit(pilot, "scdbm", hidden=[4], progress=False).info["training_cells"]
    200
    """
    with _watched(progress) as watch:
        return Model(_core.fit(_to_core(adata, labels, layer), model, json.dumps(options), seed, threads, watch))


def load(path: Union[str, os.PathLike[str]]) -> Model:
    """Reads a model file (.harmonium), of the program or of `Model.save`."""
    return Model(_core.load(os.fspath(path)))


def evaluate(reference: Any, synthetic: Any, labels: Any = None, seed: int = 1, layer: Optional[str] = None,
             threads: int = 0, progress: Optional[Progress] = None, pilot: Any = None, **options: Any) -> Evaluation:
    """Judges synthetic cells beside ceilings (fresh real cells) and floors.

    `synthetic` may be a `Model`: as many cells as the reference has are made of it, with this seed.
    `pilot` is the cells of the reference that the generator has seen, an AnnData or their names, without which
    copying cannot be told.
    Options: repeats (3), cells of every candidate, label_transfer ("pca", "umap"). Genes are matched by id.

    >>> import harmonium
    >>> real = harmonium.simulate(cells=300, genes=100, seed=7)
    >>> made = harmonium.fit(real, labels="cell_type", progress=False).generate(300)
    >>> judged = harmonium.evaluate(real, made, labels="cell_type", repeats=1, progress=False)
    >>> "verdict" in judged.verdicts.columns
    True
    """
    if pilot is not None:
        options["pilot"] = [str(name) for name in getattr(pilot, "obs_names", pilot)]
    with _watched(progress) as watch:
        real = _to_core(reference, labels, layer)
        if isinstance(synthetic, Model):
            made = synthetic._core.generate(reference.shape[0], seed, threads, watch)
        else:
            made = _to_core(synthetic)
        return Evaluation(*_core.evaluate(real, made, json.dumps(options), seed, threads, watch))


def plan(adata: Any, labels: Any = None, seed: int = 1, layer: Optional[str] = None, threads: int = 0,
         progress: Optional[Progress] = None, **options: Any) -> Plan:
    """Plans the real experiment from its pilot.

    Options are those of `harmonium plan`, with underscores: goals=["see", "rediscover"], sizes=[...],
    budget=20000, cost_per_cell=0.5, model_file="pilot.harmonium" (a model that is not fitted again), ...
    Types are `labels`, or clusters that are found.

    >>> import harmonium
    >>> pilot = harmonium.simulate(cells=300, genes=100, seed=7)
    >>> found = harmonium.plan(pilot, labels="cell_type", sizes=[192, 384], repeats=2, models=["cluster-nb"],
    ...                        progress=False)
    >>> found.answer.endswith(".")
    True
    """
    with _watched(progress) as watch:
        return Plan(*_core.plan(_to_core(adata, labels, layer), json.dumps(options), seed, threads, watch))
