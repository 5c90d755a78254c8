// SPDX-License-Identifier: MIT
/// @file
/// The container of a model file: named sections, each with its length and checksum. Needs zlib.
///
///     8 bytes   89 48 41 52 4d 0d 0a 1a ("\x89HARM\r\n\x1a": tells damage by text transfer)
///     u32       version of the format, 1
///     u32       number of sections
///     u32       CRC-32 of the 16 bytes before
///     sections  u32 length of the name, its bytes; u64 length of the payload; u32 CRC-32 of name
///     and
///               payload; the payload
///
/// All numbers are little-endian. Nothing follows the last section.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/io/input_bytes.hpp"
#include "harmonium/io/output_file.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io {

/// Appends numbers and texts to a payload.
class payload_writer {
 public:
  void number(std::uint64_t value, std::size_t bytes = 8) {
    for (std::size_t b = 0; b < bytes; ++b)
      text_ += static_cast<char>(static_cast<unsigned char>(value >> (8 * b)));
  }
  void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
  void reals(std::span<const double> values) {
    number(values.size());
    for (const double value : values) real(value);
  }
  void single(float value) { number(std::bit_cast<std::uint32_t>(value), 4); }
  void singles(std::span<const float> values) {
    number(values.size());
    for (const float value : values) single(value);
  }
  void text(std::string_view value) {
    number(value.size());
    text_ += value;
  }
  void texts(std::span<const std::string> values) {
    number(values.size());
    for (const std::string& value : values) text(value);
  }

  [[nodiscard]] const std::string& bytes() const noexcept { return text_; }

 private:
  std::string text_;
};

/// Takes them out again. Every length is held against the bytes that are left before anything is
/// allocated; members throw io_error naming file and section.
class payload_reader {
 public:
  payload_reader(std::string file, std::string section, std::string_view bytes)
      : file_(std::move(file)), section_(std::move(section)), left_(bytes) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw io_error(file_, 0, "section " + in_quotes(section_) + ": " + what);
  }

  std::uint64_t number(std::size_t bytes = 8) {
    if (left_.size() < bytes) fail("ends early");
    std::uint64_t value = 0;
    for (std::size_t b = bytes; b-- > 0;) value = value << 8 | static_cast<unsigned char>(left_[b]);
    left_.remove_prefix(bytes);
    return value;
  }
  /// A count of things that take at least so many bytes each.
  std::size_t count(std::size_t bytes, const char* what = "numbers") {
    const std::uint64_t size = number();
    if (size > left_.size() / bytes) fail(std::string("announces more ") + what + " than it holds");
    return static_cast<std::size_t>(size);
  }
  double real() { return std::bit_cast<double>(number()); }
  std::vector<double> reals() {
    std::vector<double> values(count(8));
    for (double& value : values) value = real();
    return values;
  }
  std::vector<float> singles() {
    std::vector<float> values(count(4));
    for (float& value : values) value = std::bit_cast<float>(static_cast<std::uint32_t>(number(4)));
    return values;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > left_.size()) fail("announces a longer text than it holds");
    std::string value(left_.substr(0, static_cast<std::size_t>(size)));
    left_.remove_prefix(static_cast<std::size_t>(size));
    return value;
  }
  std::vector<std::string> texts() {
    const std::size_t size = count(8, "texts");
    std::vector<std::string> values;
    values.reserve(size);
    for (std::size_t k = 0; k < size; ++k) values.push_back(text());
    return values;
  }

  /// To be called when all was taken. @throws io_error if something is left.
  void end() const {
    if (!left_.empty()) fail("holds " + std::to_string(left_.size()) + " bytes too many");
  }

 private:
  std::string file_;
  std::string section_;
  std::string_view left_;
};

/// The sections of a file, in order, with names that occur once.
class model_sections {
 public:
  static constexpr std::uint32_t format = 1;
  static constexpr std::string_view magic{"\x89HARM\r\n\x1a", 8};
  static constexpr std::size_t longest_name = 64;

  model_sections() = default;

  /// Reads all of a file and checks every sum.
  /// @throws io_error if it is none, of a newer format, cut short, damaged, or goes on after its
  /// end.
  explicit model_sections(const std::filesystem::path& path) : file_(path.string()) {
    const std::string bytes = whole_file(path);
    if (bytes.size() < magic.size() || std::string_view(bytes).substr(0, magic.size()) != magic)
      fail("is no model file of harmonium");
    if (bytes.size() < 20) fail("is cut short");
    payload_reader head(file_, "head", std::string_view(bytes).substr(8, 12));
    const auto version = head.number(4);
    const auto sections = head.number(4);
    if (version > format)
      fail("has format " + std::to_string(version) + ", which is newer than this library reads (" +
           std::to_string(format) + ")");
    if (version != format || head.number(4) != checksum({std::string_view(bytes).substr(0, 16)}))
      fail("is damaged in its head");
    std::string_view rest = std::string_view(bytes).substr(20);
    for (std::uint64_t k = 0; k < sections; ++k) rest = read_section(rest);
    if (!rest.empty())
      fail("goes on after its last section: " + std::to_string(rest.size()) + " bytes");
  }

