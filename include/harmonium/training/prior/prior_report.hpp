// SPDX-License-Identifier: MIT
/// @file
/// How an atlas was used.
#pragma once

#include <string>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Who decides whether an atlas is used.
enum class prior_weighting {
  automatic,  ///< held-out cells of the pilot (`prior_guard`)
  zero,       ///< the caller: the pilot alone
  one         ///< the caller: with the atlas, whatever held-out cells would say
};

/// What held-out cells say of an atlas, in nats per cell.
struct prior_verdict {
  double own = 0;             ///< mean log-likelihood given the pilot's own means
  double with_prior = 0;      ///< given means with the atlas as a second base
  double gain = 0;            ///< the difference
  double standard_error = 0;  ///< of the gain, over folds
  index cells = 0;            ///< that were held out in all; 0: the pilot was too small to judge

  /// Whether the gain is more than chance: two standard errors.
  [[nodiscard]] bool helps() const noexcept { return cells > 0 && gain > 2 * standard_error; }
};

/// A type of the atlas of which the pilot shows no cell.
struct unseen_type {
  std::string label;          ///< of the atlas's components
  double share_in_atlas = 0;  ///< of the atlas's components of that type
  double cells_seen = 0;      ///< the pilot's responsibilities for these components, in all
  double chance_of_none = 0;  ///< that a pilot of this size shows none although the tissue has them
  double share = 0;           ///< in the model; 0: not added, as the pilot would have shown it

  [[nodiscard]] bool added() const noexcept { return share > 0; }
};

/// What became of a prior. How much the pilot then took from it, it learned itself: `weight`.
struct prior_report {
  bool used = false;    ///< false: asked for none of it, or held-out cells did not gain
  double weight = 0;    ///< w, the share of the genes whose means follow the atlas; 0 if unused
  index genes = 0;      ///< of the pilot
  index by_id = 0;      ///< genes that the atlas has by id
  index by_symbol = 0;  ///< and by symbol alone
  prior_verdict verdict = {};            ///< of held-out cells; of no cells where nobody asked them
  std::vector<unseen_type> unseen = {};  ///< where `types_of_prior` asked for them

  /// Whether the atlas has half of the pilot's genes or more. Of the others a pilot that leans on
  /// it knows less than one alone: their residual correlation is left to few factors, which
  /// held-out cells are not asked about (docs/which-model.md).
  [[nodiscard]] bool knows_genes() const noexcept { return 2 * (by_id + by_symbol) >= genes; }
  /// Whether it should be used, if nobody decided otherwise.
  [[nodiscard]] bool helps() const noexcept { return knows_genes() && verdict.helps(); }
};

}  // namespace harmonium::inline v0_2
