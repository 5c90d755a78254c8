// SPDX-License-Identifier: MIT
/// @file
/// Reading the next cells while these are worked on.
#pragma once

#include <algorithm>
#include <future>

#include "harmonium/core/count_chunks.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Chunks, borrowed, of which the range that follows the one asked for, of as many cells, is read
/// by another thread meanwhile. `read` of the source is called by one thread at a time. Memory: one
/// more chunk.
template <count_chunks Chunks>
class read_ahead {
 public:
  explicit read_ahead(Chunks& chunks) : chunks_(&chunks) {}

  [[nodiscard]] index cells() const { return chunks_->cells(); }
  [[nodiscard]] index genes() const { return chunks_->genes(); }

  /// @throws whatever the source throws for this range.
  [[nodiscard]] count_matrix<> read(index begin, index end) {
    count_matrix<> counts;
    const bool expected = next_.valid() && begin == begin_ && end == end_;
    if (next_.valid() && !expected) next_.wait();
    counts = expected ? next_.get() : chunks_->read(begin, end);
    next_ = {};
    begin_ = end;
    end_ = std::min(cells(), end + (end - begin));
    if (begin_ < end_)
      next_ = std::async(std::launch::async, [this] { return chunks_->read(begin_, end_); });
    return counts;
  }

 private:
  Chunks* chunks_;
  index begin_ = 0, end_ = 0;  ///< of what is being read
  std::future<count_matrix<>> next_;
};

}  // namespace harmonium::inline v0_2
