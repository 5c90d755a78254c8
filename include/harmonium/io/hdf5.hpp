// SPDX-License-Identifier: MIT
/// @file
/// HDF5 files as a tree of groups and arrays with attributes. Errors are `io_error`s that name the
/// file and the path inside it. Needs HDF5's C library, which is to be used by one thread at a
/// time.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io::hdf5 {

/// While it lives HDF5 prints nothing of its errors; whatever was set before is put back.
class silence {
 public:
  silence() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  silence(const silence&) = delete;
  silence& operator=(const silence&) = delete;
  ~silence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// Calls HDF5 without a word from it.
template <class Call>
auto quietly(Call&& call) {
  const silence quiet;
  return call();
}

/// Owns an identifier of HDF5, of whatever kind.
class handle {
 public:
  handle() = default;
  explicit handle(hid_t id) noexcept : id_(id) {}
  handle(handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  handle& operator=(handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~handle() {
    if (id_ >= 0) quietly([&] { return H5Idec_ref(id_); });
  }

  [[nodiscard]] hid_t get() const noexcept { return id_; }
  explicit operator bool() const noexcept { return id_ >= 0; }
  /// Gives the identifier away.
  [[nodiscard]] hid_t release() noexcept { return std::exchange(id_, -1); }

 private:
  hid_t id_ = -1;
};

/// Type in memory of a variable-length string with the character set of `like`.
inline handle variable_text(H5T_cset_t set) {
  handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), set);
  return type;
}

/// A fixed-length string as it lies in memory, without its padding.
inline std::string unpadded(std::string_view bytes, H5T_str_t padding) {
  if (padding == H5T_STR_SPACEPAD) {
    const std::size_t last = bytes.find_last_not_of(' ');
    return std::string(bytes.substr(0, last == std::string_view::npos ? 0 : last + 1));
  }
  return std::string(bytes.substr(0, bytes.find('\0')));
}

/// A file as all its objects know it.
struct source {
  std::string name;        ///< its path, for errors
  std::int64_t bytes = 0;  ///< on disk
};

/// A group or an array (HDF5's dataset) of a file that is open.
class object {
 public:
  object(std::shared_ptr<const source> file, std::string path, handle id)
      : file_(std::move(file)),
        path_(std::move(path)),
        id_(std::make_shared<const handle>(std::move(id))) {}

  [[nodiscard]] const source& file() const noexcept { return *file_; }
  [[nodiscard]] const std::shared_ptr<const source>& shared_file() const noexcept { return file_; }
  /// Inside the file, such as "/X/indptr".
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] hid_t id() const noexcept { return id_->get(); }
  [[nodiscard]] bool is_group() const { return H5Iget_type(id()) == H5I_GROUP; }
  [[nodiscard]] bool is_array() const { return H5Iget_type(id()) == H5I_DATASET; }

  [[noreturn]] void fail(const std::string& what) const {
    throw io_error(file_->name, 0, path_ + ": " + what);
  }

  /// What is called `name` in this group, or nothing.
  [[nodiscard]] std::optional<object> find(const std::string& name) const {
    if (!is_group() || !has(name)) return std::nullopt;
    handle child(quietly([&] { return H5Oopen(id(), name.c_str(), H5P_DEFAULT); }));
    std::string path = path_ == "/" ? path_ + name : path_ + "/" + name;
    if (!child)
      throw io_error(file_->name, 0, path + ": cannot be opened: damaged, or a dead link");
    return object(file_, std::move(path), std::move(child));
  }

  /// The same; @throws io_error if there is nothing of this name.
  [[nodiscard]] object at(const std::string& name) const {
    if (!is_group()) fail("is an array, a group was expected");
    auto found = find(name);
    if (!found)
      throw io_error(file_->name, 0, (path_ == "/" ? path_ : path_ + "/") + name + ": is missing");
    return *std::move(found);
  }

