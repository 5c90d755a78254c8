// SPDX-License-Identifier: MIT
/// @file
/// A simulated tissue: counts whose truth is known, for trying things out and for tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// A kind of cell and how common it is.
struct cell_type {
  std::string name;   ///< of the type
  double weight = 1;  ///< > 0; its share is the weight over the sum of weights

  friend bool operator==(const cell_type&, const cell_type&) = default;
};

/// Settings of `simulate_tissue`.
struct tissue_options {
  index cells = 1500;  ///< rows of the counts
  index genes = 1000;  ///< columns of the counts
  /// Eight types of unequal abundance, two of them rare.
  std::vector<cell_type> types = {{"T_helper", 0.34},  {"T_cytotoxic", 0.20},  {"B_cell", 0.16},
                                  {"monocyte", 0.14},  {"NK_cell", 0.08},      {"fibroblast", 0.05},
                                  {"dendritic", 0.02}, {"megakaryocyte", 0.01}};
  /// Genes raised in one type only; no gene marks two types. Not given: 20, or where genes are too
  /// few for that, genes / types.
  std::optional<index> markers_per_type = {};
  double marker_log_change = 2;       ///< mean log fold change of a marker (natural logarithm)
  double marker_log_spread = 0.5;     ///< its standard deviation over markers
  double abundance_log_spread = 1.2;  ///< standard deviation over genes of log expression
  double median_library = 2000;       ///< median over cells of the expected counts
  double log_library_spread = 0.35;   ///< standard deviation over cells of its logarithm
  double median_theta = 2;            ///< median over genes of the inverse dispersion
  double theta_log_spread = 0.5;      ///< standard deviation over genes of its logarithm
  index batches = 1;                  ///< cells belong to each with equal probability
  double batch_log_spread = 0;  ///< standard deviation of a batch's log effect on a gene; 0: none
  /// A count of mean m is lost with probability dropout / (dropout + m): 0 is none, and half of the
  /// counts of mean `dropout` are lost (Andrews & Hemberg 2019, Bioinformatics 35:2865).
  double dropout = 0;
};

/// A simulated experiment with what it was made from.
struct tissue {
  count_matrix<> counts;                ///< cells x genes
  std::vector<std::string> gene_names;  ///< length genes, "gene_0001" onwards
  std::vector<std::string> type_names;  ///< length types
  std::vector<index> types;             ///< length cells, position in `type_names`
  std::vector<index> batches;           ///< length cells, in [0, batches)

  // The truth. A count of cell i and gene j, before dropout, is negative binomial with mean
  // expected_library_sizes[i] * profiles(type of i, j), and inverse dispersion theta[j]; with
  // batches, the profile is multiplied by batch_effects(batch of i, j) and scaled back to a sum
  // of 1.
  std::vector<double> proportions;          ///< length types, sum 1
  matrix<double> profiles;                  ///< types x genes, rows sum to 1
  matrix<double> batch_effects;             ///< batches x genes, > 0
  vector<double> theta;                     ///< length genes
  vector<double> expected_library_sizes;    ///< length cells, expected counts before dropout
  std::vector<std::vector<index>> markers;  ///< for each type its marker genes, ascending

  /// Name of each cell's type, length cells.
  [[nodiscard]] std::vector<std::string> labels() const {
    std::vector<std::string> names;
    names.reserve(types.size());
    for (const index type : types) names.push_back(type_names[static_cast<std::size_t>(type)]);
    return names;
  }
};

/// Some cells of a tissue.
struct tissue_cells {
  count_matrix<> counts;                  ///< cells x genes
  std::vector<index> types;               ///< length cells, position in `tissue::type_names`
  std::vector<index> batches;             ///< length cells
  vector<double> expected_library_sizes;  ///< length cells
};

