// SPDX-License-Identifier: MIT
#include "harmonium/study/sweep.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <stdexcept>

#include "harmonium/study/baseline_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

/// Judges by the mean count: enough to see whose cells they were.
hm::evaluation mean_count(const hm::count_view<>& cells, hm::random_engine&) {
  double sum = 0;
  for (const auto value : cells.values()) sum += static_cast<double>(value);
  return {{{"toy", "", "", "", {{"sum", sum}, {"cells", static_cast<double>(cells.cells())}}}}};
}

std::vector<hm::any_study_model> models(bool swapped) {
  auto one = hm::any_study_model::of(hm::bootstrap_model{}),
       other = hm::any_study_model::of(hm::independent_nb_model{});
  if (swapped) std::swap(one, other);
  return {one, other};
}

}  // namespace

TEST_CASE("every fit once, large pilots first, names unique") {
  const auto counts = tiny::toy_counts(60, 6, 1);
  const hm::sweep all(counts, {}, models(false), {.sizes = {10, 30}, .repeats = 3});
  REQUIRE(all.jobs() == 12);
  CHECK(all.job(0).size == 30);
  CHECK(all.job(11).size == 10);
  std::set<std::string> names;
  for (hm::index k = 0; k < 12; ++k) names.insert(all.name(all.job(k)));
  CHECK(names.size() == 12);
  CHECK(names.count("30-2-independent-nb") == 1);
  CHECK(all.generators() == std::vector<std::string>{"bootstrap", "independent-nb"});
}

TEST_CASE("the figures of a fit do not depend on the rest of the study") {
  const auto counts = tiny::toy_counts(60, 6, 1);
  const auto scores = [&](const hm::sweep& all) {
    std::map<std::string, std::vector<hm::study_score>> found;
    for (hm::index k = 0; k < all.jobs(); ++k)
      found[all.name(all.job(k))] = all.run(all.job(k), mean_count);
    return found;
  };
  const auto few = scores({counts, {}, models(false), {.sizes = {10}, .repeats = 2, .seed = 4}});
  const auto more =
      scores({counts, {}, models(true), {.sizes = {20, 10}, .repeats = 3, .seed = 4}});
  const auto other = scores({counts, {}, models(false), {.sizes = {10}, .repeats = 2, .seed = 5}});
  CHECK(few.size() == 4);
  for (const auto& [name, rows] : few) {
    CHECK(rows == more.at(name));
    CHECK(rows != other.at(name));
    CHECK(rows[1].value == 60);  // as many cells as the reference
  }
  CHECK(few.at("10-1-bootstrap") != few.at("10-2-bootstrap"));
}

TEST_CASE("models of a repeat see the same pilot, with its labels") {
  const auto counts = tiny::toy_counts(60, 6, 1);
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < 60; ++i) labels.push_back(i);
  std::vector<std::vector<hm::index>> seen;
  std::vector<hm::any_study_model> spies;
  for (const char* name : {"spy", "other spy"})
    spies.push_back({{name}, [&](const hm::pilot_cells& pilot, hm::random_engine&) {
                       seen.emplace_back(pilot.labels.begin(), pilot.labels.end());
                       return hm::bootstrap_model{}.fit(pilot,
                                                        *std::make_unique<hm::random_engine>(1));
                     }});
  const hm::sweep all(counts, labels, spies, {.sizes = {10}, .repeats = 1});
  for (hm::index k = 0; k < 2; ++k) (void)all.run(all.job(k), mean_count);
  CHECK(seen[0] == seen[1]);
  CHECK(seen[0] == all.pilot(10, 1).rows);
}

TEST_CASE("what cannot be") {
  const auto counts = tiny::toy_counts(60, 6, 1);
  const auto refused = [&](hm::study_options options) {
    CHECK_THROWS_AS(hm::sweep(counts, {}, models(false), std::move(options)),
                    std::invalid_argument);
  };
  refused({.sizes = {}});
  refused({.sizes = {10, 10}});
  refused({.sizes = {61}});
  refused({.sizes = {10}, .repeats = 0});
  auto twice = models(false);
  twice[1] = twice[0];
  CHECK_THROWS_AS(hm::sweep(counts, {}, twice, {.sizes = {10}}), std::invalid_argument);
  CHECK_NOTHROW(hm::sweep(counts, {}, models(false),
                          {.sizes = {90}, .drawing = hm::pilot_drawing::with_replacement}));
}
