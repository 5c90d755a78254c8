// SPDX-License-Identifier: MIT
/// @file
/// The variational autoencoder in model files, and its two generators. `variational_prior` holds
/// where the pilot's cells lie in latent space if it has clusters, `variational_posterior` always:
/// it draws around them. The autoencoder itself holds nothing of any cell.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/dbm.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/samplers/harmonium_latent.hpp"
#include "harmonium/samplers/variational_posterior.hpp"
#include "harmonium/samplers/variational_prior.hpp"

namespace harmonium::inline v0_2::io::model_format {

/// Names of count likelihoods and of scalars.
template <class Type>
constexpr const char* name_of = nullptr;
template <>
inline constexpr const char* name_of<negative_binomial_counts> = "negative_binomial_counts";
template <>
inline constexpr const char* name_of<cell_negative_binomial_counts> =
    "cell_negative_binomial_counts";
template <>
inline constexpr const char* name_of<poisson_counts> = "poisson_counts";
template <>
inline constexpr const char* name_of<zero_inflated_counts> = "zero_inflated_counts";
template <>
inline constexpr const char* name_of<float> = "float";
template <>
inline constexpr const char* name_of<double> = "double";

template <class Likelihood, class Scalar>
struct model<variational_autoencoder<Likelihood, Scalar>> {
  using type = variational_autoencoder<Likelihood, Scalar>;

  static std::string name() { return "variational_autoencoder<" + arguments() + ">"; }
  /// Such as "negative_binomial_counts, float".
  static std::string arguments() {
    return std::string(name_of<Likelihood>) + ", " + name_of<Scalar>;
  }

  static void write(model_sections& file, const type& model) {
    const variational_shape& shape = model.shape();
    payload_writer network, numbers, library;
    network.number(static_cast<std::uint64_t>(model.genes()));
    write_indices(network, shape.encoder);
    write_indices(network, shape.decoder);
    network.number(static_cast<std::uint64_t>(shape.latent));
    network.number(shape.encode_library ? 1 : 0, 1);
    file.add("network", network);
    write_values<Scalar>(numbers, as_span(model.parameters()));
    write_values<Scalar>(numbers, as_span(model.statistics()));
    file.add("network parameters", numbers);
    library.real(model.log_library_prior().mean);
    library.real(model.log_library_prior().variance);
    file.add("library", library);
  }

  /// `NAME_weights` are inputs x outputs of the layer; `NAME_running_mean` and `_variance` those of
  /// its batch normalisation.
  static void arrays(npz_output& out, const type& model) {
    const variational_layout& layout = model.layout();
    const auto& values = model.parameters();
    const auto piece = [](const vector<Scalar>& from, index begin, index size) {
      return vector<Scalar>(from.segment(begin, size));
    };
    const auto linear = [&](const std::string& name, const linear_block& block) {
      if (block.outputs == 0) return;
      const matrix<Scalar> weights = Eigen::Map<const matrix<Scalar>>(values.data() + block.weights,
                                                                      block.inputs, block.outputs);
      out.add(name + "_weights", weights);
      out.add(name + "_bias", piece(values, block.bias, block.outputs));
    };
    const auto hidden = [&](const std::string& name, const std::vector<hidden_block>& layers) {
      for (std::size_t l = 0; l < layers.size(); ++l) {
        const std::string own = name + "_" + std::to_string(l + 1);
        const hidden_block& layer = layers[l];
        const index width = layer.linear.outputs;
        linear(own, layer.linear);
        out.add(own + "_scale", piece(values, layer.scale, width));
        out.add(own + "_shift", piece(values, layer.shift, width));
        out.add(own + "_running_mean", piece(model.statistics(), layer.running, width));
        out.add(own + "_running_variance", piece(model.statistics(), layer.running + width, width));
      }
    };
    hidden("encoder", layout.encoder);
    linear("latent_mean", layout.mean);
    linear("latent_log_variance", layout.log_variance);
    hidden("library_encoder", layout.log_library);
    linear("log_library_mean", layout.log_library_mean);
    linear("log_library_log_variance", layout.log_library_log_variance);
    hidden("decoder", layout.decoder);
    linear("output", layout.output);
    linear("head", layout.head);
    if constexpr (Likelihood::has_theta)
      out.add("log_inverse_dispersion", piece(values, layout.log_theta, model.genes()));
    out.add("log_library_prior_mean", model.log_library_prior().mean);
    out.add("log_library_prior_variance", model.log_library_prior().variance);
  }

