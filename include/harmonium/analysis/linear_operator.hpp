// SPDX-License-Identifier: MIT
/// @file
/// A matrix known by what it does to vectors: how transformed counts enter PCA without being stored
/// densely.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/gram.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/watched_executor.hpp"

namespace harmonium::inline v0_2 {

/// A cells x genes matrix A that is never written out. `multiply(v, out)` sets out = A v (v of
/// length cols, out of length rows), `multiply_transposed(u, out)` sets out = A'u.
/// `column_means` and `column_squares` are the mean and the sum of squares of every column.
///
/// Laws: linear; the sums run in an order that depends on the matrix only; const members may be
/// called from several threads at once.
template <class A>
concept linear_operator = requires(const A& a, std::span<const double> in, std::span<double> out) {
  { a.rows() } -> std::same_as<index>;
  { a.cols() } -> std::same_as<index>;
  { a.multiply(in, out) } -> std::same_as<void>;
  { a.multiply_transposed(in, out) } -> std::same_as<void>;
  { a.column_means() } -> std::same_as<vector<double>>;
  { a.column_squares() } -> std::same_as<vector<double>>;
};

/// One whose A'A can be written out: `gram()`, cols x cols. Worth it where the columns are few and
/// products are asked for again and again: `is_gram_cheaper(products)` says whether A'A and so many
/// products with it cost less than as many with A and A'. `multiply_all(v)` is A v for several
/// vectors at once, cols x vectors, with the bits of `multiply` for each.
template <class A>
concept gram_operator = linear_operator<A> &&
    requires(const A& a, index products, const matrix<double>& in) {
  { a.gram() } -> std::same_as<matrix<double>>;
  { a.multiply_all(in) } -> std::same_as<matrix<double>>;
  { a.is_gram_cheaper(products) } -> std::same_as<bool>;
};

/// Any linear operator behind one type, so that solvers are compiled once. Borrows the operator.
class operator_view {
 public:
  template <linear_operator Operator>
  requires(!std::same_as<Operator, operator_view>) explicit operator_view(const Operator& a)
      : of_(&a),
        rows_(a.rows()),
        cols_(a.cols()),
        multiply_([](const void* of, std::span<const double> in, std::span<double> out) {
          static_cast<const Operator*>(of)->multiply(in, out);
        }),
        transposed_([](const void* of, std::span<const double> in, std::span<double> out) {
          static_cast<const Operator*>(of)->multiply_transposed(in, out);
        }),
        means_([](const void* of) { return static_cast<const Operator*>(of)->column_means(); }),
        squares_(
            [](const void* of) { return static_cast<const Operator*>(of)->column_squares(); }) {
    if constexpr (gram_operator<Operator>) {
      gram_ = [](const void* of) { return static_cast<const Operator*>(of)->gram(); };
      all_ = [](const void* of, const matrix<double>& in) {
        return static_cast<const Operator*>(of)->multiply_all(in);
      };
      cheaper_ = [](const void* of, index products) {
        return static_cast<const Operator*>(of)->is_gram_cheaper(products);
      };
    }
  }

  [[nodiscard]] index rows() const noexcept { return rows_; }
  [[nodiscard]] index cols() const noexcept { return cols_; }
  void multiply(std::span<const double> in, std::span<double> out) const {
    multiply_(of_, in, out);
  }
  void multiply_transposed(std::span<const double> in, std::span<double> out) const {
    transposed_(of_, in, out);
  }
  [[nodiscard]] vector<double> column_means() const { return means_(of_); }
  [[nodiscard]] vector<double> column_squares() const { return squares_(of_); }
  /// These two only where `is_gram_cheaper` has said so.
  [[nodiscard]] matrix<double> gram() const { return gram_(of_); }
  [[nodiscard]] matrix<double> multiply_all(const matrix<double>& in) const {
    return all_(of_, in);
  }
  [[nodiscard]] bool is_gram_cheaper(index products) const {
    return cheaper_ != nullptr && cheaper_(of_, products);
  }

 private:
  using product = void (*)(const void*, std::span<const double>, std::span<double>);
  using columns = vector<double> (*)(const void*);

  const void* of_;
  index rows_, cols_;
  product multiply_, transposed_;
  columns means_, squares_;
  matrix<double> (*gram_)(const void*) = nullptr;
  matrix<double> (*all_)(const void*, const matrix<double>&) = nullptr;
  bool (*cheaper_)(const void*, index) = nullptr;
};

static_assert(gram_operator<operator_view>);

/// A dense matrix as a linear operator; borrows the matrix.
class dense_operator {
 public:
  explicit dense_operator(matrix_view<double> values) : values_(values) {}
  explicit dense_operator(matrix<double>&&) = delete;

  [[nodiscard]] index rows() const noexcept { return values_.rows(); }
  [[nodiscard]] index cols() const noexcept { return values_.cols(); }

  void multiply(std::span<const double> in, std::span<double> out) const {
    for (index i = 0; i < rows(); ++i) {
      double sum = 0;
      for (index j = 0; j < cols(); ++j) sum += values_(i, j) * in[static_cast<std::size_t>(j)];
      out[static_cast<std::size_t>(i)] = sum;
    }
  }

