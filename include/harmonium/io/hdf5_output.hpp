// SPDX-License-Identifier: MIT
/// @file
/// An HDF5 file that appears whole or not at all. Needs HDF5's C library.
#pragma once

#include <fcntl.h>
#include <hdf5.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/io/hdf5_array.hpp"

namespace harmonium::inline v0_2::io::hdf5 {

/// Writes to `<path>.partial` in the same folder; `commit` renames it to `path`. Without a commit
/// the destructor removes it, and what was at `path` before stays. Equal calls give equal bytes: no
/// times are stored. Members throw io_error naming the path if the file cannot be written.
class output {
 public:
  explicit output(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code problem;
    if (std::filesystem::is_directory(path_, problem))
      throw io_error(path_.string(), 0, "is a folder, a file was to be written");
    partial_ = path_.string() + ".partial";  // before there is a file that it must remove
    const bool was_there = std::filesystem::exists(partial_, problem);
    if (was_there && is_held())
      throw io_error(path_.string(), 0, "is being written by another process");
    const silence quiet;
    errno = 0;
    file_ = handle(H5Fcreate(partial_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    if (file_) return;
    // On a full disk HDF5 leaves an empty file. One that was there may be another process's.
    const int reason = errno;
    if (!was_there) std::filesystem::remove(partial_, problem);
    errno = reason;
    fail();
  }
  output(const output&) = delete;
  output& operator=(const output&) = delete;

  ~output() {
    if (partial_.empty()) return;
    if (failed_) give_up();
    kept_.clear();
    file_ = handle();
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
  }

  /// Makes the group `name` in `parent`, or opens nothing twice: names must be new.
  handle group(const handle& parent, const std::string& name) const {
    const silence quiet;
    const handle how(H5Pcreate(H5P_GROUP_CREATE));
    H5Pset_obj_track_times(how.get(), false);
    return checked(H5Gcreate2(parent.get(), name.c_str(), H5P_DEFAULT, how.get(), H5P_DEFAULT));
  }

  [[nodiscard]] handle root() const {
    return checked(quietly([&] { return H5Gopen2(file_.get(), "/", H5P_DEFAULT); }));
  }

  void text_attribute(const handle& of, const char* name, const std::string& text) const {
    const silence quiet;
    const char* const pointer = text.c_str();
    put_attribute(of, name, variable_text(H5T_CSET_UTF8), handle(H5Screate(H5S_SCALAR)),
                  static_cast<const void*>(&pointer));
  }

  void texts_attribute(const handle& of, const char* name,
                       std::span<const std::string> texts) const {
    const silence quiet;
    const auto pointers = pointers_to(texts);
    const hsize_t extent = texts.size();
    put_attribute(of, name, variable_text(H5T_CSET_UTF8),
                  handle(H5Screate_simple(1, &extent, nullptr)),
                  static_cast<const void*>(pointers.data()));
  }

  void pair_attribute(const handle& of, const char* name, std::int64_t first,
                      std::int64_t second) const {
    const silence quiet;
    const std::int64_t numbers[2] = {first, second};
    const hsize_t extent = 2;
    put_attribute(of, name, handle(H5Tcopy(H5T_STD_I64LE)),
                  handle(H5Screate_simple(1, &extent, nullptr)), numbers, H5T_NATIVE_INT64);
  }

  /// As h5py writes a bool.
  void truth_attribute(const handle& of, const char* name, bool value) const {
    const silence quiet;
    handle type(H5Tenum_create(H5T_STD_I8LE));
    for (const std::int8_t each : {std::int8_t{0}, std::int8_t{1}})
      H5Tenum_insert(type.get(), each ? "TRUE" : "FALSE", &each);
    const auto byte = static_cast<std::int8_t>(value);
    put_attribute(of, name, std::move(type), handle(H5Screate(H5S_SCALAR)), &byte);
  }

  /// A single string of variable length.
  handle text(const handle& parent, const std::string& name, const std::string& value) const {
    const silence quiet;
    const char* const pointer = value.c_str();
    const handle type = variable_text(H5T_CSET_UTF8);
    const handle space(H5Screate(H5S_SCALAR));
    handle made = create(parent, name, type.get(), space, {});
    check(H5Dwrite(made.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                   static_cast<const void*>(&pointer)));
    return made;
  }

  /// Strings of variable length, UTF-8.
  handle texts(const handle& parent, const std::string& name,
               std::span<const std::string> values) const {
    const silence quiet;
    const auto pointers = pointers_to(values);
    const handle type = variable_text(H5T_CSET_UTF8);
    const hsize_t extent = values.size();
    const handle space(H5Screate_simple(1, &extent, nullptr));
    handle made = create(parent, name, type.get(), space, {});
    if (!values.empty())
      check(H5Dwrite(made.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                     static_cast<const void*>(pointers.data())));
    return made;
  }

  /// Strings of the length of the longest, ASCII, padded with zeros, as 10x writes them.
  void fixed_texts(const handle& parent, const std::string& name,
                   std::span<const std::string> values) const {
    const silence quiet;
    std::size_t longest = 1;
    for (const std::string& value : values) longest = std::max(longest, value.size());
    std::string bytes(longest * values.size(), '\0');
    for (std::size_t k = 0; k < values.size(); ++k)
      values[k].copy(bytes.data() + k * longest, longest);
    const handle type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), longest);
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    const hsize_t extent = values.size();
    const handle space(H5Screate_simple(1, &extent, nullptr));
    const handle made = create(parent, name, type.get(), space, {0, extent, 4});
    check(H5Dwrite(made.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()));
  }

