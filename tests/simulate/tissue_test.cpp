// SPDX-License-Identifier: MIT
#include "harmonium/simulate/tissue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

namespace {

/// Expected profile of a cell, batch effect included.
hm::vector<double> profile(const hm::tissue& made, hm::index cell) {
  const auto at = static_cast<std::size_t>(cell);
  hm::vector<double> expected =
      made.profiles.row(made.types[at]).cwiseProduct(made.batch_effects.row(made.batches[at]));
  return expected / expected.sum();
}

}  // namespace

TEST_CASE("the default tissue has eight types in their proportions, two of them rare") {
  hm::random_engine rng(1);
  const hm::tissue made = hm::simulate_tissue({}, rng);
  REQUIRE(made.counts.cells() == 1500);
  REQUIRE(made.counts.genes() == 1000);
  hm::validate(made.counts);
  CHECK(made.gene_names.front() == "gene_0001");
  CHECK(made.gene_names.back() == "gene_1000");
  REQUIRE(made.type_names.size() == 8);
  const auto labels = made.labels();
  REQUIRE(labels.size() == 1500);
  int rare = 0;
  for (std::size_t t = 0; t < 8; ++t) {
    const double share = made.proportions[t];
    rare += share <= 0.02 ? 1 : 0;
    double cells = 0;
    for (std::size_t i = 0; i < 1500; ++i) {
      cells += made.types[i] == static_cast<hm::index>(t) ? 1 : 0;
      CHECK(labels[i] == made.type_names[static_cast<std::size_t>(made.types[i])]);
    }
    CHECK(cells > 0);
    CHECK(std::abs(cells - 1500 * share) < 5 * std::sqrt(1500 * share * (1 - share)));
  }
  CHECK(rare == 2);
}

TEST_CASE("library sizes are log-normal with the counts about them") {
  hm::random_engine rng(2);
  const hm::tissue made = hm::simulate_tissue({.cells = 2000, .genes = 200}, rng);
  double sum = 0, squares = 0, chi = 0;
  const hm::vector<double> libraries = hm::library_sizes(made.counts);
  for (hm::index i = 0; i < 2000; ++i) {
    const double z = std::log(made.expected_library_sizes[i] / 2000) / 0.35;
    sum += z;
    squares += z * z;
    const hm::vector<double> mean = made.expected_library_sizes[i] * profile(made, i);
    double variance = 0;
    for (hm::index j = 0; j < 200; ++j) variance += mean[j] + mean[j] * mean[j] / made.theta[j];
    const double off = libraries[i] - made.expected_library_sizes[i];
    chi += off * off / variance;
  }
  CHECK(std::abs(sum) < 5 * std::sqrt(2000.0));
  CHECK(std::abs(squares - 2000) < 5 * std::sqrt(2 * 2000.0));
  // A sum of 200 genes, of which some are large: kurtosis below 12.
  CHECK(std::abs(chi - 2000) < 5 * std::sqrt(11 * 2000.0));
}

TEST_CASE("genes have the means and variances of the truth, also with batches") {
  hm::random_engine rng(3);
  const hm::tissue made = hm::simulate_tissue(
      {.cells = 3000, .genes = 160, .batches = 3, .batch_log_spread = 0.4}, rng);
  const hm::matrix<double> x = hm::to_dense(made.counts);
  hm::vector<double> off = hm::vector<double>::Zero(160), variance = hm::vector<double>::Zero(160);
  hm::vector<double> ratio = hm::vector<double>::Zero(160);
  for (hm::index i = 0; i < 3000; ++i) {
    const hm::vector<double> mean = made.expected_library_sizes[i] * profile(made, i);
    for (hm::index j = 0; j < 160; ++j) {
      const double v = mean[j] + mean[j] * mean[j] / made.theta[j];
      off[j] += x(i, j) - mean[j];
      variance[j] += v;
      ratio[j] += (x(i, j) - mean[j]) * (x(i, j) - mean[j]) / v;
    }
  }
  for (hm::index j = 0; j < 160; ++j) {
    CHECK(std::abs(off[j]) < 5 * std::sqrt(variance[j]));
    // Kurtosis 3 + 6 / theta + 1 / variance, with theta > 0.4; the last term averaged over cells
    // stays below 50.
    CHECK(std::abs(ratio[j] / 3000 - 1) < 5 * std::sqrt((2 + 15 + 50) / 3000.0));
  }
  const std::set<hm::index> seen(made.batches.begin(), made.batches.end());
  CHECK(seen == std::set<hm::index>{0, 1, 2});
  double log_effects = 0;
  for (hm::index b = 0; b < 3; ++b)
    for (hm::index j = 0; j < 160; ++j)
      log_effects += std::pow(std::log(made.batch_effects(b, j)) / 0.4, 2);
  CHECK(std::abs(log_effects - 480) < 5 * std::sqrt(2 * 480.0));
}

