// SPDX-License-Identifier: MIT
/// @file
/// Compressed chunks of an array in an HDF5 file, inflated by several threads. Needs HDF5's C
/// library and zlib.
#pragma once

#include <hdf5.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/hdf5.hpp"

namespace harmonium::inline v0_2::io::hdf5 {

/// Reads an array of rank 1 chunk by chunk past HDF5's filters, which inflate one chunk after
/// another: the compressed bytes are fetched in order, by the calling thread alone, and inflated by
/// all. For the filters of AnnData and 10x, deflate with or without shuffle.
class inflated_chunks {
 public:
  /// @param rows of a chunk @param size of an element, bytes
  inflated_chunks(const object& where, std::int64_t rows, std::size_t size)
      : where_(where), rows_(rows), size_(size) {
    const silence quiet;
    const handle how(H5Dget_create_plist(where_.id()));
    const int filters = H5Pget_nfilters(how.get());
    const auto filter = [&](int k) {
      unsigned flags = 0;
      std::size_t values = 0;
      return H5Pget_filter2(how.get(), static_cast<unsigned>(k), &flags, &values, nullptr, 0,
                            nullptr, nullptr);
    };
    unsigned options = 0;
    H5Pget_chunk_opts(how.get(), &options);
    shuffled_ = filters == 2 && filter(0) == H5Z_FILTER_SHUFFLE;
    known_ = H5Pget_layout(how.get()) == H5D_CHUNKED && options == 0 &&
             filters == (shuffled_ ? 2 : 1) && filter(filters - 1) == H5Z_FILTER_DEFLATE;
  }

  /// Whether the chunks are compressed in a way that is known here.
  [[nodiscard]] bool known() const noexcept { return known_; }

  /// Elements [begin, begin + count), as they are in the file, of `total`; `begin` is where a chunk
  /// begins.
  /// @return false, with `out` in any state, if a chunk was left out of the file or its filters:
  ///         HDF5 knows what to do then.
  /// @throws io_error if a chunk cannot be inflated to its size.
  template <executor Executor>
  bool read(const Executor& run, std::int64_t begin, std::int64_t count, std::int64_t total,
            std::byte* out) {
    const silence quiet;
    const std::int64_t chunks = (count + rows_ - 1) / rows_;
    packed_.resize(std::max(packed_.size(), static_cast<std::size_t>(chunks)));
    for (std::int64_t k = 0; k < chunks; ++k)
      if (!fetch(begin + k * rows_, packed_[static_cast<std::size_t>(k)])) return false;
    std::vector<char> good(static_cast<std::size_t>(chunks), 0);
    run.for_each_block(chunks, [&](index chunk) {
      const auto k = static_cast<std::size_t>(chunk);
      const std::int64_t wanted = std::min(rows_, count - chunk * rows_);
      std::byte* to = out + static_cast<std::size_t>(chunk * rows_) * size_;
      // A chunk at the end of the array, or of the block, is inflated beside it.
      const bool whole = wanted == rows_ && !shuffled_;
      std::vector<std::byte> own(whole ? 0 : static_cast<std::size_t>(rows_) * size_);
      const std::span<std::byte> inflated{whole ? to : own.data(),
                                          static_cast<std::size_t>(rows_) * size_};
      good[k] = inflate_to(packed_[k], inflated);
      if (!whole && good[k]) place(inflated, wanted, to);
    });
    const auto bad = std::find(good.begin(), good.end(), 0);
    if (bad != good.end())
      where_.fail("cannot be read: the chunk at element " +
                  std::to_string(begin + (bad - good.begin()) * rows_) + " of " +
                  std::to_string(total) + " is damaged");
    return true;
  }

 private:
  bool fetch(std::int64_t at, std::vector<unsigned char>& packed) const {
    const hsize_t offset = static_cast<hsize_t>(at);
    hsize_t bytes = 0;
    std::uint32_t skipped = 0;
    if (H5Dget_chunk_storage_size(where_.id(), &offset, &bytes) < 0 || bytes == 0 ||
        bytes > static_cast<hsize_t>(where_.file().bytes))
      return false;
    packed.resize(static_cast<std::size_t>(bytes));
    return H5Dread_chunk(where_.id(), H5P_DEFAULT, &offset, &skipped, packed.data()) >= 0 &&
           skipped == 0;
  }

  static bool inflate_to(std::span<const unsigned char> packed, std::span<std::byte> out) {
    auto size = static_cast<uLongf>(out.size());
    return uncompress(reinterpret_cast<Bytef*>(out.data()), &size, packed.data(),
                      static_cast<uLong>(packed.size())) == Z_OK &&
           size == out.size();
  }

  /// The first `count` elements; of a shuffled chunk the first bytes of all come first.
  void place(std::span<const std::byte> chunk, std::int64_t count, std::byte* to) const {
    if (!shuffled_) {
      std::copy_n(chunk.data(), static_cast<std::size_t>(count) * size_, to);
      return;
    }
    const auto rows = static_cast<std::size_t>(rows_);
    for (std::size_t byte = 0; byte < size_; ++byte)
      for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k)
        to[k * size_ + byte] = chunk[byte * rows + k];
  }

  object where_;
  std::int64_t rows_;
  std::size_t size_;
  bool known_ = false;
  bool shuffled_ = false;
  std::vector<std::vector<unsigned char>> packed_;
};

}  // namespace harmonium::inline v0_2::io::hdf5
