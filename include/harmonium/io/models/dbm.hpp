// SPDX-License-Identifier: MIT
/// @file
/// Boltzmann machines of any stack of the library's unit families with doubles in model files.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/io/models/units.hpp"
#include "harmonium/models/dbm.hpp"

namespace harmonium::inline v0_2::io::model_format {

template <class Visible, class... Hidden>
struct model<dbm<Visible, Hidden...>> {
  using type = dbm<Visible, Hidden...>;

  static std::string name() {
    std::string text = std::string("dbm<") + units<Visible>::name;
    ((text += std::string(", ") + units<Hidden>::name), ...);
    return text + ">";
  }

  static index genes(const type& model) { return model.size(0); }

  static void write(model_sections& file, const type& model) {
    payload_writer layers;
    write_units(layers, model, std::make_index_sequence<type::layers>());
    file.add("units", layers);
    payload_writer parameters;
    parameters.reals(as_reals(model.parameters()));
    file.add("parameters", parameters);
  }

  /// Layer 0 is the visible one; `weights_l` are units of layer l x units of layer l + 1.
  static void arrays(npz_output& out, const type& model) {
    add_units(out, model, std::make_index_sequence<type::layers>());
    for (std::size_t l = 0; l < type::layers; ++l) {
      out.add("bias_" + std::to_string(l), model.bias(l));
      if (l + 1 == type::layers) continue;
      const matrix<typename type::scalar> weights = model.weights(l);
      out.add("weights_" + std::to_string(l), weights);
    }
  }

  static type read(const model_sections& file) {
    payload_reader layers = file.at("units");
    // In braces arguments are read from left to right.
    std::tuple<Visible, Hidden...> families{units<Visible>::read(layers),
                                            units<Hidden>::read(layers)...};
    layers.end();
    payload_reader in = file.at("parameters");
    const std::vector<double> parameters = in.reals();
    in.end();
    for (const double parameter : parameters)
      if (std::isnan(parameter)) in.fail("holds a parameter that is no number");
    if (!std::apply([&](const auto&... each) { return fits({each.size()...}, parameters.size()); },
                    families))
      in.fail("holds " + std::to_string(parameters.size()) +
              " parameters, which do not fit the sizes of the layers");
    type model = std::apply([](auto&... each) { return type(std::move(each)...); }, families);
    model.parameters() = as_vector(parameters);
    return model;
  }

 private:
  template <std::size_t... Layer>
  static void write_units(payload_writer& out, const type& model, std::index_sequence<Layer...>) {
    (units<std::remove_cvref_t<decltype(model.template units<Layer>())>>::write(
         out, model.template units<Layer>()),
     ...);
  }

  template <std::size_t... Layer>
  static void add_units(npz_output& out, const type& model, std::index_sequence<Layer...>) {
    (units<std::remove_cvref_t<decltype(model.template units<Layer>())>>::arrays(
         out, std::to_string(Layer), model.template units<Layer>()),
     ...);
  }

  /// Whether layers of these sizes have so many parameters, before anything is made of them.
  static bool fits(std::initializer_list<index> sizes, std::size_t count) {
    parameter_budget budget(count);
    index below = 0;
    for (const index size : sizes) budget.take(std::exchange(below, size), size);
    return budget.holds() && budget.left() == 0;
  }
};

}  // namespace harmonium::inline v0_2::io::model_format
