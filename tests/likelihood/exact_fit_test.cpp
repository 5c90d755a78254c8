// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/exact_fit.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/models/rbm.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("figures against their definitions") {
  const auto counts = tiny::toy_counts(17, 3, 1);
  const auto model = tiny::rbm_of<hm::negative_binomial>(2);
  using model_type = std::remove_cvref_t<decltype(model)>;
  const hm::hidden_enumeration<model_type> hidden(model);
  const auto base = hm::log_base_measures(model.visible(), counts);
  double free = 0;
  for (hm::index i = 0; i < counts.cells(); ++i)
    free += hm::free_energy(model, counts.cell(i), base[i]) / 17;
  const auto fit = hm::exact_fit(hm::thread_executor(2), model, hidden, counts);
  CHECK(fit.free_energy == doctest::Approx(free).epsilon(1e-12));
  CHECK(fit.log_likelihood == doctest::Approx(-free - hidden.log_partition()).epsilon(1e-12));
  const auto dense = hm::to_dense(counts);
  CHECK(hm::exact_fit(hm::serial_executor{}, model, hidden, hm::dense_rows<double>(dense))
            .log_likelihood == doctest::Approx(fit.log_likelihood).epsilon(1e-12));
  CHECK(hm::exact_fit(hm::serial_executor{}, model, hidden, hm::count_matrix<>(3)).free_energy ==
        0);
}
