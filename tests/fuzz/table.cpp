// SPDX-License-Identifier: MIT
#include "harmonium/io/table.hpp"

#include "fuzz_file.hpp"

namespace io = harmonium::io;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static fuzz_file file("table");
  const auto& path = file.holding(bytes, size);
  for (const auto layout : {io::orientation::cells_by_genes, io::orientation::genes_by_cells})
    read_or_refuse([&] { harmonium::validate(io::read_table(path, layout).counts); });
  return 0;
}
