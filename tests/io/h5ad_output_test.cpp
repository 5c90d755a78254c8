// SPDX-License-Identifier: MIT
#include "harmonium/io/h5ad_output.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harmonium/io/h5ad.hpp"
#include "support/golden_h5.hpp"
#include "support/random_counts.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;
namespace h5 = harmonium::io::hdf5;

namespace {

io::h5ad_contents some_contents() {
  hm::matrix<double> components(6, 2);
  for (hm::index i = 0; i < 6; ++i) components.row(i) << static_cast<double>(i), -0.5;
  return {.labels = {{"cell_type", golden_types}},
          .components = {{"X_harmonium", components}},
          .provenance = {{"version", "0.2.0"}, {"options", "{\"seed\": 7}"}}};
}

}  // namespace

TEST_CASE("what is written is read again, with labels, components and provenance") {
  const temporary_folder folder;
  const auto data = golden_cells();
  for (const char* name : {"a.h5ad", "b.h5ad"})
    io::write_h5ad(folder / name, data, some_contents());
  CHECK(folder.bytes("a.h5ad") == folder.bytes("b.h5ad"));
  CHECK(io::read_h5ad(folder / "a.h5ad") == data);
  CHECK(io::read_h5ad_labels(folder / "a.h5ad", "cell_type").labels == golden_types);

  const auto root = h5::open(folder / "a.h5ad");
  CHECK(root.text_attribute("encoding-type") == "anndata");
  const h5::array components(root.at("obsm").at("X_harmonium"), 2);
  std::vector<double> values(12);
  components.read(0, 6, values.data());
  CHECK(values[10] == 5);
  CHECK(values[11] == -0.5);
  const auto own = root.at("uns").at("harmonium");
  CHECK(own.names() == std::vector<std::string>{"options", "version"});
  CHECK(own.at("options").text_attribute("encoding-type") == "string");
}

TEST_CASE("many counts, in several blocks, of any number of categories") {
  const temporary_folder folder;
  hm::random_engine rng(3);
  io::dataset data{support::random_counts(700, 600, rng), {}, {}};
  REQUIRE(data.counts.nonzeros() > 140000);
  std::vector<std::string> labels;
  for (int i = 0; i < 700; ++i) {
    data.barcodes.push_back("cell " + std::to_string(i));
    labels.push_back("type " + std::to_string(i % 300));
  }
  for (int j = 0; j < 600; ++j)
    data.genes.push_back("g" + std::to_string(j), "same", io::gene_expression);
  io::write_h5ad(folder / "a.h5ad", data, {.labels = {{"kind", labels}}, .level = 0});
  CHECK(io::read_h5ad(folder / "a.h5ad") == data);
  CHECK(io::read_h5ad_labels(folder / "a.h5ad", "kind").labels == labels);
  io::write_h5ad(folder / "b.h5ad", data);
  CHECK(io::read_h5ad(folder / "b.h5ad") == data);
}

TEST_CASE("ids that repeat are told apart in the index and kept in gene_ids") {
  const temporary_folder folder;
  auto data = golden_cells();
  data.genes.ids[3] = data.genes.ids[1];
  io::write_h5ad(folder / "a.h5ad", data);
  const auto again = io::read_h5ad(folder / "a.h5ad");
  CHECK(again.genes.ids == data.genes.ids);
  CHECK(again.counts == data.counts);
}

TEST_CASE("wrong contents leave what was there") {
  const temporary_folder folder;
  const auto data = golden_cells();
  const auto path = folder / "a.h5ad";
  io::write_h5ad(path, data);
  CHECK_THROWS_AS(io::write_h5ad(path, data, {.labels = {{"kind", {"one"}}}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(io::write_h5ad(path, data, {.labels = {{"a/b", golden_types}}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(
      io::write_h5ad(path, data, {.labels = {{"a", golden_types}, {"a", golden_types}}}),
      std::invalid_argument);
  CHECK_THROWS_AS(io::write_h5ad(path, data, {.components = {{"X_a", hm::matrix<double>(3, 2)}}}),
                  std::invalid_argument);
  const hm::count_matrix<std::int64_t> large({std::int64_t{1} << 31}, {0}, {0, 1}, 1);
  io::features gene;
  gene.push_back("a", "a", io::gene_expression);
  const std::vector<std::string> cell{"c"};
  CHECK_THROWS_AS(io::write_h5ad(path, large, gene, cell), std::overflow_error);
  CHECK(io::read_h5ad(path) == data);
  CHECK(!std::filesystem::exists(folder / "a.h5ad.partial"));
}
