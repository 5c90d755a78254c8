// SPDX-License-Identifier: MIT
/// @file
/// The law of stages and trainers: a copy goes on bit for bit like the original.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>

#include "harmonium/core/executor.hpp"
#include "harmonium/testing/check_trainer.hpp"
#include "harmonium/training/trainer.hpp"

namespace support {

namespace hm = harmonium;

/// What the visible units hold of their own.
template <class Model>
hm::vector<double> own_parameters(const Model& model) {
  if constexpr (requires { model.visible().inverse_dispersion(); })
    return model.visible().inverse_dispersion();
  else
    return model.visible().standard_deviation();
}

/// The laws of a trainer (harmonium::testing), and that dispersions or deviations and particles are
/// part of what a copy keeps. Every `every`-th epoch has a copy.
template <class Model, class Data, class Recipe>
void check_checkpoints(const Data& data, const hm::training_settings<Model>& settings,
                       const Recipe& recipe, std::size_t epochs, std::size_t every) {
  using trainer_type = hm::recipe_trainer<Model, Data, Recipe>;
  hm::random_engine rng(5);
  const trainer_type start(data, settings, recipe, rng);
  const auto same = [](const Model& a, const Model& b) {
    return a.parameters() == b.parameters() && own_parameters(a) == own_parameters(b);
  };
  CHECK(hm::testing::check_trainer(start, {.every = every}, same).text() == "");
  auto straight = start;
  straight.run(hm::serial_executor{}, hm::silent{});
  CHECK(straight.log().size() == epochs);
  auto half = start;
  for (std::size_t epoch = 0; epoch < epochs / 2; ++epoch) half.step(hm::thread_executor(3));
  auto copy = half;
  copy.run(hm::thread_executor(2), hm::silent{});
  CHECK(copy.particles() == straight.particles());
}

}  // namespace support
