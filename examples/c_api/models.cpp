// SPDX-License-Identifier: MIT
#include <cstdint>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "handles.hpp"
#include "make_cells.hpp"
#include "model_store.hpp"
#include "named_options.hpp"
#include "output_folder.hpp"
#include "pilot.hpp"
#include "training.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

program::generate_options options_of_fit(const char* model, const char* text, std::uint64_t seed) {
  c_api::one_of("model", model,
                {"harmonium", "scdbm", "vae-prior", "vae-posterior", "independent-nb", "cluster-nb",
                 "bootstrap", "noisy"});
  program::generate_options asked;
  asked.pilot = "the pilot";
  asked.model = model;
  asked.seed = seed;
  c_api::named_options given(text);
  if (given.is("hidden", "auto")) {
    asked.choose_hidden = true;
    given.drop("hidden");
  }
  given.number_as_text("genes").number_as_text("prior_weight");
  given.take("preset", asked.preset)
      .take("genes", asked.genes)
      .take("train_cells", asked.train_cells)
      .take("prior", asked.prior)
      .take("prior_weight", asked.prior_weight)
      .take("types_of_prior", asked.types_of_prior)
      .take_list("hidden", asked.hidden)
      .take_list("epochs", asked.epochs)
      .take("learning_rate", asked.learning_rate)
      .take("library", asked.mean_library)
      .take("burn_in", asked.burn_in)
      .take("sampler", asked.sampler)
      .take("held_out", asked.held_out)
      .take("patience", asked.patience)
      .take("residual", asked.residual)
      .take("size_factors", asked.size_factors)
      .take("fits", asked.fits)
      .take("rank", asked.rank)
      .take("clusters", asked.clusters)
      .no_others();
  c_api::one_of("preset", asked.preset,
                {"default", "paper", "pilot", "pilot_default", "scvi", "scvi_default", "notebook",
                 "paper_notebook"});
  c_api::one_of("residual", asked.residual, {"", "low-rank", "full", "blend", "none"});
  c_api::one_of("size_factors", asked.size_factors, {"none", "dispersion", "mean"});
  c_api::one_of("sampler", asked.sampler, {"auto", "gibbs", "exact"});
  c_api::one_of("prior_weight", asked.prior_weight, {"auto", "0", "1"});
  return program::complete(asked);
}

}  // namespace

extern "C" {

int harmonium_fit(const harmonium_counts* pilot, const char* model, const char* options,
                  uint64_t seed, const harmonium_run* run, harmonium_model** out, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(pilot, "pilot");
    c_api::need(model, "model");
    c_api::need(out, "out");
    const auto asked = options_of_fit(model, options, seed);
    hm::random_engine rng(seed);
    program::pilot_data data;
    data.genes = pilot->genes;
    data.barcodes = pilot->barcodes;
    if (!pilot->labels.empty()) data.labels = pilot->labels;
    program::cut_pilot(data, pilot->counts, asked, rng);
    auto watch = c_api::watch_of(run);
    const auto fitted = program::train(c_api::threads_of(run), data, asked, watch, rng);
    *out = new harmonium_model{
        program::stored_of(program::with_notes(fitted, data, asked, rng), "the model")};
  });
}

void harmonium_model_free(harmonium_model* model) {
  delete model;
}

int harmonium_generate(const harmonium_model* model, int64_t cells, const uint64_t* seed,
                       const harmonium_run* run, harmonium_counts** out, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(model, "model");
    c_api::need(out, "out");
    hm::require(cells >= 0, "cells", "must not be negative, got " + std::to_string(cells));
    const auto& stored = model->stored;
    hm::random_engine rng(seed == nullptr ? stored.seed : *seed);
    rng.seek(stored.position);
    auto watch = c_api::watch_of(run);
    auto made = program::make_cells(c_api::threads_of(run), stored.fitted,
                                    {.cells = static_cast<hm::index>(cells)}, watch, rng);
    *out = c_api::new_counts(
        program::among_all_genes(made.cells, stored.model, stored.genes.size()), stored.genes,
        program::synthetic_barcodes(static_cast<hm::index>(cells)), std::move(made.labels));
  });
}

int harmonium_save(const harmonium_model* model, const char* path, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(model, "model");
    c_api::need(path, "path");
    model->stored.fitted.model->save(path);
  });
}

int harmonium_save_npz(const harmonium_model* model, const char* path, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(model, "model");
    c_api::need(path, "path");
    model->stored.fitted.model->save_npz(path);
  });
}

int harmonium_load(const char* path, const harmonium_run* run, harmonium_model** out,
                   char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(path, "path");
    c_api::need(out, "out");
    *out = new harmonium_model{program::read_model(c_api::threads_of(run), path)};
  });
}

int harmonium_describe(const harmonium_model* model, char** json, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(model, "model");
    c_api::need(json, "json");
    const auto& stored = model->stored;
    const auto& notes = stored.fitted.model->notes();
    nlohmann::ordered_json told;
    told["kind"] = notes.kind;
    told["written_by"] = notes.written_by;
    told["genes"] = stored.genes.size();
    told["model_genes"] = stored.fitted.model->genes();
    if (stored.pilot) told["training_cells"] = stored.pilot->cells;
    told["seed"] = stored.seed;
    for (const auto& [name, value] : stored.fitted.facts) told["facts"][name] = value;
    if (!stored.options.empty())
      told["options"] = nlohmann::ordered_json::parse(stored.options, nullptr, false);
    if (!notes.labels.empty()) told["labels"] = notes.labels;
    told["training_log"] = stored.fitted.training_log;
    *json = c_api::copy_of(told.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  });
}

}  // extern "C"
