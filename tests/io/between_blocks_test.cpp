// SPDX-License-Identifier: MIT
#include "harmonium/io/between_blocks.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harmonium/io/mex.hpp"
#include "support/temporary_folder.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

struct enough {};

io::dataset some_cells(hm::index cells, std::uint64_t seed) {
  io::dataset data{tiny::toy_counts(cells, 40, seed), {}, {}};
  for (int m = 0; m < 40; ++m) {
    const std::string name = "gene " + std::to_string(m);
    data.genes.push_back(name, name, io::gene_expression);
  }
  for (hm::index i = 0; i < cells; ++i) data.barcodes.push_back("cell " + std::to_string(i));
  return data;
}

}  // namespace

TEST_CASE("reading and writing look between blocks, and end with what that throws") {
  const temporary_folder folder;
  const auto data = some_cells(5000, 1), other = some_cells(20000, 2);
  io::write_10x(folder / "cells", data, {.compress = false});
  int looks = 0;
  {
    const io::between_blocks counting([&] { ++looks; });
    CHECK(io::read_10x(folder / "cells").counts == data.counts);
    CHECK(looks > 3);
    const int before = looks;
    {
      const io::between_blocks inner([] { throw enough{}; });
      CHECK_THROWS_AS((void)io::read_10x(folder / "cells"), enough);
      CHECK_THROWS_AS(io::write_10x(folder / "cells", other, {.compress = false}), enough);
    }
    CHECK(looks == before);
    CHECK(io::read_10x(folder / "cells").counts == data.counts);  // what was there, and looks again
    CHECK(looks > before);
  }
  const int before = looks;
  io::write_10x(folder / "cells", other, {.compress = false});
  CHECK(looks == before);
  CHECK(io::read_10x(folder / "cells").counts == other.counts);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "cells"))
    CHECK(entry.path().extension() != ".partial");
}
