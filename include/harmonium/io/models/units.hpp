// SPDX-License-Identifier: MIT
/// @file
/// Unit families in model files.
#pragma once

#include <cstdint>
#include <string>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/units/rectified_gaussian.hpp"
#include "harmonium/units/spin.hpp"

namespace harmonium::inline v0_2::io::model_format {

/// How a unit family is kept: `name`, `write`, `arrays` (names end in `_layer`), `read`. Specialise
/// it for a family of your own.
template <class Family>
struct units;

template <>
struct units<negative_binomial> {
  static constexpr const char* name = "negative_binomial";
  static void write(payload_writer& out, const negative_binomial& family) {
    out.reals(as_reals(family.inverse_dispersion()));
  }
  static void arrays(npz_output& out, const std::string& layer, const negative_binomial& family) {
    out.add("inverse_dispersion_" + layer, family.inverse_dispersion());
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
  static void arrays(npz_output& out, const std::string& layer, const gaussian& family) {
    out.add("standard_deviation_" + layer, family.standard_deviation());
  }
  static gaussian read(payload_reader& in) { return gaussian(as_vector(in.reals())); }
};

template <>
struct units<rectified_gaussian> {
  static constexpr const char* name = "rectified_gaussian";
  static void write(payload_writer& out, const rectified_gaussian& family) {
    out.reals(as_reals(family.standard_deviation()));
  }
  static void arrays(npz_output& out, const std::string& layer, const rectified_gaussian& family) {
    out.add("standard_deviation_" + layer, family.standard_deviation());
  }
  static rectified_gaussian read(payload_reader& in) {
    return rectified_gaussian(as_vector(in.reals()));
  }
};

template <>
struct units<categorical> {
  static constexpr const char* name = "categorical";
  static void write(payload_writer& out, const categorical& family) {
    out.number(static_cast<std::uint64_t>(family.groups()));
    out.number(static_cast<std::uint64_t>(family.categories()));
  }
  static void arrays(npz_output& out, const std::string& layer, const categorical& family) {
    out.add("groups_" + layer, family.groups());
    out.add("categories_" + layer, family.categories());
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
  static void arrays(npz_output&, const std::string&, const Family&) {}  // none
  static Family read(payload_reader& in) { return Family(size_from(in)); }
};
template <>
struct units<bernoulli> : sized_units<bernoulli> {
  static constexpr const char* name = "bernoulli";
};
template <>
struct units<spin> : sized_units<spin> {
  static constexpr const char* name = "spin";
};
template <>
struct units<poisson> : sized_units<poisson> {
  static constexpr const char* name = "poisson";
};

}  // namespace harmonium::inline v0_2::io::model_format