  static type read(const model_sections& file) {
    payload_reader network = file.at("network");
    const index genes = size_from(network);
    variational_shape shape{read_indices(network), read_indices(network), size_from(network), true};
    shape.encode_library = network.number(1) != 0;
    network.end();
    payload_reader in = file.at("network parameters");
    const auto parameters = read_values<Scalar>(in), statistics = read_values<Scalar>(in);
    in.end();
    if (!fits(genes, shape, parameters.size()))
      in.fail("holds " + std::to_string(parameters.size()) +
              " parameters, too few for the sizes of the network");
    type made(genes, std::move(shape), flat(parameters), flat(statistics));
    require_finite(in, made.parameters(), "a parameter");
    require_finite(in, made.statistics(), "a running moment");
    payload_reader library = file.at("library");
    made.set_library({library.real(), library.real()});
    library.end();
    return made;
  }

 private:
  static vector<Scalar> flat(const std::vector<Scalar>& values) {
    return Eigen::Map<const vector<Scalar>>(values.data(), static_cast<index>(values.size()));
  }
  /// Whether the networks' matrices need no more parameters than there are, before sizes are
  /// multiplied that no file holds.
  static bool fits(index genes, const variational_shape& shape, std::size_t count) {
    parameter_budget budget(count);
    index below = genes;
    for (const index width : shape.encoder) budget.take(std::exchange(below, width), width);
    budget.take(below, shape.latent);
    below = shape.latent;
    for (const index width : shape.decoder) budget.take(std::exchange(below, width), width);
    budget.take(below, genes);
    return budget.holds();
  }
};

/// 16 bytes.
inline void write_depth(payload_writer& out, const depth_change& depth) {
  out.real(depth.log_scale);
  out.real(depth.kept);
}
/// What `write_depth` wrote. @throws io_error if it is out of range.
inline depth_change read_depth(payload_reader& in) {
  const depth_change depth{in.real(), in.real()};
  if (!std::isfinite(depth.log_scale) || !(depth.kept > 0 && depth.kept <= 1))
    in.fail("the change of depth is out of range");
  return depth;
}

/// For NumPy: `depth_log_scale` and `depth_kept`, a number each.
inline void add_depth(npz_output& out, const depth_change& depth) {
  out.add("depth_log_scale", depth.log_scale);
  out.add("depth_kept", depth.kept);
}

/// How a latent distribution is kept: `name`, `write`, `arrays`, `read`.
template <class Latent>
struct latent;

template <>
struct latent<standard_normal_latent> {
  static constexpr const char* name = "standard_normal_latent";
  static void write(model_sections&, const standard_normal_latent&) {}
  static void arrays(npz_output&, const standard_normal_latent&) {}
  static standard_normal_latent read(const model_sections&, index) { return {}; }
};

template <>
struct latent<harmonium_latent> {
  static constexpr const char* name = "harmonium_latent";
  static void write(model_sections& file, const harmonium_latent& of) {
    model<gaussian_harmonium>::write(file, of.model());
  }
  static void arrays(npz_output& out, const harmonium_latent& of) {
    model<gaussian_harmonium>::arrays(out, of.model());
  }
  static harmonium_latent read(const model_sections& file, index size) {
    gaussian_harmonium machine = model<gaussian_harmonium>::read(file);
    if (machine.size(0) != size)
      file.fail("holds a harmonium of another latent space than the autoencoder's");
    return harmonium_latent(std::move(machine));
  }
};

template <class Likelihood, class Scalar, class Latent>
struct model<variational_prior<variational_autoencoder<Likelihood, Scalar>, Latent>> {
  using network = variational_autoencoder<Likelihood, Scalar>;
  using type = variational_prior<network, Latent>;

  static std::string name() {
    return "variational_prior<" + model<network>::arguments() + ", " + latent<Latent>::name + ">";
  }
  static index states(const type& prior) {
    return prior.clusters() ? prior.clusters()->clusters() : 0;
  }
  static pilot_in_file pilot(const type& prior) {
    return prior.clusters() ? pilot_in_file::cells : pilot_in_file::nothing;
  }

  static void write(model_sections& file, const type& prior) {
    model<network>::write(file, prior.model());
    latent<Latent>::write(file, prior.latent());
    payload_writer out;
    write_depth(out, prior.depth());
    out.number(prior.clusters() ? 1 : 0, 1);
    if (prior.clusters()) {
      write_matrix(out, prior.clusters()->points());
      write_indices(out, prior.clusters()->labels());
      out.number(static_cast<std::uint64_t>(prior.clusters()->clusters()));
      for (index c = 0; c < prior.clusters()->clusters(); ++c) {
        out.real(prior.clusters()->log_library(c).mean);
        out.real(prior.clusters()->log_library(c).variance);
      }
    }
    file.add("prior", out);
  }

