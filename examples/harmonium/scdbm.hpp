// SPDX-License-Identifier: MIT
/// @file
/// Training the single-cell deep Boltzmann machine, one translation unit per depth.
#pragma once

#include <cstddef>

#include "fitted_model.hpp"
#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "pilot.hpp"
#include "terminal_progress.hpp"

namespace program {

/// @throws interruption on Ctrl-C.
template <std::size_t HiddenLayers>
fitted_model fit_scdbm(const harmonium::thread_executor& run, const pilot_data& pilot,
                       const generate_options& options, terminal_progress& watch,
                       harmonium::random_engine& rng);

extern template fitted_model fit_scdbm<1>(const harmonium::thread_executor&, const pilot_data&,
                                          const generate_options&, terminal_progress&,
                                          harmonium::random_engine&);
extern template fitted_model fit_scdbm<2>(const harmonium::thread_executor&, const pilot_data&,
                                          const generate_options&, terminal_progress&,
                                          harmonium::random_engine&);
extern template fitted_model fit_scdbm<3>(const harmonium::thread_executor&, const pilot_data&,
                                          const generate_options&, terminal_progress&,
                                          harmonium::random_engine&);

}  // namespace program
