// SPDX-License-Identifier: MIT
// Exact samples list the states of the first hidden layer; Gaussian units have no list.
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using hidden = hm::gaussian;
#else
using hidden = hm::bernoulli;
#endif

hm::count_matrix<> cells(const hm::dbm<hm::bernoulli, hidden>& model, hm::random_engine& rng) {
  const auto source = hm::exact{}.prepare(model);
  auto chain = source.make_chain();
  chain.draw(rng);
  hm::count_matrix<> drawn(model.size(0));
  drawn.push_row(hm::as_span(chain.state()[0]));
  return drawn;
}
