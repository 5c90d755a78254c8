// SPDX-License-Identifier: MIT
/// @file
/// Arrays of numbers as NumPy's .npy files.
#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/io/output_file.hpp"

namespace harmonium::inline v0_2::io {

/// A dense array, row-major.
struct npy_array {
  std::vector<std::size_t> shape;  ///< extents; none: a single number
  std::vector<double> values;      ///< as many as the product of the extents

  friend bool operator==(const npy_array&, const npy_array&) = default;
};

/// Numbers in an array of that shape.
[[nodiscard]] inline std::size_t npy_size(std::span<const std::size_t> shape) noexcept {
  std::size_t size = 1;
  for (const std::size_t extent : shape) size *= extent;
  return size;
}

/// What stands before the values, format 1.0, in C order.
/// @param type as NumPy writes it, such as "<f8"
[[nodiscard]] inline std::string npy_head(std::string_view type,
                                          std::span<const std::size_t> shape) {
  std::string extents;
  for (const std::size_t extent : shape) extents += std::to_string(extent) + ", ";
  if (shape.size() > 1) extents.resize(extents.size() - 2);
  if (shape.size() == 1) extents.resize(extents.size() - 1);  // a tuple of one: (3,)
  std::string head = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (" +
                     extents + "), }";
  constexpr std::size_t before = 10;  // magic, version, length
  head.resize((before + head.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
  head += '\n';
  std::string all("\x93NUMPY\x01\x00", 8);
  all += static_cast<char>(head.size() & 0xff);
  all += static_cast<char>(head.size() >> 8);
  return all + head;
}

/// Writes doubles as .npy, format 1.0, row-major ("C order"), little-endian; whole or not at all.
/// Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".
/// @param values as many as the product of `shape`
/// @throws std::invalid_argument for another number of values; io_error naming the path if it
///         cannot be written.
inline void write_npy(const std::filesystem::path& path, std::span<const std::size_t> shape,
                      std::span<const double> values) {
  require(values.size() == npy_size(shape), "write_npy",
          "as many values as the shape holds expected");
  output_file file(path);
  file.write(std::string_view(npy_head("<f8", shape)));
  std::array<char, 8> bytes{};
  for (const double value : values) {
    auto word = std::bit_cast<std::uint64_t>(value);
    for (char& byte : bytes) {
      byte = static_cast<char>(word & 0xff);
      word >>= 8;
    }
    file.write(std::string_view(bytes.data(), bytes.size()));
  }
  file.commit();
}

/// Reads what `write_npy` and `numpy.save` write for an array of doubles in C order.
/// @throws io_error naming the path for anything else.
inline npy_array read_npy(const std::filesystem::path& path) {
  const auto fail = [&](const char* what) -> io_error { return {path.string(), 0, what}; };
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw fail("cannot be read");
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (text.size() < 12 || text.substr(0, 6) != "\x93NUMPY") throw fail("is no .npy file");
  const std::size_t start = byte(6) == 1 ? 10 : 12;
  std::size_t length = byte(8) + std::size_t{256} * byte(9);
  if (byte(6) > 1) length += (std::size_t{1} << 16) * byte(10) + (std::size_t{1} << 24) * byte(11);
  if (text.size() < start + length) throw fail("ends within its header");
  const std::string head = text.substr(start, length);
  if (head.find("'descr': '<f8'") == std::string::npos) throw fail("holds no doubles ('<f8')");
  if (head.find("'fortran_order': False") == std::string::npos) throw fail("is in Fortran order");
  const std::size_t open = head.find("'shape': (");
  if (open == std::string::npos) throw fail("has no shape");
  npy_array array;
  std::size_t size = 1;
  const char* at = head.data() + open + 10;
  const char* const end = head.data() + head.size();
  while (at != end && *at != ')') {
    std::size_t extent = 0;
    const auto found = std::from_chars(at, end, extent);
    if (found.ptr == at) {
      if (*at != ',' && *at != ' ') throw fail("has a shape that cannot be read");
      ++at;
      continue;
    }
    at = found.ptr;
    if (extent != 0 && size > text.size() / extent) throw fail("is cut short");
    array.shape.push_back(extent);
    size *= extent;
  }
  if (text.size() != start + length + 8 * size)
    throw fail("has another length than its shape says");
  array.values.reserve(size);
  for (std::size_t k = 0; k < size; ++k) {
    std::uint64_t word = 0;
    for (std::size_t b = 8; b-- > 0;) word = word << 8 | byte(start + length + 8 * k + b);
    array.values.push_back(std::bit_cast<double>(word));
  }
  return array;
}

}  // namespace harmonium::inline v0_2::io
