// SPDX-License-Identifier: MIT
#include "harmonium/io/h5_cells.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/h5ad_output.hpp"
#include "support/golden_h5.hpp"
#include "support/h5_editor.hpp"
#include "support/random_counts.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

/// All cells, so many at a time.
hm::count_matrix<> joined(io::h5_cells& file, hm::index at_a_time) {
  hm::count_matrix<> all(file.genes());
  for (hm::index begin = 0; begin < file.cells(); begin += at_a_time)
    all.append(file.read(begin, std::min(begin + at_a_time, file.cells())));
  return all;
}

void check_same(const std::filesystem::path& path, const io::dataset& expected,
                const io::h5_cells_options& options = {}) {
  CAPTURE(path);
  io::h5_cells file(path, options);
  CHECK(file.cells() == expected.counts.cells());
  CHECK(file.genes() == expected.counts.genes());
  CHECK(file.features() == expected.genes);
  CHECK(file.other_features() == expected.other_features);
  CHECK(file.barcodes() == expected.barcodes);
  for (const hm::index at_a_time : {hm::index{1}, hm::index{7}, hm::index{333}, file.cells()}) {
    CAPTURE(at_a_time);
    CHECK(joined(file, at_a_time) == expected.counts);
  }
}

std::string text_of(const auto& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::filesystem::path copy_of(const std::string& name, const temporary_folder& folder) {
  std::filesystem::copy_file(golden_h5(name), folder / name,
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::permissions(folder / name, std::filesystem::perms::owner_all);
  return folder / name;
}

io::dataset random_cells(hm::index cells, hm::index genes) {
  hm::random_engine rng(9);
  io::dataset data{support::random_counts(cells, genes, rng), {}, {}};
  for (hm::index k = 0; k < genes; ++k)
    data.genes.push_back("g" + std::to_string(k), "s" + std::to_string(k), io::gene_expression);
  for (hm::index k = 0; k < cells; ++k) data.barcodes.push_back("c" + std::to_string(k));
  return data;
}

}  // namespace

TEST_CASE("the cells of every layout that is kept cell after cell") {
  for (const char* name : {"anndata_0.6.h5ad", "anndata_0.7.h5ad", "anndata_0.8_csr.h5ad",
                           "anndata_0.11_nullable.h5ad"}) {
    check_same(golden_h5(name), io::read_h5ad(golden_h5(name)));
    CHECK(io::h5_cells(golden_h5(name)).counts_path() == "/X");
  }
  for (const char* name : {"tenx_v2.h5", "tenx_v3.h5"})
    for (const char* type : {io::gene_expression, ""})
      check_same(golden_h5(name), io::read_10x_h5(golden_h5(name), {.feature_type = type}),
                 {.feature_type = type});
  check_same(golden_h5("tenx_v3.h5"),
             io::read_10x_h5(golden_h5("tenx_v3.h5"), {.feature_type = "Antibody Capture"}),
             {.feature_type = "Antibody Capture"});
  check_same(golden_h5("layer_counts.h5ad"), golden_cells());
  check_same(golden_h5("raw.h5ad"), golden_cells());
  check_same(golden_h5("tenx_v2.h5"), golden_cells(), {.genome = "GRCh38"});
}

TEST_CASE("ranges over many blocks and chunks, in any order and with any number of threads") {
  const temporary_folder folder;
  const io::dataset data = random_cells(900, 700);
  REQUIRE(data.counts.nonzeros() > 262144);  // a block
  io::write_h5ad(folder / "a.h5ad", data);
  io::write_10x_h5(folder / "a.h5", data.counts, data.genes, data.barcodes);
  for (const int threads : {1, 2}) {
    check_same(folder / "a.h5ad", data, {.threads = threads});
    check_same(folder / "a.h5", data, {.threads = threads});
  }
  io::h5_cells file(folder / "a.h5ad");
  std::vector<hm::index> rows(700);
  for (const auto& [begin, end] : {std::pair{850, 900}, {0, 10}, {300, 800}, {5, 5}, {899, 900}}) {
    rows.resize(static_cast<std::size_t>(end - begin));
    std::iota(rows.begin(), rows.end(), begin);
    CHECK(file.read(begin, end) == hm::select_cells(data.counts, rows));
    CHECK(file.stored(begin, end) == hm::select_cells(data.counts, rows).nonzeros());
  }
}

TEST_CASE("genes in any order, explicit zeros, and features of other types") {
  const temporary_folder folder;
  io::dataset data = random_cells(60, 20);
  for (const std::size_t k : {0U, 7U, 19U}) data.genes.types[k] = "Protein";
  io::write_h5ad(folder / "a.h5ad", data);
  std::vector<std::int64_t> values, genes, pointers(1, 0);
  for (hm::index i = 0; i < 60; ++i) {
    const auto cell = data.counts.cell(i);
    for (std::size_t k = cell.size(); k-- > 0;) {
      genes.push_back(cell.genes[k]);
      values.push_back(cell.values[k]);
    }
    genes.push_back(2);  // which random_counts leaves empty
    values.push_back(0);
    pointers.push_back(std::ssize(genes));
  }
  h5_editor(folder / "a.h5ad")
      .put("X/data", values)
      .put("X/indices", genes)
      .put("X/indptr", pointers);
  CHECK(io::read_h5ad(folder / "a.h5ad", {.feature_type = ""}).counts == data.counts);
  for (const char* type : {"", "Protein", io::gene_expression})
    check_same(folder / "a.h5ad", io::read_h5ad(folder / "a.h5ad", {.feature_type = type}),
               {.feature_type = type});
  CHECK(io::h5_cells(folder / "a.h5ad").stored(0, 60) == std::ssize(genes));
  CHECK(text_of([&] { io::h5_cells(folder / "a.h5ad", {.feature_type = "Peaks"}); }) ==
        (folder / "a.h5ad").string() +
            ": /var/feature_types: no feature is of type 'Peaks'; the first is of type 'Protein'");
}

TEST_CASE("what is kept otherwise is refused with what to do") {
  const std::string advice =
      "; to be read a range of cells at a time it must be a csr_matrix: write it as one, as by "
      "scipy.sparse.csr_matrix in Python";
  auto file = golden_h5("anndata_0.8_csc.h5ad");
  CHECK(text_of([&] { io::h5_cells{file}; }) ==
        file.string() + ": /X: is a csc_matrix, kept gene after gene" + advice);
  for (const char* name : {"anndata_0.8_dense.h5ad", "raw.h5ad"}) {
    file = golden_h5(name);
    CHECK(text_of([&] {
            io::h5_cells{file, {.layer = "X"}};
          }).find(": /X: is a dense array" + advice) != std::string::npos);
  }
  const temporary_folder folder;
  CHECK(text_of([&] { io::h5_cells(folder / "none.h5ad"); }) ==
        (folder / "none.h5ad").string() + ": no such file");
}

TEST_CASE("errors name the elements of the file, and only those of the range") {
  const temporary_folder folder;
  const auto path = copy_of("anndata_0.8_csr.h5ad", folder);
  // Cells of golden_cells() begin at 0, 2, 3, 5, 5, 8.
  h5_editor(path).put("X/data", std::vector<double>{3, 1, 7, 1, 300, 5, 2.5, 2, 9, 1});
  {
    io::h5_cells file(path);
    CHECK(file.read(0, 4).nonzeros() == 5);
    CHECK(text_of([&] { (void)file.read(3, 5); }) ==
          path.string() + ": /X/data: element 6: count 2.5 is not a whole number");
    CHECK(file.read(5, 6).nonzeros() == 2);  // and goes on
    CHECK(text_of([&] { (void)file.read(2, 7); }) ==
          "h5_cells::read: a range of the 6 cells expected, got [2, 7)");
    CHECK(text_of([&] { (void)file.stored(-1, 7); }) ==
          "h5_cells::stored: a range of the 6 cells expected, got [-1, 7)");
    CHECK_THROWS_AS((void)file.read(3, 2), std::invalid_argument);
  }
  h5_editor(path)
      .put("X/data", std::vector<int>(10, 1))
      .put("X/indices", std::vector<int>{0, 3, 1, 0, 5, 4, 3, 4, 1, 4});
  {
    io::h5_cells file(path);
    CHECK(text_of([&] { (void)file.read(1, 3); }) ==
          path.string() + ": /X/indices: element 4 is 5, out of range: there are 5 genes");
    CHECK(text_of([&] { (void)file.read(3, 6); }) ==
          path.string() + ": /X/indices: gene 4 occurs twice in cell 4");
    CHECK(file.read(5, 6).nonzeros() == 2);
  }
  h5_editor(path).attribute("X", "shape", std::vector<std::int64_t>{7, 5});
  CHECK(text_of([&] { io::h5_cells{path}; }) ==
        path.string() + ": /X: has the shape 7 x 5, expected 6 cells x 5 genes");

  const auto tenx = copy_of("tenx_v2.h5", folder);
  h5_editor(tenx).put("GRCh38/shape", std::vector<int>{5, 7});
  CHECK(text_of([&] { io::h5_cells{tenx}; }) ==
        tenx.string() + ": /GRCh38/shape: is not 5 features x 6 barcodes");
  h5_editor(tenx).put_texts("GRCh38/barcodes", {"A", "B", "C", "A", "D", "E"});
  h5_editor(tenx).put("GRCh38/shape", std::vector<int>{5, 6});
  CHECK(text_of([&] { (void)io::h5_cells(tenx).barcodes(); }) ==
        tenx.string() + ": /GRCh38/barcodes: element 3: barcode 'A' was already element 0");
  h5_editor(tenx).put_texts("GRCh38/barcodes", {});
  CHECK(text_of([&] { io::h5_cells{tenx}; }) == tenx.string() + ": /GRCh38/barcodes: no barcodes");
}

TEST_CASE("compressed by gene, no range of cells can be read") {
  const temporary_folder folder;
  const auto root = io::hdf5::open(golden_h5("anndata_0.8_csc.h5ad"));
  io::hdf5::compressed_reader reader(root.at("X"), io::hdf5::compressed_by::gene, 6, 5);
  CHECK(text_of([&] { (void)reader.read(0, 1); }) ==
        "compressed_reader::read: what is compressed by gene cannot be read a range of cells at a "
        "time");
}
