#!/usr/bin/env python3
"""Makes the .h5 and .h5ad files of this folder: the same 6 cells x 5 genes in every layout that the
readers know. Run in this folder with h5py 3.7 and, for the files of AnnData 0.8, anndata 0.8:

    python3 make.py

Some are in HDF5's newer, smaller file format (libver="latest").

What AnnData 0.8 cannot write (before 0.8, after 0.10) is laid out by hand as its versions do: see
anndata's docs/fileformat-prose.rst and anndata/_io/specs/methods.py.
"""
import h5py
import numpy as np

CELLS = ["AAAC-1", "AAAG-1", "AACA-1", "AACC-1", "AACG-1", "AAGA-1"]
IDS = ["ENSG01", "ENSG02", "ENSG03", "ENSG04", "ENSG05"]
SYMBOLS = ["CD3E", "LYZ", "NKG7", "MS4A1", "PPBP"]
TYPES = ["T", "Mono", "NK", "B", "T", "Mono"]
COUNTS = np.array([[3, 0, 0, 1, 0], [0, 7, 0, 0, 0], [1, 0, 300, 0, 0],
                   [0, 0, 0, 0, 0], [5, 0, 0, 70000, 2], [0, 9, 0, 0, 1]])
TEXT = h5py.string_dtype("utf-8")
PACKED = dict(compression="gzip", shuffle=True)


def compressed(counts):
    """data, indices, indptr of the rows."""
    rows, columns = np.nonzero(counts)
    pointers = np.concatenate([[0], np.cumsum(np.count_nonzero(counts, axis=1))])
    return counts[rows, columns], columns, pointers


def encode(what, kind, version):
    what.attrs["encoding-type"] = kind
    what.attrs["encoding-version"] = version
    return what


def strings(parent, name, values, version="0.2.0"):
    return encode(parent.create_dataset(name, data=np.array(values, dtype=object), dtype=TEXT),
                  "string-array", version)


def nullable_strings(parent, name, values):
    group = encode(parent.create_group(name), "nullable-string-array", "0.1.0")
    strings(group, "values", values)
    encode(group.create_dataset("mask", data=np.zeros(len(values), dtype=bool)), "array", "0.2.0")
    return group


def sparse(parent, name, counts, kind="csr_matrix", value="f4", index="i4", pointer="i4"):
    group = encode(parent.create_group(name), kind, "0.1.0")
    group.attrs["shape"] = np.array(counts.shape)
    data, indices, pointers = compressed(counts if kind == "csr_matrix" else counts.T)
    group.create_dataset("data", data=data.astype(value), **PACKED)
    group.create_dataset("indices", data=indices.astype(index), **PACKED)
    group.create_dataset("indptr", data=pointers.astype(pointer))
    return group


def frame(parent, name, index, write_index=strings, index_name="_index"):
    group = encode(parent.create_group(name), "dataframe", "0.2.0")
    group.attrs["_index"] = index_name
    group.attrs.create("column-order", [], dtype=TEXT)
    write_index(group, index_name, index)
    return group


def categorical(parent, name, values, write=strings):
    names = sorted(set(values))
    group = encode(parent.create_group(name), "categorical", "0.2.0")
    group.attrs["ordered"] = False
    write(group, "categories", names)
    encode(group.create_dataset("codes", data=np.array([names.index(v) for v in values], "i1")),
           "array", "0.2.0")
    return group


def annotated(file, **how):
    """obs and var as the later versions have them, symbols as the index."""
    encode(file, "anndata", "0.1.0")
    obs = frame(file, "obs", CELLS, **how)
    categorical(obs, "cell_type", TYPES)
    var = frame(file, "var", SYMBOLS, **how)
    strings(var, "gene_ids", IDS)
    return obs, var


def tenx_v3():
    with h5py.File("tenx_v3.h5", "w", libver="latest") as file:
        matrix = file.create_group("matrix")
        # Two antibodies among the features.
        counts = np.insert(COUNTS, [2, 5], 4, axis=1)
        ids = np.insert(np.array(IDS, dtype=object), [2, 5], ["CD3_TotalSeqB", "CD19_TotalSeqB"])
        names = np.insert(np.array(SYMBOLS, dtype=object), [2, 5], ["CD3", "CD19"])
        kinds = np.insert(np.array(["Gene Expression"] * 5, dtype=object), [2, 5],
                          ["Antibody Capture"] * 2)
        data, indices, pointers = compressed(counts)
        matrix.create_dataset("barcodes", data=np.array(CELLS, "S"), **PACKED)
        matrix.create_dataset("data", data=data.astype("i4"), **PACKED)
        matrix.create_dataset("indices", data=indices.astype("i8"), **PACKED)
        matrix.create_dataset("indptr", data=pointers.astype("i8"), **PACKED)
        matrix.create_dataset("shape", data=np.array(counts.T.shape, "i4"))
        features = matrix.create_group("features")
        features.create_dataset("_all_tag_keys", data=np.array(["genome"], "S"))
        for name, values in (("id", ids), ("name", names), ("feature_type", kinds),
                             ("genome", ["GRCh38"] * 7)):
            features.create_dataset(name, data=np.array(list(values), "S"), **PACKED)


def tenx_v2():
    with h5py.File("tenx_v2.h5", "w") as file:
        group = file.create_group("GRCh38")
        data, indices, pointers = compressed(COUNTS)
        group.create_dataset("barcodes", data=np.array(CELLS, "S"))
        group.create_dataset("data", data=data.astype("i4"), **PACKED)
        group.create_dataset("indices", data=indices.astype("i8"), **PACKED)
        group.create_dataset("indptr", data=pointers.astype("i8"))
        group.create_dataset("shape", data=np.array(COUNTS.T.shape, "i4"))
        group.create_dataset("genes", data=np.array(IDS, "S"))
        group.create_dataset("gene_names", data=np.array(SYMBOLS, "S"))


