// SPDX-License-Identifier: MIT
#include "harmonium/io/models/sampled.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/golden_models.hpp"
#include "support/stored_models.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

template <class Model, class Sampler>
auto back(const Model& model, const Sampler& sampler) {
  const auto sampled = hm::sampled(model, sampler);
  const auto loaded = tiny::through_a_file(sampled);
  tiny::check_same_cells(sampled, loaded);
  return loaded.sampler();
}

}  // namespace

TEST_CASE("a machine with each sampler") {
  CHECK(back(golden::deep_model(), hm::exact{.max_states = 100}).max_states == 100);
  CHECK(back(golden::deep_model(), hm::gibbs{.burn_in = 7}).burn_in == 7);
  CHECK(back(golden::deep_model(), hm::collapsed{.burn_in = 3}).burn_in == 3);
  CHECK(back(golden::counting_model(), hm::exact{}).max_states == hm::exact{}.max_states);
  const auto tempered = back(
      golden::deep_model(),
      hm::tempered{.temperatures = 3, .ladder = {1, 0.5}, .sweeps_between_swaps = 2, .burn_in = 4});
  CHECK(tempered.temperatures == 3);
  CHECK(tempered.lowest == hm::tempered{}.lowest);
  CHECK(tempered.ladder == std::vector<double>{1, 0.5});
  CHECK(tempered.sweeps_between_swaps == 2);
  CHECK(tempered.burn_in == 4);
}

TEST_CASE("its kind tells machine and sampler; the machine alone is another kind") {
  const temporary_folder folder;
  io::save(hm::sampled(golden::deep_model(), hm::gibbs{}), folder / "m");
  CHECK(io::read_model_notes(folder / "m").kind ==
        "sampled<dbm<negative_binomial, bernoulli, categorical>, gibbs>");
  CHECK(tiny::text_of_load<golden::deep>(folder / "m").starts_with("holds a sampled<dbm<"));
}
