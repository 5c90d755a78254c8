// SPDX-License-Identifier: MIT
#include "harmonium/core/counts.hpp"

#include <doctest/doctest.h>

#include <array>

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>
#include "support/three_cells.hpp"

namespace hm = harmonium;
using support::three_cells, support::three_cells_dense;

namespace {

/// A view of one cell with these genes and values, of 3 genes.
template <class Value>
void validate_cell(std::vector<std::int32_t> genes, std::vector<Value> values) {
  const std::vector<std::int64_t> pointers{0, static_cast<std::int64_t>(values.size())};
  hm::validate(hm::count_view<Value>(values, genes, pointers, 3));
}

struct without_genes {
  hm::index cells() const { return 0; }
};

}  // namespace

static_assert(hm::count_source<hm::count_matrix<float, std::int64_t, std::int32_t>>);
static_assert(!hm::count_source<without_genes>);
static_assert(std::is_convertible_v<hm::count_matrix<>, hm::count_view<>>);

TEST_CASE_TEMPLATE("counts of every storage type", Counts, hm::count_matrix<>,
                   hm::count_matrix<std::int64_t, std::int64_t, std::int64_t>,
                   hm::count_matrix<std::uint16_t, std::int32_t, std::int32_t>,
                   hm::count_matrix<float, std::int64_t, std::int32_t>, hm::count_matrix<double>) {
  const auto counts = three_cells<typename Counts::value_type, typename Counts::index_type,
                                  typename Counts::pointer_type>();
  CHECK(counts.cells() == 3);
  CHECK(counts.genes() == 4);
  CHECK(counts.nonzeros() == 4);
  CHECK(counts.cell(0).size() == 2);
  CHECK(counts.cell(1).size() == 0);
  CHECK(counts.cell(2).genes[1] == 3);
  CHECK(counts.cell(2).values[1] == 7);
  CHECK_NOTHROW(hm::validate(counts));
  CHECK(hm::to_dense(counts) == three_cells_dense());
  CHECK(hm::to_dense<float>(counts) == three_cells_dense().cast<float>());

  const auto view = counts.view();
  CHECK(view.values().data() == counts.cell(0).values.data());  // borrowed, not copied
  CHECK(view.nonzeros() == 4);
  CHECK(hm::to_dense(view) == three_cells_dense());
  CHECK_NOTHROW(hm::validate(view));
}

TEST_CASE("raw pointers become a view") {
  const std::array<float, 4> values{2, 1, 5, 7};
  const std::array<std::int64_t, 4> genes{1, 3, 0, 3};
  const std::array<std::int32_t, 4> pointers{0, 2, 2, 4};
  const hm::count_view<float, std::int64_t, std::int32_t> view(values.data(), genes.data(),
                                                               pointers.data(), 3, 4);
  CHECK(view.values().data() == values.data());
  CHECK(hm::to_dense(view) == three_cells_dense());
}

TEST_CASE_TEMPLATE("arrays of R's dgCMatrix and of scipy's csr_matrix", Index, std::int32_t,
                   std::int64_t) {
  // A dgCMatrix (genes x cells): slots x, i, p, Dim; always double and 32 bits. A csr_matrix (cells
  // x genes): data, indices, indptr, shape; any number, 32 or 64 bits, both alike.
  const std::vector<double> x{2, 1, 5, 7};
  const std::vector<std::uint16_t> data{2, 1, 5, 7};
  const std::vector<Index> indices{1, 3, 0, 3}, pointers{0, 2, 2, 4};
  const hm::count_view<double, Index, Index> from_r(x.data(), indices.data(), pointers.data(), 3,
                                                    4);
  const hm::count_view<std::uint16_t, Index, Index> from_scipy(data, indices, pointers, 4);
  CHECK(from_r.values().data() == x.data());  // borrowed, not copied
  CHECK(from_r.gene_indices().data() == indices.data());
  CHECK(from_r.pointers().data() == pointers.data());
  CHECK(from_scipy.values().data() == data.data());
  CHECK_NOTHROW(hm::validate(from_r));
  CHECK(hm::to_dense(from_r) == three_cells_dense());
  CHECK(hm::to_dense(from_scipy) == three_cells_dense());
  // scipy may leave indices unsorted (has_sorted_indices): that is no count_source.
  const std::vector<Index> unsorted{3, 1, 0, 3};
  CHECK_THROWS_AS(
      hm::validate(hm::count_view<std::uint16_t, Index, Index>(data, unsorted, pointers, 4)),
      std::invalid_argument);
}

