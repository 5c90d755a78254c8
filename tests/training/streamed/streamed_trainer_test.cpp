// SPDX-License-Identifier: MIT
#include "harmonium/training/streamed/streamed_trainer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "harmonium/core/count_chunks.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/harmonium_trainer.hpp"
#include "harmonium/training/trainer_concept.hpp"

namespace hm = harmonium;

namespace {

using chunks = hm::chunks_in_memory<hm::count_matrix<>>;
static_assert(hm::trainer<hm::streamed_trainer<chunks>>);

using trained = hm::trained_harmonium<hm::streamed_trainer<chunks>::generator_type>;

hm::tissue tissue_of(hm::index cells, hm::index genes, std::uint64_t seed) {
  hm::random_engine rng(seed);
  return hm::simulate_tissue(hm::serial_executor{},
                             {.cells = cells, .genes = genes, .markers_per_type = genes / 16}, rng);
}

hm::streamed_options<> small_options() {
  hm::streamed_options<> options;
  options.em.components = 5;
  options.em.start_cells = 300;
  options.residual.rank = 4;
  options.residual.iterations = 3;
  options.residual_cells = 60;
  options.passes = 6;
  return options;
}

template <hm::executor Executor>
trained fit(const Executor& run, const hm::count_matrix<>& counts,
            const hm::streamed_options<>& options) {
  hm::random_engine rng(7);
  chunks source(counts);
  hm::streamed_trainer<chunks> training(source, options, rng);
  REQUIRE(training.run(run, hm::silent{}));
  return training.model();
}

void check_equal(const trained& a, const trained& b) {
  CHECK((a.group.mean.array() == b.group.mean.array()).all());
  CHECK((a.group.theta.array() == b.group.theta.array()).all());
  CHECK(a.group.log_likelihood == b.group.log_likelihood);
  const auto &one = a.generator.states(), &other = b.generator.states();
  CHECK((one.mean.array() == other.mean.array()).all());
  CHECK((one.theta.array() == other.theta.array()).all());
  CHECK((a.generator.residual().loadings().array() == b.generator.residual().loadings().array())
            .all());
  CHECK((a.generator.largest().array() == b.generator.largest().array()).all());
}

/// Threads that behave as processes.
class thread_group {
 public:
  explicit thread_group(std::size_t size) : words_(size), values_(size) {}

  class member {
   public:
    member(thread_group& group, std::size_t rank) : group_(&group), rank_(rank) {}
    [[nodiscard]] hm::index rank() const { return static_cast<hm::index>(rank_); }
    [[nodiscard]] hm::index size() const { return std::ssize(group_->words_); }
    void sum(std::span<double> values) const {
      combine(values, [](double a, double b) { return a + b; });
    }
    void maximum(std::span<double> values) const {
      combine(values, [](double a, double b) { return std::max(a, b); });
    }
    [[nodiscard]] std::vector<std::int32_t> gather(const std::vector<std::int32_t>& words) const {
      group_->words_[rank_] = words;
      group_->wait();
      std::vector<std::int32_t> all;
      for (const auto& own : group_->words_) all.insert(all.end(), own.begin(), own.end());
      group_->wait();
      return all;
    }

   private:
    template <class Of>
    void combine(std::span<double> values, const Of& of) const {
      group_->values_[rank_].assign(values.begin(), values.end());
      group_->wait();
      // From the last to the first: another order than in one process.
      std::vector<double> all = group_->values_.back();
      for (std::size_t r = group_->values_.size() - 1; r-- > 0;)
        for (std::size_t k = 0; k < all.size(); ++k) all[k] = of(all[k], group_->values_[r][k]);
      group_->wait();
      std::copy(all.begin(), all.end(), values.begin());
    }
    thread_group* group_;
    std::size_t rank_;
  };

 private:
  void wait() {
    std::unique_lock lock(mutex_);
    const std::size_t own = round_;
    if (++arrived_ == words_.size()) {
      arrived_ = 0;
      ++round_;
      all_.notify_all();
    } else {
      all_.wait(lock, [&] { return round_ != own; });
    }
  }

  std::vector<std::vector<std::int32_t>> words_;
  std::vector<std::vector<double>> values_;
  std::mutex mutex_;
  std::condition_variable all_;
  std::size_t arrived_ = 0, round_ = 0;
};

static_assert(hm::training_processes<thread_group::member>);

}  // namespace

TEST_CASE("neither the size of chunks nor threads change a streamed fit") {
  const auto tissue = tissue_of(700, 60, 3);
  auto options = small_options();
  const trained whole = fit(hm::serial_executor{}, tissue.counts, options);
  for (const hm::index cells : {1, 97, 256}) {
    CAPTURE(cells);
    options.chunk_cells = cells;
    check_equal(whole, fit(hm::thread_executor(3), tissue.counts, options));
  }
}

