// SPDX-License-Identifier: MIT
/// @file
/// The lines of a text file, plain or gzip, with their numbers. Needs zlib.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/io/input_bytes.hpp"

namespace harmonium::inline v0_2::io {

/// Gives line after line. A byte order mark, carriage returns before newlines and a missing newline
/// at the end are taken in stride. A NUL byte is an error: the file is no text (or UTF-16).
class line_reader {
 public:
  /// @throws io_error as `input_bytes`, and if the file is empty.
  explicit line_reader(const std::filesystem::path& path)
      : source_(path), buffer_(buffer_for(source_.file_size(), std::size_t{1} << 18)) {
    if (!refill()) throw io_error(source_.name(), 0, "the file is empty");
    if (end_ >= 3 && std::memcmp(buffer_.data(), "\xEF\xBB\xBF", 3) == 0) begin_ = 3;
  }

  /// The next line without its end; valid until the next call. False at the end of the file.
  bool next(std::string_view& line) {
    std::size_t searched = begin_;
    for (;;) {
      const char* const data = buffer_.data();
      if (const void* found = std::memchr(data + searched, '\n', end_ - searched)) {
        const char* newline = static_cast<const char*>(found);
        give(line, static_cast<std::size_t>(newline - data));
        begin_ = static_cast<std::size_t>(newline - data) + 1;
        return true;
      }
      const std::size_t unfinished = end_ - begin_;
      if (!refill()) {
        if (unfinished == 0) return false;
        give(line, end_);
        begin_ = end_;
        return true;
      }
      searched = begin_ + unfinished;
    }
  }

  /// Like `next`, for tables: empty lines are legal at the end of the file only.
  bool next_row(std::string_view& line) {
    if (!next(line)) return false;
    if (!line.empty()) return true;
    const std::int64_t first_empty = line_;
    while (next(line))
      if (!line.empty()) fail_at(first_empty, "the line is empty");
    return false;
  }

  /// 1-based number of the line last given, 0 before the first.
  [[nodiscard]] std::int64_t line() const noexcept { return line_; }
  [[nodiscard]] const input_bytes& source() const noexcept { return source_; }

  /// Throws io_error about the line last given.
  [[noreturn]] void fail(const std::string& what) const { fail_at(line_, what); }
  [[noreturn]] void fail_at(std::int64_t line, const std::string& what) const {
    throw io_error(source_.name(), line, what);
  }

 private:
  void give(std::string_view& line, std::size_t end) {
    ++line_;
    std::size_t length = end - begin_;
    if (length > 0 && buffer_[end - 1] == '\r') --length;
    line = std::string_view(buffer_.data() + begin_, length);
  }

  /// More bytes behind the unfinished line, which moves to the front. False if there are none.
  bool refill() {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == buffer_.size()) {
      if (end_ >= longest_line) fail_at(line_ + 1, "the line is longer than 1 GiB");
      buffer_.resize(2 * end_);
    }
    char* const fresh = buffer_.data() + end_;
    const std::size_t count = source_.read(fresh, buffer_.size() - end_, line_ + 1);
    if (void* zero = std::memchr(fresh, 0, count)) {
      const auto lines = std::count(fresh, static_cast<char*>(zero), '\n');
      fail_at(line_ + 1 + lines, "a NUL byte: this is no text file");
    }
    end_ += count;
    return count > 0;
  }

  static constexpr std::size_t longest_line = std::size_t{1} << 30;

  input_bytes source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of the next line
  std::size_t end_ = 0;    // of the bytes read
  std::int64_t line_ = 0;
};

}  // namespace harmonium::inline v0_2::io
