// SPDX-License-Identifier: MIT
/// @file
/// The bytes of a file, gunzipped where need be. Needs zlib.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/io/between_blocks.hpp"

namespace harmonium::inline v0_2::io {

/// Bytes of a buffer for a file of this size: `most`, or less where all of it fits into less.
/// @param size 0 where it is not known
inline std::size_t buffer_for(std::int64_t size, std::size_t most) {
  constexpr std::size_t least = 64;
  return size == 0 ? most : std::clamp(static_cast<std::size_t>(size) + 1, least, most);
}

/// Reads a file from front to end. Whether it is gzip is told by its first two bytes, not by its
/// name. Several gzip members in a row (bgzip, `cat a.gz b.gz`) are one text; zero padding after
/// them is legal, anything else is an error, as are data that end early or fail their checksum.
class input_bytes {
 public:
  /// @throws io_error if the path does not exist, is a folder or cannot be opened.
  explicit input_bytes(const std::filesystem::path& path) : name_(path.string()) {
    std::error_code problem;
    const auto status = std::filesystem::status(path, problem);
    if (!std::filesystem::exists(status)) throw io_error(name_, 0, "no such file");
    if (std::filesystem::is_directory(status))
      throw io_error(name_, 0, "is a folder, a file was expected");
    if (std::filesystem::is_regular_file(status))
      size_ = static_cast<std::int64_t>(std::filesystem::file_size(path, problem));
    file_.reset(std::fopen(name_.c_str(), "rb"));
    if (!file_) throw io_error(name_, 0, std::string("cannot be opened: ") + std::strerror(errno));
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // we hold the only buffer
    refill_raw(0);
    compressed_ = raw_count_ >= 2 && raw_[0] == 0x1f && raw_[1] == 0x8b;
    if (compressed_) {
      stream_.reset(new z_stream{});
      if (inflateInit2(stream_.get(), 15 + 16) != Z_OK)
        throw io_error(name_, 0, "zlib could not start");
    }
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool compressed() const noexcept { return compressed_; }
  /// Bytes on disk; 0 where the size is not known (a pipe).
  [[nodiscard]] std::int64_t file_size() const noexcept { return size_; }

  /// Up to `capacity` bytes into `out`. Returns how many, 0 at the end.
  /// @param line where the reader stands, for the text of an error.
  /// @throws io_error if reading fails or gzip data are damaged, once all sound bytes are out.
  std::size_t read(char* out, std::size_t capacity, std::int64_t line) {
    between_blocks::look();
    return compressed_ ? read_gzip(out, capacity, line) : read_plain(out, capacity, line);
  }

 private:
  struct close_file {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  struct end_inflate {
    void operator()(z_stream* stream) const noexcept {
      inflateEnd(stream);
      delete stream;
    }
  };

  std::size_t read_plain(char* out, std::size_t capacity, std::int64_t line) {
    if (raw_next_ == raw_count_) return read_file(out, capacity, line);
    const std::size_t count = std::min(capacity, raw_count_ - raw_next_);
    std::memcpy(out, raw_.data() + raw_next_, count);
    raw_next_ += count;
    return count;
  }

  std::size_t read_gzip(char* out, std::size_t capacity, std::int64_t line) {
    std::size_t produced = 0;
    while (produced < capacity && damage_.empty()) {
      if (raw_next_ == raw_count_) refill_raw(line);
      if (between_members_ && !next_member(line)) break;
      if (raw_count_ == 0) {
        damage_ = "gzip data end early: the file is cut short";
        break;
      }
      z_stream& stream = *stream_;
      stream.next_in = raw_.data() + raw_next_;
      stream.avail_in = static_cast<uInt>(raw_count_ - raw_next_);
      stream.next_out = reinterpret_cast<Bytef*>(out + produced);
      stream.avail_out = static_cast<uInt>(capacity - produced);
      const int status = inflate(&stream, Z_NO_FLUSH);
      raw_next_ = raw_count_ - stream.avail_in;
      produced = capacity - stream.avail_out;
      if (status == Z_STREAM_END) {
        between_members_ = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        damage_ = std::string("gzip data are damaged: ") + (stream.msg ? stream.msg : "unknown");
      }
    }
    if (produced == 0 && !damage_.empty()) throw io_error(name_, line, damage_);
    return produced;
  }

  bool next_member(std::int64_t line) {
    while (raw_count_ > 0 && raw_[raw_next_] == 0) {
      if (++raw_next_ == raw_count_) refill_raw(line);
    }
    if (raw_count_ == 0) return false;
    if (raw_[raw_next_] != 0x1f) {
      damage_ = "other bytes follow the gzip data";
      return false;
    }
    inflateReset(stream_.get());
    between_members_ = false;
    return true;
  }

  void refill_raw(std::int64_t line) {
    raw_.resize(buffer_for(size_, std::size_t{1} << 17));
    raw_count_ = read_file(raw_.data(), raw_.size(), line);
    raw_next_ = 0;
  }

  std::size_t read_file(void* out, std::size_t capacity, std::int64_t line) {
    const std::size_t count = std::fread(out, 1, capacity, file_.get());
    if (count < capacity && std::ferror(file_.get()))
      throw io_error(name_, line, std::string("cannot be read: ") + std::strerror(errno));
    return count;
  }

  std::string name_;
  std::int64_t size_ = 0;
  std::unique_ptr<std::FILE, close_file> file_;
  std::unique_ptr<z_stream, end_inflate> stream_;
  std::vector<unsigned char> raw_;  // bytes as on disk
  std::string damage_;              // found, thrown once the sound bytes before it are out
  std::size_t raw_next_ = 0;
  std::size_t raw_count_ = 0;
  bool compressed_ = false;
  bool between_members_ = false;
};

}  // namespace harmonium::inline v0_2::io