/// Draws one tissue at a time, whole (see `simulate_tissue`) or a range of cells after another, so
/// that a tissue may be larger than memory:
///
///     const tissue_simulator simulator(options);
///     const random_streams streams(rng);
///     const tissue truth = simulator.truth(streams);
///     for (index begin = 0; begin < cells; begin += 4096)
///       use(simulator.cells(run, truth, streams, begin, std::min(begin + 4096, cells)));
class tissue_simulator {
 public:
  /// @throws std::invalid_argument naming the option.
  explicit tissue_simulator(tissue_options options) : options_(std::move(options)) {
    check(options_.cells >= 0, "cells must not be negative");
    check(options_.genes >= 1, "genes must be at least 1");
    check(!options_.types.empty(), "types must not be empty");
    for (const cell_type& type : options_.types)
      check(type.weight > 0 && std::isfinite(type.weight), "the weight of type \"" + type.name +
                                                               "\" must be positive, got " +
                                                               std::to_string(type.weight));
    const index most = options_.genes / types();
    markers_ = options_.markers_per_type.value_or(std::min<index>(20, most));
    check(markers_ >= 0, "markers_per_type must not be negative");
    check(markers_ <= most, "markers_per_type * types must not exceed genes (" +
                                std::to_string(options_.genes) + "), got " +
                                std::to_string(markers_) + " * " + std::to_string(types()));
    check(std::isfinite(options_.marker_log_change), "marker_log_change must be finite");
    check(spread(options_.marker_log_spread), "marker_log_spread must be >= 0 and finite");
    check(spread(options_.abundance_log_spread), "abundance_log_spread must be >= 0 and finite");
    check(options_.median_library > 0 && options_.median_library <= 1e9,
          "median_library must be in (0, 1e9]");
    check(spread(options_.log_library_spread), "log_library_spread must be >= 0 and finite");
    check(options_.median_theta > 0 && std::isfinite(options_.median_theta),
          "median_theta must be positive and finite");
    check(spread(options_.theta_log_spread), "theta_log_spread must be >= 0 and finite");
    check(options_.batches >= 1, "batches must be at least 1");
    check(spread(options_.batch_log_spread), "batch_log_spread must be >= 0 and finite");
    check(spread(options_.dropout), "dropout must be >= 0 and finite");
  }

  /// Genes are drawn from stream 0 of `rng`, cell i from stream i + 1.
  template <executor Executor>
  [[nodiscard]] tissue operator()(const Executor& run, random_engine& rng) const {
    const random_streams streams(rng);
    tissue made = truth(streams);
    tissue_cells all = cells(run, made, streams, 0, options_.cells);
    made.counts = std::move(all.counts);
    made.types = std::move(all.types);
    made.batches = std::move(all.batches);
    made.expected_library_sizes = std::move(all.expected_library_sizes);
    return made;
  }

  /// The tissue without its cells.
  [[nodiscard]] tissue truth(const random_streams& streams) const {
    tissue made;
    random_engine gene_engine = streams[0];
    draw_truth(made, gene_engine);
    made.counts = count_matrix<>(options_.genes);
    return made;
  }

  /// Cells [begin, end) of the tissue that `truth` gave for the same streams: for every executor
  /// and in ranges of any size the cells that the whole tissue has.
  /// @throws std::invalid_argument unless 0 <= begin <= end <= cells; std::overflow_error if a
  ///         count does not fit 32 bits.
  template <executor Executor>
  [[nodiscard]] tissue_cells cells(const Executor& run, const tissue& truth,
                                   const random_streams& streams, index begin, index end) const {
    check(0 <= begin && begin <= end && end <= options_.cells,
          "a range of the " + std::to_string(options_.cells) + " cells expected, got [" +
              std::to_string(begin) + ", " + std::to_string(end) + ")");
    const index count = end - begin;
    tissue_cells made{count_matrix<>(options_.genes), {}, {}, vector<double>(count)};
    made.types.resize(static_cast<std::size_t>(count));
    made.batches.resize(static_cast<std::size_t>(count));
    constexpr index block_size = 64;
    std::vector<count_matrix<>> blocks(
        static_cast<std::size_t>((count + block_size - 1) / block_size),
        count_matrix<>(options_.genes));
    for_each_range(run, count, block_size, [&](index first, index last) {
      count_matrix<>& block = blocks[static_cast<std::size_t>(first / block_size)];
      for (index cell = first; cell < last; ++cell) {
        random_engine own = streams[static_cast<std::uint64_t>(begin + cell) + 1];
        draw_cell(truth, made, cell, block, own);
      }
    });
    index nonzeros = 0;
    for (const auto& block : blocks) nonzeros += block.nonzeros();
    made.counts.reserve(count, nonzeros);
    for (auto& block : blocks) {
      made.counts.append(block);
      block = count_matrix<>(options_.genes);
    }
    return made;
  }

 private:
  static void check(bool holds, const std::string& message) {
    require(holds, "simulate_tissue", message);
  }
  static bool spread(double value) { return value >= 0 && std::isfinite(value); }

  [[nodiscard]] index types() const { return static_cast<index>(options_.types.size()); }

