/* SPDX-License-Identifier: MIT */
/* harmonium_c.h for R. Handles are external pointers that R's collector frees. */
#define R_NO_REMAP
#include <R.h>
#include <R_ext/Rdynload.h>
#include <R_ext/Utils.h>
#include <Rinternals.h>
#include <string.h>

#include "harmonium_c.h"

/* Raises an R error with the text, which is freed. */
static void check(int status, char **given) {
  if (status == HARMONIUM_OK) return;
  if (status == HARMONIUM_STOPPED) Rf_errorcall(R_NilValue, "interrupted");
  char text[1024];
  char *const error = *given;
  strncpy(text, error ? error : "unknown error", sizeof text - 1);
  text[sizeof text - 1] = '\0';
  harmonium_text_free(error);
  Rf_errorcall(R_NilValue, "%s", text);
}

static void free_counts(SEXP handle) {
  harmonium_counts_free(R_ExternalPtrAddr(handle));
  R_ClearExternalPtr(handle);
}
static void free_model(SEXP handle) {
  harmonium_model_free(R_ExternalPtrAddr(handle));
  R_ClearExternalPtr(handle);
}

static SEXP handle_of(void *pointer, void (*finish)(SEXP)) {
  SEXP handle = PROTECT(R_MakeExternalPtr(pointer, R_NilValue, R_NilValue));
  R_RegisterCFinalizerEx(handle, finish, TRUE);
  UNPROTECT(1);
  return handle;
}

static void *pointer_of(SEXP handle) {
  void *pointer = R_ExternalPtrAddr(handle);
  if (!pointer) Rf_errorcall(R_NilValue, "this object was saved with R's session; save models with save_model()");
  return pointer;
}

static void ask_r(void *ignored) {
  (void)ignored;
  R_CheckUserInterrupt();
}

/* R may be asked on its own thread only, so work runs on one. */
static int stop_asked(void *user, const char *stage, int64_t done, int64_t total) {
  (void)user, (void)stage, (void)done, (void)total;
  return R_ToplevelExec(ask_r, NULL) ? 0 : 1;
}

static harmonium_run run_of(void) {
  harmonium_run run = {1, stop_asked, NULL};
  return run;
}

static const char *text_of(SEXP text) {
  return Rf_isNull(text) ? NULL : Rf_translateCharUTF8(STRING_ELT(text, 0));
}

/* A dgCMatrix of genes x cells: its arrays are those of counts compressed by cell. */
static SEXP counts_new(SEXP x, SEXP i, SEXP p, SEXP genes) {
  const R_xlen_t cells = XLENGTH(p) - 1, nonzeros = XLENGTH(x);
  int32_t *values = (int32_t *)R_alloc((size_t)nonzeros + 1, sizeof(int32_t));
  int64_t *pointers = (int64_t *)R_alloc((size_t)cells + 1, sizeof(int64_t));
  for (R_xlen_t k = 0; k < nonzeros; ++k) {
    const double value = REAL(x)[k];
    if (!(value >= 0 && value <= 2147483647.0) || value != (double)(int32_t)value)
      Rf_errorcall(R_NilValue, "counts must be whole numbers from 0 to 2147483647, found %g", value);
    values[k] = (int32_t)value;
  }
  for (R_xlen_t k = 0; k <= cells; ++k) pointers[k] = INTEGER(p)[k];
  harmonium_counts *made = NULL;
  char *error = NULL;
  check(harmonium_counts_new(values, INTEGER(i), pointers, cells, Rf_asInteger(genes), &made, &error), &error);
  return handle_of(made, free_counts);
}

static SEXP counts_with_names(SEXP counts, SEXP kind, SEXP names) {
  const R_xlen_t count = XLENGTH(names);
  const char **texts = (const char **)R_alloc((size_t)count + 1, sizeof(char *));
  for (R_xlen_t k = 0; k < count; ++k) texts[k] = Rf_translateCharUTF8(STRING_ELT(names, k));
  harmonium_counts *made = NULL;
  char *error = NULL;
  check(harmonium_counts_with_names(pointer_of(counts), Rf_asInteger(kind), texts, count, &made, &error), &error);
  return handle_of(made, free_counts);
}

/* list(x, i, p, genes) */
static SEXP counts_arrays(SEXP counts) {
  const harmonium_counts *from = pointer_of(counts);
  const R_xlen_t nonzeros = (R_xlen_t)harmonium_counts_nonzeros(from), cells = (R_xlen_t)harmonium_counts_cells(from);
  if (nonzeros > 2147483647) Rf_errorcall(R_NilValue, "R's sparse matrices hold at most 2147483647 counts");
  SEXP made = PROTECT(Rf_allocVector(VECSXP, 4));
  SEXP x = PROTECT(Rf_allocVector(REALSXP, nonzeros)), i = PROTECT(Rf_allocVector(INTSXP, nonzeros));
  SEXP p = PROTECT(Rf_allocVector(INTSXP, cells + 1));
  int32_t *values = (int32_t *)R_alloc((size_t)nonzeros + 1, sizeof(int32_t));
  int64_t *pointers = (int64_t *)R_alloc((size_t)cells + 1, sizeof(int64_t));
  harmonium_counts_copy(from, values, INTEGER(i), pointers);
  for (R_xlen_t k = 0; k < nonzeros; ++k) REAL(x)[k] = values[k];
  for (R_xlen_t k = 0; k <= cells; ++k) INTEGER(p)[k] = (int)pointers[k];
  SET_VECTOR_ELT(made, 0, x);
  SET_VECTOR_ELT(made, 1, i);
  SET_VECTOR_ELT(made, 2, p);
  SET_VECTOR_ELT(made, 3, Rf_ScalarInteger((int)harmonium_counts_genes(from)));
  UNPROTECT(4);
  return made;
}