  /// An array of `rows` x `columns` numbers (0 columns: of rank 1), yet to be filled by `fill`.
  /// @param stored the type in the file, such as H5T_STD_I32LE
  /// @param level  of deflate, after a shuffle; 0: not compressed
  handle numbers(const handle& parent, const std::string& name, hid_t stored, std::int64_t rows,
                 std::int64_t columns = 0, int level = 4) const {
    const silence quiet;
    const hsize_t extents[2] = {static_cast<hsize_t>(rows), static_cast<hsize_t>(columns)};
    const handle space(H5Screate_simple(columns > 0 ? 2 : 1, extents, nullptr));
    const hsize_t wide = std::max<hsize_t>(extents[1], 1);
    const hsize_t most = std::max<hsize_t>(65536 / wide, 1);
    return create(parent, name, stored, space,
                  {columns > 0 ? wide : 0, std::min(most, extents[0]), level});
  }

  /// An array of rank 1 with no element yet, for as many as `resize` makes room for.
  handle growing(const handle& parent, const std::string& name, hid_t stored, int level = 4) const {
    const silence quiet;
    const hsize_t none = 0;
    const hsize_t most = H5S_UNLIMITED;
    const handle space(H5Screate_simple(1, &none, &most));
    return create(parent, name, stored, space, {0, 65536, level});
  }

  /// Gives an array made by `growing` this many elements.
  void resize(const handle& array, std::int64_t rows) const {
    const silence quiet;
    const auto extent = static_cast<hsize_t>(rows);
    check(H5Dset_extent(array.get(), &extent));
  }

