// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Instances of what trainings share whatever their machine: products, principal components,
/// k-means, the equations of a Newton step; and the built-in tissue. See `harmonium/compiled.hpp`.
#pragma once

#include <span>

#include "harmonium/analysis/k_means.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/listed_sums.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/symmetric_factor.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/newton/admissible_faces.hpp"
#include "harmonium/training/newton/conjugate_gradients.hpp"
#include "harmonium/training/newton/coupled_information.hpp"
#include "harmonium/training/newton/hidden_balance.hpp"

namespace harmonium::inline v0_2 {

/// @cond explicit instances, which Doxygen takes for declarations
#ifdef HARMONIUM_HOLDS_INSTANCES  // by the sources that hold them
#define HARMONIUM_INSTANCE template
#else
#define HARMONIUM_INSTANCE extern template
#endif

HARMONIUM_INSTANCE void add_product_columns(const factor<double>&, const factor<double>&, double*,
                                            index, index);
HARMONIUM_INSTANCE void add_product_columns(const factor<float>&, const factor<float>&, float*,
                                            index, index);
HARMONIUM_INSTANCE void lists::add_columns(const lists::sums_of_rows<double>&, index, index);
HARMONIUM_INSTANCE void lists::add_columns(const lists::sums_of_rows<float>&, index, index);
HARMONIUM_INSTANCE principal_components pca_of_view(const operator_view&, const pca_options&);
HARMONIUM_INSTANCE k_means_result k_means(const executor_ref&, matrix_view<double>,
                                          const k_means_options&, random_engine&);
HARMONIUM_INSTANCE k_means_result k_means(const serial_executor&, matrix_view<double>,
                                          const k_means_options&, random_engine&);
HARMONIUM_INSTANCE class basic_symmetric_factor<double>;
HARMONIUM_INSTANCE class basic_coupled_information<index>;
HARMONIUM_INSTANCE class basic_admissible_faces<index>;
HARMONIUM_INSTANCE matrix<double> separate_direction(const basic_coupled_information<index>&,
                                                     const matrix<double>&);
HARMONIUM_INSTANCE matrix<double> coupled_direction(executor_ref,
                                                    const basic_coupled_information<index>&,
                                                    const matrix<double>&, bool, double);
HARMONIUM_INSTANCE hidden_balance_result balance_bias(const enumerated_states<double>&,
                                                      std::span<const double>,
                                                      std::span<const double>, std::span<double>,
                                                      index);
HARMONIUM_INSTANCE tissue simulate_tissue(const serial_executor&, const tissue_options&,
                                          random_engine&);
HARMONIUM_INSTANCE tissue simulate_tissue(const thread_executor&, const tissue_options&,
                                          random_engine&);

#undef HARMONIUM_INSTANCE
/// @endcond

}  // namespace harmonium::inline v0_2
