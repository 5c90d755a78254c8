// SPDX-License-Identifier: MIT
// Writes the files of this folder, which every later version must read
// (tests/io/model_file_test.cpp):
//   c++ -std=c++20 -I include -I tests -I /usr/include/eigen3 tests/golden/models/write.cpp -lz -o
//   write
//   ./write tests/golden/models/format_1
#include <filesystem>

#include "support/golden_models.hpp"

int main(int, char** argv) {
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  namespace io = harmonium::io;
  io::save(golden::deep_model(), folder / "deep.harmonium", golden::notes());
  io::save(golden::shallow_model(), folder / "shallow.harmonium");
  io::save(golden::counting_model(), folder / "counting.harmonium");
  io::save(golden::binary_model(), folder / "binary.harmonium");
  io::save(golden::independent(), folder / "independent.harmonium");
  io::save(golden::clusters(), folder / "clusters.harmonium");
}