TEST_CASE("processes that share the cells get the fit of one process") {
  const auto tissue = tissue_of(500, 60, 4);
  auto options = small_options();
  std::vector<hm::index> labels;
  for (const auto type : tissue.types) labels.push_back(type);
  options.labels = labels;
  options.chunk_cells = 64;
  const trained alone = fit(hm::serial_executor{}, tissue.counts, options);
  thread_group group(3);
  std::vector<trained> fits(3, alone);
  std::vector<std::thread> threads;
  for (std::size_t rank = 0; rank < 3; ++rank)
    threads.emplace_back([&, rank] {
      hm::random_engine rng(7);
      chunks source(tissue.counts);
      hm::streamed_trainer<chunks, hm::low_rank_copula, thread_group::member> training(
          source, options, rng, thread_group::member(group, rank));
      training.run(hm::serial_executor{}, hm::silent{});
      fits[rank] = training.model();
    });
  for (auto& thread : threads) thread.join();
  for (const auto& one : fits) check_equal(alone, one);
}

TEST_CASE("a streamed fit of few cells is near the fit in memory") {
  const auto tissue = tissue_of(1500, 80, 5);
  auto options = small_options();
  options.em.start_cells = 2000;  // all: the same start
  options.passes = 30;
  const trained streamed = fit(hm::serial_executor{}, tissue.counts, options);
  hm::harmonium_options<> in_memory;
  in_memory.em = options.em;
  in_memory.fits = 1;
  in_memory.residual = options.residual;
  hm::random_engine rng(7);
  hm::harmonium_trainer<hm::count_matrix<>> training(tissue.counts, in_memory, rng);
  REQUIRE(training.run(hm::serial_executor{}, hm::silent{}));
  // EM that goes on can only gain, but for what theta, learned before, takes or gives.
  CHECK(streamed.group.log_likelihood >
        training.model().group.log_likelihood - 1e-4 * std::abs(streamed.group.log_likelihood));
  // Every gene keeps its mean, whatever the components are.
  const auto& states = streamed.generator.states();
  const auto means = hm::gene_means(tissue.counts);
  for (hm::index m = 0; m < tissue.counts.genes(); ++m) {
    double mean = 0;
    for (hm::index c = 0; c < states.states(); ++c) mean += states.weights[c] * states.mean(c, m);
    CHECK(mean == doctest::Approx(means[m]).epsilon(0.02));
  }
  // Dispersions are those of the same components in memory.
  std::vector<double> ratio;
  const auto& other = training.model().dispersion.gene;
  for (hm::index m = 0; m < other.size(); ++m)
    ratio.push_back(std::abs(std::log(streamed.dispersion.gene[m] / other[m])));
  std::nth_element(ratio.begin(), ratio.begin() + std::ssize(ratio) / 2, ratio.end());
  CHECK(ratio[ratio.size() / 2] < 0.1);
}

TEST_CASE("a streamed fit goes on from where another stood") {
  const auto tissue = tissue_of(600, 50, 6);
  const auto options = small_options();
  const trained straight = fit(hm::serial_executor{}, tissue.counts, options);
  chunks source(tissue.counts);
  for (const hm::index passes : {1, 3}) {
    hm::random_engine rng(7);
    hm::streamed_trainer<chunks> first(source, options, rng);
    while (first.state().passes < passes) first.step(hm::serial_executor{});
    const hm::streamed_state state = first.state();
    auto copy = first;
    REQUIRE(first.run(hm::serial_executor{}, hm::silent{}));
    REQUIRE(copy.run(hm::serial_executor{}, hm::silent{}));
    check_equal(straight, copy.model());
    hm::random_engine again(7);
    hm::streamed_trainer<chunks> second(source, options, again);
    second.resume(state);
    REQUIRE(second.run(hm::serial_executor{}, hm::silent{}));
    check_equal(straight, second.model());
    CHECK(second.log().size() > state.log.size());
    CHECK_THROWS_WITH_AS(second.resume(state), "streamed_trainer::resume: training has begun",
                         std::invalid_argument);
  }
}

TEST_CASE("what a streamed fit refuses") {
  const auto tissue = tissue_of(50, 20, 6);
  chunks source(tissue.counts);
  hm::random_engine rng(1);
  auto options = small_options();
  options.chunk_cells = 0;
  CHECK_THROWS_WITH_AS((hm::streamed_trainer<chunks>(source, options, rng)),
                       "streamed_trainer: chunk_cells must be at least 1", std::invalid_argument);
  options = small_options();
  const std::vector<hm::index> labels(3, 0);
  options.labels = labels;
  CHECK_THROWS_WITH_AS((hm::streamed_trainer<chunks>(source, options, rng)),
                       "streamed_trainer: labels must have one entry per cell (50), got 3",
                       std::invalid_argument);
  const hm::count_matrix<> none(20);
  chunks empty(none);
  CHECK_THROWS_WITH_AS((hm::streamed_trainer<chunks>(empty, small_options(), rng)),
                       "streamed_trainer: there are no cells", std::invalid_argument);
}
