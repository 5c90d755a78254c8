// SPDX-License-Identifier: MIT
/// @file
/// What `train_harmonium` makes, in model files. Kept is the generator (see
/// io/models/correlated_cells.hpp) and of the categorical group all but what it says of each pilot
/// cell: the loaded group has no `responsibilities` and no `sizes`.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/correlated_cells.hpp"
#include "harmonium/io/models/payloads.hpp"
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
    return made;
  }
};

}  // namespace harmonium::inline v0_2::io::model_format
