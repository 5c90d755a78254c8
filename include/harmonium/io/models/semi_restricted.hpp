// SPDX-License-Identifier: MIT
/// @file
/// `semi_restricted` in model files: nothing of any cell.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/io/models/units.hpp"
#include "harmonium/models/semi_restricted.hpp"

namespace harmonium::inline v0_2::io::model_format {

template <>
struct model<semi_restricted> {
  static std::string name() { return "semi_restricted"; }

  static void write(model_sections& file, const semi_restricted& model) {
    payload_writer layers, parameters;
    units<negative_binomial>::write(layers, model.visible());
    write_indices(layers, model.groups());
    file.add("units", layers);
    parameters.reals(model.bias(0));
    const auto weights = model.weights(0);
    parameters.reals({weights.data(), static_cast<std::size_t>(weights.size())});
    parameters.reals(as_reals(model.log_prior()));
    file.add("parameters", parameters);
  }

  /// As a machine of two layers, with a prior of its own over the states of the hidden one.
  static void arrays(npz_output& out, const semi_restricted& model) {
    units<negative_binomial>::arrays(out, "0", model.visible());
    out.add("bias_0", model.bias(0));
    const matrix<double> weights = model.weights(0);
    out.add("weights_0", weights);
    out.add("groups_1", model.groups());
    out.add("log_prior", model.log_prior());
  }

  static semi_restricted read(const model_sections& file) {
    payload_reader layers = file.at("units");
    negative_binomial visible = units<negative_binomial>::read(layers);
    std::vector<index> groups = read_indices(layers);
    layers.end();
    payload_reader in = file.at("parameters");
    const auto bias = in.reals(), weights = in.reals(), log_prior = in.reals();
    in.end();
    // Held together before the hidden states are listed.
    std::uint64_t units = 0, states = 1;
    for (const index size : groups) {
      units += static_cast<std::uint64_t>(size);
      const auto choices = static_cast<std::uint64_t>(std::max<index>(size, 2));
      if (size < 1 || units > weights.size() || choices > log_prior.size() / states)
        layers.fail("names groups that do not fit the parameters");
      states *= choices;
    }
    if (bias.size() != static_cast<std::size_t>(visible.size()) ||
        weights.size() != units * bias.size() || states != log_prior.size() || groups.empty())
      in.fail("holds parameters of other units than the model's");
    semi_restricted made(std::move(visible), std::move(groups));
    std::copy(bias.begin(), bias.end(), made.bias(0).begin());
    require_finite(in, as_vector(bias), "a bias");
    require_finite(in, as_vector(weights), "a weight");
    std::copy(weights.begin(), weights.end(), made.weights(0).data());
    made.set_log_prior(as_vector(log_prior));
    return made;
  }
};

}  // namespace harmonium::inline v0_2::io::model_format
