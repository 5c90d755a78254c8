// SPDX-License-Identifier: MIT
#include "harmonium/models/row_block.hpp"

#include <doctest/doctest.h>

#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/models/rbm.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("inputs and products with the bias of a block are those of each row") {
  using model_type = hm::rbm<hm::negative_binomial, hm::bernoulli>;
  const hm::index genes = 40;
  const auto counts = tiny::toy_counts(130, genes, 5);
  const auto dense = hm::to_dense(counts);
  const auto model = tiny::with_random_parameters(
      model_type(hm::negative_binomial(hm::vector<double>::Constant(genes, 2.0)),
                 hm::bernoulli(21)),
      3);
  const auto check = [&](const auto& data, hm::index begin, hm::index end) {
    hm::row_block<model_type> block(model, data, begin, end);
    REQUIRE(block.input().rows() == end - begin);
    std::vector<double> dots(static_cast<std::size_t>(end - begin));
    block.write_dots(model.bias(0), dots);
    hm::vector<double> input(21);
    for (hm::index i = begin; i < end; ++i) {
      model.first_hidden_input(hm::row_of(data, i), hm::as_span(input));
      CHECK(block.input().row(i - begin).transpose() == input);
      CHECK(dots[static_cast<std::size_t>(i - begin)] ==
            hm::row::dot<double>(hm::row_of(data, i), model.bias(0)));
    }
  };
  check(counts, 0, 64);
  check(counts, 64, 128);
  check(counts, 128, 130);
  check(hm::dense_rows<double>(dense), 3, 70);
  check(counts, 7, 7);
}
