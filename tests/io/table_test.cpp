// SPDX-License-Identifier: MIT
#include "harmonium/io/table.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

constexpr auto by_cell = io::orientation::cells_by_genes;
constexpr auto by_gene = io::orientation::genes_by_cells;

const hm::matrix<int> expected = (hm::matrix<int>(2, 3) << 1, 0, 3, 0, 0, 2147483647).finished();

void check_expected(const io::dataset& data) {
  CHECK(hm::to_dense<int>(data.counts) == expected);
  CHECK(data.counts.nonzeros() == 3);
  CHECK(data.barcodes == std::vector<std::string>{"A", "B"});
  CHECK(data.genes.ids == std::vector<std::string>{"g1", "g2", "g,3"});
  CHECK(data.genes.symbols == data.genes.ids);
  CHECK(data.genes.types == std::vector<std::string>(3, "Gene Expression"));
}

}  // namespace

TEST_CASE("every spelling of the same table") {
  const temporary_folder folder;
  const auto rows = [&](std::string_view name, std::string_view text) {
    check_expected(io::read_table(folder.write(name, text), by_cell));
  };
  rows("a.csv", "cell,g1,g2,\"g,3\"\nA,1,0,3\nB,0,0,2147483647\n");
  rows("unnamed.csv", ",g1,g2,\"g,3\"\nA,1,0,3\nB,0,0,2147483647");
  rows("r_style.csv", "\"g1\",\"g2\",\"g,3\"\n\"A\",1,0,3\n\"B\",0,0,2147483647\n\n\n");
  rows("windows.csv",
       "\xEF\xBB\xBF"
       "cell,g1,g2,\"g,3\"\r\nA,1,0,3\r\nB,0,0,2147483647\r\n");
  rows("notation.csv", "cell,g1,g2,\"g,3\"\nA,1.0, 0,\"3\"\nB,0e0,0.0,2147483647\n");
  rows("tabs.tsv", "cell\tg1\tg2\tg,3\nA\t1\t0\t3\nB\t0\t0\t2147483647\n");
  rows("tabs.txt", "cell\tg1\tg2\tg,3\nA\t1\t0\t3\nB\t0\t0\t2147483647\n");
  rows("semicolons", "cell;g1;g2;\"g,3\"\nA;1;0;3\nB;0;0;2147483647\n");
  check_expected(io::read_table(
      folder.write("b.csv", "gene,A,B\ng1,1,0\ng2,0,0\n\"g,3\",3,2147483647\n"), by_gene));
}

TEST_CASE("the separator follows the name, and the header where the name misleads") {
  CHECK(io::table_separator("x.csv", "a,b\tc") == ',');
  CHECK(io::table_separator("x.csv.gz", "a,b\tc") == ',');
  CHECK(io::table_separator("x.tsv.gz", "a,b\tc") == '\t');
  CHECK(io::table_separator("x.csv", "a;b;c") == ';');
  CHECK(io::table_separator("x.csv", "a\tb") == '\t');
  CHECK(io::table_separator("x.txt", "a,b") == ',');
  CHECK(io::table_separator("x.csv", "a") == ',');
  CHECK(io::table_separator("x", "a") == '\t');
}

TEST_CASE("quoted fields") {
  io::field_scanner fields("\"a \"\"b\"\"\",,\"\",c", ',');
  std::vector<std::string> found;
  for (std::string_view field; fields.next(field);) found.emplace_back(field);
  CHECK(found == std::vector<std::string>{"a \"b\"", "", "", "c"});
  CHECK(fields.complaint() == nullptr);
}

TEST_CASE("genes may share a name; empty rows and columns are legal") {
  const temporary_folder folder;
  const auto data = io::read_table(folder.write("t.csv", "cell,g,g\nA,0,0\nB,0,7\n"), by_cell);
  CHECK(data.genes.ids == std::vector<std::string>{"g", "g"});
  CHECK(hm::to_dense<int>(data.counts) == (hm::matrix<int>(2, 2) << 0, 0, 0, 7).finished());
}

TEST_CASE("what is written is read") {
  const temporary_folder folder;
  io::dataset data;
  data.counts = hm::count_matrix<>({5, 1, 2147483647}, {1, 0, 2}, {0, 1, 1, 3}, 3);
  data.barcodes = {"A", "B, \"b\"", "C;\t"};
  for (const char* name : {"g1", "g\"2", "g,3"})
    data.genes.push_back(name, name, "Gene Expression");
  for (const auto layout : {by_cell, by_gene}) {
    for (const char* name : {"t.csv", "t.tsv", "t.csv.gz", "t.tsv.gz"}) {
      CAPTURE(name);
      io::write_table(folder / name, data, layout);
      CHECK(io::read_table(folder / name, layout) == data);
      const bool compressed = folder.bytes(name).substr(0, 2) == "\x1f\x8b";
      CHECK(compressed == std::string(name).ends_with(".gz"));
    }
  }
  io::write_table(folder / "plain.csv", data.counts, data.genes,
                  std::vector<std::string>{"A", "B", "C"}, by_gene);
  CHECK(folder.bytes("plain.csv") ==
        "gene,A,B,C\ng1,0,0,1\n\"g\"\"2\",5,0,0\n\"g,3\",0,0,2147483647\n");
}

TEST_CASE("transposed twice is the same") {
  const hm::count_matrix<> counts({5, 1, 2, 9}, {1, 0, 2, 3}, {0, 1, 1, 4}, 5);
  const auto once = io::transposed(counts);
  CHECK(once.cells() == 5);
  CHECK(once.genes() == 3);
  CHECK(hm::to_dense<int>(once) == hm::to_dense<int>(counts).transpose());
  CHECK(hm::to_dense<int>(io::transposed(once)) == hm::to_dense<int>(counts));
}

TEST_CASE("writing checks what it is given") {
  const temporary_folder folder;
  io::dataset data;
  data.counts = hm::count_matrix<>({5}, {0}, {0, 1}, 1);
  data.genes.push_back("g", "g", "Gene Expression");
  CHECK_THROWS_AS(io::write_table(folder / "t.csv", data, by_cell), std::invalid_argument);
  data.barcodes = {"A\nB"};
  CHECK_THROWS_AS(io::write_table(folder / "t.csv", data, by_cell), std::invalid_argument);
  data.barcodes = {"A"};
  CHECK_THROWS_WITH_AS(io::write_table(folder / "no" / "t.csv", data, by_cell),
                       doctest::Contains("t.csv: cannot be written"), hm::io_error);
  CHECK(std::filesystem::is_empty(folder.path()));
}
