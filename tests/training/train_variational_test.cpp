// SPDX-License-Identifier: MIT
#include "harmonium/training/train_variational.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "harmonium/testing/check_trainer.hpp"
#include "support/fingerprint.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

hm::variational_options small_options() {
  return {.shape = {.encoder = {8}, .decoder = {8}, .latent = 2, .encode_library = true},
          .dropout = 0.1,
          .epochs = 30,
          .batch = 20,
          .adam = {.rate = 0.01},
          .warm_up = 20,
          .held_out = 0.3,
          .monitor = std::nullopt};
}

}  // namespace

TEST_CASE("the bound rises, also of cells held out, and the log has a line per epoch") {
  const auto pilot = tiny::toy_counts(120, 20, 3);
  auto options = small_options();
  options.epochs = 150;
  options.monitor = hm::held_out_monitor{.every = 30};
  hm::random_engine rng(1);
  hm::variational_trainer<> trainer(pilot, options, rng);
  CHECK(trainer.training_rows().size() == 84);
  CHECK(trainer.held_out_rows().size() == 36);
  CHECK(trainer.run(hm::serial_executor{}, hm::silent{}));
  const auto& log = trainer.log();
  REQUIRE(log.size() == 150);
  CHECK(log[10].figure("weight") == 0.5);
  CHECK(!log[10].figure("held_out_bound"));
  CHECK(*log[149].figure("bound") > *log[0].figure("bound") + 20);
  CHECK(*log[149].figure("held_out_bound") > *log[29].figure("held_out_bound"));
  CHECK(*log[3].figure("bound") ==
        doctest::Approx(*log[3].figure("reconstruction") - *log[3].figure("latent_divergence") -
                        *log[3].figure("library_divergence")));
}

TEST_CASE("stopped and resumed, with other threads: the same bits as one straight run") {
  const auto pilot = tiny::toy_counts(60, 15, 5);
  auto options = small_options();
  options.monitor = hm::held_out_monitor{.every = 4};
  hm::random_engine first(9), second(9);
  hm::variational_trainer<> straight(pilot, options, first);
  CHECK(straight.run(hm::serial_executor{}, hm::silent{}));

  hm::variational_trainer<> stopped(pilot, options, second);
  CHECK(!stopped.run(hm::thread_executor(3), [](const hm::progress& now) {
    return now.done == 13 ? hm::flow::stop : hm::flow::proceed;
  }));
  auto resumed = stopped;
  CHECK(resumed.run(hm::thread_executor(2), hm::silent{}));
  CHECK(stopped.epoch() == 13);
  CHECK(resumed.model().parameters() == straight.model().parameters());
  CHECK(resumed.model().statistics() == straight.model().statistics());
  CHECK(first == second);
  fingerprint bits;
  for (hm::index k = 0; k < straight.model().parameters().size(); ++k)
    bits.add(static_cast<double>(straight.model().parameters()[k]));
  CHECK(bits.value() == 13266195468875496264u);  // GCC and Clang, whatever the registers
}

TEST_CASE("stopped between batches, again and again: the same bits, and the same log") {
  // Every now and then slow enough for a look of the observer.
  struct slow_at_times {
    mutable int calls = 0;
    void for_each_block(hm::index blocks, const std::function<void(hm::index)>& body) const {
      if (++calls % 150 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(110));
      for (hm::index block = 0; block < blocks; ++block) body(block);
    }
  };
  const auto pilot = tiny::toy_counts(60, 15, 5);
  auto options = small_options();
  options.epochs = 6;
  options.batch = 8;
  options.monitor = hm::held_out_monitor{.every = 2};
  hm::random_engine first(9), second(9);
  hm::variational_trainer<> straight(pilot, options, first), stopped(pilot, options, second);
  CHECK(straight.run(hm::serial_executor{}, hm::silent{}));
  const slow_at_times slow;
  int stops = 0;
  while (!stopped.run(slow, [](const hm::progress& now) {
    return now.figures.empty() ? hm::flow::stop : hm::flow::proceed;  // only within epochs
  }))
    ++stops;
  CHECK(stops > 0);
  CHECK(stopped.model().parameters() == straight.model().parameters());
  CHECK(stopped.model().statistics() == straight.model().statistics());
  CHECK(hm::testing::same_log(stopped.log(), straight.log()));
}

TEST_CASE("early stopping takes the best model") {
  const auto pilot = tiny::toy_counts(40, 15, 5);
  auto options = small_options();
  options.epochs = 3000;
  options.dropout = 0;
  options.monitor = hm::held_out_monitor{.every = 5, .patience = 4};
  hm::random_engine rng(2);
  hm::variational_trainer<> trainer(pilot, options, rng);
  CHECK(trainer.run(hm::serial_executor{}, hm::silent{}));
  CHECK(trainer.epoch() < 3000);
  double best = -1e300, last = 0;
  for (const auto& line : trainer.log()) {
    if (const auto bound = line.figure("held_out_bound")) best = std::max(best, last = *bound);
  }
  CHECK(last < best);
}

