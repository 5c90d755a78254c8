// SPDX-License-Identifier: MIT
/// @file
/// The kinds of models that the program writes, and with them `load_any(path)`. Compiles all of
/// them: include it in one source, or list the kinds that you need.
#pragma once

#include <concepts>
#include <filesystem>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/any_model.hpp"
#include "harmonium/io/models/baselines.hpp"
#include "harmonium/io/models/correlated_cells.hpp"
#include "harmonium/io/models/dbm.hpp"
#include "harmonium/io/models/sampled.hpp"
#include "harmonium/io/models/semi_restricted.hpp"
#include "harmonium/io/models/trained_harmonium.hpp"
#include "harmonium/io/models/variational.hpp"

namespace harmonium::inline v0_2::io {

/// Lists in one.
template <class... Lists>
struct joined_models;
template <class... Models>
struct joined_models<model_list<Models...>> {
  using type = model_list<Models...>;
};
template <class... A, class... B, class... Rest>
struct joined_models<model_list<A...>, model_list<B...>, Rest...>
    : joined_models<model_list<A..., B...>, Rest...> {};

/// The recommended model and what else draws correlated cells, with every residual.
template <class Sizes>
using harmoniums_of =
    model_list<trained_harmonium<correlated_cells<factor_scores, Sizes>>,
               trained_harmonium<correlated_cells<independent_scores, Sizes>>,
               trained_harmonium<correlated_cells<combined_scores, Sizes>>,
               correlated_cells<factor_scores, Sizes>, correlated_cells<independent_scores, Sizes>,
               correlated_cells<combined_scores, Sizes>>;
/// Harmoniums, for every use of size factors.
using known_harmoniums =
    joined_models<harmoniums_of<no_size_factors>, harmoniums_of<scaled_dispersion>,
                  harmoniums_of<scaled_mean>>::type;

/// Machines of negative binomial and Bernoulli units, alone and with a sampler.
template <class Machine>
using machines_of = model_list<Machine, sampled_model<Machine, exact>,
                               sampled_model<Machine, gibbs>, sampled_model<Machine, collapsed>>;
/// Machines of one to three hidden layers.
using known_machines =
    joined_models<machines_of<dbm<negative_binomial, bernoulli>>,
                  machines_of<dbm<negative_binomial, bernoulli, bernoulli>>,
                  machines_of<dbm<negative_binomial, bernoulli, bernoulli, bernoulli>>>::type;

/// The autoencoder in single precision, alone, with its prior and with its posterior.
template <class Likelihood, class Network = variational_autoencoder<Likelihood>>
using autoencoders_of =
    model_list<Network, variational_prior<Network>, variational_posterior<Network>>;
/// Autoencoders, for every likelihood.
using known_autoencoders =
    joined_models<autoencoders_of<negative_binomial_counts>,
                  autoencoders_of<cell_negative_binomial_counts>, autoencoders_of<poisson_counts>,
                  autoencoders_of<zero_inflated_counts>>::type;

/// All kinds that `load_any` reads.
using known_models = joined_models<
    known_harmoniums, known_machines, known_autoencoders,
    model_list<bootstrap, noisy_replicate, independent_nb, cluster_nb, semi_restricted>>::type;

/// Reads a model of any kind above.
/// @throws io_error as `load`, and for another kind.
template <executor Executor>
any_model load_any(const Executor& run, const std::filesystem::path& path) {
  return load_any(known_models{}, run, path);
}
/// On the calling thread. A template, so that only who calls it compiles all kinds.
template <std::convertible_to<std::filesystem::path> Path>
any_model load_any(const Path& path) {
  return load_any(known_models{}, serial_executor{}, path);
}

}  // namespace harmonium::inline v0_2::io
