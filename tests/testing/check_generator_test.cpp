// SPDX-License-Identifier: MIT
#include "harmonium/testing/check_generator.hpp"

#include <doctest/doctest.h>

#include <string>

#include "harmonium/core/draw/poisson.hpp"

namespace hm = harmonium;

namespace {

enum class fault { none, engine_by_cell, ignores_stop, negative, by_threads };

struct faulty {
  fault wrong = fault::none;

  hm::index genes() const { return 2; }
  hm::count_matrix<> generate(hm::index cells, hm::random_engine& rng) const {
    return generate(hm::serial_executor{}, cells, rng);
  }
  template <hm::executor Executor>
  hm::count_matrix<> generate(const Executor& run, hm::index cells, hm::random_engine& rng) const {
    return generate(run, cells, hm::silent{}, rng);
  }
  template <hm::executor Executor, hm::observer Observer>
  hm::count_matrix<> generate(const Executor& run, hm::index cells, Observer&& watch,
                              hm::random_engine& rng) const {
    if (wrong == fault::negative && cells < 0) return hm::count_matrix<>(2);
    if (wrong == fault::engine_by_cell)
      for (hm::index i = 0; i < cells; ++i) (void)rng();
    const double mean =
        wrong == fault::by_threads && !std::same_as<Executor, hm::serial_executor> ? 2 : 3;
    const auto make = [mean](auto& engine, auto& out) {
      out.push_back(0, static_cast<std::int32_t>(hm::draw::poisson(mean, engine)));
    };
    if (wrong == fault::ignores_stop)
      return hm::generate_by_cell(
          run, 2, cells,
          [&](const hm::progress& now) {
            (void)watch(now);
            return hm::flow::proceed;
          },
          rng, make);
    return hm::generate_by_cell(run, 2, cells, watch, rng, make);
  }
};

std::string found(fault wrong) {
  return hm::testing::check_generator(faulty{wrong}).text();
}

}  // namespace

TEST_CASE("the suite of generators passes what is right and names what is wrong") {
  CHECK(found(fault::none) == "");
  CHECK(found(fault::engine_by_cell).find("the engine moves on otherwise for no cells") !=
        std::string::npos);
  CHECK(found(fault::ignores_stop).find("told to stop, it made 1200 cells") != std::string::npos);
  CHECK(found(fault::negative).find("-1 cells are not refused") != std::string::npos);
  CHECK(found(fault::by_threads).find("three threads make other cells") != std::string::npos);
}
