// SPDX-License-Identifier: MIT
// More bad tables, labels and gene lists than malformed_files_test.cpp has, at least 40 for each
// reader: what spreadsheets, editors, shells and broken downloads make of good ones.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/io/gene_list.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/table.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

struct bad_text {
  std::string content;
  std::int64_t line;  // 0: not looked at
  std::string phrase;
  bool packed = false;  // a .gz
};

std::string gzip(const std::string& text) {
  const temporary_folder folder;
  io::output_file file(folder / "text.gz", {.compress = true});
  file.write(text);
  file.commit();
  return folder.bytes("text.gz");
}

std::string spoiled(std::string bytes, std::size_t from_end) {
  char& byte = bytes[bytes.size() - from_end];
  byte = static_cast<char>(byte ^ 0x55);
  return bytes;
}

std::string utf_16(const std::string& text) {
  std::string wide = "\xff\xfe";
  for (const char c : text) wide += std::string{c, '\0'};
  return wide;
}

/// What happens to any text on its way, whatever it says.
std::vector<bad_text> damaged(const std::string& good) {
  const std::string packed = gzip(good);
  const std::size_t first = good.find('\n') + 1;
  std::string nul = good;
  nul.insert(first, 1, '\0');
  return {
      {"", 0, "the file is empty"},
      {"\xEF\xBB\xBF", 0, ""},
      {utf_16(good), 1, "a NUL byte: this is no text file"},
      {nul, 2, "a NUL byte: this is no text file"},
      {good + std::string(3, '\0'), 0, "a NUL byte: this is no text file"},
      {gzip(""), 0, "the file is empty", true},
      {packed.substr(0, 5), 0, "cut short", true},
      {packed.substr(0, packed.size() / 2), 0, "cut short", true},
      {packed.substr(0, packed.size() - 8), 0, "cut short", true},
      {packed.substr(0, packed.size() - 1), 0, "cut short", true},
      {spoiled(packed, 6), 0, "incorrect data check", true},
      {spoiled(packed, 2), 0, "incorrect length check", true},
      {packed + "junk", 0, "other bytes follow", true},
      {packed.substr(0, 3) + std::string(1, '\xff') + packed.substr(4), 0, "", true},
  };
}

/// Each file is refused in one line that begins with its name.
void check_refused(const std::vector<bad_text>& files, const std::string& name,
                   const std::function<void(const std::filesystem::path&)>& read) {
  CHECK(files.size() >= 40);
  const temporary_folder folder;
  for (const bad_text& bad : files) {
    CAPTURE(bad.content);
    const auto path = folder.write(name + (bad.packed ? ".gz" : ""), bad.content);
    std::string text = "was accepted";
    std::int64_t line = -1;
    try {
      read(path);
    } catch (const hm::io_error& error) {
      text = error.what();
      line = error.line();
    }
    CAPTURE(text);
    CHECK(text.starts_with(path.string() + ":"));
    CHECK(text.find(bad.phrase) != std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
    if (bad.line > 0) CHECK(line == bad.line);
  }
}

template <class Element>
std::vector<Element> joined(std::vector<Element> all, std::vector<Element> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return all;
}

}  // namespace

TEST_CASE("bad tables of counts") {
  const std::string head = "cell,g1,g2\n";
  const auto count = [&](const std::string& field, const std::string& phrase) {
    return bad_text{head + "A,1,2\nB," + field + ",3\n", 3,
                    "count '" + field + "' in column 2 ('g1') " + phrase};
  };
  const std::vector<bad_text> own{
      count("", "is no number"),
      count(" ", "is no number"),
      count("NA", "is no number"),
      count("#N/A", "is no number"),
      count("#DIV/0!", "is no number"),
      count("TRUE", "is no number"),
      count("1_000", "is no number"),
      count("1 000", "is no number"),
      count("1.000.000", "is no number"),
      count("12e", "is no number"),
      count("0b1", "is no number"),
      count("0x1F", "is no number"),
      count("--1", "is no number"),
      count("1'000", "is no number"),
      count("=SUM(A1)", "is no number"),
      count("1Sep", "is no number"),
      count("\xC2\xA0"
            "1",
            "is no number"),
      count("-0.5", "is negative"),
      count("-7", "is negative"),
      count("0.1", "is not a whole number"),
      count("1e-3", "is not a whole number"),
      count("3.0000001", "is not a whole number"),
      count("inf", "is not finite"),
      count("-nan", "is not finite"),
      count("2147483648", "is too large"),
      count("1e10", "is too large"),
      {"cell;g1;g2\nA;1;0,5\n", 2, "is no number"},
      {head + "A,\"1\"2,3\n", 2, "text after a closing quote"},
      {head + "A,1,\"2\n", 2, "a quote is not closed"},
      {head + "A;1;2\n", 2, "found 1 field"},
      {head + "A\t1\t2\n", 2, "found 1 field"},
      {head + "A,1,2\n\n\nB,1,2\n", 3, "the line is empty"},
      {head + "A,1,2\n" + head + "B,1,2\n", 3, "count 'g1'"},
      {head + "# a remark\nA,1,2\n", 2, "found 1 field"},
      {head + "A,1,2\nA,3,4\n", 3, "'A' was already on line 2"},
      {"<!DOCTYPE html>\n<html>\n", 1, "no columns of counts"},
      {"{\"cells\": [1, 2]}\n", 1, ""},
  };
  check_refused(joined(damaged(head + "A,1,2\nB,3,4\n"), own), "cells.csv", [](const auto& path) {
    (void)io::read_table(path, io::orientation::cells_by_genes);
  });
}

