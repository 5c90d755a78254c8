// SPDX-License-Identifier: MIT
#include "harmonium/training/negative/enumerated.hpp"

#include <doctest/doctest.h>

#include "support/contrastive_runs.hpp"

namespace hm = harmonium;

static_assert(hm::negative_phase_for<hm::enumerated, tiny::deep_machine>);

TEST_CASE("enumerated statistics raise the likelihood") {
  tiny::check_learns(hm::enumerated{});
}

TEST_CASE("a run with enumerated statistics can be copied, whatever the threads") {
  tiny::check_resumes(hm::enumerated{});
}

TEST_CASE("suits models of few states only") {
  const auto model = tiny::untrained(tiny::toy_counts(5, 3, 1));  // 8 states
  CHECK(hm::enumerated{.max_states = 8}.suits(model));
  CHECK(!hm::enumerated{.max_states = 7}.suits(model));
}

TEST_CASE("dense rows of a hidden layer") {
  hm::matrix<double> rows(30, 4);
  hm::random_engine rng(5);
  for (hm::index i = 0; i < rows.size(); ++i)
    rows.data()[i] = hm::draw::uniform(rng) < 0.5 ? 0.9 : 0.1;
  using layer = hm::dbm<hm::bernoulli, hm::bernoulli>;
  tiny::machine_run<hm::enumerated, layer, hm::unconstrained> run(
      layer(hm::bernoulli(4), hm::bernoulli(2)), {}, 64, 5);
  run.train(hm::serial_executor{}, hm::dense_rows<double>(rows), 30, 0.2);
  const auto own = hm::exact_model_statistics(run.model, hm::hidden_enumeration<layer>(run.model));
  for (hm::index k = 0; k < 4; ++k)
    CHECK(run.model.bias_of(own, 0)[static_cast<std::size_t>(k)] ==
          doctest::Approx(rows.col(k).mean()).epsilon(0.02));
}
