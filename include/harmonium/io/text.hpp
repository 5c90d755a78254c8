// SPDX-License-Identifier: MIT
/// @file
/// Small pieces of text parsing shared by the readers.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace harmonium::inline v0_2::io {

/// `text` in quotes for an error message: at most 40 bytes, control characters as '?'.
inline std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string shown = "'";
  for (const char c : text.substr(0, longest))
    shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return shown + (text.size() > longest ? "...'" : "'");
}

/// The parts of `line` between separators; always at least one.
inline void split(std::string_view line, char separator, std::vector<std::string_view>& parts) {
  parts.clear();
  for (;;) {
    const std::size_t end = line.find(separator);
    parts.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

/// A number read from text, or why it is none: `complaint` continues the sentence "'-3' ...".
struct parsed_number {
  std::int64_t value = 0;           ///< meaningless with a complaint
  const char* complaint = nullptr;  ///< null if all is well
};

/// Up to nine digits from `text`, the short way: returns the first byte that is no digit, or null
/// if there is no digit or more than nine.
inline const char* read_digits(const char* text, const char* end, std::int32_t& value) noexcept {
  const char* const start = text;
  std::uint32_t number = 0;
  for (; text != end; ++text) {
    const auto digit = static_cast<unsigned>(static_cast<unsigned char>(*text)) - '0';
    if (digit > 9) break;
    number = number * 10 + digit;
    if (text - start == 9) return nullptr;
  }
  value = static_cast<std::int32_t>(number);
  return text == start ? nullptr : text;
}

/// A whole number >= 0 in digits.
inline parsed_number parse_position(std::string_view text) {
  parsed_number number;
  const auto [stop, problem] =
      std::from_chars(text.data(), text.data() + text.size(), number.value);
  if (stop != text.data() + text.size() || text.empty())
    return {0, "is not a whole number in digits"};
  if (text.front() == '-') return {0, "is negative"};
  if (problem != std::errc()) return {0, "does not fit 64 bits"};
  return number;
}

/// A count: a whole number from 0 to 2^31 - 1, in any notation ("12", "12.0", "1.2e1").
inline parsed_number parse_count(std::string_view text) {
  constexpr auto largest = std::numeric_limits<std::int32_t>::max();
  constexpr const char* too_large = "is too large: a count is at most 2147483647";
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  if (text.empty()) return {0, "is no number"};

  parsed_number number;
  const auto whole = std::from_chars(text.data(), end, number.value);
  if (whole.ptr == end) {
    if (text.front() == '-' && (whole.ec != std::errc() || number.value < 0))
      return {0, "is negative"};
    if (whole.ec != std::errc() || number.value > largest) return {0, too_large};
    return number;
  }
  double real = 0;
  const auto read = std::from_chars(text.data(), end, real);
  if (read.ptr != end || read.ec == std::errc::invalid_argument) return {0, "is no number"};
  if (read.ec == std::errc::result_out_of_range) return {0, "is out of range"};
  if (!std::isfinite(real)) return {0, "is not finite"};
  if (real < 0) return {0, "is negative"};
  if (real != std::floor(real)) return {0, "is not a whole number"};
  if (real > largest) return {0, too_large};
  return {static_cast<std::int64_t>(real), nullptr};
}

}  // namespace harmonium::inline v0_2::io
