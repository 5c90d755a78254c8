// SPDX-License-Identifier: MIT
/// @file
/// Names without definitions, for headers that only pass things on; costs no Eigen. What is not
/// here is constrained by a concept that needs the definitions.
#pragma once

#include <concepts>

namespace harmonium {

class io_error;
class random_engine;

struct serial_executor;
class thread_executor;

struct progress;
struct silent;

template <std::floating_point Scalar>
class basic_bernoulli;
template <std::floating_point Scalar>
class basic_categorical;
template <std::floating_point Scalar>
class basic_gaussian;
template <std::floating_point Scalar>
class basic_negative_binomial;
template <std::floating_point Scalar>
class basic_poisson;

using bernoulli = basic_bernoulli<double>;
using categorical = basic_categorical<double>;
using gaussian = basic_gaussian<double>;
using negative_binomial = basic_negative_binomial<double>;
using poisson = basic_poisson<double>;

struct exact;
struct gibbs;

class bootstrap;
class cluster_nb;
class independent_nb;
class noisy_replicate;

struct cluster_proportions;
class comparison;
struct figure;

struct tissue;
struct tissue_options;

namespace io {
struct dataset;
}

}  // namespace harmonium
