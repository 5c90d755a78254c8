// SPDX-License-Identifier: MIT
#include "harmonium/io/output_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "harmonium/io/input_bytes.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

TEST_CASE("a file appears at commit, whole") {
  const temporary_folder folder;
  folder.write("out.txt", "before");
  {
    io::output_file file(folder / "out.txt");
    file.write("a ");
    file.write(std::numeric_limits<std::int64_t>::min());
    file.write(' ');
    file.write(7u);
    CHECK(folder.bytes("out.txt") == "before");
    CHECK(std::filesystem::exists(folder / "out.txt.partial"));
    file.commit();
    CHECK(folder.bytes("out.txt") == "a -9223372036854775808 7");
  }
  CHECK(folder.bytes("out.txt") == "a -9223372036854775808 7");
  CHECK(!std::filesystem::exists(folder / "out.txt.partial"));
}

TEST_CASE("without a commit nothing changes and nothing is left") {
  const temporary_folder folder;
  folder.write("out.txt", "before");
  {
    io::output_file file(folder / "out.txt");
    file.write("after");
    file.finish();
  }
  CHECK(folder.bytes("out.txt") == "before");
  CHECK(!std::filesystem::exists(folder / "out.txt.partial"));
}

TEST_CASE("large texts, plain and gzip at every level") {
  std::string text;
  for (int k = 0; k < 100000; ++k) text += std::to_string(k * 7919 % 100003) + "\n";
  const temporary_folder folder;
  for (int level = 0; level <= 9; ++level) {
    io::output_file file(folder / "out", {.compress = level > 0, .level = std::max(level, 1)});
    file.write(std::string_view(text).substr(0, 3));
    file.write(std::string_view(text).substr(3, 400000));
    for (const char c : text.substr(400003)) file.write(c);
    file.commit();
    if (level == 0) {
      CHECK(folder.bytes("out") == text);
      continue;
    }
    io::input_bytes source(folder / "out");
    CHECK(source.compressed());
    std::string all(text.size() + 1, ' ');
    CHECK(source.read(all.data(), all.size(), 1) == text.size());
    CHECK(all.substr(0, text.size()) == text);
  }
}

TEST_CASE("gzip bytes carry no time and no name") {
  const temporary_folder folder;
  for (const char* name : {"a", "b"}) {
    io::output_file file(folder / name, {.compress = true});
    file.write("text");
    file.commit();
  }
  CHECK(folder.bytes("a") == folder.bytes("b"));
  CHECK(folder.bytes("a").substr(3, 5) == std::string(5, '\0'));  // flags and time of the header
}

TEST_CASE("what cannot be written is named") {
  const temporary_folder folder;
  CHECK_THROWS_WITH_AS(io::output_file(folder / "no" / "out"),
                       doctest::Contains("no/out: cannot be written"), hm::io_error);
  CHECK_THROWS_WITH_AS(io::output_file(folder.path()), doctest::Contains("is a folder"),
                       hm::io_error);
  CHECK_THROWS_AS(io::output_file(folder / "out", {.compress = true, .level = 10}),
                  std::invalid_argument);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a file that is being written is refused to others, and one left partial is taken over") {
  const temporary_folder folder;
  {
    io::output_file first(folder / "out");
    first.write("first");
    CHECK_THROWS_WITH_AS(io::output_file(folder / "out"),
                         doctest::Contains("out: is being written by another process"),
                         hm::io_error);
    CHECK(std::filesystem::exists(folder / "out.partial"));  // which is the first one's still
    first.commit();
  }
  CHECK(folder.bytes("out") == "first");
  folder.write("out.partial", "of a process that was killed, and longer");
  io::output_file second(folder / "out");
  second.write("second");
  second.commit();
  CHECK(folder.bytes("out") == "second");
}

TEST_CASE("a full disk is an error, not a short file") {
  if (!std::filesystem::exists("/dev/full")) {
    MESSAGE("skipped: no /dev/full");
    return;
  }
  const temporary_folder folder;
  std::filesystem::create_symlink("/dev/full", folder / "out.partial");
  io::output_file file(folder / "out");
  file.write("text");
  CHECK_THROWS_WITH_AS(file.commit(), doctest::Contains("out: cannot be written: No space"),
                       hm::io_error);
  CHECK(!std::filesystem::exists(folder / "out"));
}

TEST_CASE("gzip of many blocks: the same bytes for any number of threads and pieces") {
  std::string text;
  for (long k = 0; text.size() < 9'000'000; ++k) text += std::to_string(k * 7919 % 100003) + "\n";
  const temporary_folder folder;
  std::string first;
  const std::size_t block = io::gzip_blocks::block;
  for (const std::size_t size : {text.size(), block, 16 * block, 16 * block + 1, std::size_t{0}}) {
    first.clear();
    for (const int threads : {1, 2, 5}) {
      io::output_file file(folder / "out.gz", {.compress = true, .level = 4, .threads = threads});
      std::string_view left = std::string_view(text).substr(0, size);
      while (!left.empty()) {
        const std::size_t piece = std::min<std::size_t>(left.size(), threads == 2 ? 1000 : 700'001);
        file.write(left.substr(0, piece));
        left.remove_prefix(piece);
      }
      file.commit();
      const std::string written = folder.bytes("out.gz");
      if (first.empty()) first = written;
      CHECK(written == first);
    }
    io::input_bytes again(folder / "out.gz");
    std::string back(size + 10, '?');
    std::size_t found = 0;
    while (const std::size_t got = again.read(back.data() + found, back.size() - found, 1))
      found += got;
    CHECK(std::string_view(back).substr(0, found) == std::string_view(text).substr(0, size));
  }
}
