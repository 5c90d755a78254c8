/* SPDX-License-Identifier: MIT */
/* From a pilot to synthetic cells, a judgement and a plan, in C.
 * usage: pilot_in_c OUTPUT_FOLDER    writes model.harmonium, cells/, report.html and plan.html there */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harmonium_c.h"

static char *problem;

static void must(int status, const char *what) {
  if (status == HARMONIUM_OK) return;
  fprintf(stderr, "%s: %s\n", what, status == HARMONIUM_STOPPED ? "stopped" : problem);
  harmonium_text_free(problem);
  exit(1);
}

static void check(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "not true: %s\n", what);
  exit(1);
}

static int count_calls(void *user, const char *stage, int64_t done, int64_t total) {
  check(strlen(stage) > 0 && done >= 0 && (total == 0 || done <= total), "progress makes sense");
  ++*(int *)user;
  return 0;
}

static int stop_at_once(void *user, const char *stage, int64_t done, int64_t total) {
  (void)user, (void)stage, (void)done, (void)total;
  return 1;
}

/* Whether two sets of counts are equal. */
static int same(const harmonium_counts *a, const harmonium_counts *b) {
  const int64_t n = harmonium_counts_nonzeros(a), cells = harmonium_counts_cells(a);
  if (n != harmonium_counts_nonzeros(b) || cells != harmonium_counts_cells(b)) return 0;
  int32_t *values[2], *genes[2];
  int64_t *pointers[2];
  const harmonium_counts *both[2];
  both[0] = a, both[1] = b;
  for (int k = 0; k < 2; ++k) {
    values[k] = malloc((size_t)n * sizeof(int32_t));
    genes[k] = malloc((size_t)n * sizeof(int32_t));
    pointers[k] = malloc((size_t)(cells + 1) * sizeof(int64_t));
    harmonium_counts_copy(both[k], values[k], genes[k], pointers[k]);
  }
  const int equal = memcmp(values[0], values[1], (size_t)n * sizeof(int32_t)) == 0 &&
                    memcmp(genes[0], genes[1], (size_t)n * sizeof(int32_t)) == 0 &&
                    memcmp(pointers[0], pointers[1], (size_t)(cells + 1) * sizeof(int64_t)) == 0;
  for (int k = 0; k < 2; ++k) free(values[k]), free(genes[k]), free(pointers[k]);
  return equal;
}

static void write_text(const char *folder, const char *name, const char *text) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  check(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, path);
}

static void count_release(void *owner) { ++*(int *)owner; }

