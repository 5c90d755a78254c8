// SPDX-License-Identifier: MIT
// Who may write into a folder of results (examples/harmonium/output_folder.hpp).
#include "../../examples/harmonium/output_folder.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include "support/temporary_folder.hpp"

namespace fs = std::filesystem;

TEST_CASE("a claimed folder is refused to others until it is given back") {
  const temporary_folder folder;
  {
    const program::output_claim mine(folder / "a/b", false);
    CHECK(fs::is_directory(folder / "a/b"));
    CHECK_THROWS_WITH_AS(program::output_claim(folder / "a/b", false),
                         doctest::Contains("b: is being written by another process"),
                         harmonium::io_error);
    CHECK_THROWS_AS(program::output_claim(folder / "a/b", true), harmonium::io_error);
    CHECK(fs::is_directory(folder / "a/b"));  // a refused claim takes nothing away
  }
  CHECK(fs::is_empty(folder.path()));  // what it made and left empty is gone
  {
    const program::output_claim mine(folder / "a/b", false);
    program::write_text(folder / "a/b/result", "42");
  }
  CHECK(fs::exists(folder / "a/b/result"));
  CHECK_THROWS_WITH_AS(program::output_claim(folder / "a/b", false),
                       doctest::Contains("is not empty"), harmonium::io_error);
  CHECK_NOTHROW(program::output_claim(folder / "a/b", true));
  CHECK(fs::exists(folder / "a/b/result"));
}

TEST_CASE("a folder that was there stays, empty or not") {
  const temporary_folder folder;
  fs::create_directory(folder / "there");
  { const program::output_claim mine(folder / "there/", false); }
  CHECK(fs::is_directory(folder / "there"));
}

TEST_CASE("the lock of a process that was killed holds nobody") {
  const temporary_folder folder;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const program::output_claim held(folder / "out", false);
    (void)!write(ready[1], "x", 1);
    for (;;) pause();
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  CHECK_THROWS_AS(program::output_claim(folder / "out", true), harmonium::io_error);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK_NOTHROW(program::output_claim(folder / "out", false));
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE("a lock may be waited for") {
  using lock = program::output_lock;
  const temporary_folder folder;
  {
    const lock first(folder.path(), lock::if_taken::wait, "");
    CHECK_THROWS_WITH_AS(lock(folder.path(), lock::if_taken::refuse, "taken"),
                         doctest::Contains("taken"), harmonium::io_error);
  }
  CHECK_NOTHROW(lock(folder.path(), lock::if_taken::refuse, "taken"));
  const lock file(folder / "made", lock::if_taken::refuse, "taken");
  CHECK(fs::file_size(folder / "made") == 0);
  CHECK_THROWS_AS(lock(folder / "no/folder", lock::if_taken::refuse, ""), harmonium::io_error);
}
