// SPDX-License-Identifier: MIT
/// @file
/// Products of one row of data (sparse counts or dense) with a row-major weight matrix. Sums run in
/// a fixed order, so the bits do not depend on compiler, thread count or cache size.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>

#include "harmonium/core/chain_sums.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/pack.hpp"

namespace harmonium::inline v0_2 {

/// Read-only map of a row-major weight matrix, units below x units above.
template <class Scalar>
using weight_view = Eigen::Map<const matrix<Scalar>>;
/// The same, writable.
template <class Scalar>
using weight_span = Eigen::Map<matrix<Scalar>>;

/// The columns of a weight matrix as rows, units above x units below.
template <class Scalar>
[[nodiscard]] matrix<Scalar> columns_of(const weight_view<Scalar>& weights) {
  matrix<Scalar> columns(weights.cols(), weights.rows());
  for (index k = 0; k < columns.rows(); ++k)
    for (index m = 0; m < columns.cols(); ++m) columns(k, m) = weights(m, k);
  return columns;
}

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

/// So many rows of a weight matrix and what each is multiplied by.
template <class Scalar>
struct scaled_rows {
  const index* rows;     ///< none: the first, the second, ...
  const Scalar* scales;  ///< length `size`
  std::ptrdiff_t size;   ///< how many rows
};

/// out[0, ...) += the sum of scaled rows of `weights`, in order, for as many columns as `Packs`
/// have; the sums stay in registers.
template <class P, std::size_t... Packs, class Scalar>
[[gnu::always_inline]] inline void add_to_columns(std::index_sequence<Packs...>,
                                                  const scaled_rows<Scalar>& x,
                                                  const Scalar* weights, index columns,
                                                  Scalar* out) {
  constexpr auto lanes = static_cast<std::size_t>(P::lanes);
  P sums[] = {P::load(out + Packs * lanes)...};
  for (std::ptrdiff_t i = 0; i < x.size; ++i) {
    const P scale(x.scales[i]);
    const Scalar* const w = weights + (x.rows == nullptr ? i : x.rows[i]) * columns;
    ((sums[Packs] = sums[Packs] + scale * P::load(w + Packs * lanes)), ...);
  }
  (sums[Packs].store(out + Packs * lanes), ...);
}

/// All columns from `k` on: eight packs of them at a time, then two and one, then narrower packs.
template <class P, std::size_t Packs, class Scalar>
[[gnu::always_inline]] inline void add_from_column(index k, const scaled_rows<Scalar>& x,
                                                   const Scalar* weights, index columns,
                                                   Scalar* out) {
  constexpr index width = static_cast<index>(Packs) * P::lanes;
  for (; k + width <= columns; k += width)
    add_to_columns<P>(std::make_index_sequence<Packs>{}, x, weights + k, columns, out + k);
  if constexpr (Packs > 1)
    add_from_column<P, (Packs > 2 ? 2 : 1)>(k, x, weights, columns, out);
  else if constexpr (P::lanes > 1)
    add_from_column<packs::pack<Scalar, P::lanes / 2>, 1>(k, x, weights, columns, out);
}

/// out += the sum of scaled rows of `weights`, in order.
template <class Scalar>
void add_rows(const scaled_rows<Scalar>& x, const weight_view<Scalar>& weights, Scalar* out) {
  packs::widest(
      x.size * weights.cols(), [&]<int Bytes>() __attribute__((always_inline)) {
        add_from_column<packs::pack<Scalar, Bytes / int(sizeof(Scalar))>, 8>(
            0, scaled_rows<Scalar>(x), weights.data(), weights.cols(), out);
      });
}

/// out += x'W. Cost: non-zeros of x times columns of W; for dense x and up to 4 columns, where
/// asking for zeros costs more than adding them, its length.
template <class Scalar, class Row>
void add_product(const Row& x, const weight_view<Scalar>& weights, std::span<Scalar> out) {
  constexpr bool is_dense = std::convertible_to<Row, std::span<const Scalar>>;
  if constexpr (is_dense)
    if (weights.cols() <= 4)
      return add_rows<Scalar>({nullptr, x.data(), std::ssize(x)}, weights, out.data());
  constexpr std::size_t most = 256;
  std::array<index, most> rows;
  std::array<Scalar, most> scales;
  std::size_t size = 0;
  const auto add_found = [&] {
    add_rows<Scalar>({rows.data(), scales.data(), static_cast<std::ptrdiff_t>(size)}, weights,
                     out.data());
    size = 0;
  };
  if constexpr (is_dense) {
    // Without a branch on the values, which would be mispredicted.
    for (std::size_t begin = 0; begin < x.size(); begin += most) {
      const std::size_t end = std::min(x.size(), begin + most);
      for (std::size_t m = begin; m < end; ++m) {
        rows[size] = static_cast<index>(m);
        scales[size] = x[m];
        size += x[m] != Scalar(0) ? 1 : 0;
      }
      add_found();
    }
  } else {
    for_each_nonzero(x, [&](index m, auto value) {
      rows[size] = m;
      scales[size] = static_cast<Scalar>(value);
      if (++size == most) add_found();
    });
    add_found();
  }
}

/// out += W h. Cost: the entries of W. Rows of 8 and more are summed in eight interleaved chains.
template <class Scalar>
void add_product_above(const weight_view<Scalar>& weights, std::span<const Scalar> h,
                       std::span<Scalar> out) {
  const index columns = weights.cols();
  if constexpr (std::same_as<Scalar, double>) {
    if (columns >= 8) {
      packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
        packs::add_dots<packs::pack<double, Bytes / 8>>(weights.data(), h.data(), std::ssize(out),
                                                        weights.cols(), out.data());
      });
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