TEST_CASE("bad labels") {
  const std::string head = "barcode\tlabel\n";
  const auto header = [](const std::string& line) {
    return bad_text{line + "\nA\tT\n", 1, "expected the header 'barcode<TAB>label', found '"};
  };
  const std::vector<bad_text> own{
      header("Barcode\tLabel"),
      header("BARCODE\tLABEL"),
      header("label\tbarcode"),
      header(" barcode\tlabel"),
      header("barcode\t label"),
      header("barcode label"),
      header("barcode,label"),
      header("barcode;label"),
      header("\"barcode\"\t\"label\""),
      header("# barcode\tlabel"),
      header("\tbarcode\tlabel"),
      header("barcode\t\tlabel"),
      header("barcode"),
      header("cell\tcell_type"),
      header("AAACATACAACCAC-1\tCD4 T"),
      header(""),
      header("<html>"),
      {head + "A T\n", 2, "expected 2 columns as in the header, found 1"},
      {head + "A,T\n", 2, "expected 2 columns as in the header, found 1"},
      {head + "A\n", 2, "expected 2 columns as in the header, found 1"},
      {head + "A\tT\tleft\n", 2, "expected 2 columns as in the header, found 3"},
      {head + "A\tT\t\n", 2, "expected 2 columns as in the header, found 3"},
      {"barcode\tlabel\tquality\nA\tT\n", 2, "expected 3 columns as in the header, found 2"},
      {head + "\t\n", 2, "the barcode is empty"},
      {head + "A\tT\n\tB\n", 3, "the barcode is empty"},
      {head + "A\t\n", 2, "the label of 'A' is empty"},
      {head + "A\tT\nB\tB\nA\tT\n", 4, "barcode 'A' was already on line 2"},
      {head + head, 0, ""},
      {head + "A\tT\n\nB\tT\n", 3, "the line is empty"},
      {head + "\nA\tT\n", 2, "the line is empty"},
      {head + "A\tT\n\r\nB\tT\n", 3, "the line is empty"},
      {head, 1, "no labels below the header"},
      {head + "\n\n", 0, "no labels below the header"},
      {"barcode\tlabel", 1, "no labels below the header"},
      {"barcode\tlabel\r", 1, "no labels below the header"},
  };
  const auto files = joined(damaged(head + "A\tT\nB\tT\n"), own);
  check_refused(files, "labels.tsv", [](const auto& path) {
    const auto table = io::read_labels(path);
    // A header twice is a cell called so: no cell of the pilot has it, and the pilot's have no
    // label.
    (void)io::join_labels(table, std::vector<std::string>{"A"});
  });
}

TEST_CASE("bad lists of genes") {
  io::features genes;
  for (const auto& [id, symbol] :
       {std::pair{"ENSG01", "CD4"}, {"ENSG02", "ACTB"}, {"ENSG03", "MT-CO1"}})
    genes.push_back(id, symbol, io::gene_expression);
  const auto unknown = [](const std::string& name) {
    return bad_text{"ENSG01\n\nACTB\n" + name + "\nMT-CO1\n", 4,
                    "no gene has the id or symbol '" + name + "'"};
  };
  const std::vector<bad_text> own{
      unknown("ENSG04"),
      unknown("ensg01"),
      unknown("ENSG01.7"),
      unknown("ENSG1"),
      unknown("ENSG01,ENSG02"),
      unknown("ENSG01;ENSG02"),
      unknown("ENSG01 ENSG02"),
      unknown("CD4,"),
      unknown("cd4"),
      unknown("CD4+"),
      unknown("CD 4"),
      unknown("CD4_ENSG01"),
      unknown("hg19_CD4"),
      unknown("MT.CO1"),
      unknown("MT-CO"),
      unknown("MT-CO1-201"),
      unknown("\"CD4\""),
      unknown("'CD4'"),
      unknown("CD4\xE2\x80\x8B"),
      unknown("\xC2\xA0"
              "CD4"),
      unknown("\xEF\xBB\xBF"
              "CD4"),
      unknown("gene"),
      unknown("# markers"),
      unknown("NA"),
      unknown("1"),
      unknown("1-Sep"),
      unknown("*"),
      unknown("CD*"),
      unknown("<html>"),
      {"gene_id\tsymbol\nENSG01\tCD4\n", 1, "no gene has the id or symbol 'gene_id'"},
      {"\tCD4\n\tACTB\n", 2, "no gene in this file"},
      {"\n\n\n", 3, "no gene in this file"},
      {"   \n\t\n", 2, "no gene in this file"},
  };
  // NUL bytes and the like are told by the text of the file, the rest by its genes.
  check_refused(joined(damaged("ENSG01\nACTB\n"), own), "genes.txt",
                [&](const auto& path) { (void)io::match_genes(io::read_gene_list(path), genes); });
}
