// SPDX-License-Identifier: MIT
#include "harmonium/training/recipe.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;

namespace {

const auto pilot = tiny::toy_counts(20, 4, 1);

/// Writes lines and touches nothing.
template <int Name>
struct lines {
  hm::index count = 2;
  bool fits = true;

  struct progress {
    hm::index count, at = 0;
    template <hm::executor Executor, class State>
    hm::training_record epoch(const Executor&, State& state) {
      state.model.bias(1)[0] += 1;
      return {name(), ++at, {}};
    }
    [[nodiscard]] bool done() const { return at >= count; }
    [[nodiscard]] std::string name() const { return std::string(1, Name); }
    [[nodiscard]] hm::index planned() const { return count; }
  };
  template <class State>
  [[nodiscard]] bool suits(const State&) const {
    return fits;
  }
  template <class State>
  [[nodiscard]] progress begin(State&) const {
    return {count};
  }
};
using a = lines<'a'>;
using b = lines<'b'>;
using c = lines<'c'>;

template <class Recipe>
std::string stages_of(const Recipe& recipe) {
  hm::random_engine rng(1);
  hm::recipe_trainer<rbm, hm::count_matrix<>, Recipe> trainer(pilot, {.hidden = {1}}, recipe, rng);
  std::string seen;
  trainer.run(hm::serial_executor{}, [&](const hm::progress& now) {
    seen +=
        std::string(now.stage) + std::to_string(now.done) + "/" + std::to_string(now.total) + " ";
    return hm::flow::proceed;
  });
  CHECK(trainer.done());
  CHECK(trainer.model().bias(1)[0] == static_cast<double>(trainer.log().size()));
  return seen;
}

}  // namespace

TEST_CASE("one stage after the other") {
  CHECK(stages_of(hm::then(a{}, b{1}, c{3})) == "a1/2 a2/2 b1/1 c1/3 c2/3 c3/3 ");
  CHECK(stages_of(hm::then(a{})) == "a1/2 a2/2 ");
}

TEST_CASE("stages that do not suit or have nothing to do are left out") {
  CHECK(stages_of(hm::then(a{2, false}, b{1}, c{0})) == "b1/1 ");
  CHECK(stages_of(hm::then(a{0}, b{0}, c{1})) == "c1/1 ");
  CHECK(stages_of(hm::then(a{0}, b{0})) == "");
}

TEST_CASE("the first that suits") {
  CHECK(stages_of(hm::first_that_suits(a{1}, b{1})) == "a1/1 ");
  CHECK(stages_of(hm::first_that_suits(a{1, false}, b{1})) == "b1/1 ");
  CHECK(stages_of(hm::first_that_suits(a{1, false}, hm::then(b{1}, c{1}))) == "b1/1 c1/1 ");
  CHECK_THROWS_WITH_AS((void)stages_of(hm::first_that_suits(a{1, false}, b{1, false})),
                       doctest::Contains("no stage of the recipe suits"), std::invalid_argument);
}
