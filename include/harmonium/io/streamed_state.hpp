// SPDX-License-Identifier: MIT
/// @file
/// Where a streamed training stands, in a file: what an interrupted one goes on from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_sections.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/training/streamed/streamed_state.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2::io {

/// Writes it, whole or not at all.
/// @param asked whatever tells one training from another, such as its options and data
/// @throws io_error naming the path if it cannot be written.
inline void save_state(const std::filesystem::path& path, const streamed_state& state,
                       std::string_view asked) {
  payload_writer kind, group, log;
  kind.text(asked);
  group.reals(model_format::as_reals(state.weights));
  model_format::write_matrix(group, state.mean);
  group.reals(model_format::as_reals(state.theta));
  model_format::write_indices(group, state.type);
  model_format::write_statuses(group, state.statuses);
  group.real(state.log_likelihood);
  group.number(static_cast<std::uint64_t>(state.passes));
  group.number(state.converged ? 1 : 0, 1);
  log.number(state.log.size());
  for (const training_record& line : state.log) {
    log.text(line.stage);
    log.number(static_cast<std::uint64_t>(line.epoch));
    const auto figure = line.figure("log_likelihood");
    log.number(figure ? 1 : 0, 1);
    log.real(figure.value_or(0));
  }
  model_sections file;
  file.add("streamed training", kind);
  file.add("group", group);
  file.add("log", log);
  file.write(path);
}

/// A state that `save_state` wrote, and what was `asked`.
/// @throws io_error for a file that is none or damaged.
inline std::pair<streamed_state, std::string> load_state(const std::filesystem::path& path) {
  const model_sections file(path);
  payload_reader kind = file.at("streamed training");
  std::string asked = kind.text();
  kind.end();
  streamed_state state;
  payload_reader group = file.at("group");
  state.weights = model_format::as_vector(group.reals());
  state.mean = model_format::read_matrix(group);
  state.theta = model_format::as_vector(group.reals());
  state.type = model_format::read_indices(group, std::numeric_limits<std::int32_t>::max());
  state.statuses = model_format::read_statuses(group, state.theta.size());
  state.log_likelihood = group.real();
  state.passes = model_format::size_from(group, 0);
  state.converged = group.number(1) != 0;
  group.end();
  if (state.mean.rows() != state.weights.size() || state.mean.cols() != state.theta.size() ||
      std::ssize(state.type) != state.weights.size())
    file.fail("section 'group' holds parts that do not fit together");
  payload_reader log = file.at("log");
  const std::size_t lines = log.count(25, "lines");
  for (std::size_t k = 0; k < lines; ++k) {
    training_record line{log.text(), model_format::size_from(log, 0)};
    const bool has_figure = log.number(1) != 0;
    const double figure = log.real();
    if (has_figure) line.figures.push_back({"log_likelihood", figure});
    state.log.push_back(std::move(line));
  }
  log.end();
  return {std::move(state), std::move(asked)};
}

}  // namespace harmonium::inline v0_2::io
