// SPDX-License-Identifier: MIT
/// @file
/// Cells from hidden states with a residual correlation, of every residual and size factor, in
/// model files. With size factors a file holds those of the pilot's cells, with `combined_scores`
/// (the full copula) the scores of the pilot's cells, otherwise nothing of any cell.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/models/correlated_cells.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/residuals/combined_scores.hpp"
#include "harmonium/models/residuals/factor_scores.hpp"
#include "harmonium/models/residuals/independent_scores.hpp"
#include "harmonium/models/residuals/score_calibration.hpp"
#include "harmonium/models/size_factors.hpp"

namespace harmonium::inline v0_2::io::model_format {

/// How a residual correlation is kept: `name`, `pilot`, `write`, `arrays`, `read`. Specialise it
/// for one of your own.
template <class Residual>
struct residual;

template <>
struct residual<independent_scores> {
  static constexpr const char* name = "independent_scores";
  static constexpr pilot_in_file pilot = pilot_in_file::nothing;
  static void write(payload_writer&, const independent_scores&) {}
  static void arrays(npz_output&, const independent_scores&) {}
  static independent_scores read(payload_reader&, const count_states&) { return {}; }
};

template <>
struct residual<factor_scores> {
  static constexpr const char* name = "factor_scores";
  static constexpr pilot_in_file pilot = pilot_in_file::nothing;
  static void write(payload_writer& out, const factor_scores& residual) {
    const score_factors& parts = residual.parts();
    write_matrix(out, parts.loadings);
    out.reals(as_reals(parts.own_variances));
    write_matrix(out, parts.means);
    for (const auto& root : parts.roots) write_matrix(out, root);
    write_matrix(out, parts.scales);
  }
  static void arrays(npz_output& out, const factor_scores& residual) {
    const score_factors& parts = residual.parts();
    out.add("loadings", parts.loadings);
    out.add("own_variance", parts.own_variances);
    out.add("factor_mean", parts.means);
    const std::size_t rank = static_cast<std::size_t>(parts.loadings.cols());
    const std::size_t shape[] = {parts.roots.size(), rank, rank};
    std::vector<double> roots;  // states x rank x rank
    for (const auto& root : parts.roots)
      roots.insert(roots.end(), root.data(), root.data() + root.size());
    out.add("factor_root", std::span<const std::size_t>(shape), std::span<const double>(roots));
    if (parts.scales.size() > 0) out.add("score_scale", parts.scales);
  }
  static factor_scores read(payload_reader& in, const count_states& states) {
    score_factors parts;
    parts.loadings = read_matrix(in);
    parts.own_variances = as_vector(in.reals());
    parts.means = read_matrix(in);
    require_finite(in, parts.loadings, "a loading");
    require_range(in, parts.own_variances, "a variance", 0, true);
    require_finite(in, parts.means, "the mean of a factor");
    for (index s = 0; s < states.states(); ++s) {
      parts.roots.push_back(read_matrix(in));
      require_finite(in, parts.roots.back(), "the deviation of a factor");
    }
    parts.scales = read_matrix(in);
    require_range(in, parts.scales, "a scale", 0);
    if (parts.loadings.rows() != states.genes() || parts.means.rows() != states.states())
      in.fail("holds factors of other genes or states than the model's");
    return factor_scores(std::move(parts));
  }
};

template <>
struct residual<combined_scores> {
  static constexpr const char* name = "combined_scores";
  static constexpr pilot_in_file pilot = pilot_in_file::cells;
  static void write(payload_writer& out, const combined_scores& residual) {
    const score_combinations& parts = residual.parts();
    out.real(parts.strength);
    out.number(static_cast<std::uint64_t>(parts.blend));
    write_matrix(out, parts.residuals);
    write_matrix(out, parts.means);
    for (const auto& own : parts.cells) write_indices(out, own);
  }
  static void arrays(npz_output& out, const combined_scores& residual) {
    const score_combinations& parts = residual.parts();
    out.add("strength", parts.strength);
    out.add("blend", parts.blend);
    out.add("pilot_scores", parts.residuals);
    out.add("score_mean", parts.means);
    std::vector<index> cells,
        from{0};  // those of state s: cells[from[s]] to cells[from[s + 1] - 1]
    for (const auto& own : parts.cells) {
      cells.insert(cells.end(), own.begin(), own.end());
      from.push_back(std::ssize(cells));
    }
    out.add("cells_of_states", cells);
    out.add("cells_of_states_from", from);
  }
  static combined_scores read(payload_reader& in, const count_states& states) {
    score_combinations parts;
    parts.strength = in.real();
    if (!(parts.strength >= 0 && parts.strength <= 1)) in.fail("the strength is not in [0, 1]");
    parts.blend = size_from(in, 0);
    parts.residuals = read_matrix<float>(in);
    parts.means = read_matrix<float>(in);
    require_finite(in, parts.residuals, "a score");
    require_finite(in, parts.means, "a mean score");
    if (parts.means.cols() != states.genes() || parts.means.rows() != states.states())
      in.fail("holds scores of other genes or states than the model's");
    for (index s = 0; s < states.states(); ++s)
      parts.cells.push_back(read_indices(in, parts.residuals.rows()));
    return combined_scores(std::move(parts));
  }
};

/// Names of size factor policies.
template <size_factor_policy Sizes>
constexpr const char* sizes_name = nullptr;
template <>
inline constexpr const char* sizes_name<no_size_factors> = "no_size_factors";
template <>
inline constexpr const char* sizes_name<scaled_dispersion> = "scaled_dispersion";
template <>
inline constexpr const char* sizes_name<scaled_mean> = "scaled_mean";

template <class Residual, class Sizes>
struct model<correlated_cells<Residual, Sizes>> {
  using type = correlated_cells<Residual, Sizes>;

