// SPDX-License-Identifier: MIT
// Every malformed input gives an io_error that names the file, the line and what is wrong.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "harmonium/io/gene_list.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/io/table.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

struct bad_file {
  std::string what;
  std::string name;  // tells which reader it goes to
  std::string content;
  std::int64_t line;
  std::string phrase;
};

const std::string banner = "%%MatrixMarket matrix coordinate integer general\n";
const std::string sizes = banner + "3 2 2\n";

std::string random_bytes(std::size_t count) {
  std::string bytes;
  std::uint64_t state = 7;
  for (; bytes.size() < count; state = state * 6364136223846793005u + 1442695040888963407u)
    bytes += static_cast<char>(state >> 56);
  return bytes;
}

std::string gzip(const std::string& text) {
  const temporary_folder folder;
  io::output_file file(folder / "text.gz", {.compress = true});
  file.write(text);
  file.commit();
  return folder.bytes("text.gz");
}

std::string cut_short(const std::string& bytes, std::size_t tail) {
  return bytes.substr(0, bytes.size() - tail);
}

std::string spoiled(std::string bytes, std::size_t from_end) {
  char& byte = bytes[bytes.size() - from_end];
  byte = static_cast<char>(byte ^ 0x55);
  return bytes;
}

/// A matrix of 3 genes x 20,000 cells, to see damage beyond the first buffer.
std::string long_matrix() {
  std::string text = banner + "3 20000 20000\n";
  for (int cell = 1; cell <= 20000; ++cell)
    text += std::to_string(1 + cell * cell % 3) + " " + std::to_string(cell) + " " +
            std::to_string(1 + cell * 7919 % 1000) + "\n";
  return text;
}

std::string long_barcodes() {
  std::string text;
  for (int cell = 1; cell <= 20000; ++cell) text += "C" + std::to_string(cell) + "\n";
  return text;
}

/// A good 10x folder of 3 genes x 2 cells but for the file in question; or the other readers.
void read(const temporary_folder& folder, const bad_file& bad) {
  const auto path = folder.write(bad.name, bad.content);
  if (bad.name.starts_with("labels")) return void(io::read_labels(path));
  if (bad.name.starts_with("list")) return void(io::read_gene_list(path));
  if (bad.name.starts_with("cells"))
    return void(io::read_table(path, io::orientation::cells_by_genes));
  if (bad.name.starts_with("genes_by"))
    return void(io::read_table(path, io::orientation::genes_by_cells));
  if (!bad.name.starts_with("matrix")) folder.write("matrix.mtx", sizes + "1 1 1\n2 2 2\n");
  if (!bad.name.starts_with("features") && !bad.name.starts_with("genes"))
    folder.write("features.tsv",
                 "g1\tA\tGene Expression\ng2\tB\tGene Expression\ng3\tC\tGene Expression\n");
  if (!bad.name.starts_with("barcodes"))
    folder.write("barcodes.tsv", bad.content.size() > 10000 ? long_barcodes() : "A\nB\n");
  (void)io::read_10x(folder.path());
}

