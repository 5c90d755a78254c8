// SPDX-License-Identifier: MIT
// Matrices with the members of tatami::Matrix (tatami 3 and 4) that readers call, written from its
// documentation; nothing of tatami itself.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace tatami_like {

struct options {
  bool sparse_extract_index = true, sparse_extract_value = true, sparse_ordered_index = true;
};

template <class Value, class Index>
struct sparse_range {
  Index number = 0;
  const Value* value = nullptr;
  const Index* index = nullptr;
};
template <class Value, class Index>
struct sparse_extractor {
  virtual ~sparse_extractor() = default;
  virtual sparse_range<Value, Index> fetch(Index i, Value* values, Index* indices) = 0;
};
template <class Value, class Index>
struct dense_extractor {
  virtual ~dense_extractor() = default;
  virtual const Value* fetch(Index i, Value* buffer) = 0;
};

template <class Value, class Index>
class matrix {
 public:
  using value_type = Value;
  using index_type = Index;
  using sparse_pointer = std::unique_ptr<sparse_extractor<Value, Index>>;
  using dense_pointer = std::unique_ptr<dense_extractor<Value, Index>>;

  virtual ~matrix() = default;
  virtual Index nrow() const = 0;
  virtual Index ncol() const = 0;
  virtual bool is_sparse() const = 0;
  virtual sparse_pointer sparse(bool row, const options&) const = 0;
  virtual dense_pointer dense(bool row, const options&) const = 0;

  sparse_pointer sparse_row() const { return sparse(true, {}); }
  sparse_pointer sparse_column() const { return sparse(false, {}); }
  dense_pointer dense_row() const { return dense(true, {}); }
  dense_pointer dense_column() const { return dense(false, {}); }
};

/// Where the entries of a sparse row or column are returned.
enum class returns {
  own_memory,  ///< a pointer to what the matrix holds
  buffers,     ///< copies in the caller's buffers
  cache        ///< a pointer to what the extractor holds until its next fetch
};

/// Entries compressed along one dimension; those of the other are gathered. Delayed: multiplied by
/// a factor as they are fetched.
template <class Value, class Index>
class compressed : public matrix<Value, Index> {
 public:
  compressed(Index rows, Index columns, bool by_row, std::vector<Value> values,
             std::vector<Index> indices, std::vector<std::size_t> pointers, returns how,
             bool is_sparse = true, Value factor = 1)
      : rows_(rows),
        columns_(columns),
        by_row_(by_row),
        is_sparse_(is_sparse),
        values_(std::move(values)),
        indices_(std::move(indices)),
        pointers_(std::move(pointers)),
        how_(how),
        factor_(factor) {}

  Index nrow() const override { return rows_; }
  Index ncol() const override { return columns_; }
  bool is_sparse() const override { return is_sparse_; }
  const std::vector<Value>& values() const { return values_; }
  const std::vector<Index>& indices() const { return indices_; }

  typename matrix<Value, Index>::sparse_pointer sparse(bool row, const options&) const override {
    return std::make_unique<sparse_reader>(*this, row);
  }
  typename matrix<Value, Index>::dense_pointer dense(bool row, const options&) const override {
    return std::make_unique<dense_reader>(*this, row);
  }

 private:
  /// Calls with index and value of every entry of row or column i, indices ascending.
  template <class Take>
  void each(bool row, Index i, Take&& take) const {
    if (row == by_row_) {
      const auto at = static_cast<std::size_t>(i);
      for (std::size_t k = pointers_[at]; k < pointers_[at + 1]; ++k)
        take(indices_[k], values_[k] * factor_);
      return;
    }
    for (std::size_t j = 0; j + 1 < pointers_.size(); ++j)
      for (std::size_t k = pointers_[j]; k < pointers_[j + 1]; ++k)
        if (indices_[k] == i) take(static_cast<Index>(j), values_[k] * factor_);
  }

  struct sparse_reader final : sparse_extractor<Value, Index> {
    sparse_reader(const compressed& matrix, bool row) : of(matrix), by_row(row) {}
    sparse_range<Value, Index> fetch(Index i, Value* values, Index* indices) override {
      const auto at = static_cast<std::size_t>(i);
      if (of.how_ == returns::own_memory && by_row == of.by_row_ && of.factor_ == 1)
        return {static_cast<Index>(of.pointers_[at + 1] - of.pointers_[at]),
                of.values_.data() + of.pointers_[at], of.indices_.data() + of.pointers_[at]};
      own_values.clear();
      own_indices.clear();
      of.each(by_row, i, [&](Index j, Value value) {
        own_values.push_back(value);
        own_indices.push_back(j);
      });
      const auto number = static_cast<Index>(own_values.size());
      if (of.how_ == returns::cache) return {number, own_values.data(), own_indices.data()};
      std::copy(own_values.begin(), own_values.end(), values);
      std::copy(own_indices.begin(), own_indices.end(), indices);
      return {number, values, indices};
    }
    const compressed& of;
    bool by_row;
    std::vector<Value> own_values;
    std::vector<Index> own_indices;
  };
  struct dense_reader final : dense_extractor<Value, Index> {
    dense_reader(const compressed& matrix, bool row) : of(matrix), by_row(row) {}
    const Value* fetch(Index i, Value* buffer) override {
      std::fill(buffer, buffer + (by_row ? of.columns_ : of.rows_), Value(0));
      of.each(by_row, i, [&](Index j, Value value) { buffer[j] = value; });
      return buffer;
    }
    const compressed& of;
    bool by_row;
  };

  Index rows_, columns_;
  bool by_row_, is_sparse_;
  std::vector<Value> values_;
  std::vector<Index> indices_;
  std::vector<std::size_t> pointers_;
  returns how_;
  Value factor_;
};

}  // namespace tatami_like
