// SPDX-License-Identifier: MIT
// The states of a machine, from which a residual correlation is learned, are negative binomials.
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using visible = hm::poisson;
#else
using visible = hm::negative_binomial;
#endif

hm::count_states states(const hm::rbm<visible, hm::bernoulli>& machine,
                        const hm::count_matrix<>& counts) {
  const hm::hidden_enumeration hidden(machine);
  return hm::states_of(hm::serial_executor{}, machine, hidden, counts);
}
