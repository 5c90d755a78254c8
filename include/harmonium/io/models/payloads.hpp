// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Vectors, matrices and sizes as payloads of a model file.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_sections.hpp"
#include "harmonium/io/npz.hpp"
#include "harmonium/units/dispersion.hpp"

namespace harmonium::inline v0_2::io::model_format {

inline std::span<const double> as_reals(const auto& dense) {
  return {dense.data(), static_cast<std::size_t>(dense.size())};
}

inline vector<double> as_vector(const std::vector<double>& values) {
  return Eigen::Map<const vector<double>>(values.data(), static_cast<index>(values.size()));
}

/// A size that a file tells, small enough to be worked with; nothing is allocated by it.
/// @param least what it must be at least
inline index size_from(payload_reader& in, std::uint64_t least = 1) {
  const std::uint64_t size = in.number();
  if (size < least || size > std::uint64_t{std::numeric_limits<std::int32_t>::max()})
    in.fail("a size of " + std::to_string(size) + " is out of range");
  return static_cast<index>(size);
}

/// Doubles or floats, with their number before them.
template <std::floating_point Scalar>
void write_values(payload_writer& out, std::span<const Scalar> values) {
  if constexpr (std::same_as<Scalar, double>)
    out.reals(values);
  else
    out.singles(values);
}
template <std::floating_point Scalar>
std::vector<Scalar> read_values(payload_reader& in) {
  if constexpr (std::same_as<Scalar, double>)
    return in.reals();
  else
    return in.singles();
}

template <std::floating_point Scalar>
vector<Scalar> read_vector(payload_reader& in) {
  const auto values = read_values<Scalar>(in);
  return Eigen::Map<const vector<Scalar>>(values.data(), static_cast<index>(values.size()));
}

/// Rows, columns, then the values by row.
template <std::floating_point Scalar>
void write_matrix(payload_writer& out, const matrix<Scalar>& values) {
  out.number(static_cast<std::uint64_t>(values.rows()));
  out.number(static_cast<std::uint64_t>(values.cols()));
  write_values<Scalar>(out, {values.data(), static_cast<std::size_t>(values.size())});
}
template <std::floating_point Scalar = double>
matrix<Scalar> read_matrix(payload_reader& in) {
  const index rows = size_from(in, 0), cols = size_from(in, 0);
  const auto values = read_values<Scalar>(in);
  if (static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) != values.size())
    in.fail("holds " + std::to_string(values.size()) + " numbers for a matrix of " +
            std::to_string(rows) + " x " + std::to_string(cols));
  return Eigen::Map<const matrix<Scalar>>(values.data(), rows, cols);
}

inline void write_indices(payload_writer& out, std::span<const index> values) {
  out.number(values.size());
  for (const index value : values) out.number(static_cast<std::uint64_t>(value), 4);
}
/// @param below what every number must be below
inline std::vector<index> read_indices(payload_reader& in,
                                       index below = std::numeric_limits<std::int32_t>::max()) {
  const auto count = in.count(4);
  std::vector<index> values(count);
  for (index& value : values) {
    value = static_cast<index>(in.number(4));
    if (value >= below)
      in.fail("the number " + std::to_string(value) + " should be below " + std::to_string(below));
  }
  return values;
}

/// Parameters that a file holds, handed out layer by layer: sizes that it announces are not
/// multiplied before they are known to fit.
class parameter_budget {
 public:
  explicit parameter_budget(std::size_t parameters) : left_(parameters) {}

  /// Weights between `below` and `above` units, and a bias for each above.
  void take(index below, index above) {
    const auto rows = static_cast<std::uint64_t>(below), cols = static_cast<std::uint64_t>(above);
    holds_ = holds_ && cols <= left_ && (cols == 0 || rows <= (left_ - cols) / cols);
    if (holds_) left_ -= cols + rows * cols;
  }
  /// Whether there were enough.
  [[nodiscard]] bool holds() const noexcept { return holds_; }
  [[nodiscard]] std::uint64_t left() const noexcept { return left_; }

 private:
  std::uint64_t left_;
  bool holds_ = true;
};

/// @throws io_error unless every number is finite and at least `least`, or above it if `open`.
inline void require_range(const payload_reader& in, const auto& values, const char* what,
                          double least, bool open = false) {
  for (index k = 0; k < values.size(); ++k) {
    const auto value = static_cast<double>(values.data()[k]);
    if (!std::isfinite(value) || value < least || (open && !(value > least)))
      in.fail(std::string(what) + " of " + std::to_string(value) + " is out of range");
  }
}
/// Means and inverse dispersions within which tables of the negative binomial stay small.
/// @throws io_error for a mean above 1e9, an inverse dispersion below 0.001 or above 1e12
inline void require_negative_binomial(const payload_reader& in, const auto& mean,
                                      const auto& theta) {
  require_range(in, mean, "a mean", 0);
  require_range(in, theta, "an inverse dispersion", 1e-3);
  for (index k = 0; k < mean.size(); ++k)
    if (mean.data()[k] > 1e9)
      in.fail("a mean of " + std::to_string(mean.data()[k]) + " is out of range");
  for (index k = 0; k < theta.size(); ++k)
    if (theta.data()[k] > 1e12)
      in.fail("an inverse dispersion of " + std::to_string(theta.data()[k]) + " is out of range");
}
/// @throws io_error unless every number is finite.
inline void require_finite(const payload_reader& in, const auto& values, const char* what) {
  require_range(in, values, what, -std::numeric_limits<double>::max());
}

/// How the estimate of a dispersion ended, a byte each.
inline void write_statuses(payload_writer& out, const std::vector<dispersion_status>& statuses) {
  for (const auto status : statuses) out.number(static_cast<std::uint64_t>(status), 1);
}
inline std::vector<dispersion_status> read_statuses(payload_reader& in, index genes) {
  std::vector<dispersion_status> statuses;
  for (index gene = 0; gene < genes; ++gene) {
    const auto status = in.number(1);
    if (status > static_cast<std::uint64_t>(dispersion_status::not_converged))
      in.fail("status " + std::to_string(status) + " of a dispersion does not exist");
    statuses.push_back(static_cast<dispersion_status>(status));
  }
  return statuses;
}

inline void add_statuses(npz_output& out, std::string_view name,
                         const std::vector<dispersion_status>& statuses) {
  std::vector<std::string> words;
  for (const auto status : statuses) words.emplace_back(to_string(status));
  out.add(name, words);
}

}  // namespace harmonium::inline v0_2::io::model_format