  static void arrays(npz_output& out, const type& prior) {
    model<network>::arrays(out, prior.model());
    latent<Latent>::arrays(out, prior.latent());
    add_depth(out, prior.depth());
    if (!prior.clusters()) return;
    const auto& clusters = *prior.clusters();
    out.add("pilot_latent", clusters.points());
    out.add("pilot_cluster", clusters.labels());
    vector<double> mean(clusters.clusters()), variance(clusters.clusters());
    for (index c = 0; c < clusters.clusters(); ++c) {
      mean[c] = clusters.log_library(c).mean;
      variance[c] = clusters.log_library(c).variance;
    }
    out.add("cluster_log_library_mean", mean);
    out.add("cluster_log_library_variance", variance);
  }

  static type read(const model_sections& file) {
    auto made = std::make_shared<const network>(model<network>::read(file));
    Latent drawn = latent<Latent>::read(file, made->latent());
    payload_reader in = file.at("prior");
    const depth_change depth = read_depth(in);
    std::shared_ptr<const latent_clusters> clusters;
    if (in.number(1) != 0) {
      auto points = read_matrix(in);
      require_finite(in, points, "a place in latent space");
      auto labels = read_indices(in);
      std::vector<library_distribution> libraries(in.count(16));
      for (auto& library : libraries) {
        library = {in.real(), in.real()};
        if (!std::isfinite(library.mean) || !(library.variance > 0))
          in.fail("the library of a cluster is out of range");
      }
      clusters = std::make_shared<const latent_clusters>(std::move(points), std::move(labels),
                                                         std::move(libraries));
    }
    in.end();
    return type(depth, std::move(made), std::move(drawn), std::move(clusters));
  }
};

template <class Likelihood, class Scalar>
struct model<variational_posterior<variational_autoencoder<Likelihood, Scalar>>> {
  using network = variational_autoencoder<Likelihood, Scalar>;
  using type = variational_posterior<network>;

  static std::string name() { return "variational_posterior<" + model<network>::arguments() + ">"; }
  static pilot_in_file pilot(const type&) { return pilot_in_file::cells; }

  static void write(model_sections& file, const type& posterior) {
    model<network>::write(file, posterior.model());
    const auto& encoded = posterior.encoded();
    payload_writer out;
    write_depth(out, posterior.depth());
    out.real(posterior.largest_log_library());
    write_matrix(out, encoded.mean);
    write_matrix(out, encoded.variance);
    write_values<Scalar>(out, as_span(encoded.log_library_mean));
    write_values<Scalar>(out, as_span(encoded.log_library_variance));
    file.add("posterior", out);
  }

  static void arrays(npz_output& out, const type& posterior) {
    model<network>::arrays(out, posterior.model());
    add_depth(out, posterior.depth());
    const auto& encoded = posterior.encoded();
    out.add("largest_log_library", posterior.largest_log_library());
    out.add("pilot_latent_mean", encoded.mean);
    out.add("pilot_latent_variance", encoded.variance);
    out.add("pilot_log_library_mean", encoded.log_library_mean);
    out.add("pilot_log_library_variance", encoded.log_library_variance);
  }

  static type read(const model_sections& file) {
    auto made = std::make_shared<const network>(model<network>::read(file));
    payload_reader in = file.at("posterior");
    const depth_change depth = read_depth(in);
    const double largest = in.real();
    encoded_cells<Scalar> encoded;
    encoded.mean = read_matrix<Scalar>(in);
    encoded.variance = read_matrix<Scalar>(in);
    encoded.log_library_mean = read_vector<Scalar>(in);
    encoded.log_library_variance = read_vector<Scalar>(in);
    in.end();
    if (!std::isfinite(largest)) in.fail("the largest log-library is not finite");
    require_finite(in, encoded.mean, "a place in latent space");
    require_range(in, encoded.variance, "a variance in latent space", 0);
    require_finite(in, encoded.log_library_mean, "a log-library");
    require_range(in, encoded.log_library_variance, "the variance of a log-library", 0);
    return type(std::move(made), std::move(encoded), largest, depth);
  }
};

}  // namespace harmonium::inline v0_2::io::model_format
