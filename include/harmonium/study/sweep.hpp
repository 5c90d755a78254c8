// SPDX-License-Identifier: MIT
/// @file
/// The sweep: pilots of several sizes, drawn again and again, fitted by several models, and all
/// their cells judged. One fit at a time, so that fits can be dealt out and kept.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/metrics/evaluate.hpp"
#include "harmonium/study/fingerprint.hpp"
#include "harmonium/study/pilot_subsample.hpp"
#include "harmonium/study/study_model.hpp"
#include "harmonium/study/study_table.hpp"

namespace harmonium::inline v0_2 {

/// Which pilots are drawn, and how many cells are made of each.
struct study_options {
  std::vector<index> sizes = {384, 768, 1152, 1536, 1920, 2304};  ///< cells of the pilots
  index repeats = 30;                                             ///< pilots of each size
  index cells = 0;  ///< that each generator makes; 0: as many as the reference has
  pilot_drawing drawing = pilot_drawing::without_replacement;  ///< of a pilot's cells
  std::uint64_t seed = 1;  ///< of everything; every fit has random numbers of its own
};

/// One fit: a pilot and a model.
struct study_job {
  index size;         ///< cells of the pilot
  index repeat;       ///< from 1
  std::size_t model;  ///< position among the models
};

/// Judges cells (over the reference's genes). Called from several threads; draws from the engine
/// only.
using study_judge = std::function<evaluation(const count_view<>& cells, random_engine& rng)>;

/// What is to be done, in what order, and each piece of it. Refers to the reference.
///
/// Every pilot, fit and set of cells has a random stream keyed by seed, size, repeat and name: the
/// figures of one fit do not change with the other sizes, repeats and models of the study, and all
/// models of a repeat see the same pilot.
class sweep {
 public:
  /// @param reference cells x genes
  /// @param labels    one per cell to hand to the models, or none
  /// @throws std::invalid_argument if there is no size, model or repeat, a size or a name comes
  ///         twice, or a size does not fit the reference.
  sweep(const count_view<>& reference, std::span<const index> labels,
        std::vector<any_study_model> models, study_options options)
      : reference_(reference),
        labels_(labels),
        models_(std::move(models)),
        options_(std::move(options)) {
    require(!options_.sizes.empty() && !models_.empty() && options_.repeats >= 1, "sweep",
            "at least one size, one model and one repeat are needed");
    require(options_.cells >= 0, "sweep", "cells must not be negative");
    require(labels.empty() || static_cast<index>(labels.size()) == reference.cells(), "sweep",
            "one label per reference cell expected");
    for (std::size_t k = 0; k < options_.sizes.size(); ++k) {
      const index size = options_.sizes[k];
      require(size >= 1 && (options_.drawing == pilot_drawing::with_replacement ||
                            size <= reference.cells()),
              "sweep",
              "a pilot of " + std::to_string(size) + " cells cannot be drawn from " +
                  std::to_string(reference.cells()));
      for (std::size_t other = 0; other < k; ++other)
        require(options_.sizes[other] != size, "sweep",
                "the size " + std::to_string(size) + " is given twice");
    }
    for (const auto& model : models_) {
      for (const auto& name : model.names) {
        require(std::find(generators_.begin(), generators_.end(), name) == generators_.end(),
                "sweep", "the generator " + name + " is there twice");
        generators_.push_back(name);
      }
    }
    if (options_.cells == 0) options_.cells = reference.cells();
  }

  [[nodiscard]] const study_options& options() const noexcept { return options_; }
  [[nodiscard]] const std::vector<any_study_model>& models() const noexcept { return models_; }
  /// Names of all generators, model after model.
  [[nodiscard]] const std::vector<std::string>& generators() const noexcept { return generators_; }

  [[nodiscard]] index jobs() const noexcept {
    return static_cast<index>(options_.sizes.size() * models_.size()) * options_.repeats;
  }
  /// Job 0, 1, ...: repeat after repeat, within it the largest pilots, which take longest, first.
  [[nodiscard]] study_job job(index number) const {
    require(number >= 0 && number < jobs(), "sweep::job", "no such job");
    std::vector<index> sizes = options_.sizes;
    std::sort(sizes.rbegin(), sizes.rend());
    const auto models = static_cast<index>(models_.size());
    const index per_repeat = static_cast<index>(sizes.size()) * models;
    const index within = number % per_repeat;
    return {sizes[static_cast<std::size_t>(within / models)], number / per_repeat + 1,
            static_cast<std::size_t>(within % models)};
  }
  /// Such as "384-1-harmonium", unique.
  [[nodiscard]] std::string name(const study_job& job) const {
    return std::to_string(job.size) + "-" + std::to_string(job.repeat) + "-" +
           models_[job.model].names.front();
  }

  /// The pilot of a size and repeat.
  [[nodiscard]] pilot_subsample pilot(index size, index repeat) const {
    random_engine rng = stream("pilot", size, repeat);
    return draw_pilot(reference_, size, options_.drawing, rng);
  }

  /// Fits a model to its pilot.
  [[nodiscard]] study_fit fit(const study_job& job, const pilot_subsample& pilot) const {
    std::vector<index> labels;
    if (!labels_.empty())
      for (const index row : pilot.rows) labels.push_back(labels_[static_cast<std::size_t>(row)]);
    const any_study_model& model = models_[job.model];
    random_engine rng = stream("fit " + model.names.front(), job.size, job.repeat);
    study_fit made = model.fit({pilot.counts, labels}, rng);
    require(made.sources.size() == model.names.size(), "sweep::fit",
            model.names.front() + " yields another number of generators than it has names");
    return made;
  }

  /// Cells of one of its generators, over all genes.
  [[nodiscard]] count_matrix<> cells(const study_job& job, const pilot_subsample& pilot,
                                     const study_fit& made, std::size_t generator) const {
    random_engine rng =
        stream("cells " + models_[job.model].names[generator], job.size, job.repeat);
    return cells_of(made, generator, pilot, options_.cells, rng);
  }

  /// A whole job: draw, fit, generate, judge. Facts of the fit come as the metric "fit".
  [[nodiscard]] std::vector<study_score> run(const study_job& job, const study_judge& judge) const {
    const pilot_subsample drawn = pilot(job.size, job.repeat);
    const study_fit made = fit(job, drawn);
    std::vector<study_score> rows;
    for (std::size_t g = 0; g < made.sources.size(); ++g) {
      const std::string& who = models_[job.model].names[g];
      const auto synthetic = cells(job, drawn, made, g);
      random_engine rng = stream("judge " + who, job.size, job.repeat);
      append_scores(rows, who, judge(synthetic, rng));
      for (const figure& fact : made.facts) rows.push_back({who, "fit", fact.name, fact.value});
    }
    return rows;
  }

  /// An empty table for the results.
  [[nodiscard]] study_table table() const {
    return {options_.sizes, options_.repeats, generators_, {}, {}};
  }

 private:
  [[nodiscard]] random_engine stream(const std::string& purpose, index size, index repeat) const {
    return random_engine(fingerprint().add(options_.seed).add(purpose).value(),
                         fingerprint().add(size).add(repeat).value());
  }

  count_view<> reference_;
  std::span<const index> labels_;
  std::vector<any_study_model> models_;
  study_options options_;
  std::vector<std::string> generators_;
};

}  // namespace harmonium::inline v0_2
