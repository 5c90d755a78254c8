// SPDX-License-Identifier: MIT
// Training a machine with one layer of Bernoulli hidden units by persistent contrastive divergence:
// seconds per epoch. rbm_training.py runs it and its peers (peers/rbm_torch.py, rbm_sklearn.py) in
// turn, on the same rows.
//
//     rbm_training ROWS.npy [--visible bernoulli|nb] [--hidden N] [--type float|double]
//         [--threads N] [--epochs N] [--particles block|collapsed] [--step plain|centred] [--rate
//         R]
//         [--seed N] [--save PARAMETERS.npy]
//
// ROWS.npy holds doubles, rows x columns: zeros and ones, or counts. Batches of 100, 100 particles,
// one sweep a step. Prints the seconds of every epoch, by the clock and of the processor.
// PARAMETERS.npy gets weights, visible biases, hidden biases, for rbm_likelihood.cpp.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/io/npy.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive/contrastive_epochs.hpp"
#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/negative/collapsed_particles.hpp"
#include "harmonium/training/start/initial_weights.hpp"
#include "harmonium/training/steps/centred_step.hpp"
#include "harmonium/training/steps/plain_gradient.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

namespace {

using options = std::map<std::string, std::string>;

[[nodiscard]] std::string value_of(const options& asked, const std::string& name,
                                   const std::string& otherwise) {
  const auto found = asked.find(name);
  return found == asked.end() ? otherwise : found->second;
}

template <class S>
hm::matrix<S> read_rows(const std::string& path) {
  const auto array = hm::io::read_npy(path);
  hm::require(array.shape.size() == 2, "rbm_training", path + " must hold a matrix");
  return Eigen::Map<const hm::matrix<double>>(array.values.data(),
                                              static_cast<hm::index>(array.shape[0]),
                                              static_cast<hm::index>(array.shape[1]))
      .template cast<S>();
}

template <class S>
hm::count_matrix<> as_counts(const hm::matrix<S>& rows) {
  hm::count_matrix<> counts(rows.cols());
  for (hm::index i = 0; i < rows.rows(); ++i) {
    for (hm::index m = 0; m < rows.cols(); ++m) counts.push_back(m, static_cast<int>(rows(i, m)));
    counts.finish_cell();
  }
  return counts;
}

/// Weights, visible biases, hidden biases.
template <class Model>
void save(const std::string& path, const Model& model) {
  std::vector<double> all;
  const auto weights = model.weights(0);
  for (hm::index k = 0; k < weights.size(); ++k)
    all.push_back(static_cast<double>(weights.data()[k]));
  for (std::size_t layer = 0; layer < 2; ++layer)
    for (const auto b : model.bias(layer)) all.push_back(static_cast<double>(b));
  const std::vector<std::size_t> shape{all.size()};
  hm::io::write_npy(path, shape, all);
}

template <class Model, class Data, class Negative, class Step>
void train(Model& model, const Data& data, const Negative& negative, const Step& step,
           const options& asked) {
  using scalar = typename Model::scalar;
  hm::random_engine rng(std::stoull(value_of(asked, "--seed", "1")));
  const hm::vector<scalar> means = hm::column_means(data).template cast<scalar>();
  hm::vector<double> largest = hm::vector<double>::Zero(model.size(0));
  for (hm::index i = 0; i < hm::row_count(data); ++i)
    hm::row::for_each_nonzero(hm::row_of(data, i), [&](hm::index m, auto x) {
      largest[m] = std::max(largest[m], static_cast<double>(x));
    });
  hm::initial_weights initial;
  if (hm::always_admissible<Model>)
    initial = {.low = -0.01, .high = 0.01, .in_log_mean = false, .balance_hidden = false};
  hm::start_weights(model, hm::as_span(means), initial, rng);
  rng.seek(static_cast<std::uint64_t>(model.weights(0).size()));
  const hm::random_streams order(rng), particles(rng);
  using constraint =
      std::conditional_t<hm::always_admissible<Model>, hm::unconstrained, hm::admissible_sum>;
  hm::contrastive_epochs<Model, Negative, Step, constraint> epochs(
      model, negative, step, constraint{}.prepared(largest), 100, {}, {order, particles});
  const hm::thread_executor run(std::stoi(value_of(asked, "--threads", "1")));
  epochs.constraint().apply(run, model);
  const double rate = std::stod(value_of(asked, "--rate", "0.05"));
  for (int epoch = 0; epoch < std::stoi(value_of(asked, "--epochs", "4")); ++epoch) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t processor = std::clock();
    epochs.epoch(run, model, data, rate);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    std::cout << taken.count() << ' '
              << static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC << std::endl;
  }
  if (asked.contains("--save")) save(asked.at("--save"), model);
}

template <class Model, class Data>
void train(Model model, const Data& data, const options& asked) {
  const auto with_step = [&](const auto& negative) {
    if (value_of(asked, "--step", "plain") == "plain")
      train(model, data, negative, hm::plain_gradient{}, asked);
    else
      train(model, data, negative, hm::centred_step{}, asked);
  };
  if (value_of(asked, "--particles", "block") == "block")
    with_step(hm::block_particles{.particles = 100});
  else if constexpr (hm::collapsible<Model>)
    with_step(hm::collapsed_particles{.particles = 100});
}

template <class S>
void train(const options& asked) {
  const auto rows = read_rows<S>(asked.at("rows"));
  const hm::index hidden = std::stoll(value_of(asked, "--hidden", "64"));
  const hm::basic_bernoulli<S> above(hidden);
  if (value_of(asked, "--visible", "bernoulli") == "bernoulli") {
    using units = hm::basic_bernoulli<S>;
    train(hm::rbm<units, units>(units(rows.cols()), above), hm::dense_rows<S>(rows), asked);
  } else {
    using units = hm::basic_negative_binomial<S>;
    train(hm::rbm<units, hm::basic_bernoulli<S>>(units(rows.cols(), S(2)), above), as_counts(rows),
          asked);
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    hm::require(count >= 2 && count % 2 == 0, "rbm_training", "rows and pairs of options expected");
    options asked{{"rows", arguments[1]}};
    for (int k = 2; k < count; k += 2) asked[arguments[k]] = arguments[k + 1];
    if (value_of(asked, "--type", "float") == "float")
      train<float>(asked);
    else
      train<double>(asked);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