def anndata_0_6():
    """Records for obs and var, categories in uns, h5sparse attributes."""
    with h5py.File("anndata_0.6.h5ad", "w") as file:
        group = file.create_group("X")
        group.attrs["h5sparse_format"] = "csr"
        group.attrs["h5sparse_shape"] = np.array(COUNTS.shape)
        data, indices, pointers = compressed(COUNTS)
        group.create_dataset("data", data=data.astype("f4"))
        group.create_dataset("indices", data=indices.astype("i4"))
        group.create_dataset("indptr", data=pointers.astype("i4"))
        names = sorted(set(TYPES))
        obs = np.array([(cell, names.index(kind), 0.5) for cell, kind in zip(CELLS, TYPES)],
                       dtype=[("index", TEXT), ("cell_type", "i1"), ("percent_mito", "f4")])
        file.create_dataset("obs", data=obs)
        file.create_dataset("var", data=np.array(list(zip(SYMBOLS, IDS)),
                                                 dtype=[("index", "S8"), ("gene_ids", TEXT)]))
        file.create_dataset("uns/cell_type_categories", data=np.array(names, dtype=object), dtype=TEXT)


def anndata_0_7():
    """Groups, categories by reference."""
    with h5py.File("anndata_0.7.h5ad", "w", libver="latest") as file:
        sparse(file, "X", COUNTS)
        for name, index, columns in (("obs", CELLS, ["cell_type"]), ("var", SYMBOLS, ["gene_ids"])):
            group = encode(file.create_group(name), "dataframe", "0.1.0")
            group.attrs["_index"] = "index"
            group.attrs["column-order"] = columns
            group.create_dataset("index", data=np.array(index, dtype=object), dtype=TEXT)
        names = sorted(set(TYPES))
        categories = file.create_dataset("obs/__categories/cell_type",
                                         data=np.array(names, dtype=object), dtype=TEXT)
        codes = file["obs"].create_dataset("cell_type",
                                           data=np.array([names.index(v) for v in TYPES], "i1"))
        codes.attrs["categories"] = categories.ref
        file["var"].create_dataset("gene_ids", data=np.array(IDS, dtype=object), dtype=TEXT)


def anndata_0_8():
    """By AnnData itself: CSR, CSC and dense."""
    import anndata
    import pandas
    import scipy.sparse

    for name, matrix in (("csr", scipy.sparse.csr_matrix(COUNTS.astype("f4"))),
                         ("csc", scipy.sparse.csc_matrix(COUNTS.astype("f8"))),
                         ("dense", COUNTS.astype("f4"))):
        obs = pandas.DataFrame({"cell_type": pandas.Categorical(TYPES),
                                "leiden": pandas.array([1, 2, 3, 4, 1, None], dtype="Int64"),
                                "doublet": [False] * 5 + [True]}, index=CELLS)
        var = pandas.DataFrame({"gene_ids": IDS}, index=SYMBOLS)
        anndata.AnnData(matrix, obs=obs, var=var, dtype=matrix.dtype).write_h5ad(
            f"anndata_0.8_{name}.h5ad")


def anndata_0_11():
    """Strings that may be missing, also as index and as categories."""
    with h5py.File("anndata_0.11_nullable.h5ad", "w", libver="latest") as file:
        encode(file, "anndata", "0.1.0")
        sparse(file, "X", COUNTS, value="i8", index="i8", pointer="i8")
        obs = frame(file, "obs", CELLS, write_index=nullable_strings)
        categorical(obs, "cell_type", TYPES, write=nullable_strings)
        nullable_strings(obs, "donor", ["a", "a", "b", "b", "b", ""])["mask"][5] = True
        var = frame(file, "var", SYMBOLS, write_index=nullable_strings)
        nullable_strings(var, "gene_ids", IDS)


def anndata_0_12():
    """The smallest types that do."""
    with h5py.File("anndata_0.12_uint16.h5ad", "w", libver="latest") as file:
        annotated(file)
        sparse(file, "X", COUNTS, kind="csc_matrix", value="u4", index="u2", pointer="u2")


def layers():
    """Logarithms in X, counts below."""
    with h5py.File("layer_counts.h5ad", "w", libver="latest") as file:
        annotated(file, index_name="barcode")
        file.create_dataset("X", data=np.log1p(COUNTS).astype("f4"), **PACKED)
        group = encode(file.create_group("layers"), "dict", "0.1.0")
        sparse(group, "counts", COUNTS, value="i4")
        sparse(group, "spliced", COUNTS // 2, kind="csc_matrix")


def raw():
    """As CELLxGENE distributes them: ids as index, counts of all genes in raw."""
    with h5py.File("raw.h5ad", "w", libver="latest") as file:
        encode(file, "anndata", "0.1.0")
        file.create_dataset("X", data=np.log1p(COUNTS[:, :2]).astype("f4"), **PACKED)
        obs = frame(file, "obs", CELLS)
        categorical(obs, "cell_type", TYPES)
        frame(file, "var", IDS[:2])
        group = encode(file.create_group("raw"), "raw", "0.1.0")
        sparse(group, "X", COUNTS)
        categorical(frame(group, "var", IDS), "feature_name", SYMBOLS)


for make in (tenx_v3, tenx_v2, anndata_0_6, anndata_0_7, anndata_0_8, anndata_0_11, anndata_0_12,
             layers, raw):
    make()
