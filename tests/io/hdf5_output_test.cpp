// SPDX-License-Identifier: MIT
#include "harmonium/io/hdf5_output.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/limited_files.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace h5 = harmonium::io::hdf5;

namespace {

// HDF5 1.10 may crash as a process ends whose disk was full (docs/errors.md).
[[maybe_unused]] const auto no_closing = H5dont_atexit();

}  // namespace

TEST_CASE("a file appears whole or not at all") {
  const temporary_folder folder;
  folder.write("a.h5", "before");
  {
    h5::output file(folder / "a.h5");
    file.group(file.root(), "group");
    CHECK(std::filesystem::exists(folder / "a.h5.partial"));
  }
  CHECK(folder.bytes("a.h5") == "before");
  CHECK(!std::filesystem::exists(folder / "a.h5.partial"));
  h5::output file(folder / "a.h5");
  file.group(file.root(), "group");
  file.commit();
  CHECK(h5::open(folder / "a.h5").names() == std::vector<std::string>{"group"});
  CHECK(!std::filesystem::exists(folder / "a.h5.partial"));

  CHECK_THROWS_AS(h5::output(folder.path()), hm::io_error);
  CHECK_THROWS_AS(h5::output(folder / "no" / "a.h5"), hm::io_error);
}

TEST_CASE("a file has one writer at a time") {
  const temporary_folder folder;
  folder.write("a.h5.partial", "left by a process that was killed");
  h5::output file(folder / "a.h5");
  file.group(file.root(), "group");
  CHECK_THROWS_WITH_AS(
      h5::output(folder / "a.h5"),
      ((folder / "a.h5").string() + ": is being written by another process").c_str(), hm::io_error);
  file.commit();
  CHECK(h5::open(folder / "a.h5").names() == std::vector<std::string>{"group"});
}

TEST_CASE("on a full disk nothing is left, whatever had room") {
  const temporary_folder folder;
  for (const long room : {0, 1, 40, 100, 600}) {
    CAPTURE(room);
    const limited_files limited(room);
    const auto write = [&] {
      h5::output file(folder / "a.h5");
      file.text(file.root(), "name", std::string(1000, 'a'));
      file.commit();
    };
    CHECK_THROWS_AS(write(), hm::io_error);
    CHECK(std::filesystem::is_empty(folder.path()));
  }
}

TEST_CASE("attributes and matrices") {
  const temporary_folder folder;
  h5::output file(folder / "a.h5");
  {
    const auto root = file.root();
    file.text_attribute(root, "text", "value");
    file.pair_attribute(root, "pair", 3, -4);
    file.truth_attribute(root, "truth", true);
    const std::vector<std::string> texts{"a", "b"};
    file.texts_attribute(root, "texts", texts);
    file.texts_attribute(root, "none", {});
    const auto matrix = file.numbers(root, "matrix", H5T_IEEE_F64LE, 3, 2);
    const std::vector<double> values{1, 2, 3, 4, 5, 6};
    file.fill(matrix, 0, std::span<const double>(values).first(4), 2);
    file.fill(matrix, 2, std::span<const double>(values).last(2), 2);
    CHECK_THROWS_AS((void)file.group(root, "matrix"), hm::io_error);
  }
  file.commit();
  const auto root = h5::open(folder / "a.h5");
  CHECK(root.text_attribute("text") == "value");
  CHECK(root.pair_attribute("pair") == std::pair<std::int64_t, std::int64_t>(3, -4));
  CHECK(root.has_attribute("truth"));
  CHECK(root.has_attribute("none"));
  std::vector<double> values(6);
  h5::array(root.at("matrix"), 2).read(0, 3, values.data());
  CHECK(values == std::vector<double>{1, 2, 3, 4, 5, 6});
}
