// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Sums of doubles in eight interleaved chains, term i in chain i % 8, joined pairwise: faster than
/// in order, and the same bits with every kernel.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <utility>

#include "harmonium/core/pack.hpp"

namespace harmonium::inline v0_2::packs {

/// The sum of eight chains, pairwise.
[[nodiscard]] inline double joined(const std::array<double, 8>& chain) noexcept {
  return ((chain[0] + chain[4]) + (chain[2] + chain[6])) +
         ((chain[1] + chain[5]) + (chain[3] + chain[7]));
}

/// One half of the lanes plus the other, again and again: for eight lanes `joined`.
template <int Lanes>
[[gnu::always_inline]] inline double folded(const pack<double, Lanes>& x) {
  if constexpr (Lanes == 2) {
    return x.v[0] + x.v[1];
  } else {
    return [&]<int... Lane>(std::integer_sequence<int, Lane...>) __attribute__((always_inline)) {
      pack<double, Lanes / 2> lower, upper;
      lower.v = __builtin_shufflevector(x.v, x.v, Lane...);
      upper.v = __builtin_shufflevector(x.v, x.v, (Lanes / 2 + Lane)...);
      return folded(lower + upper);
    }
    (std::make_integer_sequence<int, Lanes / 2>{});
  }
}

/// The eight chains of a sum of products, in registers; written out, because compilers keep arrays
/// of packs in memory.
template <class P>
class product_chains {
 public:
  static constexpr int lanes = P::lanes;
  static_assert(lanes == 2 || lanes == 4 || lanes == 8);

  [[gnu::always_inline]] inline product_chains()
      : first_(0.0), second_(0.0), third_(0.0), fourth_(0.0) {}

  /// The next eight products.
  [[gnu::always_inline]] inline void add(const double* a, const double* b) {
    first_ = first_ + P::load(a) * P::load(b);
    if constexpr (lanes <= 4) second_ = second_ + P::load(a + lanes) * P::load(b + lanes);
    if constexpr (lanes == 2) {
      third_ = third_ + P::load(a + 4) * P::load(b + 4);
      fourth_ = fourth_ + P::load(a + 6) * P::load(b + 6);
    }
  }

  /// The sum, with the last `rest` < 8 products.
  [[nodiscard]] [[gnu::always_inline]] inline double total(const double* a, const double* b,
                                                           std::ptrdiff_t rest) const {
    if (rest == 0) {
      if constexpr (lanes == 2) return folded((first_ + third_) + (second_ + fourth_));
      if constexpr (lanes == 4) return folded(first_ + second_);
      if constexpr (lanes == 8) return folded(first_);
    }
    std::array<double, 8> chain;
    first_.store(&chain[0]);
    if constexpr (lanes <= 4) second_.store(&chain[lanes]);
    if constexpr (lanes == 2) {
      third_.store(&chain[4]);
      fourth_.store(&chain[6]);
    }
    for (std::ptrdiff_t i = 0; i < rest; ++i) chain[static_cast<std::size_t>(i)] += a[i] * b[i];
    return joined(chain);
  }

 private:
  P first_, second_, third_, fourth_;
};

/// out[0] += (W h)[0], out[1] += ... for `rows` rows of W, two at a time.
/// @param weights rows x columns, row-major
template <class P>
[[gnu::always_inline]] inline void add_dots(const double* weights, const double* h,
                                            std::ptrdiff_t rows, std::ptrdiff_t columns,
                                            double* out) {
  const std::ptrdiff_t rest = columns % 8, whole = columns - rest;
  std::ptrdiff_t m = 0;
  for (; m + 2 <= rows; m += 2, weights += 2 * columns) {
    product_chains<P> one, two;
    for (std::ptrdiff_t i = 0; i < whole; i += 8) {
      one.add(weights + i, h + i);
      two.add(weights + columns + i, h + i);
    }
    out[m] += one.total(weights + whole, h + whole, rest);
    out[m + 1] += two.total(weights + columns + whole, h + whole, rest);
  }
  if (m < rows) {
    product_chains<P> one;
    for (std::ptrdiff_t i = 0; i < whole; i += 8) one.add(weights + i, h + i);
    out[m] += one.total(weights + whole, h + whole, rest);
  }
}

/// a'b. (A template, so that only who needs it compiles it.)
template <std::same_as<double> S>
[[nodiscard]] S dot(const S* a, const S* b, std::ptrdiff_t size) {
  double result = 0;
  widest(
      size, [&]<int Bytes>() __attribute__((always_inline)) {
        const double *x = a, *y = b;
        const std::ptrdiff_t length = size, rest = length % 8, whole = length - rest;
        product_chains<pack<double, Bytes / 8>> chains;
        for (std::ptrdiff_t i = 0; i < whole; i += 8) chains.add(x + i, y + i);
        result = chains.total(x + whole, y + whole, rest);
      });
  return result;
}

/// Sum of `term<P>(i)`, a pack of the terms i, i + 1, ..., over [0, size).
template <int Bytes, class Term>
[[gnu::always_inline]] inline double sum_in_chains(std::ptrdiff_t size, const Term& term) {
  using P = pack<double, Bytes / 8>;
  std::array<double, 8> chain{};
  const std::ptrdiff_t whole = size - size % 8;
  for (std::ptrdiff_t i = 0; i < whole; i += 8)
    for (std::ptrdiff_t k = 0; k < 8; k += P::lanes)
      (P::load(chain.data() + k) + term.template operator()<P>(i + k)).store(chain.data() + k);
  for (std::ptrdiff_t i = whole; i < size; ++i) {
    double* const last = chain.data() + (i - whole);
    (pack<double, 1>::load(last) + term.template operator()<pack<double, 1>>(i)).store(last);
  }
  return joined(chain);
}

}  // namespace harmonium::inline v0_2::packs
