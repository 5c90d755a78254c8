// SPDX-License-Identifier: MIT
#include "harmonium/io/npy.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "support/temporary_folder.hpp"

namespace io = harmonium::io;

TEST_CASE("bytes as NumPy writes them") {
  const temporary_folder folder;
  const std::vector<std::size_t> shape{2, 3};
  const std::vector<double> values{0, 1, 2, 3, 4, -0.5};
  io::write_npy(folder / "a.npy", shape, values);
  const std::string bytes = folder.bytes("a.npy");
  const std::string head = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
  CHECK(bytes.size() == 128 + 48);
  CHECK(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  CHECK(bytes.substr(8, 2) == std::string("\x76\x00", 2));
  CHECK(bytes.substr(10, head.size()) == head);
  CHECK(bytes[127] == '\n');
  CHECK(bytes.substr(136, 8) == std::string("\x00\x00\x00\x00\x00\x00\xf0\x3f", 8));  // 1.0
  CHECK(io::read_npy(folder / "a.npy") == io::npy_array{shape, values});
}

TEST_CASE("one dimension, none, and a size of nought") {
  const temporary_folder folder;
  for (const auto& shape : {std::vector<std::size_t>{3}, {}, {0, 5}}) {
    const std::vector<double> values(shape.empty() ? 1 : shape[0], 2.5);
    io::write_npy(folder / "a.npy", shape, values);
    CHECK(io::read_npy(folder / "a.npy") == io::npy_array{shape, values});
  }
  CHECK(folder.bytes("a.npy").find("(0, 5), }") != std::string::npos);
  io::write_npy(folder / "b.npy", std::vector<std::size_t>{1}, std::vector<double>{1});
  CHECK(folder.bytes("b.npy").find("(1,), }") != std::string::npos);
}

TEST_CASE("what is no such file") {
  const temporary_folder folder;
  CHECK_THROWS_AS(io::write_npy(folder / "a", std::vector<std::size_t>{2}, {}),
                  std::invalid_argument);
  CHECK_THROWS_AS(io::read_npy(folder / "none.npy"), harmonium::io_error);
  CHECK_THROWS_AS(io::read_npy(folder.write("text.npy", "barcode\tlabel\n")), harmonium::io_error);
  io::write_npy(folder / "a.npy", std::vector<std::size_t>{2}, std::vector<double>{1, 2});
  const std::string bytes = folder.bytes("a.npy");
  const auto refused = [&](const std::string& text, const char* what) {
    CHECK_THROWS_WITH_AS(io::read_npy(folder.write("bad.npy", text)), doctest::Contains(what),
                         harmonium::io_error);
  };
  refused(bytes.substr(0, bytes.size() - 1), "another length");
  refused(bytes.substr(0, 60), "within its header");
  auto floats = bytes;
  floats.replace(bytes.find("<f8"), 3, "<f4");
  refused(floats, "no doubles");
  auto fortran = bytes;
  fortran.replace(bytes.find("False"), 5, "True ");
  refused(fortran, "Fortran");
}
