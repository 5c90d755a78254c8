// SPDX-License-Identifier: MIT
/// @file
/// What depends on the kernel in use, each as a hash of all its bits. Not in a namespace and with
/// internal linkage, so that every source that includes it instantiates the library for itself.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/sparse_products.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

struct kernel_figure {
  std::string name;
  std::uint64_t bits;
  friend bool operator==(const kernel_figure&, const kernel_figure&) = default;
};

/// FNV-1a over the bits of numbers.
template <class S>
static std::uint64_t hash_of(std::span<const S> numbers) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const S x : numbers) {
    const auto bits = std::bit_cast<std::uint64_t>(static_cast<double>(x));
    for (int byte = 0; byte < 8; ++byte) hash = (hash ^ (bits >> (8 * byte) & 255)) * 0x100000001b3;
  }
  return hash;
}

template <std::floating_point S>
static void add_figures_of(std::vector<kernel_figure>& all) {
  namespace hm = harmonium;
  const std::string type = sizeof(S) == 4 ? " of floats" : " of doubles";
  const auto add = [&](const std::string& name, const hm::vector<S>& numbers) {
    all.push_back({name + type, hash_of(hm::as_span(numbers))});
  };
  for (const hm::index genes : {1, 7, 16, 37, 1003}) {
    const std::string size = " " + std::to_string(genes);
    hm::random_engine rng(static_cast<std::uint64_t>(genes));
    hm::vector<S> eta(genes), theta(genes), x(genes), out(genes);
    for (hm::index m = 0; m < genes; ++m) {
      eta[m] = static_cast<S>(-std::exp(3 - 8 * hm::draw::uniform(rng)));
      theta[m] = static_cast<S>(std::exp(6 * hm::draw::uniform(rng) - 3));
      x[m] = static_cast<S>(m % 3 == 0 ? m % 5 : 0);
    }
    const auto in = hm::as_span(std::as_const(eta));
    // Functions of packs.
    const auto each = [&](const std::string& name, auto function) {
      hm::packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
        hm::packs::for_each<S, Bytes>(
            genes,
            [ from = eta.data(), to = out.data(), function ]<class P>(hm::index i)
                __attribute__((always_inline)) { function(P::load(from + i)).store(to + i); });
      });
      add(name + size, out);
    };
    each(
        "exp",
        [](const auto& e) __attribute__((always_inline)) { return harmonium::math::exp(e); });
    each(
        "log",
        [](const auto& e) __attribute__((always_inline)) { return harmonium::math::log(-e); });
    each(
        "log1mexp",
        [](const auto& e) __attribute__((always_inline)) { return harmonium::math::log1mexp(e); });
    // A layer of counts, a hidden layer.
    const hm::basic_negative_binomial<S> units(theta);
    add("nb log-partition" + size, hm::vector<S>::Constant(1, units.log_partition(in)));
    units.mean(in, hm::as_span(out));
    add("nb mean" + size, out);
    units.variance(in, hm::as_span(out));
    add("nb variance" + size, out);
    units.sample(in, hm::as_span(out), rng);
    add("nb draws" + size, out);
    hm::basic_bernoulli<S>(genes).sample(in, hm::as_span(out), rng);
    add("bernoulli draws" + size, out);
    // Products.
    for (const hm::index columns : {1, 3, 8, 21, 100}) {
      const std::string shape = size + " x " + std::to_string(columns);
      hm::matrix<S> w(genes, columns);
      for (hm::index i = 0; i < w.size(); ++i)
        w.data()[i] = static_cast<S>(hm::draw::uniform(rng) - 0.5);
      const hm::weight_view<S> weights(w.data(), genes, columns);
      hm::vector<S> above = hm::vector<S>::Constant(columns, S(0.1)), below = eta;
      hm::row::add_product<S>(hm::as_span(std::as_const(x)), weights, hm::as_span(above));
      add("x'W" + shape, above);
      hm::row::add_product_above<S>(weights, hm::as_span(std::as_const(above)), hm::as_span(below));
      add("W h" + shape, below);
      if (genes > 100) continue;
      hm::matrix<S> square = hm::matrix<S>::Constant(columns, columns, S(0.1));
      hm::add_product(hm::serial_executor{}, hm::as_factor(w).transposed(), hm::as_factor(w),
                      square.data());
      add("W'W" + shape, Eigen::Map<hm::vector<S>>(square.data(), square.size()));
      // Rows of zeros and ones, then of any numbers, as lists.
      hm::matrix<S> sparse = hm::matrix<S>::Zero(genes, genes),
                    sums = hm::matrix<S>::Zero(genes, columns);
      for (const S one : {S(1), S(0.3)}) {
        for (hm::index i = 0; i < sparse.size(); ++i)
          if (hm::draw::uniform(rng) < 0.5) sparse.data()[i] = one;
        hm::row_batch<S> batch;
        batch.assign(hm::serial_executor{}, sparse);
        hm::add_sparse_product(hm::serial_executor{}, batch.rows(), hm::as_factor(w), sums.data());
      }
      add("lists W" + shape, Eigen::Map<hm::vector<S>>(sums.data(), sums.size()));
    }
    if constexpr (std::same_as<S, double>) {
      const hm::nb_steps<S> steps(units, {theta.data(), genes, 1});
      std::vector<double> row(static_cast<std::size_t>(steps.row_size()));
      steps.start(in, row);
      add("nb log-partition of steps" + size, hm::vector<S>::Constant(1, steps.log_partition(row)));
    }
  }
}

static std::vector<kernel_figure> kernel_figures() {
  std::vector<kernel_figure> all;
  add_figures_of<double>(all);
  add_figures_of<float>(all);
  harmonium::random_engine rng(3);
  std::vector<std::uint64_t> words(1001);
  rng.fill(words);
  all.push_back({"random words", hash_of(std::span<const std::uint64_t>(words))});
  return all;
}