/* Counts that lie in the caller's arrays: no copy, and given back once. */
static void borrow(const harmonium_counts *from, const harmonium_run *run) {
  const int32_t *values = NULL, *genes = NULL;
  const int64_t *pointers = NULL;
  harmonium_counts_arrays(from, &values, &genes, &pointers);
  int released = 0;
  harmonium_counts *lent = NULL, *bad = NULL;
  must(harmonium_counts_borrow(values, genes, pointers, harmonium_counts_cells(from), harmonium_counts_genes(from),
                               count_release, &released, &lent, &problem),
       "borrow");
  const int32_t *there = NULL;
  harmonium_counts_arrays(lent, &there, NULL, NULL);
  check(there == values && same(lent, from), "borrowed counts lie where they were");
  harmonium_model *whole = NULL;
  must(harmonium_fit(lent, "independent-nb", NULL, 7, run, &whole, &problem), "fit of borrowed counts");
  check(released == 0, "they are kept as long as the handle");
  harmonium_counts_free(lent);
  check(released == 1, "and given back once");
  const int32_t wrong[] = {1, -2}, both[] = {0, 1};
  const int64_t one_cell[] = {0, 2};
  check(harmonium_counts_borrow(wrong, both, one_cell, 1, 2, count_release, &released, &bad, &problem) ==
                HARMONIUM_ERROR &&
            bad == NULL && released == 1,
        "what is refused stays the caller's");
  harmonium_text_free(problem);
  harmonium_model_free(whole);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: pilot_in_c OUTPUT_FOLDER\n");
    return 2;
  }
  char path[4096];
  int calls = 0;
  harmonium_run run = {2, count_calls, NULL};
  run.user = &calls;

  harmonium_counts *pilot = NULL;
  must(harmonium_simulate("{\"cells\": 400, \"genes\": 200}", 7, &pilot, &problem), "simulate");
  printf("pilot: %" PRId64 " cells, %" PRId64 " genes; the first cell is %s, a %s\n",
         harmonium_counts_cells(pilot), harmonium_counts_genes(pilot),
         harmonium_counts_name(pilot, HARMONIUM_BARCODES, 0),
         harmonium_counts_name(pilot, HARMONIUM_LABELS, 0));

  harmonium_model *model = NULL, *loaded = NULL;
  must(harmonium_fit(pilot, "harmonium", NULL, 7, &run, &model, &problem), "fit");
  check(calls > 0, "training shows progress");

  /* The same cells from the model and from its file. */
  harmonium_counts *cells = NULL, *again = NULL;
  must(harmonium_generate(model, 500, NULL, &run, &cells, &problem), "generate");
  snprintf(path, sizeof path, "%s/model.harmonium", argv[1]);
  must(harmonium_save(model, path, &problem), "save");
  must(harmonium_load(path, NULL, &loaded, &problem), "load");
  snprintf(path, sizeof path, "%s/parameters.npz", argv[1]);
  must(harmonium_save_npz(loaded, path, &problem), "save parameters");
  must(harmonium_generate(loaded, 500, NULL, NULL, &again, &problem), "generate again");
  check(same(cells, again), "a loaded model makes the same cells");
  harmonium_counts_free(again);
  const uint64_t other = 8;
  must(harmonium_generate(loaded, 500, &other, NULL, &again, &problem), "generate others");
  check(!same(cells, again), "another seed makes other cells");
  snprintf(path, sizeof path, "%s/cells", argv[1]);
  must(harmonium_write(cells, path, &problem), "write");
  harmonium_counts_free(again);
  must(harmonium_read(path, NULL, &again, &problem), "read");
  check(same(cells, again), "what is written is read");
  printf("cells: %" PRId64 ", the first labelled %s\n", harmonium_counts_cells(cells),
         harmonium_counts_name(cells, HARMONIUM_LABELS, 0));

  borrow(pilot, &run);

  char *json = NULL, *html = NULL;
  must(harmonium_describe(loaded, &json, &problem), "describe");
  check(strstr(json, "\"training_cells\": 400") != NULL, "a model tells its pilot's size");
  harmonium_text_free(json);
  must(harmonium_evaluate(pilot, cells, "{\"repeats\": 1}", 1, &run, &json, &html, &problem),
       "evaluate");
  check(strstr(json, "\"verdicts\"") != NULL && strstr(html, "<html") != NULL, "a judgement");
  write_text(argv[1], "report.html", html);
  harmonium_text_free(json), harmonium_text_free(html);
  must(harmonium_plan(pilot, "{\"sizes\": [192, 384], \"repeats\": 2, \"models\": [\"cluster-nb\"]}", 1,
                      &run, &json, &html, &problem),
       "plan");
  check(strstr(json, "\"answer\"") != NULL && strstr(html, "<html") != NULL, "a plan");
  write_text(argv[1], "plan.html", html);
  harmonium_text_free(json), harmonium_text_free(html);

  char options[4200];
  snprintf(path, sizeof path, "%s/model.harmonium", argv[1]);
  snprintf(options, sizeof options, "{\"sizes\": [96, 192], \"repeats\": 1, \"model_file\": \"%s\"}", path);
  must(harmonium_plan(pilot, options, 1, &run, &json, NULL, &problem), "plan by a model file");
  check(strstr(json, "\"model_file\"") != NULL, "a plan that says by which model");
  harmonium_text_free(json);

  /* Errors are one line of text, and a stop is no error. */
  harmonium_model *none = NULL;
  const int32_t values[] = {1, -2}, genes[] = {0, 1};
  const int64_t pointers[] = {0, 2};
  harmonium_counts *bad = NULL;
  check(harmonium_fit(pilot, "no such model", NULL, 7, NULL, &none, &problem) == HARMONIUM_ERROR &&
            none == NULL && strstr(problem, "no such model") != NULL,
        "an unknown model is refused by name");
  harmonium_text_free(problem);
  check(harmonium_fit(pilot, "harmonium", "{\"hiden\": 8}", 7, NULL, &none, &problem) == HARMONIUM_ERROR &&
            strstr(problem, "hiden") != NULL,
        "an unknown option is refused by name");
  harmonium_text_free(problem);
  check(harmonium_counts_new(values, genes, pointers, 1, 2, &bad, &problem) == HARMONIUM_ERROR &&
            bad == NULL && strstr(problem, "-2") != NULL,
        "negative counts are refused");
  harmonium_text_free(problem);
  check(harmonium_read("/no/such/place", NULL, &bad, NULL) == HARMONIUM_ERROR, "no place for the text");
  run.progress = stop_at_once;
  check(harmonium_fit(pilot, "harmonium", NULL, 7, &run, &none, &problem) == HARMONIUM_STOPPED &&
            none == NULL && problem == NULL,
        "progress stops the work");

  harmonium_counts_free(again), harmonium_counts_free(cells), harmonium_counts_free(pilot);
  harmonium_model_free(model), harmonium_model_free(loaded);
  printf("harmonium %s: done\n", harmonium_version());
  return 0;
}
