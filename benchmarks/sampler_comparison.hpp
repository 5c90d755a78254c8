// SPDX-License-Identifier: MIT
/// @file
/// How fast samplers of one model tell what its exact distribution is: any set of them, chosen at
/// compile time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/diagnostics/diagnose.hpp"
#include "harmonium/states/hidden_enumeration.hpp"

namespace comparison {

namespace hm = harmonium;

/// A name and a function from a model to a chain with `start(rng)`, `sweep(rng)` and `state()`.
/// Another start of the same chain (from a variational autoencoder, say) is another contender.
template <class MakeChain>
struct contender {
  std::string name;
  MakeChain make_chain;
};
template <class MakeChain>
contender(std::string, MakeChain) -> contender<MakeChain>;

/// Independent draws in the form of a chain. Source and chain are held together.
template <class Model, class Settings>
class independent_chain {
 public:
  independent_chain(const Model& model, const Settings& settings)
      : source_(std::make_unique<source_type>(settings.prepare(model))),
        chain_(source_->make_chain()) {}
  template <class Engine>
  void start(Engine& rng) {
    chain_.draw(rng);
  }
  template <class Engine>
  void sweep(Engine& rng) {
    chain_.draw(rng);
  }
  [[nodiscard]] const typename Model::state_type& state() const { return chain_.state(); }

 private:
  using source_type =
      decltype(std::declval<const Settings&>().prepare(std::declval<const Model&>()));
  std::unique_ptr<source_type> source_;
  decltype(std::declval<const source_type&>().make_chain()) chain_;
};

struct settings {
  hm::index chains = 8;
  double seconds = 2;  ///< per sampler, sweeps alone
  hm::index most_sweeps = 20000;
  std::uint64_t seed = 7;
};

/// Half the sum of absolute differences between how often states came and their probabilities.
template <class Model>
double total_variation(const hm::hidden_enumeration<Model>& hidden,
                       std::span<const double> visits) {
  double total = 0, distance = 0;
  for (const double count : visits) total += count;
  for (hm::index s = 0; s < hidden.states(); ++s)
    distance += std::abs(visits[static_cast<std::size_t>(s)] / total - hidden.probability(s));
  return distance / 2;
}

/// Runs one contender and writes a line of figures and its lines of the trace: total variation
/// over all sweeps so far, against the seconds they took, at every doubling of the sweeps.
template <class Model, class MakeChain>
void run(const Model& model, const hm::hidden_enumeration<Model>& hidden,
         const contender<MakeChain>& who, const settings& with, std::ostream& figures,
         std::ostream& trace) {
  using clock = std::chrono::steady_clock;
  const auto since = [](clock::time_point begin) {
    return std::chrono::duration<double>(clock::now() - begin).count();
  };
  const auto chains_wanted = static_cast<std::size_t>(with.chains);
  std::vector<decltype(who.make_chain(model))> chains;
  std::vector<hm::random_engine> engines;
  for (std::size_t c = 0; c < chains_wanted; ++c) {
    chains.push_back(who.make_chain(model));
    engines.emplace_back(with.seed, c);
    chains.back().start(engines.back());
  }
  std::vector<double> visits(static_cast<std::size_t>(hidden.states()), 0);
  std::vector<hm::index> numbers;  // the states met: sweep by sweep, chain by chain
  double seconds = 0;
  hm::index sweeps = 0, next_look = 1;
  while (sweeps < with.most_sweeps && (seconds < with.seconds || sweeps < 16)) {
    const auto begin = clock::now();
    for (std::size_t c = 0; c < chains_wanted; ++c) chains[c].sweep(engines[c]);
    seconds += since(begin);
    ++sweeps;
    for (const auto& chain : chains) {
      const hm::index s = model.template units<1>().state_number(hm::as_span(chain.state()[1]));
      numbers.push_back(s);
      visits[static_cast<std::size_t>(s)] += 1;
    }
    if (sweeps == next_look) {
      trace << who.name << ',' << sweeps << ',' << seconds << ',' << total_variation(hidden, visits)
            << '\n';
      next_look *= 2;
    }
  }
  const double distance = total_variation(hidden, visits);
  trace << who.name << ',' << sweeps << ',' << seconds << ',' << distance << '\n';

  // Diagnostics after the first fifth: p(h_1), and whether h_1 is each of the four likeliest
  // states, the "types" of the model, whose proportions are the means of that.
  const hm::index burnt = sweeps / 5;
  hm::matrix<double> draws(sweeps - burnt, with.chains);
  const auto mixing = [&](auto figure) {
    for (hm::index t = 0; t < draws.rows(); ++t)
      for (hm::index c = 0; c < with.chains; ++c)
        draws(t, c) = figure(numbers[static_cast<std::size_t>((burnt + t) * with.chains + c)]);
    return hm::diagnose(draws);
  };
  const auto of_p = mixing([&](hm::index s) { return double(hidden.probability(s)); });
  std::vector<hm::index> types;
  for (hm::index s = 0; s < hidden.states(); ++s) types.push_back(s);
  std::sort(types.begin(), types.end(), [&](hm::index a, hm::index b) {
    return hidden.probability(a) > hidden.probability(b);
  });
  constexpr double infinite = std::numeric_limits<double>::infinity();
  double fewest = infinite, longest = 0, worst_r_hat = 0;
  for (std::size_t k = 0; k < std::min<std::size_t>(4, types.size()); ++k) {
    const auto of_type = mixing([&](hm::index s) { return s == types[k] ? 1.0 : 0.0; });
    // A type that no chain met, or that no chain left, tells nothing: no effective sample.
    const bool never = of_type.status == hm::chain_status::never_moved;
    fewest = std::min(fewest, never ? 0 : of_type.bulk_effective_size);
    longest = std::max(longest, never ? infinite : of_type.autocorrelation_time);
    worst_r_hat = std::max(worst_r_hat, never ? infinite : of_type.r_hat);
  }
  const double kept = seconds * static_cast<double>(sweeps - burnt) / static_cast<double>(sweeps);
  figures << who.name << ',' << sweeps << ',' << seconds << ',' << of_p.autocorrelation_time << ','
          << longest << ',' << of_p.bulk_effective_size / kept << ',' << fewest / kept << ','
          << of_p.r_hat << ',' << worst_r_hat << ',' << distance << '\n';
}

/// All contenders on one model, one after the other.
/// @param figures csv, a line per sampler; @param trace csv, a line per look
template <class Model, class... MakeChain>
void compare(const Model& model, const settings& with, std::ostream& figures, std::ostream& trace,
             const contender<MakeChain>&... contenders) {
  const hm::hidden_enumeration<Model> hidden(model);
  figures << "sampler,sweeps,seconds,autocorrelation_time_p,autocorrelation_time_types,"
             "ess_per_second_p,ess_per_second_types,r_hat_p,r_hat_types,total_variation\n";
  trace << "sampler,sweeps,seconds,total_variation\n";
  (run(model, hidden, contenders, with, figures, trace), ...);
}

}  // namespace comparison
