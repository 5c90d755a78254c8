// SPDX-License-Identifier: MIT
#include "harmonium/study/study_model.hpp"

#include <doctest/doctest.h>

#include <array>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

/// One fit, two generators, as of an autoencoder.
struct twins {
  static constexpr std::array<std::string_view, 2> names{"first", "second"};

  [[nodiscard]] hm::study_fit fit(const hm::pilot_cells& pilot, hm::random_engine&) const {
    const hm::index genes = pilot.counts.genes();
    const auto cells_of = [genes](int value) {
      return [genes, value](hm::index cells, hm::random_engine&) {
        hm::count_matrix<> made(genes);
        for (hm::index i = 0; i < cells; ++i) {
          made.push_back(0, value);
          made.finish_cell();
        }
        return made;
      };
    };
    return {{cells_of(1), cells_of(2)}, {{"size", static_cast<double>(pilot.counts.cells())}}};
  }
};

struct nameless {
  [[nodiscard]] hm::study_fit fit(const hm::pilot_cells&, hm::random_engine&) const { return {}; }
};

}  // namespace

static_assert(hm::study_model<twins>);
static_assert(!hm::study_model<nameless>);

TEST_CASE("a fit may yield several generators") {
  const auto model = hm::any_study_model::of(twins{});
  CHECK(model.names == std::vector<std::string>{"first", "second"});
  const auto counts = tiny::toy_counts(6, 4, 1);
  hm::random_engine rng(1);
  const auto made = model.fit({counts}, rng);
  REQUIRE(made.sources.size() == 2);
  CHECK(made.sources[1](3, rng).cell(2).values[0] == 2);
  CHECK(made.facts[0].value == 6);
}
