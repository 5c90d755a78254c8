// SPDX-License-Identifier: MIT
#include "harmonium/io/npz.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/npz_arrays.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("arrays by name, as .npy files in a zip with its sums and directory") {
  const temporary_folder folder;
  hm::matrix<float> weights(2, 3);
  weights << 0, 1, 2, 3, 4, -0.5;
  io::npz_output out(folder / "a.npz");
  out.add("weights", weights);
  out.add("genes", std::vector<std::int32_t>{4, -1});
  out.add("size", 2.5);
  out.add("names", std::vector<std::string>{"CD4", "\xCE\xB2-actin", ""});
  CHECK(!std::filesystem::exists(folder / "a.npz"));
  out.commit();
  const std::string bytes = folder.bytes("a.npz");
  const auto arrays = tiny::npz_arrays(bytes);
  REQUIRE(arrays.size() == 4);
  folder.write("w.npy", arrays.at("weights"));
  CHECK(io::read_npy(folder / "w.npy") == io::npy_array{{2, 3}, {0, 1, 2, 3, 4, -0.5}});
  folder.write("s.npy", arrays.at("size"));
  CHECK(io::read_npy(folder / "s.npy") == io::npy_array{{}, {2.5}});
  CHECK(arrays.at("genes").find("'descr': '<i8', 'fortran_order': False, 'shape': (2,)") == 11);
  CHECK(arrays.at("genes").substr(128) ==
        std::string("\x04\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16));
  CHECK(arrays.at("names").find("'descr': '<U7'") == 11);
  CHECK(arrays.at("names").size() == 128 + 3 * 7 * 4);
  CHECK(tiny::little_endian(arrays.at("names"), 128 + 7 * 4, 4) == 0x3b2);

  // The directory: as many entries, each where it says, with the sum of its bytes.
  const std::size_t end = bytes.size() - 22;
  REQUIRE(bytes.substr(end, 4) == std::string("PK\x05\x06", 4));
  CHECK(tiny::little_endian(bytes, end + 10, 2) == 4);
  std::size_t at = tiny::little_endian(bytes, end + 16, 4);
  CHECK(at + tiny::little_endian(bytes, end + 12, 4) == end);
  for (int k = 0; k < 4; ++k) {
    REQUIRE(bytes.substr(at, 4) == std::string("PK\x01\x02", 4));
    const auto length = tiny::little_endian(bytes, at + 28, 2),
               local = tiny::little_endian(bytes, at + 42, 4);
    const std::string name = bytes.substr(at + 46, length);
    CHECK(bytes.substr(local + 30, length) == name);
    const std::string& npy = arrays.at(name.substr(0, length - 4));
    CHECK(tiny::little_endian(bytes, at + 24, 4) == npy.size());
    CHECK(tiny::little_endian(bytes, at + 16, 4) ==
          ::crc32(0, reinterpret_cast<const unsigned char*>(npy.data()),
                  static_cast<unsigned>(npy.size())));
    at += 46 + length;
  }
  CHECK(at == end);
}

TEST_CASE("what cannot be written, and a file that is given up") {
  const temporary_folder folder;
  {
    io::npz_output out(folder / "b.npz");
    out.add("one", 1);
    CHECK_THROWS_WITH_AS(out.add("one", 2), doctest::Contains("two arrays one"),
                         std::invalid_argument);
    CHECK_THROWS_AS(out.add("a/b", 2), std::invalid_argument);
    CHECK_THROWS_AS(out.add("", 2), std::invalid_argument);
    const std::vector<std::size_t> shape{2, 2};
    const std::vector<double> values{1, 2, 3};
    CHECK_THROWS_AS(
        out.add("few", std::span<const std::size_t>(shape), std::span<const double>(values)),
        std::invalid_argument);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK_THROWS_AS(io::npz_output(folder / "no" / "b.npz"), hm::io_error);
}

TEST_CASE("code points, and bytes that are none") {
  CHECK(io::code_points("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA7\xAC") == U"a\u00e9\u20ac\U0001f9ec");
  // a tail alone, cut short, too long a form, half a pair, beyond the last
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    const auto points = io::code_points(std::string("x") + bad + "y");
    CHECK(points.front() == U'x');
    CHECK(points.back() == U'y');
    CHECK(points.find(U'\ufffd') == 1);
  }
}
