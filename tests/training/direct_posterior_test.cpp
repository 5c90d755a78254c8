// SPDX-License-Identifier: MIT
#include "harmonium/training/direct_posterior.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <utility>
#include <vector>

#include "harmonium/models/rbm.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/training_rows.hpp"
#include "support/toy_counts.hpp"
#include "support/toy_machine.hpp"
#include "support/weighted_copies.hpp"

namespace hm = harmonium;

using rbm = hm::rbm<hm::negative_binomial, hm::bernoulli>;

namespace {

constexpr hm::index cells = 200, genes = 12, units = 4;
const hm::serial_executor serial;

}  // namespace

TEST_CASE("E-step: as by enumeration") {
  const auto counts = tiny::toy_counts(cells, genes, 1);
  const auto model = tiny::toy_machine<rbm>(counts, units);
  const hm::hidden_enumeration<rbm> hidden(model);
  const auto exact = hm::posterior_of(serial, model, hidden, counts);
  const auto direct = hm::direct_posterior(serial, model, counts, 0);
  CHECK((direct.pairs - exact.pairs).cwiseAbs().maxCoeff() < 1e-10);
  CHECK((direct.hidden - exact.hidden).cwiseAbs().maxCoeff() < 1e-10);
  CHECK(direct.log_likelihood - hidden.log_partition() ==
        doctest::Approx(exact.log_likelihood).epsilon(1e-10));
}

TEST_CASE("by blocks: the bits of row after row, for weights and for any number of threads") {
  const auto counts = tiny::toy_counts(600, genes, 1);  // more than are listed at once
  const auto model = tiny::toy_machine<rbm>(counts, units);
  std::vector<hm::index> rows(600);
  std::iota(rows.begin(), rows.end(), hm::index{0});
  const hm::count_view<> view(counts);
  const hm::training_rows data(view, hm::row_choice(rows, tiny::copied_by_weight(counts).weights));
  const auto direct = hm::direct_posterior(serial, model, data, 0);
  const auto threads = hm::direct_posterior(hm::thread_executor(3), model, data, 0);
  CHECK(direct.pairs == threads.pairs);
  CHECK(direct.hidden == threads.hidden);
  CHECK(direct.hidden_means == threads.hidden_means);
  CHECK(direct.log_likelihood == threads.log_likelihood);

  hm::matrix<double> pairs = hm::matrix<double>::Zero(genes, units + 1);
  hm::vector<double> input(units), mean(units);
  const double share = 1.0 / data.total_weight();
  for (hm::index i = 0; i < 600; ++i) {
    model.first_hidden_input(counts.cell(i), hm::as_span(input));
    model.units<1>().mean(hm::as_span(std::as_const(input)), hm::as_span(mean));
    CHECK(direct.hidden.row(i).transpose() == mean);
    hm::row::for_each_nonzero(counts.cell(i), [&](hm::index m, auto value) {
      const double x = share * data.weight(i) * static_cast<double>(value);
      pairs(m, 0) += x;
      for (hm::index k = 0; k < units; ++k) pairs(m, k + 1) += x * mean[k];
    });
  }
  CHECK(direct.pairs == pairs);
}
