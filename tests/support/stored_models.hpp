// SPDX-License-Identifier: MIT
/// @file
/// Models through a file and back.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/model_file.hpp"
#include "support/temporary_folder.hpp"

namespace tiny {

namespace hm = harmonium;
namespace io = harmonium::io;

/// Saved, loaded and saved again: the bytes must be the same.
template <class Model>
Model through_a_file(const Model& model, const io::model_notes& notes = {}) {
  const temporary_folder folder;
  io::save(model, folder / "a.harmonium", notes);
  Model loaded = io::load<Model>(hm::thread_executor(2), folder / "a.harmonium");
  io::save(loaded, folder / "b.harmonium", io::read_model_notes(folder / "a.harmonium"));
  CHECK(folder.bytes("a.harmonium") == folder.bytes("b.harmonium"));
  return loaded;
}

/// The same cells, bit for bit.
template <class Generator>
void check_same_cells(const Generator& a, const Generator& b, hm::index cells = 40) {
  hm::random_engine one(7), two(7);
  CHECK(a.generate(cells, one) == b.generate(hm::thread_executor(2), cells, two));
  CHECK(one == two);
}

/// What loading a file as a Model says, without the path before it.
template <class Model>
std::string text_of_load(const std::filesystem::path& path) {
  try {
    (void)io::load<Model>(path);
  } catch (const hm::io_error& error) {
    const std::string text = error.what(), before = path.string() + ": ";
    return text.starts_with(before) ? text.substr(before.size())
                                    : "does not name the file: " + text;
  }
  return "nothing was thrown";
}

}  // namespace tiny
