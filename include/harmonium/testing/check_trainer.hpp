// SPDX-License-Identifier: MIT
/// @file
/// The laws of a trainer as one check: a copy is a checkpoint.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/testing/findings.hpp"
#include "harmonium/training/trainer_concept.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2::testing {

/// Whether two trained models are the same: their flat parameters where they have them, else `==`.
struct same_model {
  template <class Model>
  bool operator()(const Model& a, const Model& b) const {
    if constexpr (requires { a.parameters(); })
      return a.parameters() == b.parameters();
    else
      return a == b;
  }
};

/// @return whether the logs have the same lines, figures that are not known included
[[nodiscard]] inline bool same_log(const training_log& a, const training_log& b) {
  return std::ranges::equal(a, b, [](const training_record& x, const training_record& y) {
    return x.stage == y.stage && x.epoch == y.epoch &&
           std::ranges::equal(x.figures, y.figures, [](const auto& p, const auto& q) {
             return p.name == q.name &&
                    (p.value == q.value || (p.value != p.value && q.value != q.value));  // NaN
           });
  });
}

/// Which steps of a run are looked at.
struct trainer_check {
  std::size_t every = 1;         ///< of which steps a copy is made
  std::size_t most_steps = 500;  ///< a training that takes more is not done
};

/// A copy of a trainer goes on bit for bit like the original, for any number of threads; stopping
/// and resuming equals one straight run; being watched changes nothing; `step` adds the line that
/// it returns.
/// @param start a training that has not begun and takes a few steps
/// @param same (model, model) -> bool
template <trainer Trainer, class Same = same_model>
findings check_trainer(const Trainer& start, const trainer_check& asked = {},
                       const Same& same = {}) {
  findings found;
  if (!found.expect(!start.done(), "the training is done before it begins")) return found;
  const std::size_t before = start.log().size();
  auto straight = start;
  found.expect(straight.run(serial_executor{}, silent{}) && straight.done(),
               "run without an observer that stops it does not say that it is done");
  found.expect(start.log().size() == before, "running a copy changes the original");
  const std::size_t steps = straight.log().size() - before;

  auto stepped = start;
  std::size_t taken = 0;
  while (!stepped.done() && taken < asked.most_steps) {
    const training_record line = stepped.step(thread_executor(3));
    ++taken;
    if (!found.expect(stepped.log().size() == before + taken, "a step does not add one line"))
      return found;
    found.expect(same_log({line}, {stepped.log().back()}),
                 "a step returns another line than it adds");
    if (stepped.done() || taken % std::max<std::size_t>(asked.every, 1) != 0) continue;
    const auto where = found.in("a copy after step " + std::to_string(taken));
    auto copy = stepped;
    found.expect(copy.run(thread_executor(2), silent{}), "does not end");
    found.expect(same(copy.model(), straight.model()), "trains another model");
    found.expect(same_log(copy.log(), straight.log()), "has another log");
    found.expect(stepped.log().size() == before + taken, "is no copy: the original moved on");
  }
  found.expect(stepped.done(),
               "the training takes more than " + std::to_string(asked.most_steps) + " steps");
  found.expect(same(stepped.model(), straight.model()), "three threads train another model");

  // A slow step is seen more than once: what counts is how many are done.
  const std::size_t half = before + std::max<std::size_t>(steps / 2, 1);
  auto stopped = start;
  const bool finished = stopped.run(thread_executor(2), [&](const progress&) {
    return stopped.log().size() >= half ? flow::stop : flow::proceed;
  });
  found.expect(finished == stopped.done(), "run says something else than done()");
  if (steps > 1) found.expect(!finished, "an observer that says stop does not stop it");
  found.expect(stopped.log().size() == half || steps <= 1, "told to stop, it goes on");
  found.expect(stopped.run(serial_executor{}, silent{}), "stopped, it does not end when resumed");
  found.expect(same(stopped.model(), straight.model()), "stopped and resumed, it trains otherwise");
  found.expect(same_log(stopped.log(), straight.log()), "stopped and resumed, its log is another");
  return found;
}

}  // namespace harmonium::inline v0_2::testing
