// SPDX-License-Identifier: MIT
/// @file
/// The bridge to xtensor, and the only header that includes it: CMake component
/// `harmonium::xtensor`. Works with both layouts of xtensor's headers: flat (0.24, 0.25) and in
/// folders (0.26 and later).
#pragma once

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/whole_count.hpp"

namespace harmonium::inline v0_2 {

/// An xtensor whose elements lie in memory: containers, adaptors, and views of those.
template <class E>
concept xtensor_in_memory = requires(E& elements, std::size_t axis) {
  { elements.dimension() } -> std::convertible_to<std::size_t>;
  { elements.size() } -> std::convertible_to<std::size_t>;
  { elements.shape()[axis] } -> std::convertible_to<std::size_t>;
  { elements.strides()[axis] } -> std::convertible_to<std::ptrdiff_t>;
  {elements.data() + elements.data_offset()};
};

/// The elements of a contiguous one-dimensional xtensor, without a copy. The xtensor must outlive
/// the span; a temporary does not compile. Constant elements if the xtensor is constant.
/// @throws std::invalid_argument unless it has one dimension and stride 1.
template <class E>
requires std::is_lvalue_reference_v<E> && xtensor_in_memory<std::remove_reference_t<E>>
auto as_span(E&& elements) {
  require(elements.dimension() == 1, "as_span",
          "expected one dimension, got " + std::to_string(elements.dimension()));
  // xtensor gives an axis of length one the stride 0.
  require(elements.size() <= 1 || elements.strides()[0] == 1, "as_span",
          "the elements are not next to each other");
  return std::span(elements.data() + elements.data_offset(), elements.size());
}

/// Counts in three one-dimensional xtensors, borrowed as they are; see `count_view`. The xtensors
/// must outlive the view; temporaries do not compile.
/// @param values     counts, cell after cell
/// @param genes      gene of each count; signed 32- or 64-bit integers
/// @param pointers   cells + 1 positions; signed 32- or 64-bit integers
/// @param gene_count number of genes
/// @throws std::invalid_argument if the lengths do not fit together or one is not contiguous.
template <class Values, class Genes, class Pointers>
requires(std::is_lvalue_reference_v<Values>&& std::is_lvalue_reference_v<Genes>&&
             std::is_lvalue_reference_v<Pointers>) auto borrow_counts(Values&& values,
                                                                      Genes&& genes,
                                                                      Pointers&& pointers,
                                                                      index gene_count) {
  using value_type = typename std::remove_cvref_t<Values>::value_type;
  using index_type = typename std::remove_cvref_t<Genes>::value_type;
  using pointer_type = typename std::remove_cvref_t<Pointers>::value_type;
  return count_view<value_type, index_type, pointer_type>(
      as_span(std::as_const(values)), as_span(std::as_const(genes)),
      as_span(std::as_const(pointers)), gene_count);
}

/// Any two-dimensional xtensor expression, cells x genes, as owned sparse counts. The expression is
/// evaluated element by element, so that nothing dense is made of a lazy one.
/// @tparam Value type of the stored counts
/// @throws std::invalid_argument unless the expression has two dimensions; std::domain_error for an
///         element that is no whole number >= 0; std::overflow_error if a count does not fit.
template <class Value = std::int32_t, class E>
count_matrix<Value> compress(const xt::xexpression<E>& expression) {
  const E& counts = expression.derived_cast();
  require(counts.dimension() == 2, "compress",
          "expected cells x genes, got " + std::to_string(counts.dimension()) + " dimensions");
  const auto cells = static_cast<std::size_t>(counts.shape()[0]);
  const auto genes = static_cast<std::size_t>(counts.shape()[1]);
  count_matrix<Value> compressed(static_cast<index>(genes));
  for (std::size_t cell = 0; cell < cells; ++cell) {
    for (std::size_t gene = 0; gene < genes; ++gene) {
      const typename E::value_type count = counts(cell, gene);
      require_whole_count(count, "compress", static_cast<index>(cell), static_cast<index>(gene));
      compressed.push_back(static_cast<index>(gene), count);
    }
    compressed.finish_cell();
  }
  return compressed;
}

/// A dense two-dimensional xtensor whose rows are contiguous, as an Eigen matrix, without a copy.
/// Converts to `matrix_view`, and to `matrix_span` unless the xtensor is constant. The xtensor must
/// outlive the result; a temporary does not compile.
/// @throws std::invalid_argument unless it has two dimensions and is row-major.
template <class E>
requires std::is_lvalue_reference_v<E> && xtensor_in_memory<std::remove_reference_t<E>>
auto as_matrix(E&& elements) {
  require(elements.dimension() == 2, "as_matrix",
          "expected two dimensions, got " + std::to_string(elements.dimension()));
  const auto rows = static_cast<index>(elements.shape()[0]);
  const auto columns = static_cast<index>(elements.shape()[1]);
  require(elements.size() == 0 || columns == 1 || elements.strides()[1] == 1, "as_matrix",
          "the xtensor is not row-major: neighbours in a row are not next to each other");
  const auto row_stride = rows > 1 ? static_cast<index>(elements.strides()[0]) : columns;
  auto* const first = elements.data() + elements.data_offset();
  using pointee = std::remove_pointer_t<std::remove_const_t<decltype(first)>>;
  using dense = matrix<std::remove_const_t<pointee>>;
  using mapped = std::conditional_t<std::is_const_v<pointee>, const dense, dense>;
  return Eigen::Map<mapped, Eigen::Unaligned, Eigen::OuterStride<>>(
      first, rows, columns, Eigen::OuterStride<>(row_stride));
}

/// A dense matrix as a two-dimensional xtensor adaptor, without a copy. The matrix must outlive the
/// adaptor and keep its size; a temporary does not compile.
template <class Matrix>
requires std::is_lvalue_reference_v<Matrix> &&
    std::same_as<std::remove_cvref_t<Matrix>, matrix<typename std::remove_cvref_t<Matrix>::Scalar>>
auto as_xtensor(Matrix&& dense) {
  const std::array<std::size_t, 2> shape{static_cast<std::size_t>(dense.rows()),
                                         static_cast<std::size_t>(dense.cols())};
  return xt::adapt<xt::layout_type::row_major>(dense.data(), shape[0] * shape[1],
                                               xt::no_ownership(), shape);
}

}  // namespace harmonium::inline v0_2
