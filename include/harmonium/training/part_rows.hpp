// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The rows of one part of a visible layer, copied out of the rows of all parts: sparse for
/// families of counts, dense for others, with the weights of the rows.
#pragma once

#include <concepts>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/join_columns.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/parts.hpp"

namespace harmonium::inline v0_2 {

/// How often rows count; shared between copies.
class shared_weights {
 public:
  template <row_source Data>
  explicit shared_weights(const Data& data) : total_(harmonium::total_weight(data)) {
    std::vector<double> all;
    for (index i = 0; i < row_count(data); ++i) all.push_back(row_weight(data, i));
    weights_ = std::make_shared<const std::vector<double>>(std::move(all));
  }
  [[nodiscard]] double weight(index i) const noexcept {
    return (*weights_)[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] double total_weight() const noexcept { return total_; }
  [[nodiscard]] std::span<const double> weights() const noexcept { return *weights_; }

 private:
  std::shared_ptr<const std::vector<double>> weights_;
  double total_;
};

/// Counts of one part; copies share them.
template <class Value>
class counts_of_part : public shared_weights {
 public:
  using value_type = Value;
  using index_type = typename count_matrix<Value>::index_type;

  template <row_source Data>
  counts_of_part(const Data& data, index begin, index end)
      : shared_weights(data),
        counts_(std::make_shared<const count_matrix<Value>>(columns_between(data, begin, end))) {}

  [[nodiscard]] index cells() const noexcept { return counts_->cells(); }
  [[nodiscard]] index genes() const noexcept { return counts_->genes(); }
  [[nodiscard]] index nonzeros() const noexcept { return counts_->nonzeros(); }
  [[nodiscard]] auto cell(index i) const noexcept { return counts_->cell(i); }

 private:
  std::shared_ptr<const count_matrix<Value>> counts_;
};

/// Dense rows of one part; copies share them.
template <std::floating_point Scalar>
class dense_of_part : public shared_weights {
 public:
  using value_type = Scalar;

  template <row_source Data>
  dense_of_part(const Data& data, index begin, index end) : shared_weights(data) {
    matrix<Scalar> dense = matrix<Scalar>::Zero(row_count(data), end - begin);
    for (index i = 0; i < dense.rows(); ++i)
      row::for_each_nonzero(row_of(data, i), [&](index m, auto value) {
        if (m >= begin && m < end) dense(i, m - begin) = static_cast<Scalar>(value);
      });
    rows_ = std::make_shared<const matrix<Scalar>>(std::move(dense));
  }

  [[nodiscard]] index rows() const noexcept { return rows_->rows(); }
  [[nodiscard]] index columns() const noexcept { return rows_->cols(); }
  [[nodiscard]] std::span<const Scalar> row(index i) const noexcept {
    return {rows_->data() + i * rows_->cols(), static_cast<std::size_t>(rows_->cols())};
  }
  [[nodiscard]] const matrix<Scalar>& dense() const noexcept { return *rows_; }

 private:
  std::shared_ptr<const matrix<Scalar>> rows_;
};

/// Families whose states are counts without bound.
template <class U>
concept counts_without_bound = states_growth<U> &&
    (U::growth == log_partition_growth::exponential || U::growth == log_partition_growth::pole);

template <class Units, row_source Data>
struct rows_of_part_for {
  using type = dense_of_part<typename Units::scalar>;
};
template <counts_without_bound Units, row_source Data>
struct rows_of_part_for<Units, Data> {
  using type = counts_of_part<typename Data::value_type>;
};
/// The rows of a part of family `Units`.
template <class Units, row_source Data>
using rows_of_part = typename rows_of_part_for<Units, Data>::type;

/// The rows of part `Part` of all.
template <std::size_t Part, layer_of_parts Units, row_source Data>
[[nodiscard]] auto part_of_rows(const Units& units, const Data& data) {
  using family = std::tuple_element_t<Part, typename Units::families>;
  return rows_of_part<family, Data>(data, units.begin_of(Part), units.begin_of(Part + 1));
}

}  // namespace harmonium::inline v0_2
