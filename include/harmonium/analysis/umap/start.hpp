// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Where the points of a UMAP layout start.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <vector>

#include "harmonium/analysis/leading_eigenpairs.hpp"
#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/analysis/weighted_graph.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// The first principal components of `points`, points x dimensions; zero columns where there are
/// fewer components. A template, as are those below, so that only who calls it compiles the solver.
template <std::convertible_to<matrix_view<double>> Points>
matrix<double> pca_start(const Points& points, index dimensions) {
  const principal_components found = pca(dense_operator(matrix_view<double>(points)),
                                         {.components = dimensions, .tolerance = 1e-8});
  matrix<double> start = matrix<double>::Zero(points.rows(), dimensions);
  const index known = std::min(dimensions, found.scores.cols());
  start.leftCols(known) = found.scores.leftCols(known);
  return start;
}

/// One connected component of a graph as the matrix D^(-1/2) W D^(-1/2), D the degrees. Refers to
/// its arguments.
class normalised_adjacency {
 public:
  /// @param members  vertices of the component, ascending
  /// @param position of every vertex of the graph in its component
  /// @param scale    degree^(-1/2) of every vertex
  normalised_adjacency(const weighted_graph& graph, const std::vector<index>& members,
                       const std::vector<index>& position, const vector<double>& scale)
      : graph_(graph), members_(members), position_(position), scale_(scale) {}

  [[nodiscard]] index rows() const noexcept { return static_cast<index>(members_.size()); }

  void multiply(const double* in, double* out) const {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const auto edges = graph_.of(members_[i]);
      double sum = 0;
      for (std::size_t k = 0; k < edges.size(); ++k)
        sum += edges.weights[k] * scale_[edges.targets[k]] *
               in[position_[static_cast<std::size_t>(edges.targets[k])]];
      out[i] = scale_[members_[i]] * sum;
    }
  }

 private:
  const weighted_graph& graph_;
  const std::vector<index>& members_;
  const std::vector<index>& position_;
  const vector<double>& scale_;
};

/// The leading eigenvectors of a component's normalised Laplacian without the first, whose entries
/// are the roots of the degrees: members x dimensions. Of each the entry of largest magnitude (the
/// first of equals) is positive. No rows where the component has too few vertices or the solver
/// does not converge.
template <std::same_as<normalised_adjacency> Adjacency>
matrix<double> laplacian_eigenvectors(const Adjacency& adjacency, index dimensions) {
  const index n = adjacency.rows();
  const index wanted = dimensions + 1;
  if (n <= 2 * wanted) return {};
  const index basis = std::min(n, std::max<index>(4 * wanted, 20));
  const leading_pairs found = leading_eigenpairs(
      symmetric_product{n, [&](const double* in, double* out) { adjacency.multiply(in, out); }},
      wanted, basis, 300, 1e-4);
  if (!found.converged) return {};
  matrix<double> vectors = found.vectors.rightCols(dimensions);
  for (index d = 0; d < dimensions; ++d) {
    index largest = 0;
    for (index i = 1; i < n; ++i)
      if (std::abs(vectors(i, d)) > std::abs(vectors(largest, d))) largest = i;
    if (vectors(largest, d) < 0) vectors.col(d) *= -1;
  }
  return vectors;
}

/// Spectral layout of a graph, by the eigenvectors of its normalised Laplacian. Of a graph in
/// several pieces each is laid out by itself about the mean of its points in `fallback`, within
/// half the distance to the nearest other mean; a piece too small for that keeps its shape in
/// `fallback`. Source: Belkin & Niyogi (2003), "Laplacian eigenmaps", Neural Computation 15, doi
/// 10.1162/089976603321780317; McInnes, Healy & Melville (2018), arXiv:1802.03426, Algorithm 4.
/// @param fallback points x dimensions, such as `pca_start`
/// @throws std::invalid_argument if graph and fallback differ in size.
template <std::same_as<weighted_graph> Graph>
matrix<double> spectral_start(const Graph& graph, const matrix<double>& fallback) {
  require(fallback.rows() == graph.vertices(), "spectral_start",
          "one position per vertex expected");
  const std::vector<index> component = connected_components(graph);
  index pieces = 0;
  for (const index c : component) pieces = std::max(pieces, c + 1);
  std::vector<std::vector<index>> members(static_cast<std::size_t>(pieces));
  std::vector<index> position(component.size());
  for (std::size_t i = 0; i < component.size(); ++i) {
    auto& mine = members[static_cast<std::size_t>(component[i])];
    position[i] = static_cast<index>(mine.size());
    mine.push_back(static_cast<index>(i));
  }
  vector<double> scale = graph.degrees();
  for (index v = 0; v < scale.size(); ++v) scale[v] = scale[v] > 0 ? 1 / std::sqrt(scale[v]) : 0.0;

  const index dimensions = fallback.cols();
  matrix<double> centres = matrix<double>::Zero(pieces, dimensions);
  if (pieces > 1) {
    for (index i = 0; i < fallback.rows(); ++i)
      for (index d = 0; d < dimensions; ++d)
        centres(component[static_cast<std::size_t>(i)], d) += fallback(i, d);
    for (index c = 0; c < pieces; ++c)
      centres.row(c) /= static_cast<double>(members[static_cast<std::size_t>(c)].size());
  }

  matrix<double> start(fallback.rows(), dimensions);
  for (index c = 0; c < pieces; ++c) {
    const auto& mine = members[static_cast<std::size_t>(c)];
    matrix<double> own =
        laplacian_eigenvectors(normalised_adjacency(graph, mine, position, scale), dimensions);
    if (own.rows() == 0) {
      own.resize(static_cast<index>(mine.size()), dimensions);
      for (std::size_t i = 0; i < mine.size(); ++i)
        own.row(static_cast<index>(i)) = fallback.row(mine[i]) - centres.row(c);
    }
    double nearest = std::numeric_limits<double>::infinity();
    for (index other = 0; other < pieces; ++other) {
      if (other == c) continue;
      double square = 0;
      for (index d = 0; d < dimensions; ++d)
        square += (centres(other, d) - centres(c, d)) * (centres(other, d) - centres(c, d));
      nearest = std::min(nearest, std::sqrt(square));
    }
    double extent = 0;
    for (index i = 0; i < own.rows(); ++i)
      for (index d = 0; d < dimensions; ++d) extent = std::max(extent, std::abs(own(i, d)));
    const double room = pieces > 1 ? nearest / 2 : 1.0;
    const double factor = extent > 0 ? room / extent : 0.0;
    for (std::size_t i = 0; i < mine.size(); ++i)
      for (index d = 0; d < dimensions; ++d)
        start(mine[i], d) = centres(c, d) + factor * own(static_cast<index>(i), d);
  }
  return start;
}

}  // namespace harmonium::inline v0_2
