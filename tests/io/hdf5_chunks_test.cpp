// SPDX-License-Identifier: MIT
#include "harmonium/io/hdf5_chunks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/hdf5_array.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace h5 = harmonium::io::hdf5;

namespace {

constexpr std::int64_t chunk = 1000;

struct layout {
  bool shuffle = false;
  bool deflate = true;
  std::int64_t written = -1;  ///< of the values; all unless given
};

/// A file with an array "numbers" in chunks of 1000.
void write(const std::filesystem::path& path, const std::vector<std::int32_t>& values,
           const layout& how) {
  const h5::handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  const hsize_t size = values.size();
  const hsize_t rows = chunk;
  const h5::handle space(H5Screate_simple(1, &size, nullptr));
  const h5::handle kept(H5Pcreate(H5P_DATASET_CREATE));
  REQUIRE(H5Pset_chunk(kept.get(), 1, &rows) >= 0);
  if (how.shuffle) REQUIRE(H5Pset_shuffle(kept.get()) >= 0);
  if (how.deflate) REQUIRE(H5Pset_deflate(kept.get(), 4) >= 0);
  const h5::handle numbers(H5Dcreate2(file.get(), "numbers", H5T_STD_I32LE, space.get(),
                                      H5P_DEFAULT, kept.get(), H5P_DEFAULT));
  const hsize_t from = 0;
  const hsize_t count = how.written < 0 ? size : static_cast<hsize_t>(how.written);
  if (count == 0) return;
  const h5::handle memory(H5Screate_simple(1, &count, nullptr));
  REQUIRE(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &from, nullptr, &count, nullptr) >= 0);
  REQUIRE(H5Dwrite(numbers.get(), H5T_NATIVE_INT32, memory.get(), space.get(), H5P_DEFAULT,
                   values.data()) >= 0);
}

std::vector<std::int32_t> some_numbers() {
  std::vector<std::int32_t> values(10'437);
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = static_cast<std::int32_t>(k * k % 70'001) - 11;
  return values;
}

std::vector<std::int32_t> by_array(const std::filesystem::path& path, int threads) {
  const h5::array from(h5::open(path).at("numbers"), 1, {}, threads);
  std::vector<std::int32_t> all;
  from.for_each_block([&](const auto* block, std::int64_t count, std::int64_t begin) {
    CHECK(begin == std::ssize(all));
    for (std::int64_t k = 0; k < count; ++k) all.push_back(static_cast<std::int32_t>(block[k]));
  });
  return all;
}

}  // namespace

TEST_CASE("chunks are inflated to what HDF5 reads, for any number of threads") {
  const temporary_folder folder;
  const auto values = some_numbers();
  for (const bool shuffle : {false, true}) {
    write(folder / "a.h5", values, {.shuffle = shuffle});
    const auto where = h5::open(folder / "a.h5").at("numbers");
    h5::inflated_chunks chunks(where, chunk, sizeof(std::int32_t));
    REQUIRE(chunks.known());
    for (const int threads : {1, 3}) {
      std::vector<std::int32_t> out(values.size() - 2 * chunk);
      REQUIRE(chunks.read(hm::thread_executor(threads), 2 * chunk, std::ssize(out),
                          std::ssize(values), std::as_writable_bytes(std::span(out)).data()));
      CHECK(std::equal(out.begin(), out.end(), values.begin() + 2 * chunk));
      CHECK(by_array(folder / "a.h5", threads) == values);
    }
  }
}

TEST_CASE("what is kept in another way is left to HDF5") {
  const temporary_folder folder;
  const auto values = some_numbers();
  const auto known = [&](const layout& how) {
    write(folder / "a.h5", values, how);
    return h5::inflated_chunks(h5::open(folder / "a.h5").at("numbers"), chunk, 4).known();
  };
  CHECK(known({}));
  CHECK_FALSE(known({.deflate = false}));
  CHECK_FALSE(known({.shuffle = true, .deflate = false}));

  SUBCASE("chunks that nobody wrote hold zeros") {
    write(folder / "a.h5", values, {.written = 3500});
    h5::inflated_chunks chunks(h5::open(folder / "a.h5").at("numbers"), chunk, 4);
    std::vector<std::int32_t> out(values.size());
    auto* bytes = std::as_writable_bytes(std::span(out)).data();
    CHECK(chunks.read(hm::serial_executor{}, 0, 3000, std::ssize(values), bytes));
    CHECK_FALSE(chunks.read(hm::serial_executor{}, 4000, 2000, std::ssize(values), bytes));
    auto expected = values;
    std::fill(expected.begin() + 3500, expected.end(), 0);
    CHECK(by_array(folder / "a.h5", 2) == expected);
  }
}

TEST_CASE("a damaged chunk is named by its first element") {
  const temporary_folder folder;
  const auto values = some_numbers();
  write(folder / "a.h5", values, {});
  {
    const h5::handle file(H5Fopen((folder / "a.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    const h5::handle numbers(H5Dopen2(file.get(), "numbers", H5P_DEFAULT));
    const hsize_t at = 4 * chunk;
    const std::vector<unsigned char> noise(700, 0x5a);
    REQUIRE(H5Dwrite_chunk(numbers.get(), H5P_DEFAULT, 0, &at, noise.size(), noise.data()) >= 0);
  }
  for (const int threads : {1, 2})
    CHECK_THROWS_WITH_AS(by_array(folder / "a.h5", threads),
                         doctest::Contains("a.h5: /numbers: cannot be read: the chunk at element "
                                           "4000 of 10437 is damaged"),
                         hm::io_error);
}
