// SPDX-License-Identifier: MIT
#include "harmonium/io/matrix_market.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

const std::string banner = "%%MatrixMarket matrix coordinate integer general\n";

hm::count_matrix<> read_matrix(const temporary_folder& folder, const std::string& text,
                               hm::index genes, hm::index cells) {
  return io::read_matrix_market(folder.write("matrix.mtx", text), genes, cells);
}

}  // namespace

TEST_CASE("entries come in any order and any notation") {
  const temporary_folder folder;
  const auto expected = (hm::matrix<int>(3, 2) << 1, 4, 0, 0, 9, 2147483647).finished();
  const auto ordered =
      read_matrix(folder, banner + "2 3 4\n1 1 1\n2 1 4\n1 3 9\n2 3 2147483647\n", 2, 3);
  CHECK(hm::to_dense<int>(ordered) == expected);
  CHECK(read_matrix(folder, banner + "2 3 4\n2 3 2147483647\n2 1 4\n1 3 9\n1 1 1\n", 2, 3) ==
        ordered);
  CHECK(read_matrix(folder,
                    "%%matrixmarket MATRIX coordinate real general\n% note\n%\n2 3 5\n1 1 1.0\n"
                    "1 3 9e0\n\n% note\n  2\t1  4 \n2 3 2147483647\n1 2 0.0",
                    2, 3) == ordered);
  CHECK(read_matrix(folder,
                    "\xEF\xBB\xBF%%MatrixMarket matrix coordinate integer general\r\n2 3 4\r\n"
                    "1 1 1\r\n2 1 4\r\n1 3 9\r\n2 3 2147483647\r\n",
                    2, 3) == ordered);
}

TEST_CASE("explicit zeros are dropped, in order or not") {
  const temporary_folder folder;
  const auto expected = read_matrix(folder, banner + "2 2 1\n2 2 3\n", 2, 2);
  CHECK(expected.nonzeros() == 1);
  CHECK(read_matrix(folder, banner + "2 2 3\n1 1 0\n1 2 0\n2 2 3\n", 2, 2) == expected);
  CHECK(read_matrix(folder, banner + "2 2 3\n2 2 3\n1 2 0\n1 1 0\n", 2, 2) == expected);
  CHECK(read_matrix(folder, banner + "2 2 0\n", 2, 2).nonzeros() == 0);
}

TEST_CASE("an announced size does not allocate") {
  const temporary_folder folder;
  const auto path = folder.write("matrix.mtx", banner + "2 2 9000000000000000000\n1 1 1\n");
  CHECK(io::matrix_market_reader(path).plausible_entries() < 100);
  CHECK_THROWS_WITH_AS(io::read_matrix_market(path, 2, 2),
                       doctest::Contains("after 1 of the 9000000000000000000"), hm::io_error);
}