TEST_CASE("markers are raised in their own type only") {
  hm::random_engine rng(4);
  const hm::tissue made = hm::simulate_tissue({.cells = 0, .markers_per_type = 100}, rng);
  std::set<hm::index> all;
  for (const auto& markers : made.markers) all.insert(markers.begin(), markers.end());
  REQUIRE(all.size() == 800);
  hm::index plain = 0;  // a gene that marks no type: the others are compared with it
  while (all.contains(plain)) ++plain;
  double sum = 0;
  for (std::size_t t = 0; t < 8; ++t) {
    REQUIRE(made.markers[t].size() == 100);
    const auto type = static_cast<hm::index>(t);
    const hm::index other = (type + 1) % 8;
    for (const hm::index gene : made.markers[t]) {
      sum += std::log(made.profiles(type, gene) / made.profiles(type, plain) *
                      made.profiles(other, plain) / made.profiles(other, gene));
    }
    CHECK(std::abs(made.profiles.row(type).sum() - 1) < 1e-12);
  }
  CHECK(std::abs(sum / 800 - 2) < 5 * 0.5 / std::sqrt(800.0));
}

TEST_CASE("unless given, markers are 20, or as many as few genes have room for") {
  hm::random_engine rng(9), given(9);
  const auto markers = [&](const hm::tissue_options& options) {
    return hm::simulate_tissue(options, rng).markers;
  };
  const hm::tissue small = hm::simulate_tissue({.cells = 200, .genes = 100}, rng);
  CHECK(small.counts.cells() == 200);
  CHECK(small.counts.genes() == 100);
  CHECK(small.counts ==
        hm::simulate_tissue({.cells = 200, .genes = 100, .markers_per_type = 12}, given).counts);
  for (const auto& own : small.markers) CHECK(own.size() == 12);
  CHECK(markers({.cells = 0, .genes = 160}).front().size() == 20);
  CHECK(markers({.cells = 0, .genes = 1000}).front().size() == 20);
  CHECK(markers({.cells = 0, .genes = 5}).front().empty());
  CHECK(markers({.cells = 0, .genes = 100, .types = {{"a"}, {"b"}}}).front().size() == 20);
}

TEST_CASE("dropout loses the counts it says, and nothing else changes") {
  // Without spread over genes every gene has the same mean in cells of one library size.
  const hm::tissue_options plain{.cells = 500,
                                 .genes = 100,
                                 .types = {{"only", 1}},
                                 .markers_per_type = 0,
                                 .abundance_log_spread = 0,
                                 .median_library = 300,
                                 .log_library_spread = 0,
                                 .median_theta = 1.5,
                                 .theta_log_spread = 0};
  hm::tissue_options lossy = plain;
  lossy.dropout = 2;
  hm::random_engine first(5), second(5);
  const hm::tissue whole = hm::simulate_tissue(plain, first);
  const hm::tissue lost = hm::simulate_tissue(lossy, second);
  CHECK(whole.types == lost.types);
  CHECK(whole.profiles == lost.profiles);
  const double entries = 500 * 100;
  const double zero = std::pow(1.5 / (1.5 + 3), 1.5);
  const double kept = 3.0 / (2 + 3);
  const auto check_zeros = [&](const hm::tissue& made, double expected) {
    const double found = 1 - static_cast<double>(made.counts.nonzeros()) / entries;
    CHECK(std::abs(found - expected) < 5 * std::sqrt(expected * (1 - expected) / entries));
  };
  check_zeros(whole, zero);
  check_zeros(lost, 1 - kept * (1 - zero));
}

