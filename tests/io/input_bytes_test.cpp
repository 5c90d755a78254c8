// SPDX-License-Identifier: MIT
#include "harmonium/io/input_bytes.hpp"

#include <doctest/doctest.h>

#include <string>

#include "harmonium/io/output_file.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

std::string read_all(const std::filesystem::path& path, std::size_t step) {
  io::input_bytes source(path);
  std::string text(step, ' ');
  std::string all;
  while (const std::size_t count = source.read(text.data(), step, 1)) all.append(text, 0, count);
  CHECK(source.read(text.data(), step, 1) == 0);  // the end stays the end
  return all;
}

std::string long_text() {
  std::string text;
  for (int k = 0; k < 60000; ++k) text += std::to_string(k * 7919 % 100003) + "\n";
  return text;
}

std::string gzip(const std::string& text) {
  const temporary_folder folder;
  io::output_file file(folder / "text", {.compress = true});
  file.write(text);
  file.commit();
  return folder.bytes("text");
}

}  // namespace

TEST_CASE("plain and gzip give the same bytes, whatever the name and the step") {
  const temporary_folder folder;
  const auto plain = folder.write("plain.gz", long_text());
  const auto packed = folder.write("packed.txt", gzip(long_text()));
  CHECK(!io::input_bytes(plain).compressed());
  CHECK(io::input_bytes(packed).compressed());
  CHECK(io::input_bytes(plain).file_size() == static_cast<std::int64_t>(long_text().size()));
  for (const std::size_t step : {1000u, 131072u, 1000000u}) {
    CHECK(read_all(plain, step) == long_text());
    CHECK(read_all(packed, step) == long_text());
  }
  CHECK(read_all(folder.write("short", "a"), 7) == "a");
  CHECK(read_all(folder.write("empty", ""), 7).empty());
}

TEST_CASE("gzip members in a row are one text; zeros may follow") {
  const temporary_folder folder;
  const std::string members = gzip("one\n") + gzip("") + gzip(long_text()) + gzip("two\n");
  CHECK(read_all(folder.write("m.gz", members), 4096) == "one\n" + long_text() + "two\n");
  CHECK(read_all(folder.write("z.gz", gzip("one\n") + std::string(200000, '\0')), 4096) == "one\n");
}

TEST_CASE("the sound bytes come before the error") {
  const temporary_folder folder;
  const std::string packed = gzip("one\ntwo\n");
  for (const std::string& bad :
       {packed.substr(0, packed.size() - 3),
        packed.substr(0, packed.size() - 5) + "\x01" + packed.substr(packed.size() - 4),
        packed + "x"}) {
    io::input_bytes source(folder.write("bad.gz", bad));
    std::string text(100, ' ');
    CHECK(source.read(text.data(), text.size(), 1) == 8);
    CHECK_THROWS_AS(source.read(text.data(), text.size(), 3), hm::io_error);
    CHECK_THROWS_AS(source.read(text.data(), text.size(), 3), hm::io_error);
  }
}

TEST_CASE("what is no file") {
  const temporary_folder folder;
  CHECK_THROWS_WITH_AS(io::input_bytes(folder / "none"), doctest::Contains("none: no such file"),
                       hm::io_error);
  CHECK_THROWS_WITH_AS(io::input_bytes(folder.path()), doctest::Contains("is a folder"),
                       hm::io_error);
}