TEST_CASE("a position beyond 2^31 is an offset like any other") {
  // Cells that begin at 2^32 of arrays that are not there: the view must add in 64 bits.
  const std::int64_t far = std::int64_t{1} << 32;
  const std::array<std::int64_t, 3> pointers{0, far, far + 2};
  const std::array<std::int32_t, 1> here{};
  const std::array<std::int32_t, 1> genes{};
  const hm::count_view<> view(here.data(), genes.data(), pointers.data(), 2, 4);
  CHECK(view.nonzeros() == far + 2);
  const auto last = view.cell(1);
  CHECK(last.size() == 2);
  CHECK(reinterpret_cast<std::uintptr_t>(last.values.data()) ==
        reinterpret_cast<std::uintptr_t>(here.data()) + 4 * static_cast<std::uintptr_t>(far));
}

TEST_CASE("lengths that do not fit together are refused") {
  const std::vector<std::int32_t> two{1, 2}, one{1};
  const std::vector<std::int64_t> fits{0, 2}, late{1, 2}, beyond{0, 3}, none{};
  using view = hm::count_view<>;
  CHECK_NOTHROW(view(two, two, fits, 4));
  CHECK_THROWS_AS(view(two, one, fits, 4), std::invalid_argument);
  CHECK_THROWS_AS(view(two, two, late, 4), std::invalid_argument);
  CHECK_THROWS_AS(view(two, two, beyond, 4), std::invalid_argument);
  CHECK_THROWS_AS(view(two, two, none, 4), std::invalid_argument);
  CHECK_THROWS_AS(view(two, two, fits, -1), std::invalid_argument);
  CHECK_THROWS_AS(hm::count_matrix<>(two, two, beyond, 4), std::invalid_argument);
  CHECK_THROWS_AS(hm::count_matrix<>(-1), std::invalid_argument);
  CHECK_THROWS_AS(hm::count_matrix<>(hm::index{1} << 31), std::invalid_argument);
  CHECK_NOTHROW((hm::count_matrix<std::int32_t, std::int64_t>(hm::index{1} << 31)));
}

TEST_CASE("validate names cell, gene and value") {
  CHECK_NOTHROW(validate_cell<double>({0, 2}, {1, 4e15}));
  CHECK_NOTHROW(validate_cell<double>({}, {}));
  CHECK_THROWS_WITH_AS(validate_cell<float>({0, 1}, {1, 2.5}),
                       "validate: cell 0, gene 1: count 2.500000 is not a whole number >= 0",
                       std::domain_error);
  CHECK_THROWS_AS(validate_cell<int>({1}, {-1}), std::domain_error);
  CHECK_THROWS_AS(validate_cell<double>({1}, {std::nan("")}), std::domain_error);
  CHECK_THROWS_AS(validate_cell<double>({1}, {std::numeric_limits<double>::infinity()}),
                  std::domain_error);
  CHECK_THROWS_WITH_AS(validate_cell<int>({0, 3}, {1, 1}),
                       "validate: cell 0: gene index 3 is out of range or out of order (3 genes)",
                       std::invalid_argument);
  CHECK_THROWS_AS(validate_cell<int>({-1}, {1}), std::invalid_argument);
  CHECK_THROWS_AS(validate_cell<int>({1, 1}, {1, 1}), std::invalid_argument);
  CHECK_THROWS_AS(validate_cell<int>({2, 1}, {1, 1}), std::invalid_argument);
}