std::vector<bad_file> bad_files() {
  const std::string three_features = "g1\tA\tGene Expression\ng2\tB\tGene Expression\n";
  return {
      {"empty matrix", "matrix.mtx", "", 0, "the file is empty"},
      {"only a byte order mark", "matrix.mtx", "\xEF\xBB\xBF", 0, "the file is empty"},
      {"no banner", "matrix.mtx", "3 2 1\n1 1 1\n", 1, "expected the banner"},
      {"html instead", "matrix.mtx", "<html>\n", 1, "expected the banner"},
      {"array format", "matrix.mtx", "%%MatrixMarket matrix array integer general\n3 2\n", 1,
       "only 'matrix coordinate"},
      {"symmetric", "matrix.mtx", "%%MatrixMarket matrix coordinate integer symmetric\n", 1,
       "only 'matrix coordinate"},
      {"pattern", "matrix.mtx", "%%MatrixMarket matrix coordinate pattern general\n", 1,
       "only 'matrix coordinate"},
      {"complex", "matrix.mtx", "%%MatrixMarket matrix coordinate complex general\n", 1,
       "only 'matrix coordinate"},
      {"short banner", "matrix.mtx", "%%MatrixMarket matrix\n", 1, "only 'matrix coordinate"},
      {"no sizes", "matrix.mtx", banner + "% nothing\n", 3, "before the line of sizes"},
      {"two sizes", "matrix.mtx", banner + "3 2\n1 1 1\n", 2, "expected the sizes"},
      {"four sizes", "matrix.mtx", banner + "3 2 1 1\n1 1 1\n", 2, "expected the sizes"},
      {"size in words", "matrix.mtx", banner + "three 2 1\n", 2, "'three' is not a whole number"},
      {"negative size", "matrix.mtx", banner + "3 -2 1\n", 2, "number of cells '-2' is negative"},
      {"size beyond 64 bits", "matrix.mtx", banner + "3 2 99999999999999999999\n", 2,
       "'99999999999999999999' does not fit 64 bits"},
      {"genes beyond 32 bits", "matrix.mtx", banner + "3000000000 2 1\n", 2, "is too large"},
      {"other number of genes", "matrix.mtx", banner + "4 2 1\n1 1 1\n", 2,
       "4 genes (rows), the features file 3"},
      {"other number of cells", "matrix.mtx", banner + "3 5 1\n1 1 1\n", 2,
       "5 cells (columns), the barcodes file 2"},
      {"transposed", "matrix.mtx", banner + "2 3 1\n1 1 1\n", 2, "2 genes (rows)"},
      {"zero cells", "matrix.mtx", banner + "3 0 0\n", 2, "0 cells (columns)"},
      {"too few entries", "matrix.mtx", sizes + "1 1 1\n", 3, "after 1 of the 2 entries"},
      {"no entries", "matrix.mtx", sizes, 2, "after 0 of the 2 entries"},
      {"too many entries", "matrix.mtx", sizes + "1 1 1\n2 1 1\n3 1 1\n", 5,
       "more entries than the 2"},
      {"gene index 0", "matrix.mtx", sizes + "1 1 1\n0 2 1\n", 4, "gene index 0 is out of range"},
      {"cell index 0", "matrix.mtx", sizes + "1 0 1\n", 3, "cell index 0 is out of range"},
      {"gene beyond", "matrix.mtx", sizes + "4 1 1\n", 3,
       "gene index 4 is out of range: expected 1 to 3"},
      {"cell beyond", "matrix.mtx", sizes + "1 3 1\n", 3,
       "cell index 3 is out of range: expected 1 to 2"},
      {"gene far beyond", "matrix.mtx", sizes + "4294967297 1 1\n", 3, "gene index 4294967297"},
      {"gene beyond 64 bits", "matrix.mtx", sizes + "18446744073709551617 1 1\n", 3,
       "does not fit 64 bits"},
      {"negative index", "matrix.mtx", sizes + "-1 1 1\n", 3, "gene index '-1' is negative"},
      {"fractional index", "matrix.mtx", sizes + "1.5 1 1\n", 3, "gene index '1.5'"},
      {"no count", "matrix.mtx", sizes + "1 1\n", 3, "expected gene, cell and count, found '1 1'"},
      {"one column too many", "matrix.mtx", sizes + "1 1 1 1\n", 3,
       "expected gene, cell and count"},
      {"word for a count", "matrix.mtx", sizes + "1 1 many\n", 3, "count 'many' is no number"},
      {"junk after a count", "matrix.mtx", sizes + "1 1 5x\n", 3, "count '5x' is no number"},
      {"hexadecimal", "matrix.mtx", sizes + "1 1 0x10\n", 3, "count '0x10' is no number"},
      {"commas between", "matrix.mtx", sizes + "1,1,5\n", 3, "expected gene, cell and count"},
      {"negative count", "matrix.mtx", sizes + "1 1 -5\n", 3, "count '-5' is negative"},
      {"negative real", "matrix.mtx", sizes + "1 1 -5.0\n", 3, "count '-5.0' is negative"},
      {"fraction", "matrix.mtx", sizes + "1 1 2\n1 2 0.5\n", 4,
       "count '0.5' is not a whole number"},
      {"NaN", "matrix.mtx", sizes + "1 1 nan\n", 3, "count 'nan' is not finite"},
      {"infinity", "matrix.mtx", sizes + "1 1 inf\n", 3, "count 'inf' is not finite"},
      {"beyond int32", "matrix.mtx", sizes + "1 1 2147483648\n", 3, "'2147483648' is too large"},
      {"beyond int32, real", "matrix.mtx", sizes + "1 1 3e9\n", 3, "'3e9' is too large"},
      {"beyond int64", "matrix.mtx", sizes + "1 1 92233720368547758080\n", 3, "is too large"},
      {"beyond double", "matrix.mtx", sizes + "1 1 1e999\n", 3, "'1e999' is out of range"},
      {"twice in a row", "matrix.mtx", sizes + "2 1 1\n2 1 1\n", 4,
       "gene 2, cell 1 occurs a second time"},
      {"twice, apart", "matrix.mtx", banner + "3 2 4\n2 2 1\n1 1 1\n% note\n2 2 3\n3 2 1\n", 6,
       "gene 2, cell 2 occurs a second time"},
      {"twice, once as zero", "matrix.mtx", sizes + "2 1 0\n2 1 1\n", 4, "occurs a second time"},
      {"NUL bytes", "matrix.mtx", sizes + std::string("1 1 1\n\0\0\0\n", 10), 4, "a NUL byte"},
      {"binary junk", "matrix.mtx", random_bytes(3000), 1, ""},
      {"binary junk after the header", "matrix.mtx", sizes + "\x01\x02\xff\xfe\n", 3,
       "expected gene"},
      {"gzip of nothing", "matrix.mtx.gz", gzip(""), 0, "the file is empty"},
      {"gzip cut short", "matrix.mtx.gz", cut_short(gzip(long_matrix()), 2000), 0, "cut short"},
      {"gzip cut in its checksum", "matrix.mtx.gz", cut_short(gzip(long_matrix()), 6), 20003,
       "cut short"},
      {"gzip cut in its header", "matrix.mtx.gz", cut_short(gzip(sizes), gzip(sizes).size() - 5), 1,
       "cut short"},
      {"gzip with a wrong checksum", "matrix.mtx.gz", spoiled(gzip(long_matrix()), 6), 20003,
       "incorrect data check"},
      {"gzip with a wrong length", "matrix.mtx.gz", spoiled(gzip(long_matrix()), 2), 20003,
       "incorrect length check"},
      {"gzip damaged inside", "matrix.mtx.gz", spoiled(gzip(long_matrix()), 9000), 0, ""},
      {"junk after the gzip data", "matrix.mtx.gz", gzip(long_matrix()) + "junk", 20003,
       "other bytes follow"},

      {"no features", "features.tsv", "", 0, "the file is empty"},
      {"features: blank lines only", "features.tsv", "\n\n", 2, "no features"},
      {"features without type", "features.tsv", three_features + "g3\tC\n", 3, "found 2 columns"},
      {"features without tabs", "features.tsv", "g1 A Gene\n", 1, "found 1 column"},
      {"features: empty line inside", "features.tsv", "g1\tA\tX\n\ng2\tB\tX\n", 2,
       "the line is empty"},
      {"features: empty id", "features.tsv", three_features + "\tC\tGene Expression\n", 3,
       "the id is empty"},
      {"too few features", "features.tsv", three_features, 0,
       "3 genes (rows), the features file 2"},
      {"features: binary", "features.tsv", std::string("g1\tA\tX\n\0\n", 10), 2, "a NUL byte"},
      {"genes.tsv with one column", "genes.tsv", "g1\tA\ng2\ng3\tC\n", 2, "expected id and symbol"},

      {"no barcodes", "barcodes.tsv", "", 0, "the file is empty"},
      {"too many barcodes", "barcodes.tsv", "A\nB\nC\n", 0,
       "2 cells (columns), the barcodes file 3"},
      {"barcode twice", "barcodes.tsv", "A\nB\nA\n", 3, "'A' was already on line 1"},
      {"barcode empty", "barcodes.tsv", "A\n\tx\n", 2, "the barcode is empty"},
      {"barcodes: empty line inside", "barcodes.tsv", "A\n\nB\n", 2, "the line is empty"},

      {"empty csv", "cells.csv", "", 0, "the file is empty"},
      {"csv: blank lines only", "cells.csv", "\r\n\r\n", 2, "empty lines only"},
      {"csv: only a header", "cells.csv", "cell,g1,g2\n", 1, "no rows below the header"},
      {"csv: row too short", "cells.csv", "cell,g1,g2\nA,1,2\nB,1\n", 3, "found 2 fields"},
      {"csv: row too long", "cells.csv", "cell,g1,g2\nA,1,2\nB,1,2,3\n", 3, "found 4 fields"},
      {"csv: first row too short", "cells.csv", "cell,g1,g2,g3\nA,1,2\n", 2, "found 3 fields"},
      {"csv: trailing comma", "cells.csv", "cell,g1,g2\nA,1,2\nB,1,2,\n", 3, "found 4 fields"},
      {"csv: one column", "cells.csv", "cell\nA\n", 1, "no columns of counts"},
      {"csv: no number", "cells.csv", "cell,g1,g2\nA,1,x\n", 2,
       "'x' in column 3 ('g2') is no number"},
      {"csv: missing value", "cells.csv", "cell,g1,g2\nA,1,\n", 2,
       "'' in column 3 ('g2') is no number"},
      {"csv: NA", "cells.csv", "cell,g1,g2\nA,NA,1\n", 2, "'NA' in column 2"},
      {"csv: nan", "cells.csv", "cell,g1,g2\nA,nan,1\n", 2, "is not finite"},
      {"csv: fraction", "cells.csv", "cell,g1,g2\nA,1,1.25\n", 2,
       "'1.25' in column 3 ('g2') is not a whole"},
      {"csv: negative", "cells.csv", "cell,g1,g2\nA,1,-1\n", 2, "is negative"},
      {"csv: too large", "cells.csv", "cell,g1,g2\nA,1,2147483648\n", 2, "is too large"},
      {"csv: open quote", "cells.csv", "cell,g1,g2\nA,1,2\n\"B,1,2\n", 3, "a quote is not closed"},
      {"csv: open quote in the header", "cells.csv", "cell,\"g1,g2\nA,1,2\n", 1,
       "a quote is not closed"},
      {"csv: text after a quote", "cells.csv", "cell,g1\n\"A\"B,1\n", 2,
       "text after a closing quote"},
      {"csv: empty line inside", "cells.csv", "cell,g1\nA,1\n\nB,1\n", 3, "the line is empty"},
      {"csv: cell without a name", "cells.csv", "cell,g1\nA,1\n,1\n", 3, "the row has no name"},
      {"csv: gene without a name", "cells.csv", "cell,g1,\nA,1,2\n", 1, "column 3 has no name"},
      {"csv: cell twice", "cells.csv", "cell,g1\nA,1\nB,1\nA,1\n", 4, "'A' was already on line 2"},
      {"csv: cell column twice", "genes_by_cells.tsv", "gene\tA\tA\ng\t1\t2\n", 1,
       "'A' names two columns"},
      {"csv: UTF-16", "cells.csv",
       std::string("\xff\xfe"
                   "c\0,\0g\0\n\0",
                   10),
       1, "a NUL byte"},
      {"csv: gzip cut short", "cells.csv.gz", cut_short(gzip("cell,g1\nA,1\nB,2\n"), 4), 4,
       "cut short"},

      {"no labels", "labels.tsv", "", 0, "the file is empty"},
      {"labels without header", "labels.tsv", "A\tT cell\nB\tB cell\n", 1, "expected the header"},
      {"labels with commas", "labels.tsv", "barcode,label\nA,T\n", 1, "expected the header"},
      {"labels: only a header", "labels.tsv", "barcode\tlabel\n", 1, "no labels below the header"},
      {"labels: no label", "labels.tsv", "barcode\tlabel\nA\tT\nB\n", 3, "expected 2 columns"},
      {"labels: empty label", "labels.tsv", "barcode\tlabel\nA\tT\nB\t\n", 3,
       "the label of 'B' is empty"},
      {"labels: empty barcode", "labels.tsv", "barcode\tlabel\n\tT\n", 2, "the barcode is empty"},
      {"labels: barcode twice", "labels.tsv", "barcode\tlabel\nA\tT\nB\tT\nA\tB\n", 4,
       "'A' was already on line 2"},
      {"labels: one column too many", "labels.tsv", "barcode\tlabel\nA\tT\tx\n", 2,
       "expected 2 columns"},

      {"empty gene list", "list.txt", "", 0, "the file is empty"},
      {"blank gene list", "list.txt", " \n\n", 2, "no gene in this file"},
  };
}

}  // namespace

