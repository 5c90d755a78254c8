// SPDX-License-Identifier: MIT
/// @file
/// A machine of several visible parts with some of them known: what is left is a machine again, of
/// the other parts, whose first hidden bias has taken up what the known ones say. Everything that a
/// machine can be asked for (samples, exact or not, log Z, posteriors) can be asked for given a
/// batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/units/parts.hpp"

namespace harmonium::inline v0_2 {

/// Parts of a visible layer as one layer; a single one is itself.
template <class Family>
Family parts_together(const Family& only) {
  return only;
}
template <class... Families>
requires(sizeof...(Families) > 1) parts<Families...> parts_together(const Families&... families) {
  return parts<Families...>(families...);
}

/// The machine of some visible parts with the hidden layers of all: the other parts are left out,
/// as if their weights were zero.
/// @tparam Part which, in order
template <std::size_t... Part, class... Visible, class... Hidden>
[[nodiscard]] auto machine_of_parts(const dbm<parts<Visible...>, Hidden...>& model) {
  return [&]<std::size_t... L>(std::index_sequence<L...>) {
    dbm result(parts_together(model.visible().template part<Part>()...),
               model.template units<L + 1>()...);
    index to = 0;
    for (const std::size_t p : {Part...}) {
      const index from = model.visible().begin_of(p), size = model.visible().size_of(p);
      std::copy_n(model.bias(0).data() + from, size, result.bias(0).data() + to);
      result.weights(0).middleRows(to, size) = model.weights(0).middleRows(from, size);
      to += size;
    }
    for (std::size_t l = 1; l < result.layers; ++l) {
      std::copy(model.bias(l).begin(), model.bias(l).end(), result.bias(l).begin());
      if (l < result.hidden_layers) result.weights(l) = model.weights(l);
    }
    return result;
  }
  (std::make_index_sequence<sizeof...(Hidden)>{});
}

/// p(the other parts, hidden layers | part `Part` is `state`), as a machine:
///
///     const auto of_plate = given_part<1>(model, one_hot_of_the_plate);
///     const auto cells = sampled(of_plate, exact{}).generate(run, 500, rng);
///
/// Exact, whatever samples it: given the part, its units add state'W_0 to the input of h_1.
/// @param state one state of the part
/// @throws std::invalid_argument for another length, std::domain_error if it is no state
template <std::size_t Part, class... Visible, class... Hidden>
[[nodiscard]] auto given_part(
    const dbm<parts<Visible...>, Hidden...>& model,
    std::span<const typename dbm<parts<Visible...>, Hidden...>::scalar> state) {
  using scalar = typename dbm<parts<Visible...>, Hidden...>::scalar;
  static_assert(Part < sizeof...(Visible), "there is no such part");
  const auto& known = model.visible().template part<Part>();
  require(std::ssize(state) == known.size(), "given_part",
          "part " + std::to_string(Part) + " has " + std::to_string(known.size()) +
              " units, got a state of " + std::to_string(state.size()));
  if (!known.supports(state))
    throw std::domain_error("given_part: no state of part " + std::to_string(Part));
  auto rest = [&]<std::size_t... P>(std::index_sequence<P...>) {
    return machine_of_parts<(P < Part ? P : P + 1)...>(model);
  }
  (std::make_index_sequence<sizeof...(Visible) - 1>{});
  const auto w = model.weights(0);
  row::add_product<scalar>(state,
                           weight_view<scalar>(w.data() + model.visible().begin_of(Part) * w.cols(),
                                               known.size(), w.cols()),
                           rest.bias(1));
  return rest;
}

/// log p(part `Part` is `state`), the other parts and all hidden layers summed out, in nats.
/// @param hidden enumeration of `model`
/// @throws as `given_part`, and what enumeration throws
template <std::size_t Part, class Model>
requires enumerable_model<Model> && layer_of_parts<typename Model::visible_units>
[[nodiscard]] double log_likelihood_of_part(const Model& model,
                                            const hidden_enumeration<Model>& hidden,
                                            std::span<const typename Model::scalar> state) {
  using scalar = typename Model::scalar;
  const auto rest = given_part<Part>(model, state);
  const auto& units = model.visible();
  return static_cast<double>(row::dot<scalar>(state, units.stretch(Part, model.bias(0))) +
                             units.template part<Part>().log_base_measure(state) +
                             hidden_enumeration(rest, hidden.states()).log_partition() -
                             hidden.log_partition());
}

}  // namespace harmonium::inline v0_2
