// SPDX-License-Identifier: MIT
/// @file
/// Persistent and restarted particles in the matrix.
#pragma once

#include <cstddef>

#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/negative/restarted_particles.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/joint.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "support/matrix_training.hpp"

namespace matrix_cells {

/// `pretrain`, in deeper stacks followed by `joint`.
/// @param rate of learning at the start; Gaussian units need a small one, or their refitted sigma
///        and the weights drive each other to the bound of the stack
template <std::size_t Visible, class Stack, class Negative>
void check_particles(const Negative& negative, double gain, double rate) {
  const hm::pretrain<Negative> below{.epochs = {40, 20},
                                     .batch_size = 20,
                                     .negative = negative,
                                     .learning_rate = {.initial = rate}};
  if constexpr (Stack::depth == 1) {
    check_training<Visible, Stack>(below, gain);
  } else {
    const hm::joint<Negative> above{.epochs = 20,
                                    .batch_size = 20,
                                    .negative = negative,
                                    .learning_rate = {.initial = rate / 2}};
    check_training<Visible, Stack>(
        hm::then<hm::pretrain<Negative>, hm::joint<Negative>>(below, above), gain);
  }
}
template <std::size_t Visible, class Stack>
void check_persistent(double gain, double rate = 0.1) {
  check_particles<Visible, Stack>(hm::block_particles{.particles = 100}, gain, rate);
}
template <std::size_t Visible, class Stack>
void check_restarted(double gain, double rate = 0.1, hm::index sweeps = 2) {
  check_particles<Visible, Stack>(hm::restarted_particles{.sweeps = sweeps}, gain, rate);
}

}  // namespace matrix_cells
