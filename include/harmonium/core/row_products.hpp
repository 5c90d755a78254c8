// SPDX-License-Identifier: MIT
/// @file
/// Products of one row of data (sparse counts or dense) with a row-major weight matrix. Sums run in
/// a fixed order, so the bits do not depend on compiler, thread count or cache size.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/simd.hpp"

namespace harmonium::inline v0_2 {

/// Read-only map of a row-major weight matrix, units below x units above.
template <class Scalar>
using weight_view = Eigen::Map<const matrix<Scalar>>;
/// The same, writable.
template <class Scalar>
using weight_span = Eigen::Map<matrix<Scalar>>;

namespace row {

/// Calls `visit(position, value)` for every non-zero entry, in ascending order.
template <class Value, class Index, class Visitor>
void for_each_nonzero(const cell_counts<Value, Index>& cell, Visitor&& visit) {
  for (std::size_t k = 0; k < cell.size(); ++k)
    visit(static_cast<index>(cell.genes[k]), cell.values[k]);
}

template <class Scalar, class Visitor>
void for_each_nonzero(std::span<const Scalar> dense, Visitor&& visit) {
  for (std::size_t k = 0; k < dense.size(); ++k)
    if (dense[k] != Scalar(0)) visit(static_cast<index>(k), dense[k]);
}

/// out[k], ... += x'W for the columns k, ... of up to two packs of columns, zeros not left out.
/// @return the number of columns done.
template <std::size_t Lanes, bool Two>
inline std::size_t add_dense_columns(std::span<const double> x, const weight_view<double>& weights,
                                     std::size_t k, std::span<double> out) {
  using pack = simd::pack<Lanes>;
  const auto columns = static_cast<std::size_t>(weights.cols());
  auto first = pack::load(&out[k]), second = first;
  if constexpr (Two) second = pack::load(&out[k + Lanes]);
  const double* w = weights.data() + k;
  for (const double value : x) {
    const pack scale(value);
    first = first + scale * pack::load(w);
    if constexpr (Two) second = second + scale * pack::load(w + Lanes);
    w += columns;
  }
  first.store(&out[k]);
  if constexpr (Two) second.store(&out[k + Lanes]);
  return Two ? 2 * Lanes : Lanes;
}

/// out += x'W. Cost: non-zeros of x times columns of W; for dense x and few columns, where asking
/// for zeros costs more than adding them, its length.
template <class Scalar, class Row>
void add_product(const Row& x, const weight_view<Scalar>& weights, std::span<Scalar> out) {
  const index columns = weights.cols();
  if constexpr (std::convertible_to<Row, std::span<const double>> && std::same_as<Scalar, double>) {
    constexpr std::size_t lanes = simd::native_lanes;
    const std::size_t size = out.size();
    if (columns <= static_cast<index>(std::min<std::size_t>(16, 4 * lanes))) {
      std::size_t k = 0;
      while (k + 2 * lanes <= size) k += add_dense_columns<lanes, true>(x, weights, k, out);
      while (k + lanes <= size) k += add_dense_columns<lanes, false>(x, weights, k, out);
      if constexpr (lanes > 2)
        while (k + 2 <= size) k += add_dense_columns<2, false>(x, weights, k, out);
      while (k < size) k += add_dense_columns<1, false>(x, weights, k, out);
      return;
    }
  }
  if constexpr (std::same_as<Scalar, double>) {
    // Four rows of W at a time go through the sums once.
    std::array<const double*, 4> rows;
    std::array<double, 4> scales;
    std::size_t waiting = 0;
    const auto add_row = [&](index unit, double value) {
      rows[waiting] = weights.data() + unit * columns;
      scales[waiting] = value;
      if (++waiting < 4) return;
      waiting = 0;
      simd::for_each_pack(out.size(), [&, s0 = scales[0], s1 = scales[1], s2 = scales[2],
                                       s3 = scales[3], w0 = rows[0], w1 = rows[1], w2 = rows[2],
                                       w3 = rows[3]](auto lanes, std::size_t k) {
        using pack = simd::pack<lanes()>;
        const pack two =
            (pack::load(&out[k]) + pack(s0) * pack::load(w0 + k)) + pack(s1) * pack::load(w1 + k);
        const pack four = (two + pack(s2) * pack::load(w2 + k)) + pack(s3) * pack::load(w3 + k);
        four.store(&out[k]);
      });
    };
    if constexpr (std::convertible_to<Row, std::span<const double>>) {
      // First the positions of the non-zeros, without a branch that would be mispredicted.
      std::array<index, 256> found;
      for (std::size_t begin = 0; begin < x.size(); begin += found.size()) {
        const std::size_t end = std::min(x.size(), begin + found.size());
        std::size_t count = 0;
        for (std::size_t m = begin; m < end; ++m) {
          found[count] = static_cast<index>(m);
          count += x[m] != 0 ? 1 : 0;
        }
        for (std::size_t i = 0; i < count; ++i)
          add_row(found[i], x[static_cast<std::size_t>(found[i])]);
      }
    } else {
      for_each_nonzero(x, [&](index m, auto value) { add_row(m, static_cast<double>(value)); });
    }
    for (std::size_t r = 0; r < waiting; ++r)
      for (std::size_t k = 0; k < out.size(); ++k) out[k] += scales[r] * rows[r][k];
  } else {
    for_each_nonzero(x, [&](index unit, auto value) {
      const auto scale = static_cast<Scalar>(value);
      const Scalar* w = weights.data() + unit * columns;
      for (index k = 0; k < columns; ++k) out[static_cast<std::size_t>(k)] += scale * w[k];
    });
  }
}

/// out += W h. Cost: the entries of W. Rows of 8 and more are summed in eight interleaved chains.
template <class Scalar>
void add_product_above(const weight_view<Scalar>& weights, std::span<const Scalar> h,
                       std::span<Scalar> out) {
  const index columns = weights.cols();
  if constexpr (std::same_as<Scalar, double>) {
    if (columns >= 8) {
      const double* w = weights.data();
      std::size_t m = 0;
      for (; m + 2 <= out.size(); m += 2, w += 2 * columns) {
        const auto [first, second] = simd::two_dots(w, h.size(), h.data(), h.size());
        out[m] += first;
        out[m + 1] += second;
      }
      if (m < out.size()) out[m] += simd::dot(w, h.data(), h.size());
      return;
    }
  }
  for (index m = 0; m < weights.rows(); ++m) {
    const Scalar* w = weights.data() + m * columns;
    Scalar sum(0);
    for (index k = 0; k < columns; ++k) sum += w[k] * h[static_cast<std::size_t>(k)];
    out[static_cast<std::size_t>(m)] += sum;
  }
}

/// out += scale * x h', entry by entry.
template <class Scalar, class Row>
void add_outer(const Row& x, std::span<const Scalar> h, Scalar scale, weight_span<Scalar> out) {
  const auto columns = static_cast<index>(h.size());
  for_each_nonzero(x, [&](index unit, auto value) {
    const Scalar factor = scale * static_cast<Scalar>(value);
    Scalar* o = out.data() + unit * columns;
    for (index k = 0; k < columns; ++k) o[k] += factor * h[static_cast<std::size_t>(k)];
  });
}

/// out += scale * x.
template <class Scalar, class Row>
void add(const Row& x, Scalar scale, std::span<Scalar> out) {
  for_each_nonzero(x, [&](index unit, auto value) {
    out[static_cast<std::size_t>(unit)] += scale * static_cast<Scalar>(value);
  });
}

/// x'y.
template <class Scalar, class Row>
Scalar dot(const Row& x, std::span<const Scalar> y) {
  Scalar sum(0);
  for_each_nonzero(x, [&](index unit, auto value) {
    sum += static_cast<Scalar>(value) * y[static_cast<std::size_t>(unit)];
  });
  return sum;
}

}  // namespace row

/// A vector as a span.
template <class Scalar>
std::span<const Scalar> as_span(const vector<Scalar>& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}
template <class Scalar>
std::span<Scalar> as_span(vector<Scalar>& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

}  // namespace harmonium::inline v0_2
