// SPDX-License-Identifier: MIT
#include "harmonium/core/progress.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace hm = harmonium;

namespace {

/// A run as trainers have it: says where it stands, and ends when told to.
template <hm::observer Observer>
hm::index run(hm::index steps, Observer&& watch) {
  for (hm::index step = 1; step <= steps; ++step) {
    const std::array figures{hm::named_value{"half", static_cast<double>(step) / 2}};
    if (watch({.stage = "walking", .done = step, .total = steps, .figures = figures}) ==
        hm::flow::stop)
      return step;
  }
  return steps;
}

struct answers_nothing {
  void operator()(const hm::progress&) const {}
};

}  // namespace

static_assert(hm::observer<hm::silent>);
static_assert(!hm::observer<answers_nothing>);
static_assert(!hm::observer<int>);

TEST_CASE("silent never stops a run") {
  CHECK(run(5, hm::silent{}) == 5);
}

TEST_CASE("an observer sees every step with its figures and may stop the run") {
  std::vector<std::string> seen;
  const hm::index stopped_at = run(10, [&](const hm::progress& now) {
    REQUIRE(now.figures.size() == 1);
    seen.push_back(std::string(now.stage) + " " + std::to_string(now.done) + "/" +
                   std::to_string(now.total) + " " + std::string(now.figures[0].name));
    CHECK(now.figures[0].value == static_cast<double>(now.done) / 2);
    return now.done < 3 ? hm::flow::proceed : hm::flow::stop;
  });
  CHECK(stopped_at == 3);
  CHECK(seen ==
        std::vector<std::string>{"walking 1/10 half", "walking 2/10 half", "walking 3/10 half"});
}
