// SPDX-License-Identifier: MIT
/// @file
/// Where a gene's counts are no negative binomials: how the scores of its pilot cells really
/// spread.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/units/nb_scores.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `score_calibration`.
struct calibration_options {
  bool calibrate = false;   ///< false: scores stay as the negative binomials give them
  double prior_cells = 20;  ///< cells' worth of belief in the negative binomial
};

/// A monotone map of normal scores, of one gene in all states: the probability integral transforms
/// u of the pilot cells are not quite uniform where the negative binomial is not quite right (read
/// counts are zero or in the thousands), and the map turns their distribution G into the uniform
/// one, z -> Phi^-1(G(Phi(z))). G is the mean over cells of the uniform distribution on each
/// count's interval of u (Czado, Gneiting and Held 2009, "Predictive model assessment for count
/// data", Biometrics 65, doi 10.1111/j.1541-0420.2009.01191.x), mixed with the uniform one. Linear
/// between knots, shifted beyond them. The identity by default.
class score_calibration {
 public:
  static constexpr std::size_t knots = 33;

  score_calibration() {
    for (std::size_t k = 0; k < knots; ++k) image_[k] = at(k);
  }

  /// @param intervals of the gene in all pilot cells
  score_calibration(std::span<const score_interval> intervals, double prior_cells) {
    require(prior_cells > 0, "score_calibration", "prior_cells must be positive");
    std::array<double, knots> level;
    std::array<double, knots> sum;
    for (std::size_t k = 0; k < knots; ++k) {
      level[k] = math::normal_cdf(at(k));
      sum[k] = prior_cells * level[k];
    }
    for (const auto& [lower, upper] : intervals) {
      const double from = math::normal_cdf(lower), width = math::normal_cdf(upper) - from;
      for (std::size_t k = 0; k < knots; ++k) {
        if (width > 1e-12)
          sum[k] += std::clamp((level[k] - from) / width, 0.0, 1.0);
        else
          sum[k] += level[k] > from ? 1 : 0;
      }
    }
    const double total = prior_cells + static_cast<double>(intervals.size());
    for (std::size_t k = 0; k < knots; ++k) image_[k] = math::normal_quantile(sum[k] / total);
  }

  /// From the calibrated scores of its knots, such as another's `image()`.
  /// @throws std::invalid_argument unless they are finite and ascend.
  static score_calibration of(const std::array<double, knots>& image) {
    for (std::size_t k = 0; k < knots; ++k)
      require(std::isfinite(image[k]) && (k == 0 || image[k] >= image[k - 1]), "score_calibration",
              "the scores of the knots must be finite and ascend");
    score_calibration made;
    made.image_ = image;
    return made;
  }

  /// Calibrated scores of the knots, -4 to 4 in steps of 0.25.
  [[nodiscard]] const std::array<double, knots>& image() const noexcept { return image_; }

  /// The calibrated score of a score.
  [[nodiscard]] double operator()(double z) const noexcept {
    if (z <= first) return z + (image_.front() - first);
    if (z >= -first) return z + (image_.back() + first);
    const double place = (z - first) / spacing;
    const auto k = std::min(static_cast<std::size_t>(place), knots - 2);
    return image_[k] + (place - static_cast<double>(k)) * (image_[k + 1] - image_[k]);
  }

  /// The score whose calibrated score this is.
  [[nodiscard]] double inverse(double z) const noexcept {
    if (z <= image_.front()) return z - (image_.front() - first);
    if (z >= image_.back()) return z - (image_.back() + first);
    const auto above = std::upper_bound(image_.begin(), image_.end(), z);
    const auto k = static_cast<std::size_t>(above - image_.begin()) - 1;
    return at(k) + spacing * (z - image_[k]) / (image_[k + 1] - image_[k]);
  }

 private:
  static constexpr double first = -4, spacing = 0.25;

  static constexpr double at(std::size_t k) noexcept {
    return first + spacing * static_cast<double>(k);
  }

  std::array<double, knots> image_;
};

}  // namespace harmonium::inline v0_2