static SEXP counts_names(SEXP counts, SEXP kind) {
  const harmonium_counts *from = pointer_of(counts);
  R_xlen_t count = 0;
  while (harmonium_counts_name(from, Rf_asInteger(kind), count)) ++count;
  SEXP names = PROTECT(Rf_allocVector(STRSXP, count));
  for (R_xlen_t k = 0; k < count; ++k)
    SET_STRING_ELT(names, k, Rf_mkCharCE(harmonium_counts_name(from, Rf_asInteger(kind), k), CE_UTF8));
  UNPROTECT(1);
  return names;
}

static SEXP simulate(SEXP options, SEXP seed) {
  harmonium_counts *made = NULL;
  char *error = NULL;
  check(harmonium_simulate(text_of(options), (uint64_t)Rf_asReal(seed), &made, &error), &error);
  return handle_of(made, free_counts);
}

static SEXP fit(SEXP pilot, SEXP name, SEXP options, SEXP seed) {
  const harmonium_run run = run_of();
  harmonium_model *made = NULL;
  char *error = NULL;
  check(harmonium_fit(pointer_of(pilot), text_of(name), text_of(options), (uint64_t)Rf_asReal(seed), &run, &made,
                      &error),
        &error);
  return handle_of(made, free_model);
}

static SEXP generate(SEXP model, SEXP cells, SEXP seed) {
  const harmonium_run run = run_of();
  const uint64_t number = Rf_isNull(seed) ? 0 : (uint64_t)Rf_asReal(seed);
  harmonium_counts *made = NULL;
  char *error = NULL;
  check(harmonium_generate(pointer_of(model), (int64_t)Rf_asReal(cells), Rf_isNull(seed) ? NULL : &number, &run,
                           &made, &error),
        &error);
  return handle_of(made, free_counts);
}

static SEXP save_model(SEXP model, SEXP path) {
  char *error = NULL;
  check(harmonium_save(pointer_of(model), text_of(path), &error), &error);
  return R_NilValue;
}

static SEXP load_model(SEXP path) {
  const harmonium_run run = run_of();
  harmonium_model *made = NULL;
  char *error = NULL;
  check(harmonium_load(text_of(path), &run, &made, &error), &error);
  return handle_of(made, free_model);
}

static SEXP texts(char *json, char *html) {
  SEXP both = PROTECT(Rf_allocVector(STRSXP, html ? 2 : 1));
  SET_STRING_ELT(both, 0, Rf_mkCharCE(json, CE_UTF8));
  if (html) SET_STRING_ELT(both, 1, Rf_mkCharCE(html, CE_UTF8));
  harmonium_text_free(json);
  harmonium_text_free(html);
  UNPROTECT(1);
  return both;
}

static SEXP describe(SEXP model) {
  char *json = NULL, *error = NULL;
  check(harmonium_describe(pointer_of(model), &json, &error), &error);
  return texts(json, NULL);
}

static SEXP evaluate(SEXP reference, SEXP synthetic, SEXP options, SEXP seed) {
  const harmonium_run run = run_of();
  char *json = NULL, *html = NULL, *error = NULL;
  check(harmonium_evaluate(pointer_of(reference), pointer_of(synthetic), text_of(options),
                           (uint64_t)Rf_asReal(seed), &run, &json, &html, &error),
        &error);
  return texts(json, html);
}

static SEXP plan(SEXP pilot, SEXP options, SEXP seed) {
  const harmonium_run run = run_of();
  char *json = NULL, *html = NULL, *error = NULL;
  check(harmonium_plan(pointer_of(pilot), text_of(options), (uint64_t)Rf_asReal(seed), &run, &json, &html, &error),
        &error);
  return texts(json, html);
}

static const R_CallMethodDef calls[] = {
    {"counts_new", (DL_FUNC)&counts_new, 4},     {"counts_with_names", (DL_FUNC)&counts_with_names, 3},
    {"counts_arrays", (DL_FUNC)&counts_arrays, 1}, {"counts_names", (DL_FUNC)&counts_names, 2},
    {"simulate", (DL_FUNC)&simulate, 2},         {"fit", (DL_FUNC)&fit, 4},
    {"generate", (DL_FUNC)&generate, 3},         {"save_model", (DL_FUNC)&save_model, 2},
    {"load_model", (DL_FUNC)&load_model, 1},     {"describe", (DL_FUNC)&describe, 1},
    {"evaluate", (DL_FUNC)&evaluate, 4},         {"plan", (DL_FUNC)&plan, 3},
    {NULL, NULL, 0}};

void R_init_harmonium(DllInfo *info) {
  R_registerRoutines(info, NULL, calls, NULL, NULL);
  R_useDynamicSymbols(info, FALSE);
}
