// SPDX-License-Identifier: MIT
#include "harmonium/training/particle_states.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "harmonium/models/rbm.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "support/toy_counts.hpp"
#include "support/toy_machine.hpp"

namespace hm = harmonium;

using rbm = hm::rbm<hm::negative_binomial, hm::bernoulli>;

namespace {

constexpr hm::index cells = 200, genes = 12, units = 4;
const hm::serial_executor serial;

}  // namespace

TEST_CASE("particles and pilot cells as one list") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const rbm model = tiny::toy_machine<rbm>(counts, units);
  std::vector<rbm::state_type> particles(5, model.make_state());
  for (std::size_t p = 0; p < 5; ++p)
    model.units<1>().write_state(hm::index(p), hm::as_span(particles[p][1]));
  const auto list = hm::particle_states(serial, model, particles, counts);
  CHECK(list.states() == 5 + cells);
  double of_particles = 0;
  for (hm::index s = 0; s < 5; ++s) of_particles += list.probability(s);
  CHECK(of_particles == doctest::Approx(1).epsilon(1e-9));
  // A cell's own state is its most probable of all there are.
  const hm::hidden_enumeration<rbm> all(model);
  for (hm::index i = 0; i < 10; ++i) {
    const auto terms = hm::log_posterior_terms(model, all, counts.cell(i));
    const auto best = std::max_element(terms.begin(), terms.end()) - terms.begin();
    for (hm::index k = 0; k < units; ++k)
      CHECK(list.state(5 + i)[static_cast<std::size_t>(k)] ==
            all.state(best)[static_cast<std::size_t>(k)]);
  }
}
