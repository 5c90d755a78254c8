// SPDX-License-Identifier: MIT
#include "harmonium/io/tenx_h5.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harmonium/io/mex.hpp"
#include "support/golden_h5.hpp"
#include "support/h5_editor.hpp"
#include "support/shared.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("10x files of Cell Ranger 2 and 3") {
  CHECK(io::read_10x_h5(golden_h5("tenx_v2.h5")) == golden_cells());

  auto expected = golden_cells();
  expected.other_features = {{"Antibody Capture", 2}};
  CHECK(io::read_10x_h5(golden_h5("tenx_v3.h5")) == expected);

  const auto all = io::read_10x_h5(golden_h5("tenx_v3.h5"), {.feature_type = ""});
  CHECK(all.genes.size() == 7);
  CHECK(all.genes.symbols[2] == "CD3");
  CHECK(all.counts.cell(3).genes[0] == 2);
  CHECK(all.counts.cell(3).values[0] == 4);
  const auto antibodies =
      io::read_10x_h5(golden_h5("tenx_v3.h5"), {.feature_type = "Antibody Capture"});
  CHECK(antibodies.genes.ids == std::vector<std::string>{"CD3_TotalSeqB", "CD19_TotalSeqB"});
  CHECK(antibodies.other_features == std::vector<io::left_out>{{io::gene_expression, 5}});
}

TEST_CASE("one of several genomes") {
  const temporary_folder folder;
  std::filesystem::copy_file(golden_h5("tenx_v2.h5"), folder / "two.h5");
  std::filesystem::permissions(folder / "two.h5", std::filesystem::perms::owner_all);
  {
    h5_editor file(folder / "two.h5");
    file.put_group("mm10").put_texts("mm10/genes", {"A"}).put_texts("mm10/gene_names", {"a"});
    file.put_texts("mm10/barcodes", {"C", "D"}).put("mm10/shape", std::vector<std::int32_t>{1, 2});
    file.put("mm10/data", std::vector<std::int32_t>{0});
    file.put("mm10/indices", std::vector<std::int32_t>{0});
    file.put("mm10/indptr", std::vector<std::int32_t>{0, 0, 1});
  }
  CHECK(io::read_10x_h5(folder / "two.h5", {.genome = "GRCh38"}) == golden_cells());
  const auto mouse = io::read_10x_h5(folder / "two.h5", {.genome = "mm10"});
  CHECK(mouse.counts.cells() == 2);
  CHECK(mouse.counts.nonzeros() == 0);  // an explicit zero is none
  CHECK_THROWS_WITH_AS(
      io::read_10x_h5(folder / "two.h5", {.genome = "dm6"}),
      ((folder / "two.h5").string() + ": /: has no genome 'dm6'; there are GRCh38, mm10").c_str(),
      hm::io_error);
}

TEST_CASE("what is written is read again; equal input gives equal bytes") {
  const temporary_folder folder;
  const auto data = golden_cells();
  for (const char* name : {"a.h5", "b.h5"})
    io::write_10x_h5(folder / name, data.counts, data.genes, data.barcodes);
  CHECK(io::read_10x_h5(folder / "a.h5") == data);
  CHECK(folder.bytes("a.h5") == folder.bytes("b.h5"));
  io::write_10x_h5(folder / "plain.h5", data.counts, data.genes, data.barcodes, {.level = 0});
  CHECK(io::read_10x_h5(folder / "plain.h5") == data);

  const hm::count_matrix<float> negative({-1.0F}, {0}, {0, 1}, 1);
  io::features gene;
  gene.push_back("a", "a", io::gene_expression);
  const std::vector<std::string> cell{"c"};
  CHECK_THROWS_AS(io::write_10x_h5(folder / "a.h5", negative, gene, cell), std::domain_error);
  CHECK_THROWS_AS(io::write_10x_h5(folder / "a.h5", data.counts, data.genes, cell),
                  std::invalid_argument);
  CHECK(io::read_10x_h5(folder / "a.h5") == data);  // as it was before
  CHECK(!std::filesystem::exists(folder / "a.h5.partial"));
  CHECK_THROWS_AS(io::write_10x_h5(folder.path(), data.counts, data.genes, data.barcodes),
                  hm::io_error);
  CHECK_THROWS_AS(io::write_10x_h5(folder / "no" / "a.h5", data.counts, data.genes, data.barcodes),
                  hm::io_error);
}

TEST_CASE("a real pilot is the same as folder and as .h5") {
  const auto pilot = shared_path("data/pbmc3k");
  if (!pilot) {
    MESSAGE("skipped: no shared data");
    return;
  }
  const temporary_folder folder;
  const auto data = io::read_10x(*pilot);
  io::write_10x_h5(folder / "pilot.h5", data.counts, data.genes, data.barcodes, {.level = 1});
  CHECK(io::read_10x_h5(folder / "pilot.h5") == data);
}
