# SPDX-License-Identifier: MIT

kinds <- list(ids = 0L, symbols = 1L, barcodes = 2L, labels = 3L)

# Genes x cells as the library takes them: a matrix, a sparse matrix, or whatever has an assay "counts".
to_core <- function(x, labels = NULL) {
  if (is(x, "SummarizedExperiment")) {
    assay <- get("assay", envir = asNamespace("SummarizedExperiment"))
    x <- assay(x, "counts")
  }
  x <- as(as(as(Matrix(x, sparse = TRUE), "dMatrix"), "generalMatrix"), "CsparseMatrix")
  counts <- .Call(C_counts_new, x@x, x@i, x@p, nrow(x))
  if (!is.null(colnames(x))) counts <- .Call(C_counts_with_names, counts, kinds$barcodes, colnames(x))
  if (!is.null(rownames(x))) {
    counts <- .Call(C_counts_with_names, counts, kinds$ids, rownames(x))
    counts <- .Call(C_counts_with_names, counts, kinds$symbols, rownames(x))
  }
  if (!is.null(labels)) counts <- .Call(C_counts_with_names, counts, kinds$labels, as.character(labels))
  counts
}

# A dgCMatrix of genes x cells; attribute "labels" where they are known.
from_core <- function(counts) {
  arrays <- .Call(C_counts_arrays, counts)
  x <- new("dgCMatrix", x = arrays[[1]], i = arrays[[2]], p = arrays[[3]],
           Dim = c(arrays[[4]], length(arrays[[3]]) - 1L),
           Dimnames = list(.Call(C_counts_names, counts, kinds$ids), .Call(C_counts_names, counts, kinds$barcodes)))
  labels <- .Call(C_counts_names, counts, kinds$labels)
  list(counts = x, labels = if (length(labels) > 0) labels)
}

as_options <- function(...) {
  options <- list(...)
  if (length(options) == 0) return(NULL)
  as.character(jsonlite::toJSON(options, auto_unbox = TRUE, digits = NA, null = "null"))
}

simulate <- function(cells = 1500, genes = 1000, seed = 1)
  from_core(.Call(C_simulate, as_options(cells = cells, genes = genes), seed))

fit <- function(x, model = "harmonium", labels = NULL, seed = 1, ...)
  structure(list(core = .Call(C_fit, to_core(x, labels), model, as_options(...), seed)), class = "harmonium_model")

generate <- function(model, cells, seed = NULL)
  from_core(.Call(C_generate, model$core, cells, seed))

save_model <- function(model, path) invisible(.Call(C_save_model, model$core, path.expand(path)))

load_model <- function(path)
  structure(list(core = .Call(C_load_model, path.expand(path))), class = "harmonium_model")

evaluate <- function(reference, synthetic, labels = NULL, seed = 1, ...) {
  found <- .Call(C_evaluate, to_core(reference, labels), to_core(synthetic), as_options(...), seed)
  json <- jsonlite::fromJSON(found[1], flatten = TRUE)
  structure(list(verdicts = json$verdicts, json = json, html = found[2]), class = "harmonium_evaluation")
}

plan <- function(x, labels = NULL, seed = 1, ...) {
  found <- .Call(C_plan, to_core(x, labels), as_options(...), seed)
  json <- jsonlite::fromJSON(found[1], flatten = TRUE)
  structure(list(answer = json$answer, cells = json$recommended_cells, goals = json$goals,
                 frequencies = json$frequencies, designs = json$designs, doubts = json$doubts, html = found[2]),
            class = "harmonium_plan")
}

print.harmonium_model <- function(x, ...) {
  info <- jsonlite::fromJSON(.Call(C_describe, x$core))
  cat("harmonium model:", info$kind, "of", info$genes, "genes\n")
  invisible(x)
}

print.harmonium_evaluation <- function(x, ...) {
  print(x$verdicts[, c("aspect", "synthetic.mean", "ceiling.mean", "verdict")], row.names = FALSE)
  invisible(x)
}

print.harmonium_plan <- function(x, ...) {
  cat(strwrap(x$answer), sep = "\n")
  invisible(x)
}