  static std::string name() { return "correlated_cells<" + arguments() + ">"; }
  /// Such as "factor_scores, no_size_factors".
  static std::string arguments() {
    return std::string(residual<Residual>::name) + ", " + sizes_name<Sizes>;
  }
  static index states(const type& model) { return model.states().states(); }
  static pilot_in_file pilot(const type&) {
    const auto least = Sizes::uses_sizes ? pilot_in_file::depths : pilot_in_file::nothing;
    return std::max(least, residual<Residual>::pilot);
  }

  static void write(model_sections& file, const type& model) {
    const count_states& states = model.states();
    payload_writer kept, scores, limits;
    kept.reals(as_reals(states.weights));
    write_matrix(kept, states.mean);
    write_matrix(kept, states.theta);
    if constexpr (Sizes::uses_sizes) {
      write_indices(kept, states.cell);
      kept.reals(as_reals(states.sizes));
    }
    file.add("states", kept);
    residual<Residual>::write(scores, model.residual());
    file.add("residual", scores);
    limits.reals(as_reals(model.largest()));
    limits.number(model.calibrations().size());
    for (const auto& calibration : model.calibrations())
      for (const double score : calibration.image()) limits.real(score);
    file.add("counts", limits);
  }

  static void arrays(npz_output& out, const type& model) {
    const count_states& states = model.states();
    out.add("weights", states.weights);
    out.add("mean", states.mean);
    out.add("inverse_dispersion", states.theta);
    if constexpr (Sizes::uses_sizes) {
      out.add("pilot_state", states.cell);
      out.add("pilot_size_factor", states.sizes);
    }
    residual<Residual>::arrays(out, model.residual());
    out.add("largest_count", model.largest());
    constexpr std::size_t knots = score_calibration::knots;
    matrix<double> images(static_cast<index>(model.calibrations().size()),
                          static_cast<index>(knots));
    index row = 0;
    for (const auto& calibration : model.calibrations()) {
      std::copy(calibration.image().begin(), calibration.image().end(), images.row(row).data());
      ++row;
    }
    out.add("score_calibration", images);
  }

  template <executor Executor>
  static type read(const model_sections& file, const Executor& run) {
    payload_reader kept = file.at("states");
    count_states states;
    states.weights = as_vector(kept.reals());
    states.mean = read_matrix(kept);
    states.theta = read_matrix(kept);
    require_range(kept, states.weights, "a weight", 0);
    require_range(kept, states.mean, "a mean", 0, true);
    require_negative_binomial(kept, states.mean, states.theta);
    if (!(states.weights.sum() > 0)) kept.fail("all weights are zero");
    if constexpr (Sizes::uses_sizes) {
      states.cell = read_indices(kept, states.states());
      states.sizes = as_vector(kept.reals());
      require_range(kept, states.sizes, "a size factor", 0, true);
    }
    kept.end();
    check(states, "correlated_cells");
    payload_reader scores = file.at("residual");
    Residual drawn = residual<Residual>::read(scores, states);
    scores.end();
    payload_reader limits = file.at("counts");
    vector<double> largest = as_vector(limits.reals());
    require_range(limits, largest, "a largest count", 0);
    constexpr std::size_t knots = score_calibration::knots;
    std::vector<score_calibration> calibrations(limits.count(8 * knots));
    for (auto& calibration : calibrations) {
      std::array<double, knots> image;
      for (double& score : image) score = limits.real();
      calibration = score_calibration::of(image);
    }
    limits.end();
    return type(run, std::move(states), std::move(drawn), std::move(largest),
                std::move(calibrations));
  }
};

}  // namespace harmonium::inline v0_2::io::model_format
