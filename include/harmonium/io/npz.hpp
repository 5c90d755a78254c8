// SPDX-License-Identifier: MIT
/// @file
/// Several named arrays in one file, as `numpy.savez` writes and `numpy.load` opens: a zip of .npy
/// files that are stored, not compressed. Needs zlib.
///
/// Written here and not by a library of archives: stored entries are three fixed records, and no
/// reader of files should need one more library for them.
/// Source: PKWARE, APPNOTE.TXT - .ZIP File Format Specification, 6.3.10, sections 4.3.7 to 4.3.16.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/io/npy.hpp"
#include "harmonium/io/output_file.hpp"

namespace harmonium::inline v0_2::io {

/// Code points of a text; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] inline std::u32string code_points(std::string_view text) {
  std::u32string points;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t length = first < 0x80 ? 1
                               : std::countl_one(first) >= 2
                                   ? static_cast<std::size_t>(std::countl_one(first))
                                   : 0;
    char32_t point = length == 1 ? first : first & (0x7fU >> length);
    bool is_good = length >= 1 && length <= 4 && at + length <= text.size();
    for (std::size_t k = 1; is_good && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[at + k]);
      is_good = (next & 0xc0) == 0x80;
      point = point << 6 | (next & 0x3f);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    is_good = is_good && point >= least[length] && point <= 0x10ffff &&
              !(point >= 0xd800 && point < 0xe000);
    points += is_good ? point : U'\ufffd';
    at += is_good ? length : 1;
  }
  return points;
}

/// Collects arrays; `commit` makes the file appear. Equal calls give equal bytes.
class npz_output {
 public:
  /// @throws io_error naming the path if it cannot be written.
  explicit npz_output(std::filesystem::path path) : path_(std::move(path)), file_(path_) {}

  /// Numbers, row-major, as doubles or 64-bit integers.
  /// @param name of the array, letters, digits and underscores, not used before
  /// @throws std::invalid_argument for another name or number of values; io_error where the file
  ///         would need more than the 4 GB that a plain zip holds.
  template <class Number>
  void add(std::string_view name, std::span<const std::size_t> shape,
           std::span<const Number> values) {
    require(values.size() == npy_size(shape), "npz_output",
            "as many values as the shape of " + std::string(name) + " holds expected");
    require_room(name, 8 * values.size());
    std::string bytes = npy_head(std::integral<Number> ? "<i8" : "<f8", shape);
    bytes.reserve(bytes.size() + 8 * values.size());
    for (const Number value : values) {
      if constexpr (std::integral<Number>)
        append(bytes, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)), 8);
      else
        append(bytes, std::bit_cast<std::uint64_t>(static_cast<double>(value)), 8);
    }
    store(name, bytes);
  }
  /// One number, an array without dimensions.
  template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
  void add(std::string_view name, Number value) {
    add(name, std::span<const std::size_t>(), std::span<const Number>(&value, 1));
  }
  /// A list.
  template <class Number>
  void add(std::string_view name, std::span<const Number> values) {
    const std::size_t shape[] = {values.size()};
    add(name, std::span<const std::size_t>(shape), values);
  }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void add(std::string_view name, const std::vector<Number>& values) {
    add(name, std::span<const Number>(values));
  }
  template <class Scalar>
  void add(std::string_view name, const vector<Scalar>& values) {
    add(name, std::span<const Scalar>(values.data(), static_cast<std::size_t>(values.size())));
  }
  /// Rows x columns.
  template <class Scalar>
  void add(std::string_view name, const matrix<Scalar>& values) {
    const std::size_t shape[] = {static_cast<std::size_t>(values.rows()),
                                 static_cast<std::size_t>(values.cols())};
    add(name, std::span<const std::size_t>(shape),
        std::span<const Scalar>(values.data(), static_cast<std::size_t>(values.size())));
  }
  /// Texts, as NumPy's strings of code points.
  void add(std::string_view name, const std::vector<std::string>& texts) {
    std::vector<std::u32string> all;
    std::size_t longest = 1;
    for (const auto& text : texts) {
      all.push_back(code_points(text));
      longest = std::max(longest, all.back().size());
    }
    require_room(name, 4 * longest * texts.size());
    const std::size_t shape[] = {texts.size()};
    std::string bytes = npy_head("<U" + std::to_string(longest), shape);
    for (auto& text : all) {
      text.resize(longest, U'\0');
      for (const char32_t point : text) append(bytes, point, 4);
    }
    store(name, bytes);
  }

  /// Writes the directory and puts the file in place. To be called once, last.
  void commit() {
    const std::uint64_t begin = written_;
    for (const entry& one : entries_) {
      std::string record("PK\x01\x02", 4);
      append(record, 20, 2);  // made by version 2.0
      append_common(record, one);
      append(record, 0, 2);  // no comment
      append(record, 0, 2);  // first disk
      append(record, 0, 2);  // bytes, not text
      append(record, 0, 4);  // no attributes
      append(record, one.at, 4);
      put(record + one.name);
    }
    require_room("", 0);
    std::string end("PK\x05\x06", 4);
    append(end, 0, 4);  // one disk
    append(end, entries_.size(), 2);
    append(end, entries_.size(), 2);
    append(end, written_ - begin, 4);
    append(end, begin, 4);
    append(end, 0, 2);  // no comment
    put(end);
    file_.commit();
  }

 private:
  struct entry {
    std::string name;
    std::uint64_t at, size;
    std::uint32_t checksum;
  };

  static void append(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t b = 0; b < bytes; ++b) out += static_cast<char>(value >> (8 * b) & 0xff);
  }
  /// What local and central records share, from the version needed to the length of extra fields.
  static void append_common(std::string& out, const entry& one) {
    append(out, 20, 2);    // needs version 2.0
    append(out, 0, 2);     // no flags
    append(out, 0, 2);     // stored
    append(out, 0, 2);     // midnight
    append(out, 0x21, 2);  // of 1 January 1980, the first there is
    append(out, one.checksum, 4);
    append(out, one.size, 4);
    append(out, one.size, 4);
    append(out, one.name.size(), 2);
    append(out, 0, 2);
  }

  void require_room(std::string_view name, std::uint64_t more) const {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max(), spare = 1 << 20;
    if (more > most - spare || written_ > most - spare - more || entries_.size() > 65000)
      throw io_error(path_.string(), 0,
                     "would grow beyond the 4 GB of an .npz with " + std::string(name));
  }

  void store(std::string_view name, const std::string& bytes) {
    const auto is_plain = [](unsigned char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    require(!name.empty() && std::all_of(name.begin(), name.end(), is_plain), "npz_output",
            "'" + std::string(name) + "' is no name of letters, digits and underscores");
    entry one{std::string(name) + ".npy", written_, bytes.size(), 0};
    for (const entry& other : entries_)
      require(other.name != one.name, "npz_output", "there are two arrays " + std::string(name));
    // zlib counts in 32 bits, and no array is longer.
    one.checksum = static_cast<std::uint32_t>(
        ::crc32(::crc32(0, nullptr, 0), reinterpret_cast<const unsigned char*>(bytes.data()),
                static_cast<unsigned>(bytes.size())));
    std::string record("PK\x03\x04", 4);
    append_common(record, one);
    put(record + one.name);
    put(bytes);
    entries_.push_back(std::move(one));
  }

  void put(std::string_view bytes) {
    file_.write(bytes);
    written_ += bytes.size();
  }

  std::filesystem::path path_;
  output_file file_;
  std::vector<entry> entries_;
  std::uint64_t written_ = 0;
};

}  // namespace harmonium::inline v0_2::io