  /// Rows [begin, begin + count) of such an array.
  template <class T>
  void fill(const handle& numbers, std::int64_t begin, std::span<const T> block,
            std::int64_t columns = 1) const {
    if (block.empty()) return;
    const silence quiet;
    const handle space(H5Dget_space(numbers.get()));
    const hsize_t from[2] = {static_cast<hsize_t>(begin), 0};
    const hsize_t extent[2] = {block.size() / static_cast<hsize_t>(columns),
                               static_cast<hsize_t>(columns)};
    const handle memory(H5Screate_simple(H5Sget_simple_extent_ndims(space.get()), extent, nullptr));
    check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, from, nullptr, extent, nullptr));
    check(H5Dwrite(numbers.get(), native_type<T>(), memory.get(), space.get(), H5P_DEFAULT,
                   block.data()));
  }

  /// Puts the file in place. To be called once, last, when nothing made here is open any more.
  void commit() {
    {
      const silence quiet;
      for (const handle& array : kept_) check(H5Dflush(array.get()));
      kept_.clear();
      check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL));
      check(H5Fclose(file_.release()));
    }
    std::error_code problem;
    std::filesystem::rename(partial_, path_, problem);
    if (problem) throw io_error(path_.string(), 0, "cannot be put in place: " + problem.message());
    partial_.clear();
  }

 private:
  /// Whether somebody writes the file: HDF5 holds a lock of the system (flock) as long as it is
  /// open, but takes it only when the file has been emptied.
  [[nodiscard]] bool is_held() const noexcept {
    const int file = ::open(partial_.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) return false;
    const bool held = ::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(file);
    return held;
  }

  struct layout {
    hsize_t columns = 0;  ///< 0: rank 1
    hsize_t rows = 0;     ///< of a chunk; 0: contiguous
    int level = 4;
  };

  /// Puts nothing in the place of the file, which is removed next: HDF5 writes what it holds back
  /// as the file is closed, and one that it cannot close crashes the process as that ends.
  void give_up() const noexcept {
    const silence quiet;
    void* own = nullptr;
    if (!file_ || H5Fget_vfd_handle(file_.get(), H5P_DEFAULT, &own) < 0) return;
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) return;
    ::dup2(nothing, *static_cast<const int*>(own));
    ::close(nothing);
  }

  [[noreturn]] void fail() const {
    failed_ = true;
    throw io_error(path_.string(), 0,
                   "cannot be written" +
                       (errno != 0 ? std::string(": ") + std::strerror(errno) : std::string()));
  }
  void check(herr_t status) const {
    if (status < 0) fail();
  }
  [[nodiscard]] handle checked(hid_t id) const {
    handle owner(id);
    if (!owner) fail();
    return owner;
  }

  static std::vector<const char*> pointers_to(std::span<const std::string> texts) {
    std::vector<const char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    return pointers;
  }

  void put_attribute(const handle& of, const char* name, handle type, handle space,
                     const void* value, hid_t memory = -1) const {
    const handle made =
        checked(H5Acreate2(of.get(), name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
    if (H5Sget_simple_extent_npoints(space.get()) == 0) return;
    check(H5Awrite(made.get(), memory < 0 ? type.get() : memory, value));
  }

  handle create(const handle& parent, const std::string& name, hid_t type, const handle& space,
                const layout& chunks) const {
    const handle how(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_obj_track_times(how.get(), false);
    if (chunks.rows > 0) {
      const hsize_t extent[2] = {chunks.rows, chunks.columns};
      check(H5Pset_chunk(how.get(), H5Sget_simple_extent_ndims(space.get()), extent));
      if (chunks.level > 0) {
        H5Pset_shuffle(how.get());
        check(H5Pset_deflate(how.get(), static_cast<unsigned>(chunks.level)));
      }
    }
    handle made = checked(H5Dcreate2(parent.get(), name.c_str(), type, space.get(), H5P_DEFAULT,
                                     how.get(), H5P_DEFAULT));
    kept_.emplace_back();  // may throw, and before there are two owners
    H5Iinc_ref(made.get());
    kept_.back() = handle(made.get());
    return made;
  }

  std::filesystem::path path_;
  std::filesystem::path partial_;  // empty once there is nothing to remove
  handle file_;
  /// Every array, so that none is closed before `commit` has seen that all of it is written.
  mutable std::vector<handle> kept_;
  mutable bool failed_ = false;
};

}  // namespace harmonium::inline v0_2::io::hdf5
