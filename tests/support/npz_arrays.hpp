// SPDX-License-Identifier: MIT
/// @file
/// What an .npz holds, taken apart without zlib or NumPy: stored entries one after the other.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tiny {

inline std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t b = count; b-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + b]);
  return value;
}

/// The .npy of every array, by name.
inline std::map<std::string, std::string> npz_arrays(const std::string& bytes) {
  std::map<std::string, std::string> found;
  std::size_t at = 0;
  while (bytes.substr(at, 4) == std::string("PK\x03\x04", 4)) {
    const auto size = little_endian(bytes, at + 18, 4), name = little_endian(bytes, at + 26, 2),
               extra = little_endian(bytes, at + 28, 2);
    const std::string file = bytes.substr(at + 30, name);
    found[file.substr(0, file.size() - 4)] = bytes.substr(at + 30 + name + extra, size);
    at += 30 + name + extra + size;
  }
  return found;
}

}  // namespace tiny
