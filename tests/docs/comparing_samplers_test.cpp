// SPDX-License-Identifier: MIT
// The code that docs/comparing-samplers.md and the guide quote.
#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <string_view>

#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/compare_samplers.hpp"
#include "harmonium/samplers/exact.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

struct mine {
  static constexpr std::string_view name = "mine";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start, hm::random_engine& rng,
           Visit&& visit) const {
    hm::collapsed_chain<Model> chain(model);  // set-up, which is counted
    chain.set_state(start);                   // the same for all contenders
    do {
      chain.sweep(rng);
      chain.sweep(rng);
    } while (visit(chain.state()));  // once per sweep, until it has seen enough
  }
};

}  // namespace

TEST_CASE("samplers side by side") {
  const auto model = tiny::deep_of<hm::negative_binomial>(2);
  const hm::serial_executor run;
  hm::random_engine rng(1);
  std::ostringstream report;

  const auto rows = hm::compare_samplers<hm::exact, hm::collapsed, mine>(run, model, {}, rng);
  for (const hm::sampler_row& row : rows) {
    if (row.verdict == hm::sampler_verdict::accepted)
      report << row.sampler << ": " << row.speed->effective_per_second.middle << " a second\n";
    else
      report << row.sampler << ": " << row.reason << '\n';
  }

  CHECK(report.str().find("mine: ") != std::string::npos);
  CHECK(report.str().find("exact: ") != std::string::npos);
  for (const auto& row : rows) CHECK(row.verdict == hm::sampler_verdict::accepted);
}
