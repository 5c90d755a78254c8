// SPDX-License-Identifier: MIT
#include "harmonium/io/labels.hpp"

#include "fuzz_file.hpp"

namespace io = harmonium::io;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static fuzz_file file("labels");
  const auto& path = file.holding(bytes, size);
  read_or_refuse([&] { (void)io::read_labels(path); });
  return 0;
}
