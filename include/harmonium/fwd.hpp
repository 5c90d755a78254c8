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

struct collapsed;
struct exact;
struct gibbs;
struct tempered;

class bootstrap;
class cluster_nb;
class independent_nb;
class noisy_replicate;

class semi_restricted;

struct cell_negative_binomial_counts;
struct negative_binomial_counts;
struct poisson_counts;
struct zero_inflated_counts;

class comparison;
class reference_cells;
struct evaluation;
struct figure;

struct bimodality;
struct cluster_proportions;
struct davies_bouldin;
struct forest_auc;
struct gene_correlation;
struct gene_distributions;
struct gene_trends;
struct library_size;
struct lisi;
struct log_fold_change;
struct marginals;
struct maximum_mean_discrepancy;
struct memorisation;
struct same_neighbours;

struct any_study_model;
class fingerprint;
class sweep;
class thread_dealer;
struct job_desk;
struct job_outcome;
struct pilot_cells;
struct pilot_subsample;
struct study_fit;
struct study_job;
struct study_options;
struct study_table;

struct bootstrap_model;
struct cluster_nb_model;
struct harmonium_model;
struct independent_nb_model;
struct noisy_model;
struct scdbm_model;
struct variational_model;

struct tissue;
struct tissue_options;

namespace io {
struct dataset;
}

}  // namespace harmonium