TEST_CASE("a count that does not fit throws and leaves the counts as they were") {
  hm::count_matrix<std::int32_t> narrow(2);
  CHECK_NOTHROW(narrow.push_back(0, std::int64_t{2147483647}));
  CHECK_THROWS_WITH_AS(
      narrow.push_back(1, std::int64_t{2147483648}),
      "count_matrix: count 2147483648 of gene 1 does not fit the value type, whose "
      "largest value is 2147483647",
      std::overflow_error);
  CHECK_THROWS_AS(narrow.push_back(1, 2147483648.0), std::overflow_error);
  CHECK_THROWS_AS(narrow.push_back(1, std::nan("")), std::overflow_error);
  CHECK_THROWS_AS(narrow.push_back(1, -1.0), std::overflow_error);
  CHECK_NOTHROW(narrow.push_back(1, 2147483647.0));
  CHECK(narrow.nonzeros() == 2);

  hm::count_matrix<std::uint16_t> small(2);
  CHECK_THROWS_AS(small.push_back(0, 65536), std::overflow_error);
  CHECK_THROWS_AS(small.push_back(0, -1), std::overflow_error);
  CHECK_NOTHROW(small.push_back(0, 65535));

  hm::count_matrix<double> wide(1);
  CHECK_NOTHROW(wide.push_back(0, std::int64_t{1000000000000000}));
  wide.finish_cell();
  CHECK(wide.cell(0).values[0] == 1e15);
}

TEST_CASE("append joins cells below each other") {
  auto counts = three_cells();
  counts.append(three_cells());
  CHECK(counts.cells() == 6);
  CHECK(counts.nonzeros() == 8);
  hm::matrix<double> twice(6, 4);
  twice << three_cells_dense(), three_cells_dense();
  CHECK(hm::to_dense(counts) == twice);
  CHECK_THROWS_AS(counts.append(hm::count_matrix<>(3)), std::invalid_argument);
}

TEST_CASE("library sizes and gene means") {
  const auto sizes = hm::library_sizes(three_cells());
  CHECK(sizes[0] == 3);
  CHECK(sizes[1] == 0);
  CHECK(sizes[2] == 12);
  const auto means = hm::gene_means(three_cells<float>());
  CHECK(means[0] == doctest::Approx(5.0 / 3));
  CHECK(means[1] == doctest::Approx(2.0 / 3));
  CHECK(means[2] == 0);
  CHECK(means[3] == doctest::Approx(8.0 / 3));
  CHECK(hm::gene_means(hm::count_matrix<>(4)) == hm::vector<double>::Zero(4));
}

TEST_CASE("counts of a list go behind those of the unfinished cell") {
  hm::count_matrix<> listed(6), single(6);
  const std::vector<std::int32_t> genes{2, 3, 5}, values{7, 1, 70'000};
  listed.push_back(0, 4);
  listed.push_listed(genes, values);
  listed.finish_cell();
  single.push_back(0, 4);
  for (std::size_t k = 0; k < genes.size(); ++k) single.push_back(genes[k], values[k]);
  single.finish_cell();
  CHECK(hm::to_dense(listed) == hm::to_dense(single));
  CHECK(listed.nonzeros() == 4);
  CHECK_NOTHROW(hm::validate(listed));
}

TEST_CASE("a whole row is its counts one by one") {
  const std::vector<double> row{0, 2, 0, 0, 40000, 1, 0};
  const std::vector<float> low{1, 0, 0, 3, 0, 0, 9};
  hm::count_matrix<> at_once(7), single(7);
  at_once.push_row(std::span<const double>(row));
  at_once.finish_cell();
  at_once.push_row(std::span<const float>(low));
  at_once.finish_cell();
  for (hm::index m = 0; m < 7; ++m) single.push_back(m, row[static_cast<std::size_t>(m)]);
  single.finish_cell();
  for (hm::index m = 0; m < 7; ++m) single.push_back(m, low[static_cast<std::size_t>(m)]);
  single.finish_cell();
  CHECK(at_once == single);
  const auto push = [](std::vector<double> wrong) {
    hm::count_matrix<std::uint8_t> small(2);
    small.push_row(std::span<const double>(wrong));
    small.finish_cell();
    return small.cell(0).values.back();
  };
  CHECK(push({3, 255}) == 255);
  CHECK_THROWS_AS(push({3, 256}), std::overflow_error);
  CHECK_THROWS_AS(push({3, -1}), std::overflow_error);
  CHECK_THROWS_AS(push({3, std::nan("")}), std::overflow_error);
  CHECK_THROWS_AS(push({0.5, 0}), std::domain_error);
  CHECK_THROWS_AS(push({1, 2, 3}), std::invalid_argument);
}
