// SPDX-License-Identifier: MIT
/// @file
/// Cells from the prior of a variational autoencoder: z from a distribution of its own, without any
/// pilot cell.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/samplers/latent_cells.hpp"

namespace harmonium::inline v0_2 {

/// Where z comes from. `make_worker()` gives a callable that fills a z, used by one thread at a
/// time. `standard_normal_latent` and `harmonium_latent` are models.
template <class L>
concept latent_distribution = std::copyable<L> &&
    requires(const L& latent, random_engine& rng, std::span<double> z) {
  { latent.make_worker()(rng, z) } -> std::same_as<void>;
};

/// z ~ N(0, I): the prior the model was trained with.
struct standard_normal_latent {
  [[nodiscard]] auto make_worker() const {
    return [](random_engine& rng, std::span<double> z) {
      for (double& value : z) value = draw::normal(rng);
    };
  }
};

/// What kind of cell a latent point is: that of the nearest encoded pilot cell.
class latent_clusters {
 public:
  /// @param labels >= 0, one per encoded cell
  /// @throws std::invalid_argument for misfitting labels.
  template <class Scalar>
  latent_clusters(const encoded_cells<Scalar>& encoded, std::span<const index> labels)
      : points_(encoded.mean.template cast<double>()), labels_(labels.begin(), labels.end()) {
    require(std::cmp_equal(labels.size(), encoded.cells()) && !labels.empty(), "latent_clusters",
            "one label per encoded cell is needed");
    std::vector<std::vector<double>> sizes;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      require(labels[i] >= 0 && labels[i] < 1000000, "latent_clusters",
              "labels must be in [0, 1e6), got " + std::to_string(labels[i]));
      const auto c = static_cast<std::size_t>(labels[i]);
      if (c >= sizes.size()) sizes.resize(c + 1);
      sizes[c].push_back(static_cast<double>(encoded.log_library_mean[static_cast<index>(i)]));
    }
    for (const auto& own : sizes)
      libraries_.push_back(own.empty() ? library_distribution{} : library_distribution::of(own));
  }

  /// From the parts of another: one point and label per pilot cell, one library per cluster.
  /// @throws std::invalid_argument unless they fit together.
  latent_clusters(matrix<double> points, std::vector<index> labels,
                  std::vector<library_distribution> libraries)
      : points_(std::move(points)), labels_(std::move(labels)), libraries_(std::move(libraries)) {
    require(points_.rows() == std::ssize(labels_) && !labels_.empty(), "latent_clusters",
            "one label per encoded cell is needed");
    for (const index label : labels_)
      require(label >= 0 && label < clusters(), "latent_clusters",
              "cluster " + std::to_string(label) + " does not exist");
  }

  [[nodiscard]] index clusters() const noexcept { return static_cast<index>(libraries_.size()); }
  /// Where the pilot cells lie, cells x latent, and the cluster of each.
  [[nodiscard]] const matrix<double>& points() const noexcept { return points_; }
  [[nodiscard]] const std::vector<index>& labels() const noexcept { return labels_; }
  /// Log-libraries of the pilot cells of a cluster.
  [[nodiscard]] const library_distribution& log_library(index cluster) const {
    return libraries_[static_cast<std::size_t>(cluster)];
  }
  /// The cluster of the nearest encoded cell.
  [[nodiscard]] index cluster_of(std::span<const double> z) const {
    double best = std::numeric_limits<double>::infinity();
    index nearest = 0;
    for (index i = 0; i < points_.rows(); ++i) {
      double distance = 0;
      for (std::size_t k = 0; k < z.size(); ++k) {
        const double gap = z[k] - points_(i, static_cast<index>(k));
        distance += gap * gap;
      }
      if (distance < best) {
        best = distance;
        nearest = i;
      }
    }
    return labels_[static_cast<std::size_t>(nearest)];
  }

 private:
  matrix<double> points_;
  std::vector<index> labels_;
  std::vector<library_distribution> libraries_;
};

/// Generator: z ~ `Latent`, l ~ N(mean, variance of the pilot's log-libraries), overall or of the
/// cluster that z falls in. Shares the fitted model with others.
template <encoder_decoder Model = variational_autoencoder<>,
          latent_distribution Latent = standard_normal_latent>
