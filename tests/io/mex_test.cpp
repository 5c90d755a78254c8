// SPDX-License-Identifier: MIT
#include "harmonium/io/mex.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "support/shared.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

const std::string banner = "%%MatrixMarket matrix coordinate integer general\n";

io::dataset small() {
  io::dataset data{hm::count_matrix<>(3), {}, {"AAA-1", "CCC-1"}};
  data.genes.push_back("ENSG1", "ACTB", "Gene Expression");
  data.genes.push_back("ENSG2", "DUP", "Gene Expression");
  data.genes.push_back("ENSG3", "DUP", "Gene Expression");
  data.counts.push_back(0, 5);
  data.counts.push_back(2, 2147483647);
  data.counts.finish_cell();
  data.counts.finish_cell();  // a cell without counts; gene 1 has none either
  return data;
}

/// The sum of count * (1-based gene mod 97) * (1-based cell mod 89): moves if an entry does.
std::int64_t checksum(const hm::count_matrix<>& counts) {
  std::int64_t sum = 0;
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      sum += cell.values[k] * std::int64_t{(cell.genes[k] + 1) % 97} * ((i + 1) % 89);
  }
  return sum;
}

}  // namespace

TEST_CASE("what is written is read, plain and gzip") {
  for (const bool compress : {false, true}) {
    const temporary_folder folder;
    io::write_10x(folder / "new" / "sub", small(), {.compress = compress});
    CHECK(io::read_10x(folder / "new" / "sub") == small());
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "new" / "sub")) {
      ++files;
      CHECK((entry.path().extension() == ".gz") == compress);
    }
    CHECK(files == 3);
  }
}

TEST_CASE("the text written") {
  const temporary_folder folder;
  io::write_10x(folder.path(), small(), {.compress = false});
  CHECK(folder.bytes("matrix.mtx") == banner + "3 2 2\n1 1 5\n3 1 2147483647\n");
  CHECK(folder.bytes("features.tsv") ==
        "ENSG1\tACTB\tGene Expression\nENSG2\tDUP\tGene Expression\nENSG3\tDUP\tGene Expression\n");
  CHECK(folder.bytes("barcodes.tsv") == "AAA-1\nCCC-1\n");
}

TEST_CASE("the same data give the same gzip bytes") {
  const temporary_folder folder;
  io::write_10x(folder / "a", small());
  io::write_10x(folder / "b", small());
  for (const char* name : {"matrix.mtx.gz", "features.tsv.gz", "barcodes.tsv.gz"})
    CHECK(folder.bytes(std::string("a/") + name) == folder.bytes(std::string("b/") + name));
}

TEST_CASE("writing over a folder leaves no stale spelling behind") {
  const temporary_folder folder;
  folder.write("genes.tsv", "old\told\n");
  folder.write("other.txt", "kept");
  io::write_10x(folder.path(), small(), {.compress = false});
  auto changed = small();
  changed.barcodes[0] = "GGG-1";
  io::write_10x(folder.path(), changed, {.compress = true});
  CHECK(io::read_10x(folder.path()) == changed);
  CHECK(!std::filesystem::exists(folder / "matrix.mtx"));
  CHECK(!std::filesystem::exists(folder / "genes.tsv"));
  CHECK(std::filesystem::exists(folder / "other.txt"));
}

TEST_CASE("the plain file is read where both exist") {
  const temporary_folder folder;
  auto other = small();
  io::write_10x(folder / "gz", small());
  other.barcodes[0] = "GGG-1";
  io::write_10x(folder / "plain", other, {.compress = false});
  std::filesystem::copy(folder / "plain" / "barcodes.tsv", folder / "gz" / "barcodes.tsv");
  CHECK(io::read_10x(folder / "gz") == other);
}

TEST_CASE("Cell Ranger 2: genes.tsv without types") {
  const temporary_folder folder;
  folder.write("genes.tsv", "ENSG1\tACTB\nENSG2\tB2M\n");
  folder.write("barcodes.tsv", "A\nB\n");
  folder.write("matrix.mtx", banner + "2 2 1\n2 2 7\n");
  const auto data = io::read_10x(folder.path(), {.feature_type = "Gene Expression"});
  CHECK(data.genes.types == std::vector<std::string>(2, "Gene Expression"));
  CHECK(data.genes.symbols == std::vector<std::string>{"ACTB", "B2M"});
  CHECK(hm::to_dense<int>(data.counts) == (hm::matrix<int>(2, 2) << 0, 0, 0, 7).finished());
}