TEST_CASE("the same tissue for any number of threads, another one for another seed") {
  hm::random_engine serial(6), threaded(6), other(7);
  const hm::tissue_options options{.cells = 200, .genes = 160};
  const hm::tissue a = hm::simulate_tissue(options, serial);
  const hm::tissue b = hm::simulate_tissue(hm::thread_executor(3), options, threaded);
  CHECK(a.counts == b.counts);
  CHECK(a.types == b.types);
  CHECK(a.expected_library_sizes == b.expected_library_sizes);
  CHECK(serial == threaded);
  CHECK(!(a.counts == hm::simulate_tissue(options, other).counts));
}

TEST_CASE("options out of range are named") {
  hm::random_engine rng(8);
  const auto refused = [&](const hm::tissue_options& options, const char* name) {
    CHECK_THROWS_WITH_AS((void)hm::simulate_tissue(options, rng), doctest::Contains(name),
                         std::invalid_argument);
  };
  refused({.cells = -1}, "cells");
  refused({.genes = 0}, "genes");
  refused({.types = {}}, "types");
  refused({.types = {{"a", 1}, {"b", 0}}}, "\"b\"");
  refused({.genes = 100, .markers_per_type = 20}, "markers_per_type");
  refused({.marker_log_spread = -1}, "marker_log_spread");
  refused({.abundance_log_spread = -1}, "abundance_log_spread");
  refused({.median_library = 0}, "median_library");
  refused({.log_library_spread = -1}, "log_library_spread");
  refused({.median_theta = 0}, "median_theta");
  refused({.theta_log_spread = -1}, "theta_log_spread");
  refused({.batches = 0}, "batches");
  refused({.batch_log_spread = -1}, "batch_log_spread");
  refused({.dropout = -0.5}, "dropout");
}

TEST_CASE("ranges of cells are those of the whole tissue") {
  const hm::tissue_options options{.cells = 150, .genes = 60, .batches = 3, .dropout = 0.5};
  hm::random_engine rng(4), again(4);
  const hm::tissue whole = hm::simulate_tissue(options, rng);
  const hm::tissue_simulator simulator(options);
  const hm::random_streams streams(again);
  const hm::tissue truth = simulator.truth(streams);
  CHECK(truth.counts.cells() == 0);
  CHECK(truth.profiles == whole.profiles);
  for (const hm::index at_a_time : {1, 64, 100}) {
    CAPTURE(at_a_time);
    hm::count_matrix<> counts(60);
    std::vector<hm::index> types, batches;
    std::vector<double> libraries;
    for (hm::index begin = 0; begin < 150; begin += at_a_time) {
      const auto cells = simulator.cells(hm::thread_executor(2), truth, streams, begin,
                                         std::min<hm::index>(begin + at_a_time, 150));
      counts.append(cells.counts);
      types.insert(types.end(), cells.types.begin(), cells.types.end());
      batches.insert(batches.end(), cells.batches.begin(), cells.batches.end());
      for (const double library : cells.expected_library_sizes) libraries.push_back(library);
    }
    CHECK(counts == whole.counts);
    CHECK(types == whole.types);
    CHECK(batches == whole.batches);
    CHECK(hm::vector<double>::Map(libraries.data(), 150) == whole.expected_library_sizes);
  }
  CHECK_THROWS_WITH_AS((void)simulator.cells(hm::serial_executor{}, truth, streams, 100, 151),
                       "simulate_tissue: a range of the 150 cells expected, got [100, 151)",
                       std::invalid_argument);
}
