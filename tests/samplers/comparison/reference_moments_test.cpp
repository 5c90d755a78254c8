// SPDX-License-Identifier: MIT
#include "harmonium/samplers/comparison/reference_moments.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/states/exact_statistics.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

TEST_CASE("exact moments are those of enumeration") {
  const auto check = [](const auto& model) {
    using model_type = std::remove_cvref_t<decltype(model)>;
    const hm::hidden_enumeration<model_type> hidden(model);
    const auto statistics = hm::exact_model_statistics(model, hidden);
    const auto moments = hm::exact_moments(hm::serial_executor{}, model, 2);
    const auto units = static_cast<std::size_t>(model.size(1));
    REQUIRE(moments.figures() == 1 + units + 2);
    for (std::size_t k = 0; k < units; ++k) {
      CHECK(moments.mean[k + 1] == doctest::Approx(model.bias_of(statistics, 1)[k]));
      CHECK(moments.deviation[k + 1] ==
            doctest::Approx(std::sqrt(moments.mean[k + 1] * (1 - moments.mean[k + 1]))));
      CHECK(moments.error[k + 1] == 0);
    }
    CHECK(moments.mean[units + 1] >= moments.mean[units + 2]);
    CHECK(moments.name(0) == "log_p");
    CHECK(moments.name(units) == "unit " + std::to_string(units));
    CHECK(moments.name(units + 2) == "mode 2");

    // Figures of states, with and without the table.
    auto untabled = moments;
    untabled.probabilities.clear();
    untabled.log_marginals.clear();
    const hm::state_figures<model_type> with(model, moments), without(model, untabled);
    auto state = model.make_state();
    std::vector<double> a(moments.figures()), b(moments.figures());
    for (hm::index s = 0; s < hidden.states(); ++s) {
      const auto h = hidden.state(s);
      std::copy(h.begin(), h.end(), state[1].data());
      CHECK(with.write(state, a) == s);
      CHECK(without.write(state, b) == -1);
      CHECK(a[0] == doctest::Approx(model.log_marginal(h)).epsilon(1e-10));
      CHECK(a[0] == doctest::Approx(b[0]).epsilon(1e-10));
      for (std::size_t f = 1; f < a.size(); ++f) CHECK(a[f] == b[f]);
    }
  };
  check(tiny::rbm_of<hm::negative_binomial>(1));
  check(tiny::deep_of<hm::bernoulli>(2));
  check(tiny::grouped_of<hm::poisson>(3));
}

TEST_CASE("modes are the likeliest states; what varies") {
  const auto model = tiny::two_modes();
  const auto moments = hm::exact_moments(hm::serial_executor{}, model, 10);
  CHECK(moments.modes.rows() == 4);  // there are no more
  CHECK(moments.modes.row(0).sum() == 0);
  CHECK(moments.modes.row(1).sum() == 2);
  CHECK(moments.mean[3] == doctest::Approx(0.7).epsilon(1e-4));
  CHECK(moments.varies(3));
  CHECK(!moments.varies(5));
  hm::reference_moments other = moments;
  other.mean.pop_back();
  CHECK_THROWS_AS((hm::state_figures(model, other)), std::invalid_argument);
}
