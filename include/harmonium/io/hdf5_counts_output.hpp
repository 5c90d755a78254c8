// SPDX-License-Identifier: MIT
/// @file
/// Counts into an HDF5 file, cell after cell. Needs HDF5's C library.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/between_blocks.hpp"
#include "harmonium/io/hdf5_output.hpp"

namespace harmonium::inline v0_2::io::hdf5 {

/// Writes `data` (32 bits), `indices` and `indptr` of counts into a group, cells being appended.
/// Memory: 8 bytes a cell and blocks of 1 MB.
class compressed_writer {
 public:
  /// @param file     must outlive this
  /// @param nonzeros of all cells; nothing where that is not known yet: then arrays grow, and
  ///                 positions have 64 bits only where 32 are too few and genes always 32.
  /// @param cells    that will come, for memory
  compressed_writer(const output& file, const handle& group, std::optional<index> nonzeros,
                    index cells, int level)
      : file_(&file), level_(level), expected_(nonzeros) {
    if (expected_) {
      const hid_t position = position_type(*expected_);  // equal types for both, as scipy's
      data_ = file.numbers(group, "data", H5T_STD_I32LE, *expected_, 0, level);
      indices_ = file.numbers(group, "indices", position, *expected_, 0, level);
      indptr_ = file.numbers(group, "indptr", position, cells + 1, 0, level);
    } else {
      data_ = file.growing(group, "data", H5T_STD_I32LE, level);
      indices_ = file.growing(group, "indices", H5T_STD_I32LE, level);
    }
    values_.reserve(block);
    genes_.reserve(block);
    pointers_.reserve(static_cast<std::size_t>(cells) + 1);
  }

  [[nodiscard]] index cells() const noexcept { return static_cast<index>(pointers_.size()) - 1; }

  /// @throws std::domain_error for a negative count, std::overflow_error for one beyond 32 bits,
  ///         naming the cell; io_error if it cannot be written.
  template <count_source Counts>
  void append(const Counts& counts) {
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.genes.size(); ++k) {
        const auto count = static_cast<std::int64_t>(cell.values[k]);
        if (count < 0)
          throw std::domain_error("write: cell " + std::to_string(cells()) +
                                  " has the negative count " + std::to_string(count));
        if (!std::in_range<std::int32_t>(count))
          throw std::overflow_error("write: count " + std::to_string(count) + " of cell " +
                                    std::to_string(cells()) + " exceeds 32 bits");
        values_.push_back(static_cast<std::int32_t>(count));
        genes_.push_back(static_cast<std::int32_t>(cell.genes[k]));
        if (values_.size() == block) flush();
      }
      pointers_.push_back(written_ + static_cast<std::int64_t>(values_.size()));
    }
  }

  /// Writes what is left. To be called once, last, with the group of the constructor.
  /// @throws std::invalid_argument if there are more or fewer counts than were announced.
  void finish(const handle& group) {
    flush();
    require(!expected_ || *expected_ == written_, "compressed_writer",
            "other counts than announced were appended: " + std::to_string(written_));
    if (!indptr_)
      indptr_ = file_->numbers(group, "indptr", position_type(written_), std::ssize(pointers_), 0,
                               level_);
    file_->fill(indptr_, 0, std::span<const std::int64_t>(pointers_));
  }

 private:
  static constexpr std::size_t block = std::size_t{1} << 17;  // whole chunks

  static hid_t position_type(index nonzeros) {
    return nonzeros <= std::numeric_limits<std::int32_t>::max() ? H5T_STD_I32LE : H5T_STD_I64LE;
  }

  void flush() {
    between_blocks::look();
    const auto end = written_ + static_cast<std::int64_t>(values_.size());
    if (expected_) {
      require(end <= *expected_, "compressed_writer",
              "more counts than the announced " + std::to_string(*expected_) + " were appended");
    } else {
      file_->resize(data_, end);
      file_->resize(indices_, end);
    }
    file_->fill(data_, written_, std::span<const std::int32_t>(values_));
    file_->fill(indices_, written_, std::span<const std::int32_t>(genes_));
    written_ = end;
    values_.clear();
    genes_.clear();
  }

  const output* file_;
  int level_;
  std::optional<index> expected_;
  handle data_;
  handle indices_;
  handle indptr_;
  std::vector<std::int32_t> values_;
  std::vector<std::int32_t> genes_;
  std::vector<std::int64_t> pointers_ = std::vector<std::int64_t>(1, 0);
  std::int64_t written_ = 0;
};

}  // namespace harmonium::inline v0_2::io::hdf5
