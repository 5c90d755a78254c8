// SPDX-License-Identifier: MIT
/// @file
/// All figures about one scalar of a few chains at once, with an answer also where chains never
/// move.
#pragma once

#include <cmath>
#include <limits>

#include "harmonium/core/matrix.hpp"
#include "harmonium/samplers/diagnostics/effective_size.hpp"
#include "harmonium/samplers/diagnostics/monte_carlo_error.hpp"
#include "harmonium/samplers/diagnostics/r_hat.hpp"

namespace harmonium::inline v0_2 {

/// Whether chains moved at all.
enum class chain_status {
  moved,             ///< every chain changed its value
  some_never_moved,  ///< some chains kept their first value: `stuck_chains` says how many
  never_moved,       ///< all draws of all chains are the same number
  not_finite         ///< a draw is infinite or no number
};

/// What `diagnose` says of the draws of some chains.
struct chain_figures {
  chain_status status;          ///< tells whether the figures mean anything
  index stuck_chains;           ///< chains whose draws are all the same number
  double mean;                  ///< of all draws
  double mean_error;            ///< Monte Carlo standard error of `mean`
  double r_hat;                 ///< rank-normalised and folded; above 1.01: run longer
  double bulk_effective_size;   ///< independent draws that would know the location as well
  double tail_effective_size;   ///< and the 5 % and 95 % quantiles
  double autocorrelation_time;  ///< draws of all chains per effective one, for the mean
};

/// States are often discrete, and a figure of them may keep one value for a whole run: a mode that
/// no chain entered, or none left. From such draws nothing can be learned about mixing: they may be
/// right (the figure is a constant) or the chains may all be stuck. The answer is the one that
/// cannot mislead, and never NaN: status `never_moved`, R-hat and errors infinite, one effective
/// draw, since all draws together say what one of them says. The same for draws that are not
/// finite. If some chains moved and others did not, the figures are the usual ones.
/// @param draws draws x chains of one scalar figure, after burn-in, at least 12 x 1
/// @throws std::invalid_argument for fewer.
inline chain_figures diagnose(const matrix_view<double>& draws) {
  require(draws.rows() >= 12 && draws.cols() >= 1, "diagnose",
          "at least 12 draws of 1 chain are needed");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto count = static_cast<double>(draws.size());
  chain_figures out{chain_status::moved, 0, 0, infinity, infinity, 1, 1, count};
  bool finite = true;
  for (index c = 0; c < draws.cols(); ++c) {
    bool stuck = true;
    for (index t = 0; t < draws.rows(); ++t) {
      stuck = stuck && draws(t, c) == draws(0, c);
      finite = finite && std::isfinite(draws(t, c));
      out.mean += draws(t, c) / count;
    }
    out.stuck_chains += stuck ? 1 : 0;
  }
  if (!finite) {
    out.status = chain_status::not_finite;
    return out;
  }
  if (is_constant(draws)) {
    out.status = chain_status::never_moved;
    out.mean = draws(0, 0);
    return out;
  }
  if (out.stuck_chains > 0) out.status = chain_status::some_never_moved;
  out.mean_error = mean_error(draws);
  out.r_hat = r_hat(draws);
  out.bulk_effective_size = bulk_effective_size(draws);
  out.tail_effective_size = tail_effective_size(draws);
  out.autocorrelation_time = count / mean_effective_size(draws);
  return out;
}

}  // namespace harmonium::inline v0_2