TEST_CASE("bad files") {
  const auto files = bad_files();
  CHECK(files.size() >= 40);
  for (const bad_file& bad : files) {
    CAPTURE(bad.what);
    const temporary_folder folder;
    try {
      read(folder, bad);
      FAIL_CHECK("was accepted");
    } catch (const hm::io_error& error) {
      const std::string text = error.what();
      CAPTURE(text);
      if (bad.line > 0) CHECK(error.line() == bad.line);
      CHECK(text.find(bad.phrase) != std::string::npos);
      CHECK(text.find(folder.path().string()) == 0);
    }
  }
}

TEST_CASE("damage in the middle of gzip data is told with the line reached") {
  const temporary_folder folder;
  for (const std::string& bytes :
       {cut_short(gzip(long_matrix()), 20000), spoiled(gzip(long_matrix()), 20000)}) {
    const auto path = folder.write("matrix.mtx", bytes);
    try {
      (void)io::read_matrix_market(path, 3, 20000);
      FAIL_CHECK("was accepted");
    } catch (const hm::io_error& error) {
      CHECK(error.line() > 5000);
      CHECK(error.line() < 20000);
    }
  }
}

TEST_CASE("files and folders that are not there, or not what they should be") {
  const temporary_folder folder;
  const auto nothing = folder / "nothing";
  const auto is_missing = doctest::Contains("nothing: no such f");
  CHECK_THROWS_WITH_AS(io::read_10x(nothing), is_missing, hm::io_error);
  CHECK_THROWS_WITH_AS(io::read_labels(nothing), is_missing, hm::io_error);
  CHECK_THROWS_WITH_AS(io::read_gene_list(nothing), is_missing, hm::io_error);
  CHECK_THROWS_WITH_AS(io::read_table(nothing, io::orientation::cells_by_genes), is_missing,
                       hm::io_error);
  const auto is_folder = doctest::Contains("is a folder");
  CHECK_THROWS_WITH_AS(io::read_labels(folder.path()), is_folder, hm::io_error);
  CHECK_THROWS_WITH_AS(io::read_table(folder.path(), io::orientation::cells_by_genes), is_folder,
                       hm::io_error);
  CHECK_THROWS_WITH_AS(io::read_10x(folder.write("file", "x")),
                       doctest::Contains("file: is a file"), hm::io_error);

  CHECK_THROWS_WITH_AS(io::read_10x(folder.path()), doctest::Contains("matrix.mtx[.gz]"),
                       hm::io_error);
  folder.write("matrix.mtx", sizes);
  CHECK_THROWS_WITH_AS(io::read_10x(folder.path()),
                       doctest::Contains("features.tsv[.gz], genes.tsv[.gz]"), hm::io_error);
  folder.write("features.tsv", "g1\tA\tX\n");
  CHECK_THROWS_WITH_AS(io::read_10x(folder.path()), doctest::Contains("barcodes.tsv[.gz]"),
                       hm::io_error);
  std::filesystem::create_directory(folder / "barcodes.tsv");
  CHECK_THROWS_WITH_AS(io::read_10x(folder.path()), doctest::Contains("barcodes.tsv: is a folder"),
                       hm::io_error);
}

