// SPDX-License-Identifier: MIT
/// @file
/// A Boltzmann machine together with the sampler that draws from it, in model files: what makes
/// cells. Samplers are `exact`, `gibbs`, `collapsed` and `tempered`; nothing of any cell is kept.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/dbm.hpp"
#include "harmonium/io/models/payloads.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/samplers/tempered.hpp"

namespace harmonium::inline v0_2::io::model_format {

/// How a sampler is kept: `write`, `arrays` and `read`; its `name` is its member. Specialise it for
/// a sampler of your own.
template <class Sampler>
struct sampler;

template <>
struct sampler<exact> {
  static void write(payload_writer& out, const exact& of) {
    out.number(static_cast<std::uint64_t>(of.max_states));
  }
  static void arrays(npz_output& out, const exact& of) { out.add("max_states", of.max_states); }
  static exact read(payload_reader& in) {
    // What is enumerated takes memory that no file vouches for.
    constexpr index most = index{1} << 24;
    const index states = size_from(in);
    if (states > most) in.fail("more than 2^24 states are not enumerated for a file");
    return {.max_states = states};
  }
};

/// Samplers that are told by their burn-in.
template <class Sampler>
struct burnt_in {
  static void write(payload_writer& out, const Sampler& of) {
    out.number(static_cast<std::uint64_t>(of.burn_in));
  }
  static void arrays(npz_output& out, const Sampler& of) { out.add("burn_in", of.burn_in); }
  static Sampler read(payload_reader& in) { return {.burn_in = size_from(in, 0)}; }
};
template <>
struct sampler<gibbs> : burnt_in<gibbs> {};
template <>
struct sampler<collapsed> : burnt_in<collapsed> {};

template <>
struct sampler<tempered> {
  static void write(payload_writer& out, const tempered& of) {
    out.number(static_cast<std::uint64_t>(of.temperatures));
    out.real(of.lowest);
    out.reals(of.ladder);
    out.number(static_cast<std::uint64_t>(of.sweeps_between_swaps));
    out.number(static_cast<std::uint64_t>(of.burn_in));
  }
  static void arrays(npz_output& out, const tempered& of) {
    out.add("temperatures", of.temperatures);
    out.add("lowest", of.lowest);
    out.add("ladder", of.ladder);
    out.add("sweeps_between_swaps", of.sweeps_between_swaps);
    out.add("burn_in", of.burn_in);
  }
  static tempered read(payload_reader& in) {
    constexpr index most = 1 << 16;
    tempered made;
    made.temperatures = size_from(in);
    if (made.temperatures > most) in.fail("more than 2^16 temperatures are out of range");
    made.lowest = in.real();
    made.ladder = in.reals();
    made.sweeps_between_swaps = size_from(in);
    made.burn_in = size_from(in, 0);
    return made;
  }
};

template <class Visible, class... Hidden, class Sampler>
struct model<sampled_model<dbm<Visible, Hidden...>, Sampler>> {
  using machine = dbm<Visible, Hidden...>;
  using type = sampled_model<machine, Sampler>;

  static std::string name() {
    return "sampled<" + model<machine>::name() + ", " + std::string(Sampler::name) + ">";
  }

  static void write(model_sections& file, const type& sampled) {
    model<machine>::write(file, sampled.model());
    payload_writer out;
    sampler<Sampler>::write(out, sampled.sampler());
    file.add("sampler", out);
  }
  static void arrays(npz_output& out, const type& sampled) {
    model<machine>::arrays(out, sampled.model());
    sampler<Sampler>::arrays(out, sampled.sampler());
  }
  static type read(const model_sections& file) {
    payload_reader in = file.at("sampler");
    Sampler drawn = sampler<Sampler>::read(in);
    in.end();
    return type(model<machine>::read(file), std::move(drawn));
  }
};

}  // namespace harmonium::inline v0_2::io::model_format
