// SPDX-License-Identifier: MIT
// Counts to a 10x folder, compressed, and back.
// usage: files FOLDER
#include <harmonium/io/mex.hpp>
#include <iostream>
#include <string>
#include <vector>

namespace hm = harmonium;

int main(int, char** argv) {
  hm::count_matrix<> counts(2);
  counts.push_back(1, 5);
  counts.finish_cell();
  const hm::io::features genes{{"g1", "g2"}, {"g1", "g2"}, {"Gene Expression", "Gene Expression"}};
  hm::io::write_10x(argv[1], counts, genes, std::vector<std::string>{"cell"}, {.compress = true});
  const bool same = hm::io::read_10x(argv[1]).counts == counts;
  std::cout << "a 10x folder there and back: " << (same ? "the same\n" : "another\n");
  return same ? 0 : 1;
}
