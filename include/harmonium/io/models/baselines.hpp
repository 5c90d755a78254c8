// SPDX-License-Identifier: MIT
/// @file
/// The baselines in model files. `bootstrap` and `noisy_replicate` are their pilot: their files
/// hold every count of it. Those of `independent_nb` and `cluster_nb` hold nothing of any cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/models/baselines/bootstrap.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/models/baselines/noisy_replicate.hpp"

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
  static void arrays(npz_output& out, const independent_nb& model) {
    out.add("mean", model.mean());
    out.add("inverse_dispersion", model.theta());
    add_statuses(out, "dispersion_status", model.status());
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
  static void arrays(npz_output& out, const cluster_nb& model) {
    out.add("cluster_sizes", model.sizes());
    out.add("mean", model.mean());
    out.add("inverse_dispersion", model.theta());
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

/// Counts of cells: genes and count of each cell's non-zeros.
inline void write_counts(payload_writer& out, const count_matrix<>& counts) {
  out.number(static_cast<std::uint64_t>(counts.genes()));
  out.number(static_cast<std::uint64_t>(counts.cells()));
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    out.number(cell.size(), 4);
    for (std::size_t k = 0; k < cell.size(); ++k) {
      out.number(static_cast<std::uint64_t>(cell.genes[k]), 4);
      out.number(static_cast<std::uint64_t>(cell.values[k]), 4);
    }
  }
}
/// What `write_counts` wrote. @throws io_error if genes do not ascend or counts are out of range.
inline count_matrix<> read_counts(payload_reader& in) {
  const index genes = size_from(in);
  const std::size_t cells = in.count(4, "cells");
  count_matrix<> counts(genes);
  for (std::size_t i = 0; i < cells; ++i) {
    const std::uint64_t size = in.number(4);
    std::int64_t last = -1;
    for (std::uint64_t k = 0; k < size; ++k) {
      const auto gene = static_cast<std::int64_t>(in.number(4));
      const auto count = static_cast<std::int64_t>(in.number(4));
      if (gene <= last || gene >= genes)
        in.fail("the genes of cell " + std::to_string(i) + " do not ascend within all");
      if (count < 1 || count > std::numeric_limits<std::int32_t>::max())
        in.fail("a count of " + std::to_string(count) + " in cell " + std::to_string(i) +
                " is out of range");
      counts.push_back(gene, count);
      last = gene;
    }
    counts.finish_cell();
  }
  return counts;
}

/// As scipy.sparse.csr_matrix((counts, genes, pointers), shape) takes them.
inline void add_counts(npz_output& out, const count_matrix<>& counts) {
  std::vector<std::int32_t> values, genes;
  std::vector<std::int64_t> pointers{0};
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    values.insert(values.end(), cell.values.begin(), cell.values.end());
    genes.insert(genes.end(), cell.genes.begin(), cell.genes.end());
    pointers.push_back(static_cast<std::int64_t>(values.size()));
  }
  out.add("pilot_counts", values);
  out.add("pilot_genes", genes);
  out.add("pilot_pointers", pointers);
  out.add("pilot_shape", std::vector<index>{counts.cells(), counts.genes()});
}

template <>
struct model<bootstrap> {
  static std::string name() { return "bootstrap"; }
  static pilot_in_file pilot(const bootstrap&) { return pilot_in_file::cells; }
  static void write(model_sections& file, const bootstrap& model) {
    payload_writer out;
    write_counts(out, model.pilot());
    file.add("cells", out);
  }
  static void arrays(npz_output& out, const bootstrap& model) { add_counts(out, model.pilot()); }
  static bootstrap read(const model_sections& file) {
    payload_reader in = file.at("cells");
    const auto counts = read_counts(in);
    in.end();
    return bootstrap::fit(counts);
  }
};

template <>
struct model<noisy_replicate> {
  static std::string name() { return "noisy_replicate"; }
  static pilot_in_file pilot(const noisy_replicate&) { return pilot_in_file::cells; }
  static void write(model_sections& file, const noisy_replicate& model) {
    payload_writer cells, noise;
    write_counts(cells, model.pilot());
    file.add("cells", cells);
    noise.real(model.options().max_shape);
    noise.real(model.options().max_scale);
    file.add("noise", noise);
  }
  static void arrays(npz_output& out, const noisy_replicate& model) {
    add_counts(out, model.pilot());
    out.add("max_shape", model.options().max_shape);
    out.add("max_scale", model.options().max_scale);
  }
  static noisy_replicate read(const model_sections& file) {
    payload_reader cells = file.at("cells"), noise = file.at("noise");
    const auto counts = read_counts(cells);
    cells.end();
    const noisy_replicate_options options{noise.real(), noise.real()};
    noise.end();
    return noisy_replicate::fit(counts, options);
  }
};

}  // namespace harmonium::inline v0_2::io::model_format
