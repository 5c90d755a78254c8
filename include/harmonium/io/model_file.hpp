// SPDX-License-Identifier: MIT
/// @file
/// Models in files (`.harmonium`): `save(model, path)` and `load<Model>(path)`. Needs zlib.
///
/// A file holds parameters, and what one says about them (genes, options, log); no cell of the
/// pilot. Kept are Boltzmann machines of any stack of the library's unit families with doubles, and
/// the negative binomial baselines. `bootstrap` and `noisy_replicate` are their pilot, so they have
/// no file: keep the pilot.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/model_sections.hpp"
#include "harmonium/models/baselines/cluster_nb.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/version.hpp"

namespace harmonium::inline v0_2::io {

namespace model_format {

inline std::span<const double> as_reals(const auto& dense) {
  return {dense.data(), static_cast<std::size_t>(dense.size())};
}

inline vector<double> as_vector(const std::vector<double>& values) {
  return Eigen::Map<const vector<double>>(values.data(), static_cast<index>(values.size()));
}

/// A size that a file tells, small enough to be worked with; nothing is allocated by it.
inline index size_from(payload_reader& in) {
  const std::uint64_t size = in.number();
  if (size == 0 || size > std::uint64_t{std::numeric_limits<std::int32_t>::max()})
    in.fail("a size of " + std::to_string(size) + " is out of range");
  return static_cast<index>(size);
}

/// How a unit family is kept: `name`, `write`, `read`. Specialise it for a family of your own.
template <class Family>
struct units;

template <>
struct units<negative_binomial> {
  static constexpr const char* name = "negative_binomial";
  static void write(payload_writer& out, const negative_binomial& family) {
    out.reals(as_reals(family.inverse_dispersion()));
  }
  static negative_binomial read(payload_reader& in) {
    return negative_binomial(as_vector(in.reals()));
  }
};

template <>
struct units<gaussian> {
  static constexpr const char* name = "gaussian";
  static void write(payload_writer& out, const gaussian& family) {
    out.reals(as_reals(family.standard_deviation()));
  }
  static gaussian read(payload_reader& in) { return gaussian(as_vector(in.reals())); }
};

template <>
struct units<categorical> {
  static constexpr const char* name = "categorical";
  static void write(payload_writer& out, const categorical& family) {
    out.number(static_cast<std::uint64_t>(family.groups()));
    out.number(static_cast<std::uint64_t>(family.categories()));
  }
  static categorical read(payload_reader& in) {
    const index groups = size_from(in);
    return {groups, size_from(in)};
  }
};

/// Families that are told by their size.
template <class Family>
struct sized_units {
  static void write(payload_writer& out, const Family& family) {
    out.number(static_cast<std::uint64_t>(family.size()));
  }
  static Family read(payload_reader& in) { return Family(size_from(in)); }
};
template <>
struct units<bernoulli> : sized_units<bernoulli> {
  static constexpr const char* name = "bernoulli";
};
template <>
struct units<poisson> : sized_units<poisson> {
  static constexpr const char* name = "poisson";
};

/// How a model is kept: `name`, `write` and `read`. Specialise it for a model of your own.
template <class Model>
struct model;

template <class Visible, class... Hidden>
struct model<dbm<Visible, Hidden...>> {
  using type = dbm<Visible, Hidden...>;

  static std::string name() {
    std::string text = std::string("dbm<") + units<Visible>::name;
    ((text += std::string(", ") + units<Hidden>::name), ...);
    return text + ">";
  }

  static void write(model_sections& file, const type& model) {
    payload_writer layers;
    write_units(layers, model, std::make_index_sequence<type::layers>());
    file.add("units", layers);
    payload_writer parameters;
    parameters.reals(as_reals(model.parameters()));
    file.add("parameters", parameters);
  }

  static type read(const model_sections& file) {
    payload_reader layers = file.at("units");
    // In braces arguments are read from left to right.
    std::tuple<Visible, Hidden...> families{units<Visible>::read(layers),
                                            units<Hidden>::read(layers)...};
    layers.end();
    payload_reader in = file.at("parameters");
    const std::vector<double> parameters = in.reals();
    in.end();
    if (!std::apply([&](const auto&... each) { return fits({each.size()...}, parameters.size()); },
                    families))
      in.fail("holds " + std::to_string(parameters.size()) +
              " parameters, which do not fit the sizes of the layers");
    type model = std::apply([](auto&... each) { return type(std::move(each)...); }, families);
    model.parameters() = as_vector(parameters);
    return model;
  }

 private:
  template <std::size_t... Layer>
  static void write_units(payload_writer& out, const type& model, std::index_sequence<Layer...>) {
    (units<std::remove_cvref_t<decltype(model.template units<Layer>())>>::write(
         out, model.template units<Layer>()),
     ...);
  }

