// SPDX-License-Identifier: MIT
/// @file
/// Model files taken apart and put together again, with sound checksums over whatever was changed.
#pragma once

#include <zlib.h>

#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tiny {

class model_editor {
 public:
  explicit model_editor(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    std::size_t at = 20;
    while (at < all.size()) {
      const auto length = static_cast<std::size_t>(number_at(all, at, 4));
      const std::string name = all.substr(at + 4, length);
      const auto size = static_cast<std::size_t>(number_at(all, at + 4 + length, 8));
      at += 4 + length + 12;
      begins_.push_back(at);
      sections_.emplace_back(name, all.substr(at, size));
      at += size;
    }
  }

  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& sections() const {
    return sections_;
  }
  /// Where each payload began in the file.
  [[nodiscard]] const std::vector<std::size_t>& begins() const { return begins_; }

  std::string& operator[](const std::string& name) {
    for (auto& [each, payload] : sections_)
      if (each == name) return payload;
    throw std::out_of_range(name);
  }
  void remove(const std::string& name) {
    std::erase_if(sections_, [&](const auto& each) { return each.first == name; });
  }
  void add(const std::string& name, const std::string& payload) {
    sections_.emplace_back(name, payload);
  }

  /// @param announced number of sections that the head tells; none: as many as there are
  [[nodiscard]] std::string bytes(std::uint64_t announced = ~std::uint64_t{0},
                                  std::uint64_t format = 1) const {
    std::string all("\x89HARM\r\n\x1a", 8);
    all += number(format, 4) + number(~announced == 0 ? sections_.size() : announced, 4);
    all += number(sum(all), 4);
    for (const auto& [name, payload] : sections_)
      all += number(name.size(), 4) + name + number(payload.size(), 8) +
             number(sum(name + payload), 4) + payload;
    return all;
  }

  static std::string number(std::uint64_t value, std::size_t bytes = 8) {
    std::string text;
    for (std::size_t b = 0; b < bytes; ++b)
      text += static_cast<char>(static_cast<unsigned char>(value >> (8 * b)));
    return text;
  }
  static std::string real(double value) { return number(std::bit_cast<std::uint64_t>(value)); }
  /// `with` in place of as many bytes.
  static void put(std::string& payload, std::size_t at, const std::string& with) {
    payload.replace(at, with.size(), with);
  }

 private:
  static std::uint64_t number_at(const std::string& text, std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t b = bytes; b-- > 0;)
      value = value << 8 | static_cast<unsigned char>(text.at(at + b));
    return value;
  }
  static std::uint64_t sum(const std::string& text) {
    return crc32(crc32(0, nullptr, 0), reinterpret_cast<const Bytef*>(text.data()),
                 static_cast<uInt>(text.size()));
  }

  std::vector<std::pair<std::string, std::string>> sections_;
  std::vector<std::size_t> begins_;
};

}  // namespace tiny
