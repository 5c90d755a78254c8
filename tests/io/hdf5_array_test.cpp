// SPDX-License-Identifier: MIT
#include "harmonium/io/hdf5_array.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/io/hdf5_output.hpp"
#include "support/golden_h5.hpp"
#include "support/h5_editor.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace h5 = harmonium::io::hdf5;

namespace {

/// Numbers of a type in a file and out of it again, through `for_each_block`.
template <class T>
std::vector<T> there_and_back(const temporary_folder& folder, const std::vector<T>& values) {
  h5::output file(folder / "a.h5");
  file.commit();
  h5_editor(folder / "a.h5").put("numbers", values);
  const h5::array from(h5::open(folder / "a.h5").at("numbers"), 1);
  std::vector<T> again;
  from.for_each_block([&](const auto* block, std::int64_t count, std::int64_t begin) {
    CHECK(begin == std::ssize(again));
    for (std::int64_t k = 0; k < count; ++k) again.push_back(static_cast<T>(block[k]));
  });
  return again;
}

}  // namespace

TEST_CASE_TEMPLATE("numbers of every type", T, std::int8_t, std::uint8_t, std::int16_t,
                   std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float,
                   double) {
  const temporary_folder folder;
  const std::vector<T> values{std::numeric_limits<T>::lowest(), T(0), T(7),
                              std::numeric_limits<T>::max()};
  CHECK(there_and_back(folder, values) == values);
}

TEST_CASE("ranges of elements, of which the block read last is kept") {
  const temporary_folder folder;
  std::vector<std::int32_t> values(600'001);
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = static_cast<std::int32_t>(k * 7 % 1000);
  h5::output file(folder / "a.h5");
  {
    const auto root = file.root();
    const std::span<const std::int32_t> all(values);
    file.fill(file.numbers(root, "known", H5T_STD_I32LE, std::ssize(values)), 0, all);
    file.fill(file.numbers(root, "converted", H5T_STD_I16LE, std::ssize(values)), 0, all);
    const auto grown = file.growing(root, "grown", H5T_STD_I32LE);
    file.resize(grown, 1000);
    file.fill(grown, 0, all.first(1000));
    file.resize(grown, std::ssize(values));
    file.fill(grown, 1000, all.subspan(1000));
  }
  file.commit();
  const auto root = h5::open(folder / "a.h5");
  for (const char* name : {"known", "converted", "grown"}) {
    CAPTURE(name);
    const h5::array from(root.at(name), 1, {}, 2);
    h5::kept_block last;
    for (const auto& wanted : {std::pair{0, 10},
                               {10, 600'001},
                               {524'287, 524'289},
                               {600'000, 600'001},
                               {7, 7},
                               {5, 300'000}}) {
      std::vector<std::int32_t> range;
      from.for_each_block(wanted.first, wanted.second, last,
                          [&](const auto* block, std::int64_t count, std::int64_t at) {
                            CHECK(at == wanted.first + std::ssize(range));
                            for (std::int64_t k = 0; k < count; ++k)
                              range.push_back(static_cast<std::int32_t>(block[k]));
                          });
      CHECK(range == std::vector<std::int32_t>(values.begin() + wanted.first,
                                               values.begin() + wanted.second));
    }
  }
}

TEST_CASE("many blocks") {
  const temporary_folder folder;
  std::vector<std::int32_t> values(600'001);
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = static_cast<std::int32_t>(k * 7 % 1000);
  h5::output file(folder / "a.h5");
  {
    const auto root = file.root();
    const auto numbers = file.numbers(root, "numbers", H5T_STD_I16LE, std::ssize(values));
    file.fill(numbers, 0, std::span<const std::int32_t>(values).first(100));
    file.fill(numbers, 100, std::span<const std::int32_t>(values).subspan(100));
  }
  file.commit();
  const h5::array from(h5::open(folder / "a.h5").at("numbers"), 1);
  int blocks = 0;
  std::vector<std::int32_t> again;
  from.for_each_block([&](const auto* block, std::int64_t count, std::int64_t) {
    ++blocks;
    for (std::int64_t k = 0; k < count; ++k) again.push_back(static_cast<std::int32_t>(block[k]));
  });
  CHECK(blocks > 1);
  CHECK(again == values);
}

TEST_CASE("whole numbers stored as real ones, and what is none") {
  const temporary_folder folder;
  h5::output(folder / "a.h5").commit();
  h5_editor(folder / "a.h5").put("whole", std::vector<double>{0, -3, 1e15});
  h5_editor(folder / "a.h5").put("part", std::vector<float>{0, 0.5F});
  const auto root = h5::open(folder / "a.h5");
  CHECK(h5::array(root.at("whole"), 1).whole_numbers() ==
        std::vector<std::int64_t>{0, -3, 1'000'000'000'000'000});
  CHECK_THROWS_WITH_AS(
      (void)h5::array(root.at("part"), 1).whole_numbers(),
      (root.file().name + ": /part: element 1 is no whole number of 64 bits").c_str(),
      hm::io_error);
}

TEST_CASE("strings of variable and of fixed length, many of them") {
  const temporary_folder folder;
  std::vector<std::string> texts;
  for (int k = 0; k < 70'000; ++k) texts.push_back("gene \xc3\xa4 " + std::to_string(k));
  texts[3] = "";
  h5::output file(folder / "a.h5");
  {
    const auto root = file.root();
    file.texts(root, "variable", texts);
    file.fixed_texts(root, "fixed", texts);
    file.texts(root, "none", {});
    file.fixed_texts(root, "none fixed", {});
  }
  file.commit();
  const auto root = h5::open(folder / "a.h5");
  CHECK(h5::array(root.at("variable"), 1).strings() == texts);
  CHECK(h5::array(root.at("fixed"), 1).strings() == texts);
  CHECK(h5::array(root.at("none"), 1).strings().empty());
  CHECK(h5::array(root.at("none fixed"), 1).strings().empty());
}

TEST_CASE("fields of records") {
  const auto obs = h5::open(golden_h5("anndata_0.6.h5ad")).at("obs");
  CHECK(h5::array(obs, 1, "index").strings() == golden_cells().barcodes);
  CHECK(h5::array(obs, 1, "cell_type").whole_numbers() ==
        std::vector<std::int64_t>{3, 1, 2, 0, 3, 1});
  CHECK(h5::array(obs, 1).description() == "records");
  CHECK_THROWS_AS(h5::array(obs, 1, "nothing"), hm::io_error);
}

TEST_CASE("truth values") {
  const auto obs = h5::open(golden_h5("anndata_0.8_csr.h5ad")).at("obs");
  CHECK(h5::array(obs.at("doublet"), 1).truth_values() ==
        std::vector<bool>{false, false, false, false, false, true});
}