  /// Whether layers of these sizes have so many parameters, before anything is made of them.
  static bool fits(std::initializer_list<index> sizes, std::size_t count) {
    std::uint64_t left = count;
    std::uint64_t below = 0;
    for (const index size : sizes) {
      const auto here = static_cast<std::uint64_t>(size);
      if (here > left || (below > 0 && here > (left - here) / below)) return false;
      left -= here + below * here;
      below = here;
    }
    return left == 0;
  }
};

template <>
struct model<independent_nb> {
  static std::string name() { return "independent_nb"; }
  static void write(model_sections& file, const independent_nb& model) {
    payload_writer out;
    out.reals(as_reals(model.mean()));
    out.reals(as_reals(model.theta()));
    for (const auto status : model.status()) out.number(static_cast<std::uint64_t>(status), 1);
    file.add("parameters", out);
  }
  static independent_nb read(const model_sections& file) {
    payload_reader in = file.at("parameters");
    auto mean = as_vector(in.reals());
    auto theta = as_vector(in.reals());
    std::vector<dispersion_status> status;
    status.reserve(static_cast<std::size_t>(mean.size()));
    for (index gene = 0; gene < mean.size(); ++gene)
      status.push_back(static_cast<dispersion_status>(in.number(1)));
    in.end();
    return independent_nb::of(std::move(mean), std::move(theta), std::move(status));
  }
};

template <>
struct model<cluster_nb> {
  static std::string name() { return "cluster_nb"; }
  static void write(model_sections& file, const cluster_nb& model) {
    payload_writer out;
    out.reals(model.sizes());
    out.reals(as_reals(model.mean()));
    out.reals(as_reals(model.theta()));
    file.add("parameters", out);
  }
  static cluster_nb read(const model_sections& file) {
    payload_reader in = file.at("parameters");
    auto sizes = in.reals();
    const auto mean = in.reals();
    const auto theta = in.reals();
    in.end();
    if (sizes.empty() || mean.size() % sizes.size() != 0 || mean.size() != theta.size())
      in.fail("holds means and dispersions that do not fit " + std::to_string(sizes.size()) +
              " clusters");
    const auto clusters = static_cast<index>(sizes.size());
    const auto shaped = [&](const std::vector<double>& flat) -> matrix<double> {
      return Eigen::Map<const matrix<double>>(flat.data(), clusters,
                                              static_cast<index>(flat.size()) / clusters);
    };
    return cluster_nb::of(std::move(sizes), shaped(mean), shaped(theta));
  }
};

}  // namespace model_format

/// What a file says about its model.
struct model_notes {
  std::string kind;        ///< such as "dbm<negative_binomial, bernoulli>"; set by `save`
  std::string written_by;  ///< version that wrote it; set by `save`
  features genes;          ///< of the visible units; may be empty
  std::vector<std::pair<std::string, std::string>> texts;  ///< options, seed, log, ... by name

  friend bool operator==(const model_notes&, const model_notes&) = default;
};

/// Writes a model, whole or not at all; equal calls give equal bytes.
/// @param notes genes and texts to go with it
/// @throws io_error naming the path if it cannot be written.
template <class Model>
void save(const Model& model, const std::filesystem::path& path, const model_notes& notes = {}) {
  model_sections file;
  payload_writer about;
  about.text(model_format::model<Model>::name());
  about.text(version);
  file.add("model", about);
  model_format::model<Model>::write(file, model);
  payload_writer genes;
  genes.texts(notes.genes.ids);
  genes.texts(notes.genes.symbols);
  genes.texts(notes.genes.types);
  file.add("genes", genes);
  payload_writer texts;
  texts.number(notes.texts.size());
  for (const auto& [name, text] : notes.texts) {
    texts.text(name);
    texts.text(text);
  }
  file.add("texts", texts);
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
  notes.genes.ids = genes.texts();
  notes.genes.symbols = genes.texts();
  notes.genes.types = genes.texts();
  genes.end();
  if (notes.genes.symbols.size() != notes.genes.ids.size() ||
      notes.genes.types.size() != notes.genes.ids.size())
    genes.fail("ids, symbols and types differ in number");
  payload_reader texts = file.at("texts");
  const std::uint64_t count = texts.number();
  for (std::uint64_t k = 0; k < count; ++k) {  // of a wrong count, the first missing text tells
    std::string name = texts.text();
    notes.texts.emplace_back(std::move(name), texts.text());
  }
  texts.end();
  return notes;
}
inline model_notes read_model_notes(const std::filesystem::path& path) {
  return read_model_notes(model_sections(path));
}

/// Reads a model: the same parameters, bit for bit.
/// @throws io_error as `read_model_notes`, and if the file holds another kind of model.
template <class Model>
Model load(const std::filesystem::path& path) {
  const model_sections file(path);
  const std::string kind = read_model_notes(file).kind;
  const std::string expected = model_format::model<Model>::name();
  if (kind != expected) file.fail("holds a " + kind + ", expected a " + expected);
  try {
    return model_format::model<Model>::read(file);
  } catch (const io_error&) {
    throw;
  } catch (const std::logic_error& error) {  // a value that the model itself refuses
    file.fail(std::string("holds what is no ") + kind + ": " + error.what());
  }
}

}  // namespace harmonium::inline v0_2::io
