# SPDX-License-Identifier: MIT
# usage: Rscript tests/program/opens_in_rhdf5.R CELLS.h5ad FOLDER
# The cells that `generate` wrote to one file and to a 10x folder with the same seed: Bioconductor's rhdf5 reads
# the groups of the file, any warning being an error, and they hold the same.
options(warn = 2)
suppressPackageStartupMessages(library(rhdf5))
paths <- commandArgs(trailingOnly = TRUE)
file <- paths[1]
folder <- paths[2]

there <- h5ls(file)
groups <- paste0(ifelse(there$group == "/", "", there$group), "/", there$name)
for (group in c("/X/data", "/X/indices", "/X/indptr", "/obs/_index", "/obs/cell_type/codes",
                "/obs/cell_type/categories", "/var/_index", "/uns/harmonium/options"))
  if (!group %in% groups) stop(file, " has no ", group)

attributes_of_x <- h5readAttributes(file, "X")
stopifnot(attributes_of_x[["encoding-type"]] == "csr_matrix")
shape <- as.integer(attributes_of_x$shape)
pointers <- as.integer(h5read(file, "X/indptr"))
genes <- as.integer(h5read(file, "X/indices")) + 1L
values <- as.integer(h5read(file, "X/data"))
cells <- rep(seq_len(shape[1]), diff(pointers))

entries <- read.table(gzfile(file.path(folder, "matrix.mtx.gz")), skip = 1, comment.char = "%")
sizes <- as.integer(entries[1, ])
entries <- entries[-1, ]
stopifnot(sizes[1] == shape[2], sizes[2] == shape[1], sizes[3] == length(values))
ours <- order(cells, genes)
theirs <- order(entries$V2, entries$V1)
stopifnot(all(cells[ours] == entries$V2[theirs]), all(genes[ours] == entries$V1[theirs]),
          all(values[ours] == entries$V3[theirs]))

barcodes <- readLines(gzfile(file.path(folder, "barcodes.tsv.gz")))
features <- read.table(gzfile(file.path(folder, "features.tsv.gz")), sep = "\t", quote = "")
stopifnot(all(as.character(h5read(file, "obs/_index")) == barcodes),
          all(as.character(h5read(file, "var/_index")) == features$V1))
types <- as.character(h5read(file, "obs/cell_type/categories"))[as.integer(h5read(file, "obs/cell_type/codes")) + 1L]
labels <- read.table(file.path(folder, "labels.tsv"), sep = "\t", quote = "", header = TRUE)
stopifnot(all(types == labels$label), nchar(h5read(file, "uns/harmonium/options")) > 10)
cat(shape[1], "cells x", shape[2], "genes,", length(values), "counts, read by rhdf5\n")
