// SPDX-License-Identifier: MIT
// A stage at work says when it is done.
#include <string>

#include "harmonium/models/dbm.hpp"
#include "harmonium/training/stage_concept.hpp"
#include "harmonium/units/bernoulli.hpp"

namespace hm = harmonium;

using model = hm::dbm<hm::bernoulli, hm::bernoulli>;

struct one_epoch {
  template <class State>
  hm::training_record epoch(const hm::serial_executor&, State&);
#ifndef REJECTED
  bool done() const;
#endif
  std::string name() const;
  hm::index planned() const;
};

template <hm::stage_progress<model, hm::count_matrix<>> Progress>
constexpr bool goes_on() {
  return true;
}
static_assert(goes_on<one_epoch>());
