// SPDX-License-Identifier: MIT
/// @file
/// The rows that a run trains on, or keeps out of it.
#pragma once

#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/rows.hpp"

namespace harmonium::inline v0_2 {

/// Which rows of some data, and how often each counts.
class row_choice {
 public:
  /// @param rows    in any order
  /// @param weights one per row of the data, or none: every row counts once
  row_choice(std::vector<index> rows, std::span<const double> weights) : rows_(std::move(rows)) {
    if (!weights.empty())
      for (const index row : rows_) weights_.push_back(weights[static_cast<std::size_t>(row)]);
    total_ = weights.empty() ? static_cast<double>(rows_.size())
                             : std::accumulate(weights_.begin(), weights_.end(), 0.0);
  }

  [[nodiscard]] const std::vector<index>& rows() const noexcept { return rows_; }
  [[nodiscard]] index size() const noexcept { return std::ssize(rows_); }
  [[nodiscard]] index operator[](index i) const noexcept {
    return rows_[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] double weight(index i) const noexcept {
    return weights_.empty() ? 1.0 : weights_[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] double total_weight() const noexcept { return total_; }

 private:
  std::vector<index> rows_;
  std::vector<double> weights_;
  double total_ = 0;
};

/// The chosen rows of data that someone else owns, who must outlive this; nothing is copied. Counts
/// are a `count_source` again, dense rows a `dense_source`.
template <row_source Data>
class training_rows {
 public:
  using value_type = typename Data::value_type;

  training_rows(const Data& data, row_choice choice) : data_(data), choice_(std::move(choice)) {}

  [[nodiscard]] index rows() const noexcept { return choice_.size(); }
  [[nodiscard]] index columns() const noexcept { return data_.columns(); }
  [[nodiscard]] auto row(index i) const noexcept { return data_.row(choice_[i]); }
  [[nodiscard]] double weight(index i) const noexcept { return choice_.weight(i); }
  [[nodiscard]] double total_weight() const noexcept { return choice_.total_weight(); }

 private:
  Data data_;  ///< a view
  row_choice choice_;
};

template <count_source Counts>
class training_rows<Counts> {
 public:
  using value_type = typename Counts::value_type;
  using index_type = typename Counts::index_type;

  training_rows(const Counts& counts, row_choice choice)
      : counts_(&counts), choice_(std::move(choice)) {
    for (const index row : choice_.rows()) nonzeros_ += static_cast<index>(counts.cell(row).size());
  }
  training_rows(const Counts&&, row_choice) = delete;

  [[nodiscard]] index cells() const noexcept { return choice_.size(); }
  [[nodiscard]] index genes() const noexcept { return counts_->genes(); }
  [[nodiscard]] index nonzeros() const noexcept { return nonzeros_; }
  [[nodiscard]] auto cell(index i) const noexcept { return counts_->cell(choice_[i]); }
  [[nodiscard]] double weight(index i) const noexcept { return choice_.weight(i); }
  [[nodiscard]] double total_weight() const noexcept { return choice_.total_weight(); }

 private:
  const Counts* counts_;
  row_choice choice_;
  index nonzeros_ = 0;
};

static_assert(count_source<training_rows<count_matrix<>>> &&
              dense_source<training_rows<dense_rows<double>>>);

}  // namespace harmonium::inline v0_2
