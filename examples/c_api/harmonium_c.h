/* SPDX-License-Identifier: MIT */
/*
 * harmonium for C, and for every language that calls C.
 *
 * Handles are opaque and immutable once made; different threads may use the same handle. Nothing is global
 * but HDF5, which reads and writes .h5 and .h5ad for one thread at a time: calls wait for each other. Unless
 * it was built thread-safe, as Debian's is, nobody else in the process may use HDF5 meanwhile.
 * Whoever receives a handle or a text frees it with the function named beside it; NULL may be freed.
 *
 * Functions that can fail return a status. On HARMONIUM_ERROR *error is one line of text, to be freed with
 * harmonium_text_free (pass NULL for error if you do not want it). Results are written only on HARMONIUM_OK.
 *
 *     harmonium_counts *pilot = NULL, *cells = NULL;
 *     harmonium_model *model = NULL;
 *     char *error = NULL;
 *     if (harmonium_read("pilot", NULL, &pilot, &error) == HARMONIUM_OK &&
 *         harmonium_fit(pilot, "harmonium", NULL, NULL, 7, NULL, &model, &error) == HARMONIUM_OK &&
 *         harmonium_generate(model, 500, NULL, NULL, &cells, &error) == HARMONIUM_OK)
 *       printf("%lld cells\n", (long long)harmonium_counts_cells(cells));
 *     else
 *       fprintf(stderr, "%s\n", error);
 */
#ifndef HARMONIUM_C_H
#define HARMONIUM_C_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Status of a call. */
enum {
  HARMONIUM_OK = 0,
  HARMONIUM_ERROR = 1,
  HARMONIUM_STOPPED = 2 /* by the progress function; there is no result */
};

/* Cells x genes, with names and, where known, one label per cell. */
typedef struct harmonium_counts harmonium_counts;
/* A trained model. */
typedef struct harmonium_model harmonium_model;

/* Called between the blocks of any work, on the calling thread or another, never twice at once. A value
 * other than 0 stops the work. `total` is 0 where it is not known. */
typedef int (*harmonium_progress)(void *user, const char *stage, int64_t done, int64_t total);

/* How to run; NULL in its place: all cores, no progress. The result does not depend on `threads`. */
typedef struct harmonium_run {
  int threads; /* 0: all cores */
  harmonium_progress progress;
  void *user; /* handed to `progress` */
} harmonium_run;

const char *harmonium_version(void); /* "0.2.0"; not to be freed */
void harmonium_text_free(char *text);

/* --- counts --- */

/* Counts compressed by cell: cell i has values[pointers[i]] to values[pointers[i + 1] - 1], of the genes at
 * the same places of gene_index, ascending (scipy's csr_matrix of cells x genes, R's dgCMatrix of genes x
 * cells). The arrays are copied. */
int harmonium_counts_new(const int32_t *values, const int32_t *gene_index, const int64_t *pointers,
                         int64_t cells, int64_t genes, harmonium_counts **out, char **error);
/* The same in the caller's own arrays, which must stay and must not change until `release` is called with
 * `owner`: once, by any thread, when the last handle and the last work that uses them are gone. NULL: the
 * caller sees to it. Where the call fails, the arrays stay the caller's and `release` is not called.
 * harmonium_fit and harmonium_write read them where they are; harmonium_evaluate copies the reference,
 * harmonium_plan the pilot. */
int harmonium_counts_borrow(const int32_t *values, const int32_t *gene_index, const int64_t *pointers,
                            int64_t cells, int64_t genes, void (*release)(void *owner), void *owner,
                            harmonium_counts **out, char **error);
void harmonium_counts_free(harmonium_counts *counts);

int64_t harmonium_counts_cells(const harmonium_counts *counts);
int64_t harmonium_counts_genes(const harmonium_counts *counts);
int64_t harmonium_counts_nonzeros(const harmonium_counts *counts);
/* Into the caller's arrays of nonzeros, nonzeros and cells + 1 members; any of them may be NULL. */
void harmonium_counts_copy(const harmonium_counts *counts, int32_t *values, int32_t *gene_index,
                           int64_t *pointers);
