// SPDX-License-Identifier: MIT
// A run of a negative phase is told of every change of the model.
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/negative/negative_phase.hpp"
#include "harmonium/units/bernoulli.hpp"

namespace hm = harmonium;

using model = hm::dbm<hm::bernoulli, hm::bernoulli>;

// No statistics at all.
struct nothing {
  template <class Model>
  struct state {
    static constexpr bool follows = false;
    template <class Factors, class Batch>
    void write_statistics(const hm::serial_executor&, Model&, const Factors&, const Batch&,
                          hm::vector<double>&);
#ifndef REJECTED
    void follow(const hm::serial_executor&, const Model&, Model&, hm::index);
#endif
    const hm::matrix<double>* hidden_covariance() const;
  };
  template <class Model>
  bool suits(const Model&) const;
  template <class Model>
  bool doubles_inputs(const Model&) const;
  template <class Model>
  state<Model> begin(const Model&, const hm::random_streams&) const;
};

template <hm::negative_phase_state<model> Run>
constexpr bool runs() {
  return true;
}
static_assert(runs<nothing::state<model>>());
