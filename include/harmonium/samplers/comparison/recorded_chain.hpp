// SPDX-License-Identifier: MIT
/// @file
/// One chain of a contender: what it visited, and how long it took.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/comparison/contender.hpp"
#include "harmonium/samplers/comparison/reference_moments.hpp"

namespace harmonium::inline v0_2 {

/// What a chain did, sweep by sweep.
struct recorded_chain {
  std::vector<double> figures;  ///< sweep by sweep, all figures
  std::vector<index> numbers;   ///< of the states visited; empty where they are not enumerated
  std::vector<double> seconds;  ///< after each sweep, from the end of the first, the time that
                                ///< recording takes left out
  double first_seconds = 0;     ///< set-up and the first sweep

  [[nodiscard]] index sweeps() const noexcept { return std::ssize(seconds); }
  [[nodiscard]] double seconds_per_sweep() const {
    return seconds.size() < 2 ? first_seconds
                              : seconds.back() / static_cast<double>(seconds.size() - 1);
  }
  [[nodiscard]] double set_up_seconds() const {
    return std::max(1e-9, first_seconds - seconds_per_sweep());
  }
};

/// Runs `of` for `sweeps` sweeps, or until these took `seconds` without the set-up (32 sweeps at
/// least).
template <class Contender, class Model>
recorded_chain record_chain(const Contender& of, const Model& model,
                            const reference_moments& reference,
                            const typename Model::state_type& start, index sweeps, double seconds,
                            random_engine& rng) {
  using clock = std::chrono::steady_clock;
  const state_figures<Model> figures(model, reference);
  const std::size_t count = reference.figures();
  recorded_chain out;
  out.figures.reserve(static_cast<std::size_t>(sweeps) * count);
  out.seconds.reserve(static_cast<std::size_t>(sweeps));
  auto from = clock::now();
  of.run(model, start, rng, [&](const typename Model::state_type& state) {
    const double taken = std::chrono::duration<double>(clock::now() - from).count();
    if (out.seconds.empty()) {
      out.first_seconds = taken;
      out.seconds.push_back(0);
    } else {
      out.seconds.push_back(out.seconds.back() + taken);
    }
    out.figures.resize(out.figures.size() + count);
    const index number = figures.write(state, std::span(out.figures).last(count));
    if (number >= 0) out.numbers.push_back(number);
    const bool more = out.sweeps() < sweeps && (out.sweeps() < 32 || out.seconds.back() < seconds);
    from = clock::now();
    return more;
  });
  return out;
}

}  // namespace harmonium::inline v0_2