  void multiply_transposed(std::span<const double> in, std::span<double> out) const {
    for (double& entry : out) entry = 0;
    for (index i = 0; i < rows(); ++i)
      for (index j = 0; j < cols(); ++j)
        out[static_cast<std::size_t>(j)] += values_(i, j) * in[static_cast<std::size_t>(i)];
  }

  [[nodiscard]] vector<double> column_means() const {
    vector<double> means = vector<double>::Zero(cols());
    for (index i = 0; i < rows(); ++i)
      for (index j = 0; j < cols(); ++j) means[j] += values_(i, j);
    if (rows() > 0) means /= static_cast<double>(rows());
    return means;
  }

  [[nodiscard]] vector<double> column_squares() const {
    vector<double> squares = vector<double>::Zero(cols());
    for (index i = 0; i < rows(); ++i)
      for (index j = 0; j < cols(); ++j) squares[j] += values_(i, j) * values_(i, j);
    return squares;
  }

 private:
  matrix_view<double> values_;
};

static_assert(linear_operator<dense_operator>);

/// An operator that lets an executor look up (`look_up`) before every product, so that who watches
/// it may stop the algorithm that multiplies. Borrows both.
template <linear_operator Operator, executor Executor>
class watched_operator {
 public:
  watched_operator(const Operator& a, const Executor& run) : a_(&a), run_(&run) {}
  watched_operator(Operator&&, const Executor&) = delete;

  [[nodiscard]] index rows() const noexcept { return a_->rows(); }
  [[nodiscard]] index cols() const noexcept { return a_->cols(); }
  void multiply(std::span<const double> in, std::span<double> out) const {
    look_up(*run_);
    a_->multiply(in, out);
  }
  void multiply_transposed(std::span<const double> in, std::span<double> out) const {
    look_up(*run_);
    a_->multiply_transposed(in, out);
  }
  [[nodiscard]] vector<double> column_means() const { return a_->column_means(); }
  [[nodiscard]] vector<double> column_squares() const { return a_->column_squares(); }
  [[nodiscard]] matrix<double> gram() const requires gram_operator<Operator> {
    look_up(*run_);
    return a_->gram();
  }
  [[nodiscard]] matrix<double> multiply_all(const matrix<double>& in) const requires
      gram_operator<Operator> {
    look_up(*run_);
    return a_->multiply_all(in);
  }
  [[nodiscard]] bool is_gram_cheaper(index products) const requires gram_operator<Operator> {
    return a_->is_gram_cheaper(products);
  }

 private:
  const Operator* a_;
  const Executor* run_;
};

static_assert(linear_operator<watched_operator<dense_operator, serial_executor>>);

/// Sparse values compressed by cell, such as those of `log_normalise`, as a linear operator;
/// borrows them. Products cost O(non-zeros).
template <count_source Values>
class sparse_operator {
 public:
  explicit sparse_operator(const Values& values) : values_(&values) {}
  explicit sparse_operator(const Values&&) = delete;

  [[nodiscard]] index rows() const noexcept { return values_->cells(); }
  [[nodiscard]] index cols() const noexcept { return values_->genes(); }

  void multiply(std::span<const double> in, std::span<double> out) const {
    for (index i = 0; i < rows(); ++i)
      out[static_cast<std::size_t>(i)] = row::dot(values_->cell(i), in);
  }

  void multiply_transposed(std::span<const double> in, std::span<double> out) const {
    for (double& entry : out) entry = 0;
    for (index i = 0; i < rows(); ++i)
      row::add(values_->cell(i), in[static_cast<std::size_t>(i)], out);
  }

  [[nodiscard]] vector<double> column_means() const { return gene_means(*values_); }

  [[nodiscard]] vector<double> column_squares() const {
    vector<double> squares = vector<double>::Zero(cols());
    for (index i = 0; i < rows(); ++i)
      row::for_each_nonzero(values_->cell(i), [&](index gene, auto value) {
        squares[gene] += static_cast<double>(value) * static_cast<double>(value);
      });
    return squares;
  }

  /// As `gram_of`.
  [[nodiscard]] matrix<double> gram() const { return gram_of(*values_); }
  [[nodiscard]] matrix<double> multiply_all(const matrix<double>& in) const {
    matrix<double> out = matrix<double>::Zero(rows(), in.cols());
    const weight_view<double> vectors(in.data(), in.rows(), in.cols());
    for (index i = 0; i < rows(); ++i)
      row::add_product(values_->cell(i), vectors,
                       std::span(out.row(i).data(), static_cast<std::size_t>(out.cols())));
    return out;
  }

  /// In packs an entry costs an eighth of one of a sparse product, and a fourth where all come from
  /// memory. Not for more than 2048 genes, whose products would take more than 32 MB.
  [[nodiscard]] bool is_gram_cheaper(index products) const {
    if (cols() > 2048) return false;
    double entries = 0;
    for (index i = 0; i < rows(); ++i) entries += static_cast<double>(values_->cell(i).size());
    const auto times = static_cast<double>(products), genes = static_cast<double>(cols());
    return entries * genes / 16 + times * genes * genes / 4 < times * 2 * entries;
  }

 private:
  const Values* values_;
};

static_assert(gram_operator<sparse_operator<count_view<double>>>);

}  // namespace harmonium::inline v0_2