  /// e^(spread * z), z standard normal.
  static double log_normal(double spread, random_engine& rng) {
    return math::exp(spread * draw::normal(rng));
  }

  static void scale_to_one(std::span<double> values) {
    double sum = 0;
    for (const double value : values) sum += value;
    for (double& value : values) value /= sum;
  }

  void draw_truth(tissue& made, random_engine& rng) const {
    const index genes = options_.genes;
    const std::size_t digits = std::max<std::size_t>(4, std::to_string(genes).size());
    for (index gene = 1; gene <= genes; ++gene) {
      const std::string number = std::to_string(gene);
      made.gene_names.push_back("gene_" + std::string(digits - number.size(), '0') + number);
    }
    double total = 0;
    for (const cell_type& type : options_.types) total += type.weight;
    for (const cell_type& type : options_.types) {
      made.type_names.push_back(type.name);
      made.proportions.push_back(type.weight / total);
    }

    vector<double> abundance(genes);
    for (double& value : abundance) value = log_normal(options_.abundance_log_spread, rng);
    made.theta.resize(genes);
    for (double& value : made.theta)
      value = options_.median_theta * log_normal(options_.theta_log_spread, rng);

    std::vector<index> chosen = draw::sample_without_replacement(genes, markers_ * types(), rng);
    draw::shuffle(std::span(chosen), rng);
    made.profiles.resize(types(), genes);
    for (index type = 0; type < types(); ++type) {
      made.profiles.row(type) = abundance;
      const auto first = chosen.begin() + type * markers_;
      std::vector<index> markers(first, first + markers_);
      std::sort(markers.begin(), markers.end());
      for (const index gene : markers)
        made.profiles(type, gene) *=
            math::exp(options_.marker_log_change) * log_normal(options_.marker_log_spread, rng);
      scale_to_one({made.profiles.row(type).data(), static_cast<std::size_t>(genes)});
      made.markers.push_back(std::move(markers));
    }

    made.batch_effects.resize(options_.batches, genes);
    for (index batch = 0; batch < options_.batches; ++batch)
      for (index gene = 0; gene < genes; ++gene)
        made.batch_effects(batch, gene) = log_normal(options_.batch_log_spread, rng);
  }

  /// @param cell of `made`
  void draw_cell(const tissue& truth, tissue_cells& made, index cell, count_matrix<>& out,
                 random_engine& rng) const {
    const auto at = static_cast<std::size_t>(cell);
    const index type = draw::categorical(std::span<const double>(truth.proportions), rng);
    const auto batch =
        static_cast<index>(draw::below(static_cast<std::uint64_t>(options_.batches), rng));
    const double library = options_.median_library * log_normal(options_.log_library_spread, rng);
    made.types[at] = type;
    made.batches[at] = batch;
    made.expected_library_sizes[cell] = library;

    vector<double> profile(options_.genes);
    for (index gene = 0; gene < options_.genes; ++gene)
      profile[gene] = truth.profiles(type, gene) * truth.batch_effects(batch, gene);
    scale_to_one({profile.data(), static_cast<std::size_t>(options_.genes)});
    for (index gene = 0; gene < options_.genes; ++gene) {
      const double mean = library * profile[gene];
      const std::int64_t count = draw::negative_binomial(mean, truth.theta[gene], rng);
      const bool lost =
          options_.dropout > 0 && draw::uniform(rng) * (options_.dropout + mean) < options_.dropout;
      if (!lost) out.push_back(gene, count);
    }
    out.finish_cell();
  }

  tissue_options options_;
  index markers_ = 0;  ///< of every type
};

/// A gamma-Poisson tissue: cell types of unequal abundance with marker genes of their own,
/// log-normal library sizes, an inverse dispersion for every gene, and if asked for batch effects
/// and dropout. Equal engines give equal tissues for every executor; `rng` moves on by one word.
/// Cost: one negative binomial draw per cell and gene.
/// @throws std::invalid_argument naming the option that is out of range; std::overflow_error if a
///         count does not fit 32 bits.
template <executor Executor>
tissue simulate_tissue(const Executor& run, const tissue_options& options, random_engine& rng) {
  return tissue_simulator(options)(run, rng);
}

/// The same on the calling thread.
inline tissue simulate_tissue(const tissue_options& options, random_engine& rng) {
  return simulate_tissue(serial_executor{}, options, rng);
}

}  // namespace harmonium::inline v0_2
