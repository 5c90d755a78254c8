// SPDX-License-Identifier: MIT
/// @file
/// The draws and the figures of reference.R.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "harmonium/core/matrix.hpp"

namespace reference {

namespace hm = harmonium;

/// The generator of reference.R.
struct generator {
  std::uint64_t state = 12345;
  double operator()() {
    state = 16807 * state % 2147483647;
    return static_cast<double>(state) / 2147483647;
  }
};

template <class Step, class Start>
hm::matrix<double> chains_of(hm::index draws, hm::index chains, Step&& step, Start&& start) {
  hm::matrix<double> x(draws, chains);
  for (hm::index c = 0; c < chains; ++c) {
    double value = start(static_cast<double>(c + 1));
    for (hm::index t = 0; t < draws; ++t) x(t, c) = value = step(value, c + 1);
  }
  return x;
}

/// All sets of draws, by the names of reference.R.
inline std::map<std::string, hm::matrix<double>> draws() {
  generator uniform;
  const auto autoregressive = [&](double phi, double shift) {
    return [&uniform, phi, shift](double value, hm::index c) {
      const double a = uniform(), b = uniform(), d = uniform();
      return phi * value + (a + b + d - 1.5) + (c == 2 ? shift : 0);
    };
  };
  const auto sticky = [&](double kinds, double keep) {
    return [&uniform, kinds, keep](double value, hm::index) {
      const double a = uniform(), b = uniform();
      return a < keep ? value : std::floor(kinds * b);
    };
  };
  const auto heavy = [&](double, hm::index) {
    const double a = uniform(), b = uniform();
    return (a - 0.5) / (b + 0.0078125);
  };
  const auto zero = [](double) { return 0.0; };
  std::map<std::string, hm::matrix<double>> all;
  all["smooth"] = chains_of(200, 4, autoregressive(0.5, 0.25), [](double c) { return c / 2 - 1; });
  all["heavy"] = chains_of(151, 3, heavy, zero);
  all["states"] = chains_of(300, 4, sticky(6, 0.75), [](double c) { return c; });
  all["coin"] = chains_of(100, 2, sticky(2, 0.5), zero);
  all["antithetic"] = chains_of(120, 1, autoregressive(-0.5, 0), zero);
  all["apart"] = chains_of(64, 2, autoregressive(0.25, 4), zero);
  all["short"] =
      chains_of(5, 8, autoregressive(0.75, 0.5), [](double c) { return std::ceil(c / 2); });
  all["single"] =
      chains_of(1, 12, autoregressive(0.75, 0.5), [](double c) { return std::ceil(c / 3); });
  return all;
}

/// What R says, by set and figure; NaN where it says NA.
inline std::map<std::pair<std::string, std::string>, double> figures() {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "reference.tsv");
  if (!file) throw std::runtime_error("reference.tsv is not beside reference.hpp");
  std::map<std::pair<std::string, std::string>, double> all;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string set, figure, value;
    fields >> set >> figure >> value;
    all[{set, figure}] =
        value == "NA" ? std::numeric_limits<double>::quiet_NaN() : std::stod(value);
  }
  return all;
}

/// Whether two numbers agree to `tolerance`, relative to the second.
inline bool agree(double ours, double theirs, double tolerance = 1e-9) {
  return std::abs(ours - theirs) <= tolerance * std::abs(theirs);
}

}  // namespace reference
