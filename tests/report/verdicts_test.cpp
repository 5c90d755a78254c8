// SPDX-License-Identifier: MIT
#include "harmonium/report/verdicts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

hm::evaluation single(double value, double reference = unknown) {
  return {{{"m", "", "", "", {{"f", value}, {"f_reference", reference}}}}};
}

}  // namespace

TEST_CASE("grades by the stated rule") {
  using hm::grade;
  CHECK(hm::grade_of(0.1, 0.1, 0.01, 1) == grade::as_fresh);
  CHECK(hm::grade_of(0.1199, 0.1, 0.01, 1) == grade::as_fresh);
  CHECK(hm::grade_of(0.13, 0.1, 0.01, 1) == grade::good);
  CHECK(hm::grade_of(0.3, 0.1, unknown, 1) == grade::good);  // sqrt(0.1) = 0.316
  CHECK(hm::grade_of(0.33, 0.1, unknown, 1) == grade::weak);
  CHECK(hm::grade_of(0.99, 0.1, 0, 1) == grade::weak);
  CHECK(hm::grade_of(1, 0.1, 0, 1) == grade::poor);
  CHECK(hm::grade_of(0.2, 0.1, 0, 0.05) == grade::poor);      // the floor is no worse than fresh
  CHECK(hm::grade_of(0.1, 0.1, 0, 0.05) == grade::as_fresh);  // cells
  // Within two standard deviations, but a third of the way to the floor is 0.4.
  CHECK(hm::grade_of(0.39, 0.1, 0.2, 1) == grade::as_fresh);
  CHECK(hm::grade_of(0.41, 0.1, 0.2, 1) == grade::unsteady);
  CHECK(hm::grade_of(unknown, 0.1, 0, 1) == grade::unknown);
  CHECK(hm::grade_of(0, unknown, 0, 1) == grade::unknown);
  CHECK(hm::grade_of(0, 0.1, 0, unknown) == grade::unknown);
}

TEST_CASE("errors are distances from the ideal, or from the reference's own figure") {
  hm::score_table table;
  const double values[][3] = {{0.9, 1.05, 0.2}, {1.5, 0.95, 0.2}};
  for (int repeat = 1; repeat <= 2; ++repeat) {
    table.add(hm::candidate::submitted, repeat, single(values[repeat - 1][0], 0.5 * repeat));
    table.add(hm::candidate::fresh, repeat, single(values[repeat - 1][1], 0.5 * repeat));
    table.add(hm::candidate::noisy, repeat, single(values[repeat - 1][2], 0.5 * repeat));
  }
  const std::vector<hm::aspect> aspects{
      {"to one", "m", "f", 1, hm::candidate::noisy, 0, "1 is best"},
      {"to the reference", "m", "f", unknown, hm::candidate::noisy, unknown, ""},
      {"missing", "m", "g", 0, hm::candidate::noisy, unknown, ""}};
  const auto said = hm::judge(table, aspects, {});
  REQUIRE(said.size() == 3);
  CHECK(said[0].value.mean == doctest::Approx(1.2));
  CHECK(said[0].error == doctest::Approx(0.3));  // 0.1 and 0.5: they do not cancel
  CHECK(said[0].ceiling_error == doctest::Approx(0.05));
  CHECK(said[0].floor_error == doctest::Approx(0.8));
  CHECK(said[0].given == hm::grade::weak);  // sqrt(0.05 * 0.8) = 0.2
  CHECK(said[0].chance == 0);
  CHECK(hm::in_words(said[0]) == "weak");
  auto poor = said[0];
  poor.given = hm::grade::poor;
  CHECK(hm::in_words(poor) == "no better than the noisy replicate");
  CHECK(said[1].error == doctest::Approx((0.4 + 0.5) / 2));
  CHECK(said[1].ceiling_error == doctest::Approx((0.55 + 0.05) / 2));
  CHECK(said[1].given == hm::grade::unsteady);  // fresh cells are off by 0.55 and by 0.05
  CHECK(said[2].given == hm::grade::unknown);
  CHECK(hm::in_words(said[2]) == "cannot be told");
}

TEST_CASE("chance level of the shares of cell types") {
  CHECK(hm::even_total_variation(std::vector<hm::index>{0, 1, 2, 3}) == 0);
  CHECK(hm::even_total_variation(std::vector<hm::index>{0, 0, 0, 2, -1}) == 0.25);
  CHECK(std::isnan(hm::even_total_variation(std::vector<hm::index>{-1})));
}

TEST_CASE("every aspect names a figure that evaluate_all gives, with and without a pilot") {
  const auto real = tiny::toy_counts(40, 12, 1), made = tiny::toy_counts(30, 12, 2);
  const std::vector<hm::index> labels(40, 0);
  const hm::reference_cells reference(real, labels, {.pilot = {0, 1, 2}});
  const hm::comparison pair(reference, made);
  const auto found = hm::all_metrics{}(pair);
  for (const bool pilot_known : {false, true}) {
    std::set<std::string> names;
    for (const auto& about : hm::judged_aspects(pilot_known)) {
      CAPTURE(about.name);
      CHECK_NOTHROW((void)found(about.metric, about.figure));
      if (std::isnan(about.ideal))
        CHECK_NOTHROW((void)found(about.metric, std::string(about.figure) + "_reference"));
      CHECK(names.insert(std::string(about.name)).second);
    }
    CHECK(names.size() == (pilot_known ? 17 : 16));
  }
}
