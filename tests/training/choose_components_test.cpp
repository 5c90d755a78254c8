// SPDX-License-Identifier: MIT
#include "harmonium/training/choose_components.hpp"

#include <doctest/doctest.h>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("two kinds of cells ask for more than one component, in any number of threads") {
  const auto counts = tiny::toy_counts(200, 12, 1);
  const hm::component_choice_options options{.candidates = {4, 1, 2}};
  hm::random_engine rng(3), again(3);
  const auto choice = hm::choose_components(hm::serial_executor{}, counts, {}, options, rng);
  CHECK(choice.candidates == std::vector<hm::index>{1, 2, 4});
  CHECK(choice.components > 1);
  CHECK(choice.held_out[1] > choice.held_out[0]);
  const auto other = hm::choose_components(hm::thread_executor(2), counts, {}, options, again);
  CHECK(other.held_out == choice.held_out);
}

TEST_CASE("few cells: large candidates are left out, one cell has one component") {
  hm::random_engine rng(3);
  const hm::serial_executor run;
  const auto few = hm::choose_components(run, tiny::toy_counts(40, 12, 1), {}, {}, rng);
  CHECK(few.candidates == std::vector<hm::index>{1, 2});
  CHECK(hm::choose_components(run, tiny::toy_counts(1, 12, 1), {}, {}, rng).components == 1);
  CHECK_THROWS_AS(
      hm::choose_components(run, tiny::toy_counts(40, 12, 1), {}, {.candidates = {}}, rng),
      std::invalid_argument);
}
