// SPDX-License-Identifier: MIT
/// @file
/// One gzip member made by several threads. Needs zlib.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2::io {

/// Text is cut into blocks of 256 KiB, each of which is compressed on its own with the 32 KiB
/// before it as dictionary and ended on a whole byte, so that the blocks' bytes in a row are one
/// deflate stream (as pigz does). The bytes depend on text, level and zlib only, not on the number
/// of threads.
class gzip_blocks {
 public:
  static constexpr std::size_t block = std::size_t{1} << 18;
  static constexpr std::size_t dictionary = std::size_t{1} << 15;

  /// @param level zlib's, 1 to 9 @param threads at least 1
  gzip_blocks(int level, int threads) : level_(level), run_(threads) {}

  /// The bytes before the first block.
  [[nodiscard]] std::vector<unsigned char> header() const {
    const auto effort = static_cast<unsigned char>(level_ == 9 ? 2 : level_ == 1 ? 4 : 0);
    return {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, effort, 3};
  }

  /// Compresses text[before, ...), of which text[0, before) was compressed already.
  /// @param last whether the stream ends here; else the length must be whole blocks
  /// @param put  called with the bytes of one block after the other
  /// @throws std::runtime_error if zlib fails.
  template <class Put>
  void compress(std::span<const char> text, std::size_t before, bool last, const Put& put) {
    const std::size_t size = text.size() - before;
    const std::size_t count = last ? size / block + 1 : size / block;
    std::vector<std::vector<unsigned char>> parts(count);
    std::vector<uLong> sums(count);
    run_.for_each_block(static_cast<index>(count), [&](index b) {
      const auto k = static_cast<std::size_t>(b);
      const std::size_t begin = before + k * block;
      const std::size_t length = std::min(block, text.size() - begin);
      const std::size_t known = std::min(begin, dictionary);
      parts[k] = deflated(text.subspan(begin - known, known), text.subspan(begin, length),
                          last && k + 1 == count);
      sums[k] = crc32(0, bytes(text.data() + begin), static_cast<uInt>(length));
    });
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t length = std::min(block, size - k * block);
      sum_ = crc32_combine(sum_, sums[k], static_cast<z_off_t>(length));
      length_ += length;
      put(std::span<const unsigned char>(parts[k]));
    }
  }

  /// The bytes after the last block.
  [[nodiscard]] std::vector<unsigned char> trailer() const {
    std::vector<unsigned char> result;
    for (const std::uint64_t word : {std::uint64_t{sum_}, length_})
      for (int shift = 0; shift < 32; shift += 8)
        result.push_back(static_cast<unsigned char>(word >> shift & 0xff));
    return result;
  }

 private:
  /// What zlib took is given back, whatever throws.
  struct stream_end {
    z_stream& stream;
    explicit stream_end(z_stream& open) : stream(open) {}
    stream_end(const stream_end&) = delete;
    stream_end& operator=(const stream_end&) = delete;
    ~stream_end() { deflateEnd(&stream); }
  };

  static const Bytef* bytes(const char* text) { return reinterpret_cast<const Bytef*>(text); }

  [[nodiscard]] std::vector<unsigned char> deflated(std::span<const char> known,
                                                    std::span<const char> text, bool last) const {
    z_stream stream{};
    if (deflateInit2(&stream, level_, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::runtime_error("zlib could not start");
    const stream_end ends(stream);
    if (!known.empty())
      deflateSetDictionary(&stream, bytes(known.data()), static_cast<uInt>(known.size()));
    // Room for the ends of a block, which the bound does not count.
    std::vector<unsigned char> out(deflateBound(&stream, static_cast<uLong>(text.size())) + 64);
    stream.next_in = const_cast<Bytef*>(bytes(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    const int status = deflate(&stream, last ? Z_FINISH : Z_SYNC_FLUSH);
    const bool whole = status == (last ? Z_STREAM_END : Z_OK) && stream.avail_in == 0;
    out.erase(out.end() - static_cast<std::ptrdiff_t>(stream.avail_out), out.end());
    if (!whole) throw std::runtime_error("zlib could not compress");
    return out;
  }

  int level_;
  thread_executor run_;
  uLong sum_ = crc32(0, nullptr, 0);
  std::uint64_t length_ = 0;
};

}  // namespace harmonium::inline v0_2::io
