// SPDX-License-Identifier: MIT
#include "harmonium/io/mex.hpp"

#include "fuzz_file.hpp"

namespace io = harmonium::io;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static fuzz_file file("names");
  const auto& path = file.holding(bytes, size);
  read_or_refuse([&] { (void)io::read_features(path); });
  read_or_refuse([&] { (void)io::read_barcodes(path); });
  return 0;
}
