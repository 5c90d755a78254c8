// SPDX-License-Identifier: MIT
/// @file
/// The law of stages and trainers: a copy goes on bit for bit like the original.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>

#include "harmonium/core/executor.hpp"
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

/// The law of a stage: a copy made after any epoch goes on bit for bit like the original, whatever
/// the threads. Every `every`-th epoch has a copy.
template <class Model, class Data, class Recipe>
void check_checkpoints(const Data& data, const hm::training_settings<Model>& settings,
                       const Recipe& recipe, std::size_t epochs, std::size_t every) {
  using trainer_type = hm::recipe_trainer<Model, Data, Recipe>;
  hm::random_engine rng(5);
  const trainer_type start(data, settings, recipe, rng);
  auto straight = start;
  straight.run(hm::serial_executor{}, hm::silent{});
  CHECK(straight.log().size() == epochs);
  auto stepped = start;
  for (std::size_t epoch = 1; epoch < epochs; ++epoch) {
    stepped.step(hm::thread_executor(3));
    if (epoch % every != 0) continue;
    auto copy = stepped;
    CHECK(copy.run(hm::thread_executor(2), hm::silent{}));
    CHECK(copy.model().parameters() == straight.model().parameters());
    CHECK(own_parameters(copy.model()) == own_parameters(straight.model()));
    CHECK(copy.log().size() == epochs);
    CHECK(copy.particles() == straight.particles());
  }
  // Stopped by an observer, then resumed.
  auto stopped = start;
  // A slow step is seen more than once: what counts is how many are done.
  CHECK(!stopped.run(hm::thread_executor(3), [&](const hm::progress&) {
    return stopped.log().size() == 2 ? hm::flow::stop : hm::flow::proceed;
  }));
  CHECK(stopped.log().size() == 2);
  CHECK(stopped.run(hm::serial_executor{}, hm::silent{}));
  CHECK(stopped.model().parameters() == straight.model().parameters());
}

}  // namespace support
