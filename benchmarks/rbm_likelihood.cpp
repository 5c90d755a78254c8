// SPDX-License-Identifier: MIT
// How likely rows of zeros and ones are under a Bernoulli machine that anyone trained: exactly for
// up to 14 hidden units, else between two sides, by annealed importance sampling from the
// mean-field reference to the model and back.
//
//     rbm_likelihood ROWS.npy PARAMETERS.npy HIDDEN
//
// PARAMETERS.npy holds weights (columns x hidden), visible biases and hidden biases, doubles.
// Prints nats per row: the estimates from the upper and the lower side of log Z.
#include <algorithm>
#include <exception>
#include <iostream>
#include <span>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/io/npy.hpp"
#include "harmonium/likelihood/bracket_log_partition.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/likelihood/mean_field_reference.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/units/bernoulli.hpp"

namespace hm = harmonium;

using machine = hm::rbm<hm::bernoulli, hm::bernoulli>;

static int run(const std::string& rows_path, const std::string& parameters_path, hm::index hidden) {
  const auto array = hm::io::read_npy(rows_path);
  hm::require(array.shape.size() == 2, "rbm_likelihood", rows_path + " must hold a matrix");
  const auto columns = static_cast<hm::index>(array.shape[1]);
  const hm::dense_rows<double> data(array.values, static_cast<hm::index>(array.shape[0]), columns);
  machine model(hm::bernoulli(columns), hm::bernoulli{hidden});
  const auto parameters = hm::io::read_npy(parameters_path).values;
  hm::require(std::ssize(parameters) == model.parameters().size(), "rbm_likelihood",
              parameters_path + " must hold weights and biases of " + std::to_string(hidden) +
                  " hidden units");
  const double* at = parameters.data();
  const auto take = [&](double* to, hm::index count) {
    std::copy_n(at, count, to);
    at += count;
  };
  take(model.weights(0).data(), columns * hidden);
  take(model.bias(0).data(), columns);
  take(model.bias(1).data(), hidden);
  const hm::serial_executor serial;
  if (hidden <= 14) {
    const hm::hidden_enumeration<machine> states(model);
    const double fit = hm::exact_fit(serial, model, states, data).log_likelihood;
    std::cout << fit << ' ' << fit << '\n';
    return 0;
  }
  double energy = 0;
  for (hm::index i = 0; i < data.rows(); ++i) energy += hm::free_energy(model, data.row(i), 0.0);
  energy /= static_cast<double>(data.rows());
  hm::random_engine rng(1);
  const auto reference = hm::mean_field_reference(serial, model, data);
  const auto sides =
      hm::bracket_log_partition(serial, model, reference, hm::bracket_options{}, rng);
  std::cout << -energy - sides.upper << ' ' << -energy - sides.lower << '\n';
  return 0;
}

int main(int count, char** arguments) {
  try {
    hm::require(count == 4, "rbm_likelihood", "rows, parameters and a number of units expected");
    return run(arguments[1], arguments[2], std::stoll(arguments[3]));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
