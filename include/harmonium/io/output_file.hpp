// SPDX-License-Identifier: MIT
/// @file
/// A text file that appears whole or not at all. Needs zlib.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <concepts>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/io/between_blocks.hpp"
#include "harmonium/io/gzip_blocks.hpp"

namespace harmonium::inline v0_2::io {

/// How an output is compressed.
struct output_options {
  bool compress =
      false;        ///< gzip; the bytes depend on text, level and zlib only (no time, no name)
  int level = 6;    ///< zlib's, 1 (fast) to 9 (small); ignored unless `compress`
  int threads = 1;  ///< that compress; without effect on the bytes
};

/// Writes to `<path>.partial` in the same folder; `commit` renames it to `path`. Without a commit
/// the destructor removes it, and what was at `path` before stays: also where a write throws, the
/// disk is full or memory runs out. A process that is killed leaves the partial file, which the
/// next one takes over; one that is being written is refused (by flock, where the file system has
/// it).
class output_file {
 public:
  /// @throws io_error naming the path if it cannot be written, or is being written by somebody
  /// else;
  ///         std::invalid_argument for the level.
  explicit output_file(std::filesystem::path path, const output_options& options = {})
      : output_file(opened{}, std::move(path), options) {
    // What throws from here on finds an object, whose destructor removes the partial file.
    if (!options.compress) return;
    gzip_.emplace(options.level, options.threads);
    const auto header = gzip_->header();
    put(header.data(), header.size());
    // The dictionary of the next block, and the blocks of one round.
    text_.resize(gzip_blocks::dictionary + blocks_of_a_round * gzip_blocks::block);
  }

  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;

  ~output_file() {
    if (!lock_.held() || partial_.empty()) return;
    file_.reset();
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
  }

  void write(std::string_view text) {
    while (text.size() > text_.size() - used_) {
      const std::size_t count = text_.size() - used_;
      append(text.substr(0, count));
      text.remove_prefix(count);
      flush(false);
    }
    append(text);
  }

  template <std::integral Number>
  void write(Number number) {
    if (text_.size() - used_ < std::numeric_limits<Number>::digits10 + 3) flush(false);
    char* const begin = text_.data() + used_;
    const auto end = std::to_chars(begin, text_.data() + text_.size(), number).ptr;
    used_ += static_cast<std::size_t>(end - begin);
  }

  void write(char c) {
    if (used_ == text_.size()) flush(false);
    text_[used_++] = c;
  }

  /// Writes out what is pending and puts the file in place. To be called once, last.
  void commit() {
    finish();
    std::error_code problem;
    std::filesystem::rename(partial_, path_, problem);
    if (problem) throw io_error(path_.string(), 0, "cannot be put in place: " + problem.message());
    partial_.clear();
    lock_.release();
  }

  /// Writes out what is pending and closes, so that `commit` has nothing left but the rename: for
  /// several files that should appear together.
  void finish() {
    if (!file_) return;
    flush(true);
    errno = 0;
    if (std::fclose(file_.release()) != 0) fail("cannot be written");
  }

 private:
  struct opened {};
  output_file(opened, std::filesystem::path path, const output_options& options)
      : path_(std::move(path)), partial_(path_.string() + ".partial"), text_(chunk) {
    require(options.level >= 1 && options.level <= 9, "output_file", "level must be 1 to 9");
    require(options.threads >= 1, "output_file", "threads must be at least 1");
    std::error_code problem;
    if (std::filesystem::is_directory(path_, problem))
      throw io_error(path_.string(), 0, "is a folder, a file was to be written");
    open_partial();
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // we hold the only buffer
  }

  struct close_file {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  /// A descriptor that keeps the lock of the partial file until that has its name.
  class held_lock {
   public:
    held_lock() = default;
    held_lock(const held_lock&) = delete;
    held_lock& operator=(const held_lock&) = delete;
    ~held_lock() { release(); }
    [[nodiscard]] bool held() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    void take(int descriptor) noexcept {
      release();
      descriptor_ = descriptor;
    }
    void release() noexcept {
      if (descriptor_ >= 0) ::close(descriptor_);
      descriptor_ = -1;
    }
    /// Somebody else closes it.
    void forget() noexcept { descriptor_ = -1; }

   private:
    int descriptor_ = -1;
  };

  void open_partial() {
    for (;;) {
      errno = 0;
      held_lock own;
      own.take(::open(partial_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
      if (!own.held()) fail("cannot be written");
      if (::flock(own.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        throw io_error(path_.string(), 0, "is being written by another process");
      // Who had it may have renamed it between our two calls: then it is not ours.
      struct stat mine {
      }, named{};
      if (::fstat(own.get(), &mine) != 0) fail("cannot be written");
      if (::stat(partial_.c_str(), &named) != 0 || mine.st_ino != named.st_ino ||
          mine.st_dev != named.st_dev)
        continue;
      // From here on the partial file is ours to remove.
      lock_.take(::fcntl(own.get(), F_DUPFD_CLOEXEC, 0));
      if (!lock_.held()) fail("cannot be written");
      if (S_ISREG(mine.st_mode) && ::ftruncate(own.get(), 0) != 0) fail_and_remove();
      file_.reset(::fdopen(own.get(), "wb"));
      if (!file_) fail_and_remove();
      own.forget();
      return;
    }
  }

  /// For the constructor, after which no destructor runs.
  [[noreturn]] void fail_and_remove() {
    const int why = errno;
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
    errno = why;
    fail("cannot be written");
  }

  void append(std::string_view text) {
    std::copy(text.begin(), text.end(), text_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += text.size();
  }

  /// Makes room: of gzip, compresses whole blocks and keeps the rest.
  void flush(bool last) {
    if (!last) between_blocks::look();
    if (!gzip_) {
      put(text_.data(), used_);
      used_ = 0;
      return;
    }
    const std::size_t pending = used_ - written_;
    const std::size_t end =
        last ? used_ : written_ + pending / gzip_blocks::block * gzip_blocks::block;
    gzip_->compress(std::span(text_.data(), end), written_, last,
                    [this](std::span<const unsigned char> part) { put(part.data(), part.size()); });
    if (last) {
      const auto trailer = gzip_->trailer();
      put(trailer.data(), trailer.size());
    }
    const std::size_t kept = end - std::min(end, gzip_blocks::dictionary);
    std::copy(text_.begin() + static_cast<std::ptrdiff_t>(kept),
              text_.begin() + static_cast<std::ptrdiff_t>(used_), text_.begin());
    written_ = end - kept;
    used_ -= kept;
  }

  void put(const void* bytes, std::size_t count) {
    if (count > 0 && std::fwrite(bytes, 1, count, file_.get()) != count) fail("cannot be written");
  }

  [[noreturn]] void fail(const char* what) const {
    throw io_error(path_.string(), 0, std::string(what) + ": " + std::strerror(errno));
  }

  static constexpr std::size_t chunk = std::size_t{1} << 17;
  static constexpr std::size_t blocks_of_a_round = 16;

  std::filesystem::path path_;
  std::filesystem::path partial_;  // empty once there is nothing to remove
  held_lock lock_;
  std::unique_ptr<std::FILE, close_file> file_;
  std::optional<gzip_blocks> gzip_;
  std::vector<char> text_;
  std::size_t written_ = 0;  // of text_, kept as dictionary
  std::size_t used_ = 0;     // of text_, with what is written
};

}  // namespace harmonium::inline v0_2::io
