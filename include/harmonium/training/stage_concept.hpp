// SPDX-License-Identifier: MIT
/// @file
/// The contract of a stage: one algorithm of training.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2 {

/// A stage at work, a value that refers to nothing: all it needs comes with the `run_state`.
///
/// - `epoch(run, at)` does one epoch or iteration and returns its line for the log.
/// - `done()`: nothing is left to do; it may hold from the beginning.
/// - `name()`: what the part at hand is called, in its lines of the log and in progress.
/// - `planned()`: epochs that the part at hand will have at the most.
///
/// Law: a copy goes on bit for bit like the original.
template <class S, class Model, class Data>
concept stage_progress = std::copyable<S> &&
    requires(S& progress, const S& constant, const serial_executor& run,
             run_state<Model, Data>& at) {
  { progress.epoch(run, at) } -> std::same_as<training_record>;
  { constant.done() } -> std::same_as<bool>;
  { constant.name() } -> std::convertible_to<std::string>;
  { constant.planned() } -> std::same_as<index>;
};

/// Settings of a stage, a small value. A recipe is a stage as well (`then`, `first_that_suits`).
///
/// - `suits(at)` is the only choice at run time: whether the sizes of the model allow it. What the
///   types forbid does not compile: `suits` and `begin` are constrained.
/// - `begin(at)` starts it, cheaply; the work is done in epochs.
template <class S, class Model, class Data>
concept training_stage = std::copyable<S> &&
    requires(const S& stage, run_state<Model, Data>& at, const run_state<Model, Data>& constant) {
  { stage.suits(constant) } -> std::same_as<bool>;
  { stage.begin(at) } -> stage_progress<Model, Data>;
};

/// What `begin` of a stage yields.
template <class Stage, class State>
using progress_of = decltype(std::declval<const Stage&>().begin(std::declval<State&>()));

}  // namespace harmonium::inline v0_2