TEST_CASE("spoiled bytes are read or refused, nothing else") {
  const std::vector<bad_file> good = {
      {"", "matrix.mtx", sizes + "1 1 1\n2 2 2\n", 0, ""},
      {"", "matrix.mtx.gz", gzip(sizes + "1 1 1\n2 2 2\n"), 0, ""},
      {"", "features.tsv", "g1\tA\tX\ng2\tB\tX\ng3\tC\tX\n", 0, ""},
      {"", "barcodes.tsv", "A\nB\n", 0, ""},
      {"", "cells.csv", "cell,\"g1\",g2\n\"A\",1,2.0\nB,0,7\n", 0, ""},
      {"", "genes_by_cells.csv", "A,B\ng1,1,2\ng2,0,7\n", 0, ""},
      {"", "labels.tsv", "barcode\tlabel\nA\tT\nB\tT\n", 0, ""},
  };
  const std::string pool = std::string("0129 \t\n\r,\"%-+.eE", 17) + '\0' + '\xff' + 'x';
  std::uint64_t state = 7;
  const auto random = [&state](std::size_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  int accepted = 0;
  int refused = 0;
  for (const bad_file& file : good) {
    const temporary_folder folder;
    for (int repeat = 0; repeat < 100; ++repeat) {
      bad_file spoilt = file;
      for (std::size_t changes = 1 + random(3); changes > 0; --changes) {
        const std::size_t at = random(spoilt.content.size());
        const char byte = pool[random(pool.size())];
        switch (random(3)) {
          case 0:
            spoilt.content[at] = byte;
            break;
          case 1:
            spoilt.content.insert(at, 1, byte);
            break;
          default:
            spoilt.content.erase(at, 1);
        }
      }
      try {
        read(folder, spoilt);
        ++accepted;
      } catch (const hm::io_error&) {
        ++refused;
      }
    }
  }
  CHECK(accepted > 50);
  CHECK(refused > 200);
}