class variational_prior {
 public:
  /// @param clusters with them, l is drawn by cluster, and cells of a cluster can be asked for
  /// @throws std::invalid_argument for no model.
  explicit variational_prior(std::shared_ptr<const Model> model, Latent latent = {},
                             std::shared_ptr<const latent_clusters> clusters = {},
                             const depth_options& depth = {})
      : model_(std::move(model)), latent_(std::move(latent)), clusters_(std::move(clusters)) {
    require(model_ != nullptr, "variational_prior", "there is no model");
    const auto& library = model_->log_library_prior();
    depth_ = depth_change::of(depth, math::exp(library.mean + 0.5 * library.variance));
  }
  /// With a change of depth that is known already, such as another's `depth()`.
  /// @throws std::invalid_argument for no model or clusters of another latent space.
  variational_prior(const depth_change& depth, std::shared_ptr<const Model> model, Latent latent,
                    std::shared_ptr<const latent_clusters> clusters)
      : model_(std::move(model)),
        latent_(std::move(latent)),
        clusters_(std::move(clusters)),
        depth_(depth) {
    require(model_ != nullptr, "variational_prior", "there is no model");
    require(!clusters_ || clusters_->points().cols() == model_->latent(), "variational_prior",
            "the clusters lie in another latent space");
  }

  [[nodiscard]] const Latent& latent() const noexcept { return latent_; }
  [[nodiscard]] const std::shared_ptr<const latent_clusters>& clusters() const noexcept {
    return clusters_;
  }
  [[nodiscard]] const depth_change& depth() const noexcept { return depth_; }
  [[nodiscard]] index genes() const noexcept { return model_->genes(); }
  [[nodiscard]] const Model& model() const noexcept { return *model_; }

  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells, Observer&& watch,
                                        random_engine& rng) const {
    return cells_from_latent(
        run, *model_, cells, depth_,
        [this] {
          return [this, draw_z = latent_.make_worker()](index, random_engine& own,
                                                        latent_point& point) mutable {
            draw_z(own, point.z);
            draw_library(clusters_ ? clusters_->cluster_of(point.z) : 0, own, point);
          };
        },
        watch, rng);
  }
  template <executor Executor>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells,
                                        random_engine& rng) const {
    return generate(run, cells, silent{}, rng);
  }
  [[nodiscard]] count_matrix<> generate(index cells, random_engine& rng) const {
    return generate(serial_executor{}, cells, silent{}, rng);
  }

  /// `counts[c]` cells of cluster c, in random order: z is drawn until it falls there.
  /// @throws std::invalid_argument without clusters, std::domain_error if 100 000 draws of a z
  /// never
  ///         reach a cluster.
  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate_clusters(const Executor& run, std::span<const index> counts,
                                                 Observer&& watch, random_engine& rng) const {
    require(clusters_ != nullptr, "generate", "the prior was made without clusters");
    require(std::cmp_less_equal(counts.size(), clusters_->clusters()), "generate",
            "more clusters are asked for than the pilot has");
    random_engine order(rng(), 0);
    std::vector<index> wanted;
    for (std::size_t c = 0; c < counts.size(); ++c) {
      require(counts[c] >= 0, "generate", "numbers of cells must not be negative");
      wanted.insert(wanted.end(), static_cast<std::size_t>(counts[c]), static_cast<index>(c));
    }
    draw::shuffle(std::span<index>(wanted), order);
    random_engine root(order(), 0);
    return cells_from_latent(
        run, *model_, static_cast<index>(wanted.size()), depth_,
        [this, &wanted] {
          return [this, &wanted, draw_z = latent_.make_worker()](index cell, random_engine& own,
                                                                 latent_point& point) mutable {
            const index cluster = wanted[static_cast<std::size_t>(cell)];
            int tries = 0;
            do {
              if (++tries > 100000)
                throw std::domain_error("variational_prior: z never falls into cluster " +
                                        std::to_string(cluster));
              draw_z(own, point.z);
            } while (clusters_->cluster_of(point.z) != cluster);
            draw_library(cluster, own, point);
          };
        },
        watch, root);
  }

 private:
  void draw_library(index cluster, random_engine& rng, latent_point& point) const {
    const auto& library = clusters_ ? clusters_->log_library(cluster) : model_->log_library_prior();
    point.log_library = library.mean + std::sqrt(library.variance) * draw::normal(rng);
  }

  std::shared_ptr<const Model> model_;
  Latent latent_;
  std::shared_ptr<const latent_clusters> clusters_;
  depth_change depth_;
};

static_assert(generator<variational_prior<>>);

}  // namespace harmonium::inline v0_2
