// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// W h for many h at a time, with the bits that `row::add_product_above` gives each of them alone.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2 {

/// The rows of a weight matrix, copied so that those of a panel of units lie side by side: each
/// unit's sum is a lane, and runs over the units above in the order of the sum of one row. That
/// order is eight interleaved chains (core/chain_sums.hpp) for doubles and eight or more units
/// above, else one sum. A value, for as long as the weights stay.
template <std::floating_point Scalar>
class dot_panels {
 public:
  dot_panels() = default;
  /// @param weights units x units above
  explicit dot_panels(const weight_view<Scalar>& weights)
      : units_(weights.rows()), above_(weights.cols()) {
    const index panels = (units_ + width - 1) / width;
    entries_.assign(static_cast<std::size_t>((panels * above_ + 1) * width), Scalar(0));
    // From where a line of the cache begins, as packs that lie in two lines are slow to load.
    const auto past = reinterpret_cast<std::uintptr_t>(entries_.data()) % 64 / sizeof(Scalar);
    first_ = past == 0 ? 0 : width - static_cast<index>(past);
    for (index m = 0; m < units_; ++m) {
      Scalar* const to = entries_.data() + first_ + m / width * above_ * width + m % width;
      const Scalar* const from = weights.data() + m * above_;
      for (index k = 0; k < above_; ++k) to[k * width] = from[k];
    }
  }

  /// out(i, :) += W h_i.
  /// @param h     rows x units above, row-major without gaps
  /// @param out   rows x units, row-major without gaps
  void add(const Scalar* h, index rows, Scalar* out) const {
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      using P = packs::pack<Scalar, Bytes / int(sizeof(Scalar))>;
      const Scalar* panel = entries_.data() + first_;
      const index above = above_, units = units_;
      for (index m = 0; m < units; m += width, panel += above * width) {
        const index own = std::min(width, units - m);
        for (index lane = 0; lane < own; lane += P::lanes)
          add_pack<P>(h, rows, above, panel + lane, std::min<index>(P::lanes, own - lane),
                      out + m + lane, units);
      }
    });
  }

 private:
  static constexpr index width = 64 / static_cast<index>(sizeof(Scalar));  ///< of a panel
  static constexpr index chains = 8;

  /// The units of one pack, of every row.
  template <class P>
  [[gnu::always_inline]] static inline void add_pack(const Scalar* h, index rows, index above,
                                                     const Scalar* panel, index lanes, Scalar* out,
                                                     index out_row) {
    constexpr std::make_index_sequence<static_cast<std::size_t>(chains)> all;
    if constexpr (std::same_as<Scalar, double>) {
      if (above >= chains) {
        index i = 0;
        if constexpr (P::lanes == chains)  // there are registers for the chains of two rows
          for (; i + 2 <= rows; i += 2) {
            const auto [one, two] = two_sums_in_chains<P>(all, h + i * above, above, panel);
            add_to(one, lanes, out + i * out_row);
            add_to(two, lanes, out + (i + 1) * out_row);
          }
        for (; i < rows; ++i)
          add_to(sum_in_chains<P>(all, h + i * above, above, panel), lanes, out + i * out_row);
        return;
      }
    }
    index i = 0;
    for (; i + chains <= rows; i += chains) {
      P sums[static_cast<std::size_t>(chains)];
      sum_rows<P>(all, h + i * above, above, panel, sums);
      for (index r = 0; r < chains; ++r) add_to(sums[r], lanes, out + (i + r) * out_row);
    }
    for (; i < rows; ++i) {
      P sum[1];
      sum_rows<P>(std::make_index_sequence<1>{}, h + i * above, above, panel, sum);
      add_to(sum[0], lanes, out + i * out_row);
    }
  }

  /// One row, term k in chain k % 8, the chains joined as `packs::joined` does.
  template <class P, std::size_t... Chain>
  [[gnu::always_inline]] static inline P sum_in_chains(std::index_sequence<Chain...>,
                                                       const Scalar* h, index above,
                                                       const Scalar* panel) {
    P chain[] = {P((static_cast<void>(Chain), Scalar(0)))...};
    index k = 0;
    for (; k + chains <= above; k += chains, panel += chains * width)
      ((chain[Chain] = chain[Chain] + P::load(panel + static_cast<index>(Chain) * width) *
                                          P(h[k + static_cast<index>(Chain)])),
       ...);
    const index rest = above - k;
    ((static_cast<index>(Chain) < rest
          ? static_cast<void>(chain[Chain] = chain[Chain] +
                                             P::load(panel + static_cast<index>(Chain) * width) *
                                                 P(h[k + static_cast<index>(Chain)]))
          : static_cast<void>(0)),
     ...);
    return ((chain[0] + chain[4]) + (chain[2] + chain[6])) +
           ((chain[1] + chain[5]) + (chain[3] + chain[7]));
  }

  /// Two rows.
  template <class P, std::size_t... Chain>
  [[gnu::always_inline]] static inline std::pair<P, P> two_sums_in_chains(
      std::index_sequence<Chain...>, const Scalar* h, index above, const Scalar* panel) {
    P a[] = {P((static_cast<void>(Chain), Scalar(0)))...};
    P b[] = {P((static_cast<void>(Chain), Scalar(0)))...};
    const auto add = [&]<std::size_t At>(std::integral_constant<std::size_t, At>, index k)
        __attribute__((always_inline)) {
      const P weights = P::load(panel + static_cast<index>(At) * width);
      a[At] = a[At] + weights * P(h[k + static_cast<index>(At)]);
      b[At] = b[At] + weights * P(h[above + k + static_cast<index>(At)]);
    };
    index k = 0;
    for (; k + chains <= above; k += chains, panel += chains * width)
      (add(std::integral_constant<std::size_t, Chain>{}, k), ...);
    const index rest = above - k;
    ((static_cast<index>(Chain) < rest ? add(std::integral_constant<std::size_t, Chain>{}, k)
                                       : static_cast<void>(0)),
     ...);
    return {((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7])),
            ((b[0] + b[4]) + (b[2] + b[6])) + ((b[1] + b[5]) + (b[3] + b[7]))};
  }

  /// Some rows, each one sum in order.
  template <class P, std::size_t... Row>
  [[gnu::always_inline]] static inline void sum_rows(std::index_sequence<Row...>, const Scalar* h,
                                                     index above, const Scalar* panel, P* out) {
    P sums[] = {P((static_cast<void>(Row), Scalar(0)))...};
    for (index k = 0; k < above; ++k) {
      const P weights = P::load(panel + k * width);
      ((sums[Row] = sums[Row] + weights * P(h[static_cast<index>(Row) * above + k])), ...);
    }
    ((out[Row] = sums[Row]), ...);
  }

  template <class P>
  [[gnu::always_inline]] static inline void add_to(const P& sum, index lanes, Scalar* out) {
    if (lanes == P::lanes) {
      (P::load(out) + sum).store(out);
      return;
    }
    Scalar own[static_cast<std::size_t>(P::lanes)];
    sum.store(own);
    for (index lane = 0; lane < lanes; ++lane) out[lane] += own[lane];
  }

  index units_ = 0, above_ = 0;
  index first_ = 0;              ///< entry that the panels begin at
  std::vector<Scalar> entries_;  ///< panels x units above x units of a panel
};

}  // namespace harmonium::inline v0_2
