// SPDX-License-Identifier: MIT
#include "harmonium/io/line_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

using strings = std::vector<std::string>;

namespace {

strings lines_of(const std::string& text) {
  const temporary_folder folder;
  io::line_reader reader(folder.write("text", text));
  strings lines;
  for (std::string_view line; reader.next(line);) {
    lines.emplace_back(line);
    CHECK(reader.line() == static_cast<std::int64_t>(lines.size()));
  }
  return lines;
}

}  // namespace

TEST_CASE("line ends") {
  CHECK(lines_of("a\nb\n") == strings{"a", "b"});
  CHECK(lines_of("a\nb") == strings{"a", "b"});
  CHECK(lines_of("a\r\nb\r\n") == strings{"a", "b"});
  CHECK(lines_of("a\r\nb\r") == strings{"a", "b"});
  CHECK(lines_of("\n\na\n\n") == strings{"", "", "a", ""});
  CHECK(lines_of("\xEF\xBB\xBF"
                 "a\n\xEF\xBB\xBF"
                 "b") == strings{"a",
                                 "\xEF\xBB\xBF"
                                 "b"});
}

TEST_CASE("lines across and beyond the buffer") {
  strings expected;
  std::string text;
  for (std::size_t k = 0; k < 40000; ++k)
    expected.push_back(std::string(k % 37, 'x') + std::to_string(k));
  expected.push_back(std::string(1000000, 'y'));
  expected.push_back("end");
  for (const auto& line : expected) text += line + "\n";
  CHECK(lines_of(text) == expected);
}

TEST_CASE("rows: empty lines are legal at the end only") {
  const temporary_folder folder;
  std::string_view line;
  io::line_reader good(folder.write("good", "a\n\n\r\n"));
  CHECK(good.next_row(line));
  CHECK(!good.next_row(line));
  io::line_reader bad(folder.write("bad", "a\n\n\nb\n"));
  CHECK(bad.next_row(line));
  CHECK_THROWS_WITH_AS(bad.next_row(line), doctest::Contains("bad:2: the line is empty"),
                       hm::io_error);
}

TEST_CASE("errors name file and line") {
  const temporary_folder folder;
  CHECK_THROWS_WITH_AS(io::line_reader(folder.write("empty", "")),
                       doctest::Contains("empty: the file is empty"), hm::io_error);
  io::line_reader reader(folder.write("text", "a\nb\n"));
  std::string_view line;
  CHECK(reader.next(line));
  CHECK(reader.next(line));
  CHECK_THROWS_WITH_AS(reader.fail("no good"), doctest::Contains("text:2: no good"), hm::io_error);
  CHECK_THROWS_WITH_AS(reader.fail_at(7, "no good"), doctest::Contains("text:7: no good"),
                       hm::io_error);

  std::string text;
  for (int k = 0; k < 100000; ++k) text += "line\n";
  text += std::string("a\0b\n", 4);
  CHECK_THROWS_WITH_AS(lines_of(text), doctest::Contains("text:100001: a NUL byte"), hm::io_error);
}
