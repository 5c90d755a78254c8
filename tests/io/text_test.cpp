// SPDX-License-Identifier: MIT
#include "harmonium/io/text.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace io = harmonium::io;

TEST_CASE("in_quotes shows what can be shown") {
  CHECK(io::in_quotes("ab c") == "'ab c'");
  CHECK(io::in_quotes("a\tb\x7f") == "'a?b?'");
  CHECK(io::in_quotes(std::string(50, 'x')) == "'" + std::string(40, 'x') + "...'");
}

TEST_CASE("split") {
  std::vector<std::string_view> parts;
  io::split("a\t\tb\t", '\t', parts);
  CHECK(parts == std::vector<std::string_view>{"a", "", "b", ""});
  io::split("", '\t', parts);
  CHECK(parts == std::vector<std::string_view>{""});
}

TEST_CASE("read_digits") {
  const auto read = [](std::string_view text, std::int32_t& value) -> std::ptrdiff_t {
    const char* stop = io::read_digits(text.data(), text.data() + text.size(), value);
    return stop ? stop - text.data() : -1;
  };
  std::int32_t value = 0;
  CHECK(read("0", value) == 1);
  CHECK(value == 0);
  CHECK(read("123 4", value) == 3);
  CHECK(value == 123);
  CHECK(read("999999999", value) == 9);
  CHECK(value == 999999999);
  CHECK(read("1000000000", value) == -1);
  CHECK(read("", value) == -1);
  CHECK(read("-1", value) == -1);
  CHECK(read("\xb2", value) == -1);
}

TEST_CASE("positions") {
  CHECK(io::parse_position("9223372036854775807").value ==
        std::numeric_limits<std::int64_t>::max());
  CHECK(io::parse_position("007").value == 7);
  for (const char* bad : {"", " 1", "1 ", "+1", "-1", "1.0", "9223372036854775808", "x"})
    CHECK_MESSAGE(io::parse_position(bad).complaint != nullptr, bad);
}

TEST_CASE("counts in any notation") {
  for (const char* twelve :
       {"12", "+12", "12.", "12.0", "1.2e1", "1.2E+1", "0.12e2", "120e-1", "0012"}) {
    CAPTURE(twelve);
    const auto number = io::parse_count(twelve);
    CHECK(number.complaint == nullptr);
    CHECK(number.value == 12);
  }
  for (const char* zero : {"0", "-0", "0.0", "-0.0", "0e5"}) {
    CHECK(io::parse_count(zero).complaint == nullptr);
    CHECK(io::parse_count(zero).value == 0);
  }
  CHECK(io::parse_count("2147483647").value == 2147483647);
  CHECK(io::parse_count("2147483647.0").value == 2147483647);
}

TEST_CASE("what is no count, and why") {
  const auto complaint = [](std::string_view text) {
    const auto number = io::parse_count(text);
    return std::string(number.complaint ? number.complaint : "accepted");
  };
  for (const char* text :
       {"", "x", "1x", "1.0x", "1 ", "--1", "+-1", "+", "-", ".", "e5", "1,5", "0x10"})
    CHECK_MESSAGE(complaint(text) == "is no number", text);
  for (const char* text : {"-1", "-1.5", "-99999999999999999999"})
    CHECK_MESSAGE(complaint(text) == "is negative", text);
  for (const char* text : {"0.5", "1e-3", "1.0000001"})
    CHECK_MESSAGE(complaint(text) == "is not a whole number", text);
  for (const char* text : {"nan", "inf", "NaN", "Infinity", "-inf"})
    CHECK_MESSAGE(complaint(text) == "is not finite", text);
  for (const char* text : {"2147483648", "2147483648.0", "1e10", "99999999999999999999"})
    CHECK_MESSAGE(complaint(text).starts_with("is too large"), text);
  for (const char* text : {"1e999", "1e-999"})
    CHECK_MESSAGE(complaint(text) == "is out of range", text);
}
