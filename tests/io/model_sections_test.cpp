// SPDX-License-Identifier: MIT
#include "harmonium/io/model_sections.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("numbers and texts come back as they were") {
  io::payload_writer out;
  out.number(258, 2);
  out.number(std::numeric_limits<std::uint64_t>::max());
  out.real(-0.0);
  out.reals(std::vector<double>{1.5, std::numeric_limits<double>::infinity()});
  out.text(std::string("a\0b", 3));
  out.texts(std::vector<std::string>{"", "gene"});
  CHECK(out.bytes().substr(0, 2) == "\x02\x01");  // little-endian
  io::payload_reader in("file", "section", out.bytes());
  CHECK(in.number(2) == 258);
  CHECK(in.number() == std::numeric_limits<std::uint64_t>::max());
  CHECK(std::signbit(in.real()));
  CHECK(in.reals() == std::vector<double>{1.5, std::numeric_limits<double>::infinity()});
  CHECK(in.text() == std::string("a\0b", 3));
  CHECK(in.texts() == std::vector<std::string>{"", "gene"});
  CHECK_NOTHROW(in.end());
  CHECK_THROWS_WITH_AS((void)in.number(1), "file: section 'section': ends early", hm::io_error);
}

TEST_CASE("sections by name, in order, each once") {
  const temporary_folder folder;
  io::model_sections file;
  io::payload_writer one, two;
  one.text("first");
  file.add("one", one);
  file.add("two", two);
  CHECK_THROWS_AS(file.add("one", two), std::invalid_argument);
  CHECK_THROWS_AS(file.add("", two), std::invalid_argument);
  CHECK_THROWS_AS(file.add(std::string(65, 'n'), two), std::invalid_argument);
  file.write(folder / "a");
  const io::model_sections again(folder / "a");
  CHECK(again.names() == std::vector<std::string>{"one", "two"});
  CHECK(again.at("one").text() == "first");
  CHECK(again.contains("two"));
  CHECK_THROWS_WITH_AS((void)again.at("three"),
                       ((folder / "a").string() + ": has no section 'three'").c_str(),
                       hm::io_error);
}
