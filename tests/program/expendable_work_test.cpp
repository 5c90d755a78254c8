// SPDX-License-Identifier: MIT
// Work that Ctrl-C may end in the middle of a step (examples/harmonium/expendable_work.hpp).
#include "../../examples/harmonium/expendable_work.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "support/temporary_folder.hpp"

namespace fs = std::filesystem;

namespace {

/// What a process makes of `work`: its exit code.
template <class Work>
int exit_code_of(const Work& work) {
  std::fflush(nullptr);  // else the child writes it again
  const pid_t child = fork();
  if (child == 0) {
    std::freopen("/dev/null", "w", stderr);
    program::catch_interrupts();
    work();
    _exit(7);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void never_look() {
  std::this_thread::sleep_for(std::chrono::seconds(60));
}

}  // namespace

TEST_CASE("work that does not look for Ctrl-C is ended, after what it would leave is put away") {
  const temporary_folder folder;
  CHECK(exit_code_of([&] {
          const program::expendable_work all([&] {
            std::ofstream(folder / "put away") << "yes";
            return std::string("interrupted");
          });
          std::raise(SIGINT);
          never_look();
        }) == 130);
  CHECK(fs::exists(folder / "put away"));
}

TEST_CASE("work that ends by itself goes on") {
  const auto nothing = [] { return std::string("interrupted"); };
  CHECK(exit_code_of([&] {
          { const program::expendable_work all(nothing); }
          std::raise(SIGINT);
        }) == 7);
  CHECK(exit_code_of([&] { const program::expendable_work all(nothing); }) == 7);
}

TEST_CASE("what is being written is written") {
  const temporary_folder folder;
  CHECK(exit_code_of([&] {
          program::expendable_work all([] { return std::string("interrupted"); });
          {
            const auto held = all.hold();
            std::raise(SIGINT);
            std::this_thread::sleep_for(std::chrono::seconds(2));
            std::ofstream(folder / "written") << "yes";
          }
          never_look();
        }) == 130);
  CHECK(fs::exists(folder / "written"));
}
