// SPDX-License-Identifier: MIT
/// @file
/// Models in files (`.harmonium`): `save(model, path)` and `load<Model>(path)`. Needs zlib.
///
/// What a kind of model is in a file stands in a header of its own in io/models/, of which include
/// those you use: `dbm`, `baselines`, `correlated_cells`, `trained_harmonium`, ... A file says of
/// itself what it holds of the pilot's cells (`pilot_in_file`).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/model_sections.hpp"
#include "harmonium/io/text.hpp"
#include "harmonium/version.hpp"

namespace harmonium::inline v0_2::io {

/// What a file holds of the cells that its model was trained on.
enum class pilot_in_file {
  nothing,  ///< parameters only
  depths,   ///< the size factor of every cell, and its state
  cells     ///< every cell as the model sees it: scores of its genes, or where it lies in latent
            ///< space. Treat the file as you treat the pilot
};

/// For a person: "none", "depths" or "cells".
[[nodiscard]] constexpr std::string_view to_string(pilot_in_file held) noexcept {
  switch (held) {
    case pilot_in_file::nothing:
      return "none";
    case pilot_in_file::depths:
      return "depths";
    case pilot_in_file::cells:
      return "cells";
  }
  return "unknown";
}

/// Genes of a pilot that its model leaves out because no training cell counted them: 0 in every
/// cell.
struct silent_genes {
  std::vector<index> at;  ///< columns among all genes, ascending
  features genes;         ///< as many

  friend bool operator==(const silent_genes&, const silent_genes&) = default;
};

/// What a file says about its model.
struct model_notes {
  std::string kind = {};        ///< such as "dbm<negative_binomial, bernoulli>"; set by `save`
  std::string written_by = {};  ///< version that wrote it; set by `save`
  /// Set by `save` to what its kind holds, unless the caller says more: a model whose states are
  /// the pilot's cells, for instance.
  pilot_in_file pilot = pilot_in_file::nothing;
  features genes = {};                   ///< of the model, in its order; may be empty
  silent_genes silent = {};              ///< around them; may be empty
  std::vector<std::string> labels = {};  ///< name of each state that cells are drawn in, such as
                                         ///< the cell type of a component; may be empty
  std::vector<std::pair<std::string, std::string>> texts = {};  ///< options, seed, log, ... by name

  /// The text of that name, or nothing.
  [[nodiscard]] const std::string* text(std::string_view name) const noexcept {
    for (const auto& [each, value] : texts)
      if (each == name) return &value;
    return nullptr;
  }

