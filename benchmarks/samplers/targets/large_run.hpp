// SPDX-License-Identifier: MIT
/// @file
/// The long run that large_reference.hpp holds.
#pragma once

#include <cmath>
#include <cstdint>
#include <iomanip>
#include <ostream>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/comparison/reference_moments.hpp"
#include "harmonium/samplers/tempered_chain.hpp"
#include "harmonium/samplers/tuned_ladder.hpp"
#include "samplers/targets/large.hpp"

namespace targets {

/// 16 independent tempered chains of 16 temperatures tuned to equal rejection, a fifth of each left
/// out; standard errors from the chains' means. Writes the header.
inline void write_large_reference(std::ostream& out, hm::index rounds) {
  const auto model = large_machine();
  hm::random_engine rng(1);
  const auto tuned = hm::tuned_ladder(model, {.temperatures = 16, .stages = 6}, rng);
  constexpr hm::index chains = 16;
  const hm::random_streams streams(rng);
  hm::reference_moments shape;
  shape.mean.assign(65, 0.0);
  shape.modes.resize(0, 64);
  hm::matrix<double> means = hm::matrix<double>::Zero(chains, 65), squares = means;
  std::vector<hm::index> trips(chains);
  hm::for_each_range(hm::thread_executor(0), chains, 1, [&](hm::index begin, hm::index end) {
    const hm::state_figures<large_model> figures(model, shape);
    std::vector<double> now(65);
    for (hm::index c = begin; c < end; ++c) {
      hm::random_engine engine = streams[static_cast<std::uint64_t>(c)];
      hm::tempered_chain<large_model> chain(model, tuned.ladder);
      chain.start(engine);
      const hm::index burnt = rounds / 5;
      for (hm::index t = 0; t < rounds; ++t) {
        chain.sweep(engine);
        if (t < burnt) continue;
        figures.write(chain.state(), now);
        for (hm::index f = 0; f < 65; ++f) {
          const double x = now[static_cast<std::size_t>(f)],
                       n = static_cast<double>(rounds - burnt);
          means(c, f) += x / n;
          squares(c, f) += x * x / n;
        }
      }
      trips[static_cast<std::size_t>(c)] = chain.round_trips();
    }
  });
  hm::index all_trips = 0;
  for (const hm::index made : trips) all_trips += made;
  out << "// SPDX-License-Identifier: MIT\n/// @file\n/// Written by `samplers --reference "
      << rounds << "`: " << chains << " tempered chains of 16 temperatures, barrier "
      << std::setprecision(3) << tuned.barrier << ",\n/// " << all_trips
      << " round trips. Mean, standard deviation and standard error of log p*(h_1), then of every\n"
         "/// unit of h_1.\n#pragma once\n\n#include <array>\n\nnamespace targets {\n\n"
         "inline constexpr std::array<std::array<double, 3>, 65> large_reference{{\n"
      << std::setprecision(8);
  for (hm::index f = 0; f < 65; ++f) {
    const double mean = means.col(f).mean();
    const double error =
        std::sqrt((means.col(f).array() - mean).square().sum() / (chains - 1) / chains);
    out << "    {" << mean << ", " << std::sqrt(squares.col(f).mean() - mean * mean) << ", "
        << error << "},\n";
  }
  out << "}};\n\n}  // namespace targets\n";
}

}  // namespace targets
