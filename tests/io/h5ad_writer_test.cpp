// SPDX-License-Identifier: MIT
#include "harmonium/io/h5ad_writer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/h5ad.hpp"
#include "harmonium/io/h5ad_output.hpp"
#include "support/golden_h5.hpp"
#include "support/random_counts.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

void write(const std::filesystem::path& path, const io::dataset& data, hm::index at_a_time,
           std::optional<hm::index> nonzeros, const io::h5ad_contents& contents = {}) {
  io::h5ad_writer file(path, data.counts.cells(), data.genes, {.nonzeros = nonzeros});
  for (hm::index begin = 0; begin < data.counts.cells(); begin += at_a_time) {
    std::vector<hm::index> rows(
        static_cast<std::size_t>(std::min(at_a_time, data.counts.cells() - begin)));
    std::iota(rows.begin(), rows.end(), begin);
    file.append(hm::select_cells(data.counts, rows));
  }
  CHECK(file.cells() == data.counts.cells());
  file.finish(data.barcodes, contents);
}

std::string text_of(const auto& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("cells appended in blocks are those written at once") {
  const temporary_folder folder;
  hm::random_engine rng(3);
  io::dataset data{support::random_counts(700, 600, rng), {}, {}};
  REQUIRE(data.counts.nonzeros() > 140000);
  for (int i = 0; i < 700; ++i) data.barcodes.push_back("cell " + std::to_string(i));
  for (int j = 0; j < 600; ++j)
    data.genes.push_back("g" + std::to_string(j), "same", io::gene_expression);
  io::write_h5ad(folder / "whole.h5ad", data);
  write(folder / "known.h5ad", data, 64, data.counts.nonzeros());
  CHECK(folder.bytes("known.h5ad") == folder.bytes("whole.h5ad"));
  for (const hm::index at_a_time : {7, 699})
    write(folder / (std::to_string(at_a_time) + ".h5ad"), data, at_a_time, {});
  CHECK(io::read_h5ad(folder / "7.h5ad") == data);
  CHECK(folder.bytes("7.h5ad") == folder.bytes("699.h5ad"));
}

TEST_CASE("columns of codes and of numbers") {
  const temporary_folder folder;
  const auto data = golden_cells();
  const std::vector<double> libraries{1.5, 2, 3, 4, 5, 6.25};
  write(folder / "a.h5ad", data, 4, {},
        {.labels = {{"cell_type", golden_types}},
         .codes = {{"batch", {"one", "none", "two"}, {0, 0, 2, 2, 0, 2}}},
         .numbers = {{"expected_library", libraries}}});
  CHECK(io::read_h5ad(folder / "a.h5ad") == data);
  CHECK(io::read_h5ad_labels(folder / "a.h5ad", "cell_type").labels == golden_types);
  CHECK(io::read_h5ad_labels(folder / "a.h5ad", "batch").labels ==
        std::vector<std::string>{"one", "one", "two", "two", "one", "two"});
  const auto root = io::hdf5::open(folder / "a.h5ad");
  std::vector<double> values(6);
  io::hdf5::array(root.at("obs").at("expected_library"), 1).read(0, 6, values.data());
  CHECK(values == libraries);
  CHECK(io::hdf5::frame_of(root, "obs").names() == "batch, cell_type, expected_library");
}

TEST_CASE("what is wrong or unfinished leaves what was there") {
  const temporary_folder folder;
  const auto data = golden_cells();
  const auto path = folder / "a.h5ad";
  io::write_h5ad(path, data);
  const auto finish = [&](const io::h5ad_contents& contents) {
    return text_of([&] { write(path, data, 6, {}, contents); });
  };
  CHECK(finish({.numbers = {{"n", {1}}}}) ==
        "h5ad_writer::finish: as many values as cells expected of n, got 1");
  CHECK(finish({.codes = {{"c", {"a"}, {0, 0, 0, 0, 0, 1}}}}) ==
        "h5ad_writer::finish: a code of c has no category");
  CHECK(finish({.labels = {{"c", golden_types}}, .numbers = {{"c", std::vector<double>(6)}}}) ==
        "h5ad_writer::finish: the name 'c' is empty, used twice, reserved, or holds a slash");
  {
    io::h5ad_writer file(path, 7, data.genes);
    file.append(data.counts);
    CHECK(text_of([&] { file.finish(data.barcodes); }) ==
          "h5ad_writer::finish: the announced 7 cells expected, got 6");
    CHECK(text_of([&] { file.append(data.counts); }) ==
          "h5ad_writer::append: more than the announced 7 cells");
    CHECK(text_of([&] { file.append(hm::count_matrix<>(3)); }) ==
          "h5ad_writer::append: 5 genes expected, got 3");
    CHECK(std::filesystem::exists(folder / "a.h5ad.partial"));
  }
  {
    io::h5ad_writer file(path, 6, data.genes);
    file.append(data.counts);
    CHECK(text_of([&] { file.finish({}); }) ==
          "h5ad_writer::finish: as many barcodes as cells expected, got 0 for 6");
  }
  CHECK(text_of([&] { io::h5ad_writer(path, -1, data.genes); }) ==
        "h5ad_writer: the number of cells must not be negative");
  CHECK(io::read_h5ad(path) == data);
  CHECK(!std::filesystem::exists(folder / "a.h5ad.partial"));
  {
    io::h5ad_writer file(path, 6, data.genes);
    file.append(data.counts);
    file.finish(data.barcodes);
    CHECK(text_of([&] { file.finish(data.barcodes); }) ==
          "h5ad_writer::finish: the file is finished");
    CHECK(text_of([&] { file.append(data.counts); }) ==
          "h5ad_writer::append: the file is finished");
  }
  CHECK(io::read_h5ad(path) == data);
}