TEST_CASE("other feature types are left out and counted") {
  const temporary_folder folder;
  folder.write("features.tsv",
               "g1\tG1\tGene Expression\nab1\tCD3\tAntibody Capture\ng2\tG2\tGene Expression\n"
               "cr\tcr\tCRISPR Guide Capture\nab2\tCD4\tAntibody Capture\n");
  folder.write("barcodes.tsv", "A\nB\n");
  folder.write("matrix.mtx", banner + "5 2 5\n1 1 1\n2 1 20\n3 1 3\n4 2 4\n5 2 50\n");

  const auto genes = io::read_10x(folder.path());
  CHECK(genes.genes.ids == std::vector<std::string>{"g1", "g2"});
  CHECK(genes.other_features ==
        std::vector<io::left_out>{{"Antibody Capture", 2}, {"CRISPR Guide Capture", 1}});
  CHECK(hm::to_dense<int>(genes.counts) == (hm::matrix<int>(2, 2) << 1, 3, 0, 0).finished());

  const auto antibodies = io::read_10x(folder.path(), {.feature_type = "Antibody Capture"});
  CHECK(hm::to_dense<int>(antibodies.counts) == (hm::matrix<int>(2, 2) << 20, 0, 0, 50).finished());

  const auto all = io::read_10x(folder.path(), {.feature_type = ""});
  CHECK(all.genes.size() == 5);
  CHECK(all.other_features.empty());

  CHECK_THROWS_WITH_AS(io::read_10x(folder.path(), {.feature_type = "Peaks"}),
                       doctest::Contains("'Peaks'"), hm::io_error);
}

TEST_CASE("writing checks what it is given") {
  const temporary_folder folder;
  auto data = small();
  data.barcodes.pop_back();
  CHECK_THROWS_AS(io::write_10x(folder.path(), data), std::invalid_argument);
  data = small();
  data.genes.symbols[1] = "A\tB";
  CHECK_THROWS_AS(io::write_10x(folder.path(), data), std::invalid_argument);
  data = small();
  data.counts = hm::count_matrix<>({-1}, {0}, {0, 1, 1}, 3);
  CHECK_THROWS_AS(io::write_10x(folder.path(), data), std::domain_error);
  CHECK(std::filesystem::is_empty(folder.path()));

  const auto file = folder.write("file", "");
  CHECK_THROWS_WITH_AS(io::write_10x(file / "sub", small()),
                       doctest::Contains((file / "sub").c_str()), hm::io_error);
  CHECK_THROWS_AS(io::write_10x(file, small()), hm::io_error);
  std::filesystem::create_directory(folder / "matrix.mtx.gz");
  CHECK_THROWS_WITH_AS(io::write_10x(folder.path(), small()),
                       doctest::Contains("matrix.mtx.gz: is a folder"), hm::io_error);
}

TEST_CASE("pbmc3k") {
  const auto folder = shared_path("data/pbmc3k");
  if (!folder) {
    MESSAGE("skipped: no shared data");
    return;
  }
  const auto data = io::read_10x(*folder);
  CHECK(data.counts.cells() == 2638);
  CHECK(data.counts.genes() == 1000);
  CHECK(data.counts.nonzeros() == 281079);
  CHECK(data.genes.symbols.front() == "ISG15");
  CHECK(data.barcodes.front() == "AAACATACAACCAC-1");
  CHECK_NOTHROW(hm::validate(data.counts));
  const auto values = data.counts.view().values();
  CHECK(*std::max_element(values.begin(), values.end()) == 419);
  CHECK(checksum(data.counts) == 1863757697);
  const auto sizes = hm::library_sizes(data.counts);
  CHECK(sizes.sum() == 923200);
  CHECK(sizes.minCoeff() == 25);
  CHECK(sizes.maxCoeff() == 2556);
  for (const bool compress : {false, true}) {
    const temporary_folder copy;
    io::write_10x(copy.path(), data, {.compress = compress});
    CHECK(io::read_10x(copy.path()) == data);
  }
}

TEST_CASE("celseq2_5cl") {
  const auto folder = shared_path("data/celseq2_5cl");
  if (!folder) {
    MESSAGE("skipped: no shared data");
    return;
  }
  const auto data = io::read_10x(*folder);
  CHECK(data.counts.cells() == 542);
  CHECK(data.counts.genes() == 1000);
  CHECK(data.counts.nonzeros() == 206156);
  CHECK(checksum(data.counts) == 4079834987);
  CHECK(hm::library_sizes(data.counts).sum() == 1907645);
  CHECK(hm::library_sizes(data.counts).minCoeff() == 622);
  CHECK(hm::library_sizes(data.counts).maxCoeff() == 19905);
  const temporary_folder copy;
  io::write_10x(copy.path(), data);
  CHECK(io::read_10x(copy.path()) == data);
}
