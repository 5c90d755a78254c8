// SPDX-License-Identifier: MIT
// Sound HDF5 files with hostile contents: the bytes of a run say which values of a golden file are
// replaced and which objects are removed. (Files that are damaged as HDF5 mostly find faults of
// libhdf5 itself: 1.10 reads outside its memory for some of them.)
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz_file.hpp"
#include "harmonium/io/h5ad.hpp"
#include "harmonium/io/tenx_h5.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

struct golden_file {
  std::vector<char> bytes;
  std::vector<std::string> paths;  ///< of all its objects
};

herr_t note_path(hid_t, const char* name, const H5O_info_t*, void* paths) {
  static_cast<std::vector<std::string>*>(paths)->emplace_back(name);
  return 0;
}

std::vector<golden_file> golden_files() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  std::vector<std::filesystem::path> names;
  for (const auto& entry : std::filesystem::directory_iterator(HARMONIUM_GOLDEN_H5))
    if (entry.path().extension() != ".py") names.push_back(entry.path());
  std::sort(names.begin(), names.end());
  std::vector<golden_file> files;
  for (const auto& name : names) {
    std::ifstream stream(name, std::ios::binary);
    golden_file file{{std::istreambuf_iterator<char>(stream), {}}, {}};
    const hid_t id = H5Fopen(name.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    H5Ovisit(id, H5_INDEX_NAME, H5_ITER_INC, note_path, &file.paths);
    H5Fclose(id);
    files.push_back(std::move(file));
  }
  return files;
}

/// Takes numbers from the bytes of a run; zeros when they are used up.
class choices {
 public:
  choices(const std::uint8_t* bytes, std::size_t size) : bytes_(bytes), left_(size) {}
  [[nodiscard]] bool any() const { return left_ > 0; }
  template <class T>
  T take() {
    T value{};
    const std::size_t count = std::min(sizeof value, left_);
    std::memcpy(&value, bytes_, count);
    bytes_ += count;
    left_ -= count;
    return value;
  }

 private:
  const std::uint8_t* bytes_;
  std::size_t left_;
};

bool is_plain_number(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  return kind == H5T_INTEGER || kind == H5T_FLOAT;
}

/// Replaces one number of a data set or attribute, which has at most 64 kB.
template <class Read, class Write>
void replace_number(hid_t type, hid_t space, choices& from, const Read& read, const Write& write) {
  const std::size_t size = H5Tget_size(type);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (is_plain_number(type) && count > 0 && size * static_cast<std::size_t>(count) <= 65536) {
    std::vector<char> values(size * static_cast<std::size_t>(count));
    if (read(values.data()) >= 0) {
      const std::size_t at = from.take<std::uint16_t>() % static_cast<std::size_t>(count);
      const auto fresh = from.take<std::array<char, 8>>();
      std::memcpy(values.data() + at * size, fresh.data(), std::min<std::size_t>(size, 8));
      write(values.data());
    }
  }
}

void change(hid_t file, const golden_file& golden, choices& from) {
  const auto& path = golden.paths[from.take<std::uint8_t>() % golden.paths.size()];
  const auto how = from.take<std::uint8_t>() % 8;
  if (how == 0) {
    H5Ldelete(file, path.c_str(), H5P_DEFAULT);
    return;
  }
  const hid_t object = H5Oopen(file, path.c_str(), H5P_DEFAULT);
  if (object < 0) return;
  if (how < 3) {
    const hid_t attribute = H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC,
                                           from.take<std::uint8_t>() % 4, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0) {
      const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
      replace_number(
          type, space, from, [&](void* to) { return H5Aread(attribute, type, to); },
          [&](const void* values) { H5Awrite(attribute, type, values); });
      H5Sclose(space);
      H5Tclose(type);
      H5Aclose(attribute);
    }
  } else if (H5Iget_type(object) == H5I_DATASET) {
    const hid_t type = H5Dget_type(object), space = H5Dget_space(object);
    replace_number(
        type, space, from,
        [&](void* to) { return H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to); },
        [&](const void* values) { H5Dwrite(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values); });
    H5Sclose(space);
    H5Tclose(type);
  }
  H5Oclose(object);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto files = golden_files();
  static fuzz_file file("h5_values");
  choices from(bytes, size);
  const auto& golden = files[from.take<std::uint8_t>() % files.size()];
  const auto& path =
      file.holding(reinterpret_cast<const std::uint8_t*>(golden.bytes.data()), golden.bytes.size());
  const hid_t id = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  if (id < 0) return 0;
  while (from.any()) change(id, golden, from);
  H5Fclose(id);
  read_or_refuse([&] { hm::validate(io::read_10x_h5(path).counts); });
  read_or_refuse([&] { hm::validate(io::read_h5ad(path).counts); });
  read_or_refuse([&] { (void)io::read_h5ad_labels(path, "cell_type"); });
  return 0;
}
