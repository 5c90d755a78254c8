# SPDX-License-Identifier: MIT
import ast
import doctest
import gc
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
import weakref

import numpy as np
import pytest
import scipy.sparse

import harmonium


@pytest.fixture(scope="module")
def pilot():
    return harmonium.simulate(cells=400, genes=200, seed=7)


@pytest.fixture(scope="module")
def model(pilot):
    return harmonium.fit(pilot, labels="cell_type", seed=7, progress=False)


def equal(a, b):
    return a.shape == b.shape and (a.X != b.X).nnz == 0


def test_examples_of_the_documentation():
    assert doctest.testmod(harmonium).failed == 0


def test_type_hints_name_what_there_is():
    hints = ast.parse(pathlib.Path(harmonium.__file__).with_name("_core.pyi").read_text())
    told = {node.name: {each.name for each in getattr(node, "body", []) if isinstance(each, ast.FunctionDef)}
            for node in hints.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    there = {name: {each for each in vars(value) if not each.startswith("_")} if isinstance(value, type) else set()
             for name, value in vars(harmonium._core).items() if callable(value)}
    assert {name: members - {"__init__"} for name, members in told.items()} == there


def test_types_are_consistent():
    mypy = shutil.which("mypy")
    if mypy is None:
        pytest.skip("no mypy")
    package = pathlib.Path(harmonium.__file__).parent
    done = subprocess.run([mypy, "--strict", "--ignore-missing-imports", "--cache-dir", os.devnull, "."], cwd=package,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_cells_and_types(pilot, model):
    cells = model.generate(500)
    assert cells.shape == (500, 200)
    assert set(cells.obs["cell_type"]) <= set(pilot.obs["cell_type"])
    assert cells.X.dtype == np.int32 and cells.X.data.min() > 0
    assert list(cells.var_names) == list(pilot.var_names)


def test_same_seed_same_cells(pilot, model):
    assert equal(model.generate(200, threads=1), model.generate(200, threads=2))
    assert not equal(model.generate(200), model.generate(200, seed=8))


def test_a_saved_model_makes_the_same_cells(model, tmp_path):
    model.save(tmp_path / "m.harmonium")
    loaded = harmonium.load(tmp_path / "m.harmonium")
    assert equal(loaded.generate(100), model.generate(100))
    assert loaded.info["training_cells"] == 400
    assert "harmonium" in repr(loaded)


def test_parameters_are_arrays_by_name(pilot, model):
    told = model.parameters()
    assert str(told["kind"][0]).startswith("harmonium<")
    assert told["mean"].shape == told["inverse_dispersion"].shape == (len(told["weights"]), len(told["gene_ids"]))
    assert set(told["state_names"]) <= set(pilot.obs["cell_type"])
    plain = harmonium.fit(pilot, "independent-nb", progress=False)
    told = plain.parameters()
    drawn = plain.generate(20000, seed=3).to_df()[list(told["gene_symbols"])].mean().to_numpy()
    variance = told["mean"] + told["mean"] ** 2 / told["inverse_dispersion"]
    assert (np.abs(drawn - told["mean"]) < 6 * np.sqrt(variance / 20000)).all()  # 200 genes, seed given


def test_the_program_makes_the_same_cells(pilot, tmp_path):
    program = os.environ.get("HARMONIUM_PROGRAM")
    if program is None:
        pytest.skip("HARMONIUM_PROGRAM does not name the program")
    subprocess.run([program, "simulate", "--cells", "400", "--genes", "200", "--seed", "7", "--output",
                    tmp_path / "pilot"], check=True, capture_output=True)
    subprocess.run([program, "generate", "--pilot", tmp_path / "pilot", "--labels",
                    tmp_path / "pilot" / "labels.tsv", "--cells", "300", "--seed", "5", "--output",
                    tmp_path / "cells"], check=True, capture_output=True)
    there = harmonium.read(tmp_path / "cells")
    here = harmonium.fit(pilot, labels="cell_type", seed=5, progress=False).generate(300)
    assert equal(there, here)


@pytest.mark.parametrize("name,options", [("scdbm", {"hidden": [4, 2]}), ("independent-nb", {}),
                                          ("cluster-nb", {"clusters": 3}), ("bootstrap", {}), ("noisy", {}),
                                          ("vae-prior", {"epochs": 3}), ("vae-posterior", {"epochs": 3}),
                                          ("vae-posterior", {"epochs": 3, "residual": "low-rank"})])
def test_every_model(pilot, name, options):
    assert harmonium.fit(pilot, name, progress=False, **options).generate(50).shape == (50, 200)


def test_matrices_of_many_kinds(pilot):
    dense = pilot.X.toarray()
    expected = harmonium.fit(pilot.X, "independent-nb", progress=False).generate(20)
    for x in (dense, dense.astype(np.float32), dense.astype(np.int64), scipy.sparse.csc_matrix(pilot.X)):
        assert equal(harmonium.fit(x, "independent-nb", progress=False).generate(20), expected)


def test_counts_are_borrowed_where_their_types_allow_it(pilot):
    x = scipy.sparse.csr_matrix(pilot.X, dtype=np.int32)
    assert x.indices.dtype == np.int32
    values, genes, pointers, width = harmonium._to_core(x).arrays()
    assert np.shares_memory(values, x.data) and np.shares_memory(genes, x.indices)
    assert width == 200 and np.array_equal(pointers, x.indptr)
    floats = harmonium._to_core(x.astype(np.float32)).arrays()
    assert floats[0].dtype == np.int32 and np.array_equal(floats[0], x.data)
    as_float = x.astype(np.float32)
    assert np.shares_memory(harmonium._to_core(as_float).arrays()[1], as_float.indices)
    annotated = pilot.copy()
    annotated.X = x
    assert np.shares_memory(harmonium._to_core(annotated, "cell_type").arrays()[0], annotated.X.data)


def test_borrowed_arrays_live_as_long_as_they_are_needed(pilot):
    data = np.array(pilot.X.data, dtype=np.int32)
    expected, alive = data.copy(), weakref.ref(data)  # of the owner of the memory, not of a view
    x = scipy.sparse.csr_matrix((data, pilot.X.indices, pilot.X.indptr), shape=pilot.shape)
    core = harmonium._to_core(x)
    del data, x
    gc.collect()
    assert alive() is not None and np.array_equal(core.arrays()[0], expected)
    del core
    gc.collect()
    assert alive() is None


def test_cells_that_come_out_are_one_s_own(model):
    cells = model.generate(50)
    before = model.generate(50)
    cells.X.data[:] = 1  # not read-only, and of nobody else
    assert equal(before, model.generate(50))
    kept = cells.X
    del cells
    gc.collect()
    assert kept.data.sum() == kept.nnz


def test_matrices_that_must_be_put_in_order():
    tidy = np.array([[0, 2, 1], [3, 0, 0]])
    out_of_order = scipy.sparse.csr_matrix((np.array([1, 2, 3], np.int32), np.array([2, 1, 0], np.int32),
                                            np.array([0, 2, 3], np.int32)), shape=(2, 3))
    twice = scipy.sparse.csr_matrix((np.array([1, 1, 1, 3], np.int32), np.array([1, 1, 2, 0], np.int32),
                                     np.array([0, 3, 4], np.int32)), shape=(2, 3))
    zeros = scipy.sparse.csr_matrix((np.array([0, 2, 1, 3], np.int32), np.array([0, 1, 2, 0], np.int32),
                                     np.array([0, 3, 4], np.int32)), shape=(2, 3))
    for x in (out_of_order, twice, zeros):
        stored = x.nnz
        values, genes, pointers, width = harmonium._to_core(x).arrays()
        assert np.array_equal(scipy.sparse.csr_matrix((values, genes, pointers), shape=(2, 3)).toarray(), tidy)
        assert (values > 0).all() and x.nnz == stored  # the caller's is as it was


def test_refusals(pilot):
    with pytest.raises(ValueError, match="whole numbers, found 0.5"):
        harmonium.fit(np.array([[1.0, 0.5]]))
    with pytest.raises(ValueError, match="no column 'typ'"):
        harmonium.fit(pilot, labels="typ")
    with pytest.raises(ValueError, match="expected one of .*, got 'harmonia'"):
        harmonium.fit(pilot, "harmonia")
    with pytest.raises(ValueError, match="none called 'hiden'"):
        harmonium.fit(pilot, hiden=3)
    with pytest.raises(ValueError, match="no model file|does not exist|no such file"):
        harmonium.load("/no/such/file.harmonium")


def test_files_are_read_by_several_threads_at_once(pilot, tmp_path):
    pilot.write_h5ad(tmp_path / "pilot.h5ad")
    read = [None] * 24

    def take(part):
        for k in range(part, len(read), 4):
            read[k] = harmonium.read(tmp_path / "pilot.h5ad", labels_column="cell_type")

    threads = [threading.Thread(target=take, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(equal(one, pilot) and list(one.obs["cell_type"]) == list(pilot.obs["cell_type"]) for one in read)


def test_progress_and_its_exceptions(pilot):
    seen = []
    harmonium.fit(pilot, progress=lambda stage, done, total: seen.append(stage))
    assert "expectation-maximisation" in seen
    with pytest.raises(ZeroDivisionError):
        harmonium.fit(pilot, progress=lambda *now: 1 / 0)


def test_ctrl_c_stops_within_two_seconds(pilot):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it

    def interrupt():
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        harmonium.fit(pilot, "vae-prior", preset="scvi", epochs=2000, progress=False)
    assert time.monotonic() - start < 0.3 + 2


def test_copies_are_told_where_the_pilot_is_known(pilot):
    half = pilot[:200].copy()
    copies = harmonium.fit(half, "bootstrap", progress=False).generate(150)
    judged = harmonium.evaluate(pilot, copies, labels="cell_type", repeats=1, progress=False, pilot=half)
    assert judged.json["pilot_cells"] == 200
    nearer = judged.figures.query("figure == 'nearer_to_pilot'").set_index("candidate")["mean"]
    assert nearer["synthetic-all"] == 1  # against all cells; of fresh ones half are
    with pytest.raises(ValueError, match="cell 'stranger' is not in the reference"):
        harmonium.evaluate(pilot, copies, labels="cell_type", progress=False, pilot=["stranger"])
    with pytest.raises(ValueError, match="is named twice"):
        harmonium.evaluate(pilot, copies, labels="cell_type", progress=False, pilot=[pilot.obs_names[0]] * 2)


def test_part_of_a_pilot_and_an_atlas(pilot, tmp_path):
    few = harmonium.fit(pilot, "independent-nb", genes=50, train_cells=100, progress=False)
    assert few.info["training_cells"] == 100 and few.generate(10).shape == (10, 50)
    harmonium.fit(pilot, hidden=16, progress=False).save(tmp_path / "atlas.harmonium")
    small = harmonium.fit(pilot[:100].copy(), prior=str(tmp_path / "atlas.harmonium"), prior_weight=1, progress=False)
    assert any("atlas" in name or "prior" in name for name in small.info["facts"])
    with pytest.raises(ValueError, match="prior_weight: expected one of auto, 0, 1, got '2'"):
        harmonium.fit(pilot, prior="x", prior_weight=2)


def test_judgement_and_plan(pilot, model, tmp_path):
    judged = harmonium.evaluate(pilot, model.generate(400), labels="cell_type", repeats=1, progress=False)
    assert {"aspect", "synthetic_mean", "verdict"} <= set(judged.verdicts.columns)
    assert len(judged.figures) > 50 and "<iframe" in judged._repr_html_()
    of_model = harmonium.evaluate(pilot, model, labels="cell_type", repeats=1, progress=False)
    same = harmonium.evaluate(pilot, model.generate(400, seed=1), labels="cell_type", repeats=1, progress=False)
    assert of_model.json["figures"] == same.json["figures"]
    found = harmonium.plan(pilot, labels="cell_type", sizes=[192, 384], repeats=2, models=["cluster-nb"],
                           cost_per_cell=0.5, progress=False)
    assert found.answer and set(found.goals["name"]) == {"see", "rediscover"}
    assert 0.9 < found.frequencies["frequency"].sum() < 1 + 1e-9  # the rest is of types not met
    assert {"cells_per_donor", "chance"} <= set(found.designs.columns)
    model.save(tmp_path / "m.harmonium")
    by_file = harmonium.plan(pilot, labels="cell_type", sizes=[96, 192], repeats=1, progress=False,
                             model_file=str(tmp_path / "m.harmonium"))
    assert by_file.json["models"] == ["cluster-nb"] and any("m.harmonium" in doubt for doubt in by_file.doubts)
    assert pathlib.Path(harmonium.__file__).with_name("py.typed").exists()
