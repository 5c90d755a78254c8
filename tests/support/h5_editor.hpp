// SPDX-License-Identifier: MIT
/// @file
/// Spoils a copy of an HDF5 file: removes and replaces what is in it.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/io/hdf5_array.hpp"

/// Every member throws std::runtime_error if HDF5 refuses.
class h5_editor {
 public:
  explicit h5_editor(const std::filesystem::path& path)
      : file_(H5Fopen(path.string().c_str(), H5F_ACC_RDWR, H5P_DEFAULT)) {
    check(file_.get());
  }

  h5_editor& remove(const std::string& path) {
    check(H5Ldelete(file_.get(), path.c_str(), H5P_DEFAULT));
    return *this;
  }

  /// An array of these numbers in place of whatever was there; attributes are kept.
  template <class T>
  h5_editor& put(const std::string& path, const std::vector<T>& values,
                 std::vector<hsize_t> extents = {}) {
    if (extents.empty()) extents = {values.size()};
    const handle made = replace(path, harmonium::io::hdf5::native_type<T>(), extents, {});
    check(H5Dwrite(made.get(), harmonium::io::hdf5::native_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                   values.data()));
    return *this;
  }

  h5_editor& put_texts(const std::string& path, const std::vector<std::string>& values) {
    const handle type = harmonium::io::hdf5::variable_text(H5T_CSET_UTF8);
    std::vector<const char*> pointers;
    for (const auto& value : values) pointers.push_back(value.c_str());
    const handle made = replace(path, type.get(), {values.size()}, {});
    check(H5Dwrite(made.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                   static_cast<const void*>(pointers.data())));
    return *this;
  }

  /// An array that announces `extents` and of which nothing was ever written.
  h5_editor& put_hollow(const std::string& path, std::vector<hsize_t> extents,
                        std::vector<hsize_t> chunk = {}) {
    (void)replace(path, H5T_NATIVE_INT32, extents, chunk);
    return *this;
  }

  h5_editor& put_group(const std::string& path) {
    if (H5Lexists(file_.get(), path.c_str(), H5P_DEFAULT) > 0) remove(path);
    check(
        handle(H5Gcreate2(file_.get(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)).get());
    return *this;
  }

  h5_editor& link(const std::string& path, const std::string& target) {
    remove(path);
    check(H5Lcreate_soft(target.c_str(), file_.get(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT));
    return *this;
  }

  h5_editor& move(const std::string& from, const std::string& to) {
    check(H5Lmove(file_.get(), from.c_str(), file_.get(), to.c_str(), H5P_DEFAULT, H5P_DEFAULT));
    return *this;
  }

  h5_editor& remove_attribute(const std::string& path, const char* name) {
    check(H5Adelete_by_name(file_.get(), path.c_str(), name, H5P_DEFAULT));
    return *this;
  }

  h5_editor& attribute(const std::string& path, const char* name, const std::string& text) {
    const handle type = harmonium::io::hdf5::variable_text(H5T_CSET_UTF8);
    const char* const pointer = text.c_str();
    return put_attribute(path, name, type.get(), handle(H5Screate(H5S_SCALAR)),
                         static_cast<const void*>(&pointer));
  }

  h5_editor& attribute(const std::string& path, const char* name,
                       const std::vector<std::int64_t>& numbers) {
    const hsize_t extent = numbers.size();
    return put_attribute(path, name, H5T_NATIVE_INT64,
                         handle(H5Screate_simple(1, &extent, nullptr)), numbers.data());
  }

 private:
  using handle = harmonium::io::hdf5::handle;

  static void check(std::int64_t status) {
    if (status < 0) throw std::runtime_error("h5_editor: HDF5 refused");
  }

  handle replace(const std::string& path, hid_t type, const std::vector<hsize_t>& extents,
                 const std::vector<hsize_t>& chunk) {
    handle old;
    if (H5Lexists(file_.get(), path.c_str(), H5P_DEFAULT) > 0) {
      old = handle(H5Oopen(file_.get(), path.c_str(), H5P_DEFAULT));
      remove(path);
    }
    const handle how(H5Pcreate(H5P_DATASET_CREATE));
    if (!chunk.empty()) {
      check(H5Pset_chunk(how.get(), static_cast<int>(chunk.size()), chunk.data()));
      check(H5Pset_deflate(how.get(), 1));
    }
    const handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
    handle made(H5Dcreate2(file_.get(), path.c_str(), type, space.get(), H5P_DEFAULT, how.get(),
                           H5P_DEFAULT));
    check(made.get());
    if (old)
      for (const char* name : {"encoding-type", "encoding-version"}) copy_text(old, made, name);
    return made;
  }

  static void copy_text(const handle& from, const handle& to, const char* name) {
    if (H5Aexists(from.get(), name) <= 0) return;
    const handle old(H5Aopen(from.get(), name, H5P_DEFAULT));
    const handle type(H5Aget_type(old.get()));
    const handle space(H5Aget_space(old.get()));
    char* text = nullptr;
    check(H5Aread(old.get(), type.get(), static_cast<void*>(&text)));
    const handle copy(
        H5Acreate2(to.get(), name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
    check(H5Awrite(copy.get(), type.get(), static_cast<const void*>(&text)));
    H5free_memory(text);
  }

  h5_editor& put_attribute(const std::string& path, const char* name, hid_t type,
                           const handle& space, const void* value) {
    const handle of(H5Oopen(file_.get(), path.c_str(), H5P_DEFAULT));
    check(of.get());
    if (H5Aexists(of.get(), name) > 0) check(H5Adelete(of.get(), name));
    const handle made(H5Acreate2(of.get(), name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT));
    check(H5Awrite(made.get(), type, value));
    return *this;
  }

  handle file_;
};
