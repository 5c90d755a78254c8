// SPDX-License-Identifier: MIT
/// @file
/// What `train_harmonium` makes, in model files. Kept is the generator (see
/// io/models/correlated_cells.hpp) and of the categorical group all but what it says of each pilot
/// cell: the loaded group has no `responsibilities` and no `sizes`. Effects of batches or donors
/// have a section of their own, if there are some.
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/correlated_cells.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/models/groups/group_effects.hpp"
#include "harmonium/training/trained_harmonium.hpp"

namespace harmonium::inline v0_2::io::model_format {

template <class Residual, class Sizes>
struct model<trained_harmonium<correlated_cells<Residual, Sizes>>> {
  using generator_format = model<correlated_cells<Residual, Sizes>>;
  using type = trained_harmonium<correlated_cells<Residual, Sizes>>;

  static std::string name() { return "harmonium<" + generator_format::arguments() + ">"; }
  static index genes(const type& model) { return model.generator.genes(); }
  static index states(const type& model) { return generator_format::states(model.generator); }
  static pilot_in_file pilot(const type& model) { return generator_format::pilot(model.generator); }

  static const correlated_cells<Residual, Sizes>& generator(const type& model) {
    return model.generator;
  }

  static void write(model_sections& file, const type& model) {
    generator_format::write(file, model.generator);
    payload_writer group, dispersion;
    group.reals(as_reals(model.group.weights));
    write_matrix(group, model.group.mean);
    group.reals(as_reals(model.group.theta));
    write_statuses(group, model.group.statuses);
    write_indices(group, model.group.type);
    group.real(model.group.log_likelihood);
    group.number(model.group.converged ? 1 : 0, 1);
    file.add("group", group);
    dispersion.reals(as_reals(model.dispersion.gene));
    write_statuses(dispersion, model.dispersion.statuses);
    file.add("dispersion", dispersion);
    if (model.effects) write_groups(file, *model.effects);
  }

  static void arrays(npz_output& out, const type& model) {
    generator_format::arrays(out, model.generator);
    out.add("group_weights", model.group.weights);
    out.add("group_mean", model.group.mean);
    out.add("group_inverse_dispersion", model.group.theta);
    add_statuses(out, "group_dispersion_status", model.group.statuses);
    out.add("group_type", model.group.type);
    out.add("group_log_likelihood", model.group.log_likelihood);
    out.add("group_converged", static_cast<int>(model.group.converged));
    out.add("gene_inverse_dispersion", model.dispersion.gene);
    add_statuses(out, "gene_dispersion_status", model.dispersion.statuses);
  }

  template <executor Executor>
  static type read(const model_sections& file, const Executor& run) {
    type made{{}, {}, generator_format::read(file, run)};
    const count_states& states = made.generator.states();
    payload_reader in = file.at("group");
    categorical_fit& group = made.group;
    group.weights = as_vector(in.reals());
    group.mean = read_matrix(in);
    group.theta = as_vector(in.reals());
    require_range(in, group.weights, "a weight", 0);
    require_range(in, group.mean, "a mean", 0);
    require_range(in, group.theta, "an inverse dispersion", 0, true);
    if (group.weights.size() != states.states() || group.mean.rows() != states.states() ||
        group.mean.cols() != states.genes() || group.theta.size() != states.genes())
      in.fail("holds a group of other components or genes than the model's");
    group.statuses = read_statuses(in, states.genes());
    group.type = read_indices(in, std::numeric_limits<std::int32_t>::max());
    if (std::ssize(group.type) != states.states()) in.fail("each component needs one type");
    group.log_likelihood = in.real();
    group.converged = in.number(1) != 0;
    in.end();
    group.responsibilities.resize(0, states.states());
    payload_reader own = file.at("dispersion");
    made.dispersion.gene = as_vector(own.reals());
    require_range(own, made.dispersion.gene, "an inverse dispersion", 0, true);
    if (made.dispersion.gene.size() != states.genes())
      own.fail("holds dispersions of other genes than the model's");
    made.dispersion.statuses = read_statuses(own, states.genes());
    made.dispersion.component = states.theta;
    own.end();
    if (file.contains("groups")) made.effects = read_groups(file.at("groups"), states);
    return made;
  }

 private:
  static void write_groups(model_sections& file, const group_effects& effects) {
    payload_writer out;
    write_indices(out, effects.cells);
    out.reals(as_reals(effects.depth));
    write_matrix(out, effects.gene);
    out.reals(as_reals(effects.gene_deviation));
    out.number(effects.state.size());
    for (const auto& own : effects.state) write_matrix(out, own);
    write_matrix(out, effects.state_deviation);
    write_matrix(out, effects.shares);
    out.reals(as_reals(effects.mean_shares));
    out.real(effects.concentration);
    file.add("groups", out);
  }

  static group_effects read_groups(payload_reader in, const count_states& states) {
    group_effects effects;
    effects.cells = read_indices(in, std::numeric_limits<std::int32_t>::max());
    effects.depth = as_vector(in.reals());
    effects.gene = read_matrix(in);
    effects.gene_deviation = as_vector(in.reals());
    effects.state.resize(in.count(24));
    for (auto& own : effects.state) {
      own = read_matrix(in);
      require_finite(in, own, "a logarithm of a factor");
    }
    effects.state_deviation = read_matrix(in);
    effects.shares = read_matrix(in);
    effects.mean_shares = as_vector(in.reals());
    effects.concentration = in.real();
    in.end();
    require_finite(in, effects.depth, "a depth");
    require_finite(in, effects.gene, "a logarithm of a factor");
    require_range(in, effects.gene_deviation, "a deviation", 0);
    require_range(in, effects.state_deviation, "a deviation", 0);
    require_range(in, effects.shares, "a share", 0);
    require_range(in, effects.mean_shares, "a share", 0);
    try {
      check(effects, states);
    } catch (const std::invalid_argument&) {
      in.fail("holds effects of groups that are not of the model's states and genes");
    }
    return effects;
  }
};

}  // namespace harmonium::inline v0_2::io::model_format