/* Where those arrays lie, valid as long as the counts. Any of the three may be NULL. */
void harmonium_counts_arrays(const harmonium_counts *counts, const int32_t **values,
                             const int32_t **gene_index, const int64_t **pointers);

/* What names a set of counts has. */
enum { HARMONIUM_GENE_IDS = 0, HARMONIUM_GENE_SYMBOLS = 1, HARMONIUM_BARCODES = 2, HARMONIUM_LABELS = 3 };
/* The name at a place, valid as long as the counts; NULL out of range or where there are none. */
const char *harmonium_counts_name(const harmonium_counts *counts, int kind, int64_t at);
/* Counts with other names of a kind: as many as genes or cells. The counts themselves are shared. */
int harmonium_counts_with_names(const harmonium_counts *counts, int kind, const char *const *names,
                                int64_t count, harmonium_counts **out, char **error);

/* A 10x folder, .h5, .h5ad, or a table (.csv, .tsv, also .gz). `options`: NULL or JSON with any of
 * "orientation" ("cells-by-genes" or "genes-by-cells", which tables need), "feature_type", "layer" and
 * "labels" (a file) or "labels_column" (of obs). */
int harmonium_read(const char *path, const char *options, harmonium_counts **out, char **error);
/* A 10x folder, or by its name an .h5ad or .h5; whole or not at all. */
int harmonium_write(const harmonium_counts *counts, const char *path, char **error);
/* The built-in tissue, with labels. `options`: NULL or JSON with any of "cells", "genes", "median_library". */
int harmonium_simulate(const char *options, uint64_t seed, harmonium_counts **out, char **error);

/* --- models --- */

/* Trains `model`: "harmonium" (the recommended one), "scdbm", "vae-prior", "vae-posterior", "independent-nb",
 * "cluster-nb", "bootstrap" or "noisy". `options`: NULL or JSON of the program's options of the same names
 * (`harmonium fit --help`), such as {"hidden": [4, 2], "epochs": [20, 20, 40]}. Labels of the pilot are used
 * where the model can use them. */
int harmonium_fit(const harmonium_counts *pilot, const char *model, const char *options, uint64_t seed,
                  const harmonium_run *run, harmonium_model **out, char **error);
void harmonium_model_free(harmonium_model *model);

/* Cells, with labels where the model has them. Without a seed (NULL) they are those that the program's
 * `generate` makes with the seed the model was trained with. */
int harmonium_generate(const harmonium_model *model, int64_t cells, const uint64_t *seed,
                       const harmonium_run *run, harmonium_counts **out, char **error);

/* Model files (.harmonium), the same as the program's. */
int harmonium_save(const harmonium_model *model, const char *path, char **error);
int harmonium_load(const char *path, const harmonium_run *run, harmonium_model **out, char **error);
/* Its parameters as arrays by name in an .npz, for numpy.load: as the program's `info --npz`. */
int harmonium_save_npz(const harmonium_model *model, const char *path, char **error);
/* What is known of it, as JSON: kind, cells and genes it was trained on, facts, options, log. */
int harmonium_describe(const harmonium_model *model, char **json, char **error);

/* --- judging and planning --- */

/* Synthetic cells beside ceilings and floors, as `harmonium evaluate`: evaluation.json. Without labels of the
 * reference types are clusters that are found. `options`: NULL or JSON with any of "repeats", "cells",
 * "label_transfer" ("pca", "umap", "paper-protocol") and "pilot": a list of the barcodes of the reference that
 * the generator has seen, without which copying cannot be told. `html`: NULL, or receives the page. */
int harmonium_evaluate(const harmonium_counts *reference, const harmonium_counts *synthetic,
                       const char *options, uint64_t seed, const harmonium_run *run, char **json, char **html,
                       char **error);

/* An experiment planned from its pilot, as `harmonium plan`: plan.json. Types are the pilot's labels, or
 * clusters that are found. `options`: NULL or JSON of the program's options, such as {"model_file":
 * "pilot.harmonium", "sizes": [384, 768]}. `html` as above. */
int harmonium_plan(const harmonium_counts *pilot, const char *options, uint64_t seed,
                   const harmonium_run *run, char **json, char **html, char **error);

#ifdef __cplusplus
}
#endif

#endif
