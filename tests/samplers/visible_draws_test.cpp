// SPDX-License-Identifier: MIT
#include "harmonium/samplers/visible_draws.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

using few_states = hm::dbm<hm::negative_binomial, hm::bernoulli>;
static_assert(hm::tabulable<few_states>);
static_assert(!hm::tabulable<hm::dbm<hm::gaussian, hm::bernoulli>>);

namespace {

template <class Model>
void draw(const hm::visible_draws<Model>& visible, const hm::vector<double>& h,
          hm::vector<double>& out, hm::random_engine& rng) {
  hm::vector<double> input(out.size());
  visible(hm::as_span(h), hm::as_span(input), hm::as_span(out), rng);
}

}  // namespace

TEST_CASE("each state has its own mean, by tables as by single draws") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(3);
  const hm::visible_draws<few_states> visible(model);
  hm::random_engine rng(5);
  hm::vector<double> h(3), eta(3), mean(3), variance(3), x(3);
  for (const hm::index s : {0, 5, 7, 5}) {
    model.units<1>().write_state(s, hm::as_span(h));
    model.visible_input(hm::as_span(std::as_const(h)), hm::as_span(eta));
    model.visible().mean(hm::as_span(std::as_const(eta)), hm::as_span(mean));
    model.visible().variance(hm::as_span(std::as_const(eta)), hm::as_span(variance));
    hm::vector<double> sum = hm::vector<double>::Zero(3);
    constexpr int draws = 20000;
    for (int i = 0; i < draws; ++i) {
      draw(visible, h, x, rng);
      sum += x;
    }
    for (hm::index m = 0; m < 3; ++m)
      CHECK(std::abs(sum[m] / draws - mean[m]) < 5 * std::sqrt(variance[m] / draws));
  }
}

TEST_CASE("many states and other units: as `sample`, to the last bit") {
  few_states wide(hm::negative_binomial(3, 1.0), hm::bernoulli(20));
  for (double& a : wide.bias(0)) a = -1;
  const auto normal = tiny::rbm_of<hm::gaussian>(4);
  const auto check = [](const auto& model) {
    using model_type = std::remove_cvref_t<decltype(model)>;
    const hm::visible_draws<model_type> visible(model);
    const hm::vector<double> h = hm::vector<double>::Ones(model.size(1));
    hm::vector<double> eta(model.size(0)), expected(model.size(0)), got(model.size(0));
    hm::random_engine first(8), second(8);
    model.visible_input(hm::as_span(h), hm::as_span(eta));
    model.visible().sample(hm::as_span(std::as_const(eta)), hm::as_span(expected), first);
    draw(visible, h, got, second);
    CHECK(got == expected);
  };
  check(wide);
  check(normal);
}
