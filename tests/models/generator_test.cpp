// SPDX-License-Identifier: MIT
#include "harmonium/models/generator.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "support/generator_conformance.hpp"

namespace hm = harmonium;

namespace {

/// Only what the concept grants.
struct one_word_cells {
  [[nodiscard]] hm::index genes() const { return 3; }
  template <hm::executor Executor, hm::observer Observer>
  [[nodiscard]] hm::count_matrix<> generate(const Executor& run, hm::index cells, Observer&& watch,
                                            hm::random_engine& rng) const {
    return hm::generate_by_cell(run, 3, cells, watch, rng, [](hm::random_engine& own, auto& out) {
      const auto word = own();
      out.push_back(0, word % 5);
      out.push_back(2, word / 5 % 7);
    });
  }
  template <hm::executor Executor>
  [[nodiscard]] hm::count_matrix<> generate(const Executor& run, hm::index cells,
                                            hm::random_engine& rng) const {
    return generate(run, cells, hm::silent{}, rng);
  }
  [[nodiscard]] hm::count_matrix<> generate(hm::index cells, hm::random_engine& rng) const {
    return generate(hm::serial_executor{}, cells, rng);
  }
};

struct without_executor {
  [[nodiscard]] hm::index genes() const { return 1; }
  [[nodiscard]] hm::count_matrix<> generate(hm::index, hm::random_engine&) const {
    return hm::count_matrix<>(1);
  }
};

}  // namespace

static_assert(hm::generator<one_word_cells>);
static_assert(!hm::generator<without_executor>);
static_assert(!hm::generator<int>);

TEST_CASE("cell i comes from stream i, whatever the threads and however many cells") {
  hm::random_engine serial(5), threaded(5), fewer(5), source(5);
  const auto cells = one_word_cells{}.generate(200, serial);
  CHECK(cells == one_word_cells{}.generate(hm::thread_executor(4), 200, threaded));
  CHECK(serial == threaded);
  const auto first = one_word_cells{}.generate(70, fewer);
  CHECK(serial == fewer);

  const hm::random_streams streams(source);
  const auto dense = hm::to_dense<int>(cells);
  REQUIRE(dense.rows() == 200);
  for (hm::index i = 0; i < 200; ++i) {
    const auto word = streams[static_cast<std::uint64_t>(i)]();
    CHECK(dense(i, 0) == static_cast<int>(word % 5));
    CHECK(dense(i, 2) == static_cast<int>(word / 5 % 7));
  }
  CHECK(hm::to_dense<int>(first) == dense.topRows(70));
}

TEST_CASE("a generator of what the concept grants keeps the laws") {
  tiny::check_generator(one_word_cells{});
}

TEST_CASE("no cells, a negative number of cells, and errors on the way") {
  hm::random_engine rng(1);
  CHECK(one_word_cells{}.generate(0, rng).cells() == 0);
  CHECK(one_word_cells{}.generate(0, rng).genes() == 3);
  CHECK_THROWS_AS((void)one_word_cells{}.generate(-1, rng), std::invalid_argument);
  const auto broken = [](hm::random_engine&, auto& out) {
    out.push_back(0, std::int64_t{1} << 40);
  };
  CHECK_THROWS_AS(
      (void)hm::generate_by_cell(hm::thread_executor(2), 1, 300, hm::silent{}, rng, broken),
      std::overflow_error);
}
