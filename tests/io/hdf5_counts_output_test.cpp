// SPDX-License-Identifier: MIT
#include "harmonium/io/hdf5_counts_output.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/hdf5_counts.hpp"
#include "support/random_counts.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace h5 = harmonium::io::hdf5;

TEST_CASE("appended cells are read again, whether or not it was known how many counts come") {
  const temporary_folder folder;
  hm::random_engine rng(3);
  const auto first = support::random_counts(400, 600, rng);
  const auto second = support::random_counts(300, 600, rng);
  REQUIRE(first.nonzeros() + second.nonzeros() > 140000);  // more than a block
  hm::count_matrix<> both = first;
  both.append(second);
  for (const std::optional<hm::index> known :
       {std::optional<hm::index>(), std::optional<hm::index>(both.nonzeros())})
    for (const int level : {0, 4}) {
      h5::output file(folder / "a.h5");
      {
        const auto root = file.root();
        h5::compressed_writer out(file, root, known, 700, level);
        out.append(first);
        CHECK(out.cells() == 400);
        out.append(hm::count_matrix<>(600));
        out.append(second);
        out.finish(root);
      }
      file.commit();
      const auto root = h5::open(folder / "a.h5");
      CHECK(h5::compressed_reader(root, h5::compressed_by::cell, 700, 600, 2).read() == both);
    }
}

TEST_CASE("what is no count, and another number of counts than announced, is refused") {
  const temporary_folder folder;
  h5::output file(folder / "a.h5");
  const auto root = file.root();
  const hm::count_matrix<std::int64_t> one({5}, {0}, {0, 1}, 1);
  const hm::count_matrix<std::int64_t> negative({-1}, {0}, {0, 1}, 1);
  const hm::count_matrix<std::int64_t> large({std::int64_t{1} << 31}, {0}, {0, 1}, 1);
  const auto a = file.group(root, "a");
  h5::compressed_writer growing(file, a, {}, 4, 4);
  growing.append(one);
  CHECK_THROWS_WITH_AS(growing.append(negative), "write: cell 1 has the negative count -1",
                       std::domain_error);
  CHECK_THROWS_WITH_AS(growing.append(large), "write: count 2147483648 of cell 1 exceeds 32 bits",
                       std::overflow_error);
  const auto b = file.group(root, "b");
  h5::compressed_writer fewer(file, b, 2, 1, 4);
  fewer.append(one);
  CHECK_THROWS_WITH_AS(fewer.finish(b),
                       "compressed_writer: other counts than announced were appended: 1",
                       std::invalid_argument);
  const auto c = file.group(root, "c");
  h5::compressed_writer more(file, c, 0, 1, 4);
  more.append(one);
  CHECK_THROWS_WITH_AS(more.finish(c),
                       "compressed_writer: more counts than the announced 0 were appended",
                       std::invalid_argument);
}
