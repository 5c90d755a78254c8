// SPDX-License-Identifier: MIT
/// @file
/// The negative binomial baselines in model files. `bootstrap` and `noisy_replicate` are their
/// pilot, so they have no file: keep the pilot.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"

namespace harmonium::inline v0_2::io::model_format {

template <>
struct model<independent_nb> {
  static std::string name() { return "independent_nb"; }
  static void write(model_sections& file, const independent_nb& model) {
    payload_writer out;
    out.reals(as_reals(model.mean()));
    out.reals(as_reals(model.theta()));
    write_statuses(out, model.status());
    file.add("parameters", out);
  }
  static independent_nb read(const model_sections& file) {
    payload_reader in = file.at("parameters");
    auto mean = as_vector(in.reals());
    auto theta = as_vector(in.reals());
    auto status = read_statuses(in, mean.size());
    in.end();
    return independent_nb::of(std::move(mean), std::move(theta), std::move(status));
  }
};

template <>
struct model<cluster_nb> {
  static std::string name() { return "cluster_nb"; }
  static void write(model_sections& file, const cluster_nb& model) {
    payload_writer out;
    out.reals(model.sizes());
    out.reals(as_reals(model.mean()));
    out.reals(as_reals(model.theta()));
    file.add("parameters", out);
  }
  static cluster_nb read(const model_sections& file) {
    payload_reader in = file.at("parameters");
    auto sizes = in.reals();
    const auto mean = in.reals();
    const auto theta = in.reals();
    in.end();
    if (sizes.empty() || mean.size() % sizes.size() != 0 || mean.size() != theta.size())
      in.fail("holds means and dispersions that do not fit " + std::to_string(sizes.size()) +
              " clusters");
    const auto clusters = static_cast<index>(sizes.size());
    const auto shaped = [&](const std::vector<double>& flat) -> matrix<double> {
      return Eigen::Map<const matrix<double>>(flat.data(), clusters,
                                              static_cast<index>(flat.size()) / clusters);
    };
    return cluster_nb::of(std::move(sizes), shaped(mean), shaped(theta));
  }
};

}  // namespace harmonium::inline v0_2::io::model_format