TEST_CASE("before the end of the warm-up no model is the best") {
  const auto pilot = tiny::toy_counts(40, 15, 5);
  auto options = small_options();
  options.epochs = 40;
  options.warm_up = 40;
  options.adam.rate = 0.05;
  options.monitor = hm::held_out_monitor{.every = 1, .patience = 1};
  hm::random_engine rng(2), same(2);
  hm::variational_trainer<> trainer(pilot, options, rng);
  CHECK(trainer.run(hm::serial_executor{}, hm::silent{}));
  CHECK(trainer.epoch() == 40);
  options.monitor = std::nullopt;
  const auto unwatched =
      hm::train<hm::variational_autoencoder<>>(hm::serial_executor{}, pilot, options, same);
  CHECK(trainer.model().parameters() == unwatched.parameters());
}

TEST_CASE("the default trains a pilot too small to hold a cell out") {
  const auto pilot = tiny::toy_counts(9, 15, 5);
  hm::variational_options options;
  options.epochs = 3;
  hm::random_engine rng(2);
  hm::variational_trainer<> trainer(pilot, options, rng);
  CHECK(trainer.run(hm::serial_executor{}, hm::silent{}));
  CHECK(trainer.held_out_rows().empty());
  CHECK(!trainer.log().back().figure("held_out_bound"));
}

TEST_CASE_TEMPLATE("odd pilots train: constant genes, genes and cells without counts", Likelihood,
                   hm::negative_binomial_counts, hm::cell_negative_binomial_counts,
                   hm::poisson_counts, hm::zero_inflated_counts) {
  hm::count_matrix<> pilot(6);
  for (int i = 0; i < 12; ++i) {
    if (i % 4 != 0) {
      pilot.push_back(0, 5);
      pilot.push_back(1, i);
      pilot.push_back(4, i % 3 == 0 ? 20000 : 0);
    }
    pilot.finish_cell();
  }
  auto options = small_options();
  options.batch = 3;
  options.shape.encode_library = false;
  hm::random_engine rng(3);
  const auto model = hm::train<hm::variational_autoencoder<Likelihood>>(hm::serial_executor{},
                                                                        pilot, options, rng);
  CHECK(model.parameters().allFinite());
  CHECK(model.encode(hm::serial_executor{}, pilot).mean.allFinite());
}

TEST_CASE("an exploding learning rate is an error that says so, not a NaN") {
  const auto pilot = tiny::toy_counts(40, 15, 5);
  auto options = small_options();
  options.adam.rate = 1e6;
  hm::random_engine rng(2);
  std::string text;
  try {
    (void)hm::train<hm::variational_autoencoder<>>(hm::serial_executor{}, pilot, options, rng);
  } catch (const std::domain_error& error) {
    text = error.what();
  }
  CHECK(text.find("training diverged in epoch") != std::string::npos);
}

TEST_CASE("what cannot be trained is refused") {
  const auto pilot = tiny::toy_counts(10, 5, 5);
  const auto refused = [&](const auto& counts, auto change) {
    auto options = small_options();
    change(options);
    hm::random_engine rng(2);
    CHECK_THROWS_AS(hm::variational_trainer<>(counts, options, rng), std::invalid_argument);
  };
  const auto same = [](auto&) {};
  refused(tiny::toy_counts(1, 5, 5), same);
  refused(hm::count_matrix<>(5), same);
  hm::count_matrix<> empty(5);
  for (int i = 0; i < 9; ++i) empty.finish_cell();
  refused(empty, same);
  refused(pilot, [](auto& options) { options.batch = 2; });
  refused(pilot, [](auto& options) { options.dropout = 1; });
  refused(pilot, [](auto& options) { options.epochs = -1; });
  refused(pilot, [](auto& options) { options.held_out = 1.0; });
  refused(pilot, [](auto& options) { options.held_out = std::vector<hm::index>{10}; });
  refused(pilot, [](auto& options) {
    options.monitor = hm::held_out_monitor{};
    options.held_out = 0.0;
  });
  refused(pilot, [](auto& options) { options.monitor = hm::held_out_monitor{.every = 0}; });
  refused(pilot, [](auto& options) { options.monitor = hm::held_out_monitor{.draws = 0}; });
  refused(pilot, [](auto& options) { options.monitor = hm::held_out_monitor{.patience = 0}; });
  refused(pilot, [](auto& options) { options.adam.rate = -1; });
}
