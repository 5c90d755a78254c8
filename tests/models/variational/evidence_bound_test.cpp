// SPDX-License-Identifier: MIT
#include "harmonium/models/variational/evidence_bound.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("divergence of normal distributions, by quadrature") {
  const double mean = 0.7, variance = 0.4, prior_mean = -0.2, prior_variance = 1.7;
  double sum = 0;
  const double step = 1e-3;
  for (double x = -8; x < 8; x += step) {
    const double log_q = -0.5 * ((x - mean) * (x - mean) / variance + std::log(variance));
    const double log_p =
        -0.5 * ((x - prior_mean) * (x - prior_mean) / prior_variance + std::log(prior_variance));
    sum += step * std::exp(log_q) / std::sqrt(2 * 3.14159265358979324) * (log_q - log_p);
  }
  CHECK(hm::normal_divergence(mean, variance, prior_mean, prior_variance) ==
        doctest::Approx(sum).epsilon(1e-8));
  CHECK(hm::normal_divergence(0, 1) == 0);
}

namespace {

/// Two cells without counts (one of them not in the batch), a constant gene, a gene without counts.
hm::count_matrix<> odd_counts() {
  const auto toy = hm::to_dense<int>(tiny::toy_counts(7, 9, 3));
  hm::count_matrix<> counts(11);
  for (hm::index i = 0; i < 7; ++i) {
    if (i != 2 && i != 5) {
      for (hm::index m = 0; m < 9; ++m) counts.push_back(m, toy(i, m));
      counts.push_back(9, 4);
    }
    counts.finish_cell();
  }
  return counts;
}

template <class Model>
void check_gradient(bool encode_library, const std::vector<hm::index>& rows) {
  hm::random_engine rng(5);
  Model model(11,
              {.encoder = {5, 4}, .decoder = {4, 3}, .latent = 2, .encode_library = encode_library},
              rng);
  model.set_library({3.5, 0.3});
  // Off the kink of ReLU, where a normalised batch of one cell would lie.
  for (const auto& block : model.layout().blocks)
    if (block.name.ends_with(".shift"))
      model.parameters().segment(block.begin, block.size).setConstant(0.1);
  const hm::count_rows<double> counts(odd_counts());
  const hm::random_streams noise(rng);
  hm::batch_gradient<Model> bound;
  hm::vector<double> gradient, scratch;
  const double weight = 0.3;
  const auto loss = [&] {
    const auto parts =
        bound.evaluate(hm::serial_executor{}, model, counts, rows, 0.2, weight, noise, scratch);
    return weight * parts.latent_divergence + parts.log_library_divergence - parts.reconstruction;
  };
  bound.evaluate(hm::thread_executor(2), model, counts, rows, 0.2, weight, noise, gradient);
  REQUIRE(gradient.allFinite());
  const double h = 1e-5;
  for (const auto& block : model.layout().blocks) {
    CAPTURE(block.name);
    double worst = 0, largest = 0;
    for (hm::index k = block.begin; k < block.begin + block.size; ++k) {
      const double old = model.parameters()[k];
      model.parameters()[k] = old + h;
      const double up = loss();
      model.parameters()[k] = old - h;
      const double down = loss();
      model.parameters()[k] = old;
      worst = std::max(worst, std::abs((up - down) / (2 * h) - gradient[k]));
      largest = std::max(largest, std::abs(gradient[k]));
    }
    // The loss is some hundred nats: 1e-14 of it over h, and the third derivative times h^2.
    CHECK(worst < 1e-6);
    // A bias before a normalisation moves nothing.
    const bool moot = block.name.ends_with("r1.bias") || block.name.ends_with("r2.bias") ||
                      block.name == "log_library1.bias";
    if (rows.size() > 1) CHECK((largest > 1e-4) == !moot);
  }
}

}  // namespace

