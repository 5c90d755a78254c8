// SPDX-License-Identifier: MIT
#include "harmonium/metrics/concepts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string_view>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/metrics/comparison.hpp"

namespace hm = harmonium;

namespace {

// A model with nothing but what the concept asks for, options included: is the mean library right?
struct library_ratio {
  static constexpr std::string_view name = "library_ratio";
  static constexpr std::string_view range = "0 to infinity, 1 is good";
  static constexpr std::string_view chance = "any";
  static constexpr std::string_view ceiling = "1";

  double scale = 1;

  std::vector<hm::figure> evaluate(const hm::comparison& pair) const {
    return {{"ratio", scale * hm::library_sizes(pair.counts()).mean() /
                          hm::library_sizes(pair.reference().counts()).mean()}};
  }
};

struct without_ceiling {
  static constexpr std::string_view name = "", range = "", chance = "";
  std::vector<hm::figure> evaluate(const hm::comparison&) const;
};

struct bare_number : library_ratio {
  double evaluate(const hm::comparison&) const;
};

// The function that every user of a metric is: it may use only what the concept grants.
template <hm::metric M>
std::vector<hm::figure> score(const M& metric, const hm::count_view<>& cells) {
  const std::vector<hm::index> labels(static_cast<std::size_t>(cells.cells()), 0);
  const hm::reference_cells reference(cells, labels);
  return metric.evaluate(hm::comparison(reference, cells, labels));
}

}  // namespace

static_assert(hm::metric<library_ratio>);
static_assert(!hm::metric<without_ceiling>, "a metric states its ceiling");
static_assert(!hm::metric<bare_number>, "a metric names its numbers");

TEST_CASE("a metric is evaluated through the concept alone") {
  hm::count_matrix<> cells(2);
  cells.push_back(0, 3);
  cells.finish_cell();
  cells.push_back(1, 5);
  cells.finish_cell();
  CHECK(score(library_ratio{}, cells) == std::vector<hm::figure>{{"ratio", 1.0}});
  CHECK(score(library_ratio{.scale = 2}, cells) == std::vector<hm::figure>{{"ratio", 2.0}});
}

TEST_CASE("what is not known is NaN under its name") {
  const auto figures = hm::unknown_figures({"a", "b"});
  REQUIRE(figures.size() == 2);
  CHECK(figures[1].name == "b");
  CHECK(std::isnan(figures[1].value));
}
