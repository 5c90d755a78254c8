// SPDX-License-Identifier: MIT
#include "harmonium/io/gene_list.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

io::features some_features() {
  io::features genes;
  genes.push_back("ENSG1", "ACTB", "Gene Expression");
  genes.push_back("ENSG2", "DUP", "Gene Expression");
  genes.push_back("ENSG3", "ENSG1", "Gene Expression");  // its symbol is another gene's id
  genes.push_back("ENSG4", "DUP", "Gene Expression");
  return genes;
}

std::vector<hm::index> match(const std::string& text) {
  const temporary_folder folder;
  return io::match_genes(io::read_gene_list(folder.write("genes.txt", text)), some_features());
}

}  // namespace

TEST_CASE("one name a line") {
  const temporary_folder folder;
  const auto list = io::read_gene_list(
      folder.write("genes.txt", "\xEF\xBB\xBF ACTB \r\n\r\nENSG2\tDUP\tGene Expression\r\nENSG3"));
  CHECK(list.names == std::vector<std::string>{"ACTB", "ENSG2", "ENSG3"});
  CHECK(list.lines == std::vector<std::int64_t>{1, 3, 4});
}

TEST_CASE("ids go before symbols; every gene of a symbol is taken; order and repeats vanish") {
  CHECK(match("ENSG1\n") == std::vector<hm::index>{0});
  CHECK(match("ACTB\n") == std::vector<hm::index>{0});
  CHECK(match("DUP\n") == std::vector<hm::index>{1, 3});
  CHECK(match("DUP\nENSG4\nENSG1\nACTB\n") == std::vector<hm::index>{0, 1, 3});
}

TEST_CASE("an unknown gene is named with its line") {
  CHECK_THROWS_WITH_AS(match("ACTB\n\nactb\n"),
                       doctest::Contains("genes.txt:3: no gene has the id or symbol 'actb'"),
                       hm::io_error);
}