TEST_CASE("gradients of every block against finite differences") {
  const std::vector<hm::index> rows{0, 1, 2, 4, 6};
  SUBCASE("negative binomial") {
    check_gradient<hm::variational_autoencoder<hm::negative_binomial_counts, double>>(true, rows);
  }
  SUBCASE("observed library") {
    check_gradient<hm::variational_autoencoder<hm::negative_binomial_counts, double>>(false, rows);
  }
  SUBCASE("dispersion per gene and cell") {
    check_gradient<hm::variational_autoencoder<hm::cell_negative_binomial_counts, double>>(true,
                                                                                           rows);
  }
  SUBCASE("zero inflation") {
    check_gradient<hm::variational_autoencoder<hm::zero_inflated_counts, double>>(true, rows);
  }
  SUBCASE("Poisson") {
    check_gradient<hm::variational_autoencoder<hm::poisson_counts, double>>(true, rows);
  }
  SUBCASE("a batch of one cell") {
    check_gradient<hm::variational_autoencoder<hm::negative_binomial_counts, double>>(true, {3});
  }
}

TEST_CASE("the bound lies below the log-likelihood, and draws average") {
  // One latent number that the decoder ignores: then p(x) is one integral over l.
  using model_type = hm::variational_autoencoder<hm::poisson_counts, double>;
  hm::random_engine rng(2);
  model_type model(4, {.encoder = {2}, .decoder = {2}, .latent = 1}, rng);
  const auto& output = model.layout().output;
  model.parameters().segment(output.weights, output.inputs * output.outputs).setZero();
  model.set_library({2, 0.5});
  hm::count_matrix<> counts(4);
  for (const int x : {3, 0, 2, 1}) counts.push_back(x == 3 ? 0 : (x == 2 ? 2 : 3), x);
  counts.finish_cell();
  const hm::count_rows<double> rows(counts);

  const hm::matrix<double> z = hm::matrix<double>::Zero(1, 1);
  double likelihood = 0;
  const double step = 0.01;
  for (double l = -4; l < 8; l += step) {
    const std::vector<double> library{l};
    const auto decoded = model.decode(hm::serial_executor{}, z, library);
    double log = -0.5 * (l - 2) * (l - 2) / 0.5 - 0.5 * std::log(2 * 3.14159265358979324 * 0.5);
    const auto x = hm::to_dense<double>(counts);
    for (hm::index m = 0; m < 4; ++m)
      log += hm::poisson_counts::log_probability(x(0, m), decoded.mean(0, m), 0, 1);
    likelihood += step * std::exp(log);
  }
  const auto bound = hm::bound_of(hm::serial_executor{}, model, rows, 4000, rng);
  CHECK(bound.value() < std::log(likelihood));
  CHECK(bound.latent_divergence >= 0);
  CHECK(bound.log_library_divergence > 0);
  // With q(l | x) set near the posterior the gap nearly closes.
  const auto& mean = model.layout().log_library_mean;
  const auto& log_variance = model.layout().log_library_log_variance;
  const auto set = [&](const hm::linear_block& block, double value) {
    model.parameters().segment(block.weights, block.inputs).setZero();
    model.parameters()[block.bias] = value;
  };
  set(mean, 1.87);
  set(log_variance, std::log(0.118));
  for (const auto* block : {&model.layout().mean, &model.layout().log_variance}) set(*block, 0);
  const auto near = hm::bound_of(hm::serial_executor{}, model, rows, 4000, rng);
  CHECK(near.value() > bound.value());
  // 4000 draws of a reconstruction with a standard deviation below 1.
  CHECK(near.value() < std::log(likelihood) + 0.08);
  CHECK(near.value() > std::log(likelihood) - 0.15);
}

TEST_CASE("nothing to evaluate") {
  hm::random_engine rng(1);
  const hm::variational_autoencoder<> model(3, {}, rng);
  const hm::count_matrix<> empty(3);
  const hm::count_rows<float> none(empty);
  CHECK_THROWS_AS((void)hm::bound_of(hm::serial_executor{}, model, none, 1, rng),
                  std::invalid_argument);
}