  /// Names of everything in this group, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    const silence quiet;
    std::vector<std::string> all;
    H5G_info_t info{};
    if (H5Gget_info(id(), &info) < 0) fail("cannot be listed: damaged");
    for (hsize_t k = 0; k < info.nlinks; ++k) {
      char text[1024];
      if (H5Lget_name_by_idx(id(), ".", H5_INDEX_NAME, H5_ITER_INC, k, text, sizeof text,
                             H5P_DEFAULT) < 0)
        fail("cannot be listed: damaged");
      all.emplace_back(text);
    }
    return all;
  }

  [[nodiscard]] bool has_attribute(const char* name) const {
    return quietly([&] { return H5Aexists(id(), name); }) > 0;
  }

  /// A string attribute; nothing where there is none or it is no single string.
  [[nodiscard]] std::optional<std::string> text_attribute(const char* name) const {
    if (!has_attribute(name)) return std::nullopt;
    const silence quiet;
    const handle attribute(H5Aopen(id(), name, H5P_DEFAULT));
    const handle type(H5Aget_type(attribute.get()));
    const handle space(H5Aget_space(attribute.get()));
    if (!attribute || !type || !space || H5Tget_class(type.get()) != H5T_STRING ||
        H5Sget_simple_extent_npoints(space.get()) != 1)
      return std::nullopt;
    if (H5Tis_variable_str(type.get()) > 0) {
      char* text = nullptr;
      const handle memory = variable_text(H5Tget_cset(type.get()));
      if (H5Aread(attribute.get(), memory.get(), static_cast<void*>(&text)) < 0 || !text)
        return std::nullopt;
      const std::unique_ptr<char, herr_t (*)(void*)> owner(text, H5free_memory);
      return std::string(text);
    }
    const std::size_t size = H5Tget_size(type.get());
    if (size > 65536) return std::nullopt;  // the most that an attribute holds
    std::string bytes(size, '\0');
    if (H5Aread(attribute.get(), type.get(), bytes.data()) < 0) return std::nullopt;
    return unpadded(bytes, H5Tget_strpad(type.get()));
  }

  /// The two whole numbers of an attribute, such as a shape; nothing where there is none.
  /// @throws io_error if it is something else.
  [[nodiscard]] std::optional<std::pair<std::int64_t, std::int64_t>> pair_attribute(
      const char* name) const {
    if (!has_attribute(name)) return std::nullopt;
    const silence quiet;
    const handle attribute(H5Aopen(id(), name, H5P_DEFAULT));
    const handle type(H5Aget_type(attribute.get()));
    const handle space(H5Aget_space(attribute.get()));
    std::int64_t numbers[2] = {0, 0};
    if (!attribute || !type || !space || H5Tget_class(type.get()) != H5T_INTEGER ||
        H5Sget_simple_extent_npoints(space.get()) != 2 ||
        H5Aread(attribute.get(), H5T_NATIVE_INT64, numbers) < 0)
      fail("attribute '" + std::string(name) + "': two whole numbers were expected");
    return std::pair(numbers[0], numbers[1]);
  }

  /// The object that a reference attribute points to; nothing where there is none.
  [[nodiscard]] std::optional<object> reference_attribute(const char* name) const {
    if (!has_attribute(name)) return std::nullopt;
    const silence quiet;
    const handle attribute(H5Aopen(id(), name, H5P_DEFAULT));
    const handle type(H5Aget_type(attribute.get()));
    if (!attribute || !type || H5Tget_class(type.get()) != H5T_REFERENCE) return std::nullopt;
    hobj_ref_t reference{};
    if (H5Tget_size(type.get()) != sizeof reference ||
        H5Aread(attribute.get(), H5T_STD_REF_OBJ, &reference) < 0)
      fail("attribute '" + std::string(name) + "' cannot be read");
    handle target(H5Rdereference2(id(), H5P_DEFAULT, H5R_OBJECT, &reference));
    if (!target) fail("attribute '" + std::string(name) + "' points to nothing");
    return object(file_, path_ + " (" + name + ")", std::move(target));
  }

 private:
  [[nodiscard]] bool has(const std::string& name) const {
    return !name.empty() && name.find('/') == std::string::npos &&
           quietly([&] { return H5Lexists(id(), name.c_str(), H5P_DEFAULT); }) > 0;
  }

  std::shared_ptr<const source> file_;
  std::string path_;
  std::shared_ptr<const handle> id_;  // keeps the file open
};

/// Opens a file for reading, without a lock: files on media that cannot be written will do.
/// @return its root, "/"; the file is closed with the last object of it.
/// @throws io_error if it does not exist, is no HDF5 file, or is cut short.
inline object open(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code problem;
  const auto status = std::filesystem::status(path, problem);
  if (!std::filesystem::exists(status)) throw io_error(name, 0, "no such file");
  if (std::filesystem::is_directory(status))
    throw io_error(name, 0, "is a folder, a file was expected");
  const silence quiet;
  if (H5Fis_hdf5(name.c_str()) <= 0)
    throw io_error(name, 0, "is no HDF5 file, or cannot be opened");
  const handle access(H5Pcreate(H5P_FILE_ACCESS));
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access.get(), false, true);
#endif
  const handle file(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access.get()));
  if (!file) throw io_error(name, 0, "HDF5 cannot open it: cut short or damaged");
  handle root(H5Gopen2(file.get(), "/", H5P_DEFAULT));
  if (!root) throw io_error(name, 0, "has no root group: damaged");
  auto shared = std::make_shared<const source>(
      source{name, static_cast<std::int64_t>(std::filesystem::file_size(path, problem))});
  return {std::move(shared), "/", std::move(root)};
}

/// Whether the file's first bytes are those of HDF5; false where it cannot be read.
[[nodiscard]] inline bool is_hdf5(const std::filesystem::path& path) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem)) return false;
  return quietly([&] { return H5Fis_hdf5(path.string().c_str()); }) > 0;
}

}  // namespace harmonium::inline v0_2::io::hdf5