  [[nodiscard]] const std::string& file() const noexcept { return file_; }

  void add(std::string name, const payload_writer& payload) {
    require(!name.empty() && name.size() <= longest_name && !contains(name), "model_sections::add",
            "the name " + in_quotes(name) + " is empty, too long or used twice");
    names_.push_back(std::move(name));
    payloads_.push_back(payload.bytes());
  }

  [[nodiscard]] bool contains(std::string_view name) const {
    for (const auto& each : names_)
      if (each == name) return true;
    return false;
  }
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

  /// @throws io_error if there is no such section.
  [[nodiscard]] payload_reader at(std::string_view name) const {
    for (std::size_t k = 0; k < names_.size(); ++k)
      if (names_[k] == name) return {file_, names_[k], payloads_[k]};
    fail("has no section " + in_quotes(name));
  }

  /// Writes them, whole or not at all; equal sections give equal bytes.
  void write(const std::filesystem::path& path) const {
    payload_writer head;
    head.number(format, 4);
    head.number(names_.size(), 4);
    std::string bytes = std::string(magic) + head.bytes();
    payload_writer sum;
    sum.number(checksum({bytes}), 4);
    output_file file(path);
    file.write(std::string_view(bytes + sum.bytes()));
    for (std::size_t k = 0; k < names_.size(); ++k) {
      payload_writer before;
      before.number(names_[k].size(), 4);
      file.write(std::string_view(before.bytes()));
      file.write(std::string_view(names_[k]));
      payload_writer after;
      after.number(payloads_[k].size());
      after.number(checksum({names_[k], payloads_[k]}), 4);
      file.write(std::string_view(after.bytes()));
      file.write(std::string_view(payloads_[k]));
    }
    file.commit();
  }

  [[noreturn]] void fail(const std::string& what) const { throw io_error(file_, 0, what); }

 private:
  static std::string whole_file(const std::filesystem::path& path) {
    input_bytes input(path);
    if (input.compressed()) throw io_error(path.string(), 0, "is no model file of harmonium");
    std::string bytes;
    const std::size_t step = buffer_for(input.file_size(), std::size_t{1} << 20);
    for (std::size_t count = 1; count > 0;) {
      const std::size_t size = bytes.size();
      bytes.resize(size + step);
      count = input.read(bytes.data() + size, step, 0);
      bytes.resize(size + count);
    }
    return bytes;
  }

  static std::uint64_t checksum(std::initializer_list<std::string_view> parts) {
    uLong sum = crc32(0, nullptr, 0);
    for (std::string_view part : parts)
      while (!part.empty()) {
        const auto count =
            static_cast<uInt>(std::min<std::size_t>(part.size(), std::size_t{1} << 30));
        sum = crc32(sum, reinterpret_cast<const Bytef*>(part.data()), count);
        part.remove_prefix(count);
      }
    return sum;
  }

  std::string_view read_section(std::string_view rest) {
    const auto take = [&](std::uint64_t count) {
      if (count > rest.size()) fail("is cut short");
      const std::string_view taken = rest.substr(0, static_cast<std::size_t>(count));
      rest.remove_prefix(static_cast<std::size_t>(count));
      return taken;
    };
    const auto number = [&](std::size_t bytes) {
      return payload_reader(file_, "head", take(bytes)).number(bytes);
    };
    const std::uint64_t length = number(4);
    if (length == 0 || length > longest_name)
      fail("is damaged: a section's name has " + std::to_string(length) + " bytes, expected 1 to " +
           std::to_string(longest_name));
    const std::string name(take(length));
    const std::uint64_t size = number(8);
    const std::uint64_t sum = number(4);
    const std::string_view payload = take(size);
    if (sum != checksum({name, payload}))
      fail("section " + in_quotes(name) + " is damaged: its checksum does not fit");
    if (contains(name)) fail("has section " + in_quotes(name) + " twice");
    names_.push_back(name);
    payloads_.emplace_back(payload);
    return rest;
  }

  std::string file_;
  std::vector<std::string> names_;
  std::vector<std::string> payloads_;
};

}  // namespace harmonium::inline v0_2::io