  friend bool operator==(const model_notes&, const model_notes&) = default;
};

namespace model_format {

/// How a model is kept: `name()`, `write(file, model)` and `read(file)` or, where executors help,
/// `read(file, run)`; `arrays(npz_output, model)` if its parameters are to be had for NumPy;
/// `pilot(model)` if a file holds something of it, `genes(model)` if the model
/// has no member `genes()`, `states(model)` if states may have labels. Specialise it for a model of
/// your own.
template <class Model>
struct model;

/// Genes of a model.
template <class Model>
index genes_of(const Model& of) {
  if constexpr (requires { model<Model>::genes(of); })
    return model<Model>::genes(of);
  else
    return of.genes();
}

/// States that may have a label each; 0: none.
template <class Model>
index states_of(const Model& of) {
  if constexpr (requires { model<Model>::states(of); })
    return model<Model>::states(of);
  else
    return 0;
}

/// What a file of this model holds of its pilot.
template <class Model>
pilot_in_file pilot_of(const Model& of) {
  if constexpr (requires { model<Model>::pilot(of); })
    return model<Model>::pilot(of);
  else
    return pilot_in_file::nothing;
}

/// Ids, symbols and types, in this order.
inline void write_features(payload_writer& out, const features& genes) {
  out.texts(genes.ids);
  out.texts(genes.symbols);
  out.texts(genes.types);
}
/// What `write_features` wrote. @throws io_error if the three differ in number.
inline features read_features(payload_reader& in) {
  features genes;
  genes.ids = in.texts();
  genes.symbols = in.texts();
  genes.types = in.texts();
  if (genes.symbols.size() != genes.ids.size() || genes.types.size() != genes.ids.size())
    in.fail("ids, symbols and types differ in number");
  return genes;
}

/// Columns must ascend and leave room for the model's genes between them.
inline silent_genes read_silent(payload_reader& in, index genes) {
  silent_genes silent;
  silent.genes = read_features(in);
  for (index k = 0; k < silent.genes.size(); ++k) {
    const auto at = static_cast<index>(in.number(4));
    if (at >= genes + silent.genes.size() || (k > 0 && at <= silent.at.back()))
      in.fail("the columns of genes without counts do not ascend within all genes");
    silent.at.push_back(at);
  }
  return silent;
}

/// Adds the sections that every file has, but for the model's own.
inline void write_notes(model_sections& file, const model_notes& notes) {
  payload_writer genes, pilot, labels, silent, texts;
  write_features(genes, notes.genes);
  file.add("genes", genes);
  pilot.number(static_cast<std::uint64_t>(notes.pilot), 1);
  file.add("pilot", pilot);
  labels.texts(notes.labels);
  file.add("labels", labels);
  write_features(silent, notes.silent.genes);
  for (const index at : notes.silent.at) silent.number(static_cast<std::uint64_t>(at), 4);
  file.add("silent genes", silent);
  texts.number(notes.texts.size());
  for (const auto& [name, text] : notes.texts) {
    texts.text(name);
    texts.text(text);
  }
  file.add("texts", texts);
}

}  // namespace model_format

/// A model that can be kept in a file.
template <class Model>
concept storable_model = requires(model_sections& file, const Model& model) {
  { model_format::model<Model>::name() } -> std::convertible_to<std::string>;
  model_format::model<Model>::write(file, model);
};

/// Writes a model, whole or not at all; equal calls give equal bytes.
/// @param notes genes, labels and texts to go with it; their number must be the model's, or none
/// @throws std::invalid_argument where it is not; io_error naming the path if it cannot be written.
template <storable_model Model>
void save(const Model& model, const std::filesystem::path& path, model_notes notes = {}) {
  using format = model_format::model<Model>;
  const index genes = model_format::genes_of(model), states = model_format::states_of(model);
  require(notes.genes.size() == 0 || notes.genes.size() == genes, "save",
          "the notes list " + std::to_string(notes.genes.size()) + " genes, the model has " +
              std::to_string(genes));
  require(notes.labels.empty() || std::ssize(notes.labels) == states, "save",
          "the notes list " + std::to_string(notes.labels.size()) + " labels, the model has " +
              std::to_string(states) + " states");
  require(std::ssize(notes.silent.at) == notes.silent.genes.size(), "save",
          "each silent gene needs a column");
  model_sections file;
  payload_writer about;
  about.text(format::name());
  about.text(version);
  file.add("model", about);
  format::write(file, model);
  notes.pilot = std::max(notes.pilot, model_format::pilot_of(model));
  model_format::write_notes(file, notes);
  file.write(path);
}

/// What a file says about its model, of whatever kind.
/// @throws io_error if it is no model file, newer than this library, cut short or damaged.
inline model_notes read_model_notes(const model_sections& file) {
  model_notes notes;
  payload_reader about = file.at("model");
  notes.kind = about.text();
  notes.written_by = about.text();
  about.end();
  payload_reader genes = file.at("genes");
  notes.genes = model_format::read_features(genes);
  genes.end();
  // The first files of this format have neither of these three.
  if (file.contains("pilot")) {
    payload_reader pilot = file.at("pilot");
    const std::uint64_t held = pilot.number(1);
    if (held > static_cast<std::uint64_t>(pilot_in_file::cells))
      pilot.fail("says " + std::to_string(held) + ", expected 0, 1 or 2");
    notes.pilot = static_cast<pilot_in_file>(held);
    pilot.end();
  }
  if (file.contains("labels")) {
    payload_reader labels = file.at("labels");
    notes.labels = labels.texts();
    labels.end();
  }
  if (file.contains("silent genes")) {
    payload_reader silent = file.at("silent genes");
    notes.silent = model_format::read_silent(silent, notes.genes.size());
    silent.end();
  }
  payload_reader texts = file.at("texts");
  const std::size_t count = texts.count(16, "texts");
  for (std::size_t k = 0; k < count; ++k) {
    std::string name = texts.text();
    notes.texts.emplace_back(std::move(name), texts.text());
  }
  texts.end();
  return notes;
}
inline model_notes read_model_notes(const std::filesystem::path& path) {
  return read_model_notes(model_sections(path));
}

/// Reads a model out of sections in memory: the same parameters, bit for bit.
/// @throws io_error if they hold another kind of model, or what is none.
template <storable_model Model, executor Executor>
Model load_from(const Executor& run, const model_sections& file, const model_notes& notes) {
  using format = model_format::model<Model>;
  const std::string expected = format::name();
  if (notes.kind != expected) file.fail("holds a " + notes.kind + ", expected a " + expected);
  const auto checked = [&](Model model) {
    const index genes = model_format::genes_of(model), states = model_format::states_of(model);
    if (notes.genes.size() != 0 && notes.genes.size() != genes)
      file.fail("lists " + std::to_string(notes.genes.size()) + " genes, but its model has " +
                std::to_string(genes));
    if (!notes.labels.empty() && std::ssize(notes.labels) != states)
      file.fail("lists " + std::to_string(notes.labels.size()) + " labels, but its model has " +
                std::to_string(states) + " states");
    return model;
  };
  try {
    if constexpr (requires { format::read(file, run); })
      return checked(format::read(file, run));
    else
      return checked(format::read(file));
  } catch (const io_error&) {
    throw;
  } catch (const std::logic_error& error) {  // a value that the model itself refuses
    file.fail(std::string("holds what is no ") + notes.kind + ": " + error.what());
  }
}

/// Reads a model.
/// @param run makes what the model derives from its parameters, such as tables; changes no bit
/// @throws io_error as `read_model_notes`, and if the file holds another kind of model.
template <storable_model Model, executor Executor>
Model load(const Executor& run, const std::filesystem::path& path) {
  const model_sections file(path);
  return load_from<Model>(run, file, read_model_notes(file));
}
template <storable_model Model>
Model load(const std::filesystem::path& path) {
  return load<Model>(serial_executor{}, path);
}

}  // namespace harmonium::inline v0_2::io
