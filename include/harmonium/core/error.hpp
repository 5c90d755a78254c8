// SPDX-License-Identifier: MIT
/// @file
/// Errors. A broken precondition throws `std::invalid_argument` (shape, option) or
/// `std::domain_error` (value); files throw `io_error`; a count that does not fit its type throws
/// `std::overflow_error`. Not converging is no error: it is data in the result.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace harmonium::inline v0_2 {

/// A file could not be read or written as asked. The text is `file:line: what`, or `file: what`
/// where no line is to blame.
class io_error : public std::runtime_error {
 public:
  /// @param line 1-based line of the file, 0 where none is to blame.
  io_error(std::string file, std::int64_t line, const std::string& what)
      : std::runtime_error(file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + what),
        file_(std::move(file)),
        line_(line) {}

  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] std::int64_t line() const noexcept { return line_; }

 private:
  std::string file_;
  std::int64_t line_;
};

/// Throws `std::invalid_argument("function: message")` unless `holds`.
/// The message says which argument was wrong, what it was, and what was expected.
inline void require(bool holds, const char* function, const std::string& message) {
  if (!holds) throw std::invalid_argument(std::string(function) + ": " + message);
}

/// The same for literal messages; costs nothing when the condition holds.
inline void require(bool holds, const char* function, const char* message) {
  if (!holds) throw std::invalid_argument(std::string(function) + ": " + message);
}

}  // namespace harmonium::inline v0_2
