// SPDX-License-Identifier: MIT
#include "harmonium/io/streamed_state.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "harmonium/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;

namespace {

hm::streamed_state some_state() {
  hm::streamed_state state;
  state.weights = hm::vector<double>::Constant(2, 0.5);
  state.mean = hm::matrix<double>::Constant(2, 3, 0.25);
  state.mean(1, 2) = 7;
  state.theta = hm::vector<double>::Constant(3, 2.5);
  state.type = {0, 4};
  state.statuses.assign(3, hm::dispersion_status::poisson_like);
  state.log_likelihood = -12.5;
  state.passes = 3;
  state.log = {{"reading", 1, {}},
               {"sample", 1, {{"log_likelihood", -13.0}}},
               {"expectation-maximisation", 3, {{"log_likelihood", -12.5}}}};
  return state;
}

}  // namespace

TEST_CASE("where a streamed training stands is written and read") {
  const temporary_folder folder;
  const auto path = folder.path() / "fit.unfinished";
  const auto state = some_state();
  hm::io::save_state(path, state, "options");
  const auto [read, asked] = hm::io::load_state(path);
  CHECK(asked == "options");
  CHECK((read.weights.array() == state.weights.array()).all());
  CHECK((read.mean.array() == state.mean.array()).all());
  CHECK((read.theta.array() == state.theta.array()).all());
  CHECK(read.type == state.type);
  CHECK(read.statuses == state.statuses);
  CHECK(read.log_likelihood == state.log_likelihood);
  CHECK(read.passes == 3);
  CHECK_FALSE(read.converged);
  REQUIRE(read.log.size() == 3);
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(read.log[k].stage == state.log[k].stage);
    CHECK(read.log[k].epoch == state.log[k].epoch);
    CHECK(read.log[k].figure("log_likelihood") == state.log[k].figure("log_likelihood"));
  }
}

TEST_CASE("a state whose parts do not fit together is refused") {
  const temporary_folder folder;
  const auto path = folder.path() / "fit.unfinished";
  auto state = some_state();
  state.type = {0};
  hm::io::save_state(path, state, "");
  CHECK_THROWS_WITH_AS(
      hm::io::load_state(path),
      (path.string() + ": section 'group' holds parts that do not fit together").c_str(),
      hm::io_error);
  hm::io::model_sections other;
  other.add("model", {});
  other.write(path);
  CHECK_THROWS_WITH_AS(hm::io::load_state(path),
                       (path.string() + ": has no section 'streamed training'").c_str(),
                       hm::io_error);
}
