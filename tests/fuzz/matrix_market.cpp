// SPDX-License-Identifier: MIT
#include "harmonium/io/matrix_market.hpp"

#include "fuzz_file.hpp"

namespace io = harmonium::io;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static fuzz_file file("matrix_market");
  const auto& path = file.holding(bytes, size);
  read_or_refuse([&] {
    const io::matrix_market_reader sizes(path);
    // As many names are in other files.
    const auto most = static_cast<std::int64_t>(size);
    if (sizes.genes() > most || sizes.cells() > most) return;
    harmonium::validate(io::read_matrix_market(path, sizes.genes(), sizes.cells()));
  });
  return 0;
}
