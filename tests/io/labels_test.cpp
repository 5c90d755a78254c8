// SPDX-License-Identifier: MIT
#include "harmonium/io/labels.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "harmonium/io/mex.hpp"
#include "support/shared.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

using strings = std::vector<std::string>;

TEST_CASE("labels are joined by barcode in any order") {
  const temporary_folder folder;
  const auto table = io::read_labels(
      folder.write("labels.tsv",
                   "\xEF\xBB\xBF"
                   "barcode\tlabel\tplate\r\nC\tNK\t1\r\nA\tCD4 T\t2\r\nX\tB\t2\r\n"));
  CHECK(table.barcodes == strings{"C", "A", "X"});
  const auto joined = io::join_labels(table, strings{"A", "C"});
  CHECK(joined.labels == strings{"CD4 T", "NK"});
  CHECK(joined.unused == 1);
  CHECK(io::join_labels(table, strings{"A", "A"}).labels == strings{"CD4 T", "CD4 T"});
}

TEST_CASE("a cell without a label is named") {
  const io::label_table table{.file = "my/labels.tsv", .barcodes = {"A"}, .labels = {"T"}};
  CHECK_THROWS_WITH_AS(io::join_labels(table, strings{"A", "Q", "R"}),
                       "my/labels.tsv: no label for cell 'Q' (2 of 3 cells have none)",
                       hm::io_error);
}

TEST_CASE("what is written is read") {
  const temporary_folder folder;
  for (const char* name : {"labels.tsv", "labels.tsv.gz"}) {
    io::write_labels(folder / name, strings{"A", "B"}, strings{"T cell", "B, \"b\""});
    const auto table = io::read_labels(folder / name);
    CHECK(table.barcodes == strings{"A", "B"});
    CHECK(table.labels == strings{"T cell", "B, \"b\""});
  }
  CHECK(folder.bytes("labels.tsv") == "barcode\tlabel\nA\tT cell\nB\tB, \"b\"\n");
  const auto path = folder / "bad.tsv";
  CHECK_THROWS_AS(io::write_labels(path, strings{"A"}, strings{}), std::invalid_argument);
  CHECK_THROWS_AS(io::write_labels(path, strings{"A"}, strings{""}), std::invalid_argument);
  CHECK_THROWS_AS(io::write_labels(path, strings{"A"}, strings{"T\tx"}), std::invalid_argument);
  CHECK(!std::filesystem::exists(path));
}

TEST_CASE("pbmc3k") {
  const auto folder = shared_path("data/pbmc3k");
  if (!folder) {
    MESSAGE("skipped: no shared data");
    return;
  }
  const auto table = io::read_labels(*folder / "labels.tsv");
  const auto joined = io::join_labels(table, io::read_barcodes(*folder / "barcodes.tsv.gz"));
  CHECK(joined.unused == 0);
  std::map<std::string, int> cells;
  for (const auto& label : joined.labels) ++cells[label];
  CHECK(cells.size() == 9);
  CHECK(cells["Naive CD4 T"] == 697);
  CHECK(cells["Platelet"] == 14);
}
