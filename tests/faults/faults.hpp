// SPDX-License-Identifier: MIT
/// @file
/// Runs an operation again and again, each time with one more thing that fails: the n-th
/// allocation, the n-th call of its observer, or the disk, which is full after the n-th byte of a
/// file. For a program of its own: it replaces malloc,
/// which `new`, Eigen, zlib and the C library all call. Needs glibc; not together with a sanitizer.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "harmonium/core/progress.hpp"

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace faults {

inline std::atomic<long> asked{0};    ///< allocations since the last `arm`
inline std::atomic<long> failing{0};  ///< which of them fails; 0: none
inline std::atomic<long> alive{0};    ///< allocations that were not given back

/// Whether allocations of C libraries fail too, or those by `new` alone.
inline bool in_libraries = true;

inline bool fails() noexcept {
  const long now = ++asked;
  return now == failing.load(std::memory_order_relaxed);
}
inline void* counted(void* memory) noexcept {
  if (memory != nullptr) ++alive;
  return memory;
}
inline void arm(long which) noexcept {
  failing = which;
  asked = 0;
}

inline long room = -1;  ///< bytes that a written file may have; negative: any number

/// What an operation is: `run(observer)` returns a text that says what came out, and `check` throws
/// if something is left that must not be.
struct operation {
  std::string name;
  std::function<std::string(const std::function<harmonium::flow(const harmonium::progress&)>&)> run;
  std::function<void()> check = [] {};
  bool watched = false;  ///< calls its observer
  long bytes = 0;        ///< of the largest file that it writes
  bool keeps = false;    ///< a library in it keeps memory after a failed allocation
};

struct outcome {
  long points = 0, tried = 0, thrown = 0, survived = 0, failures = 0;
};

class broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline harmonium::flow go_on(const harmonium::progress&) {
  return harmonium::flow::proceed;
}

/// One more failure at each of at most `most` points of an operation.
template <class Run>
void at_every_point(const operation& op, const char* what, const std::string& right, long most,
                    const Run& run, long points, outcome& all) {
  all.points = points;
  const long stride = std::max(1L, points / most);
  for (long n = 1; n <= points; n += n < 40 ? 1 : stride) {
    ++all.tried;
    const long before = alive;
    bool threw = false, same = false;
    try {
      same = run(n) == right;
    } catch (const std::exception&) {
      threw = true;
    }
    arm(0);
    room = -1;
    const long left = alive - before;
    (threw ? all.thrown : all.survived)++;
    const auto complain = [&](const std::string& text) {
      ++all.failures;
      std::printf("  FAILED %s, %s %ld: %s\n", op.name.c_str(), what, n, text.c_str());
    };
    if (!threw && !same) complain("went on, with another result");
    try {
      op.check();
    } catch (const std::exception& error) {
      complain(error.what());
    }
    if (left > 0 && !op.keeps) complain("leaks " + std::to_string(left) + " allocations");
    if (n < 5 || n % 7 == 0) {  // and nothing that stays is damaged
      try {
        if (op.run(go_on) != right) complain("afterwards the result is another");
      } catch (const std::exception& error) {
        complain(std::string("afterwards: ") + error.what());
      }
    }
  }
}

inline void print_header() {
  std::printf(
      "| operation | allocations | failed in turn | of these thrown | survived | observer calls "
      "that threw | bytes after which the disk was full | broken |\n"
      "|---|---|---|---|---|---|---|---|\n");
}

/// @return whether all held
inline bool every_fault(const operation& op, long most = 150) {
  std::string right;
  for (int warm = 0; warm < 2; ++warm) right = op.run(go_on);  // caches, scratch, streams
  arm(0);
  (void)op.run(go_on);
  const long points = asked;
  outcome memory, observer, disk;
  at_every_point(
      op, "allocation", right, most,
      [&](long n) {
        arm(n);
        return op.run(go_on);
      },
      points, memory);
  if (op.watched) {
    long calls = 0;
    (void)op.run([&](const harmonium::progress&) {
      ++calls;
      return harmonium::flow::proceed;
    });
    at_every_point(
        op, "observer call", right, most,
        [&](long n) {
          long seen = 0;
          return op.run([&](const harmonium::progress&) {
            if (++seen == n) throw broken("the observer");
            return harmonium::flow::proceed;
          });
        },
        calls, observer);
  }
  if (op.bytes > 0) {
    at_every_point(
        op, "byte", right, most,
        [&](long n) {
          room = n - 1;
          return op.run(go_on);
        },
        op.bytes, disk);
  }
  const auto tried_of = [](bool asked_for, const outcome& found) {
    return asked_for ? std::to_string(found.tried) : std::string();
  };
  const long failures = memory.failures + observer.failures + disk.failures;
  std::printf("| %s | %ld | %ld | %ld | %ld | %s | %s | %ld |\n", op.name.c_str(), memory.points,
              memory.tried, memory.thrown, memory.survived, tried_of(op.watched, observer).c_str(),
              tried_of(op.bytes > 0, disk).c_str(), failures);
  std::fflush(stdout);
  return failures == 0;
}

}  // namespace faults

extern "C" {
void* malloc(std::size_t size) {
  if (faults::in_libraries && faults::fails()) {
    errno = ENOMEM;
    return nullptr;
  }
  return faults::counted(__libc_malloc(size));
}
void* calloc(std::size_t count, std::size_t size) {
  if (faults::in_libraries && faults::fails()) {
    errno = ENOMEM;
    return nullptr;
  }
  return faults::counted(__libc_calloc(count, size));
}
void* realloc(void* old, std::size_t size) {
  if (faults::in_libraries && faults::fails()) {
    errno = ENOMEM;
    return nullptr;
  }
  void* const memory = __libc_realloc(old, size);
  if (old == nullptr) faults::counted(memory);
  return memory;
}
void* memalign(std::size_t align, std::size_t size) {
  if (faults::in_libraries && faults::fails()) {
    errno = ENOMEM;
    return nullptr;
  }
  return faults::counted(__libc_memalign(align, size));
}
void* aligned_alloc(std::size_t align, std::size_t size) {
  return memalign(align, size);
}
int posix_memalign(void** memory, std::size_t align, std::size_t size) {
  *memory = memalign(align, size);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) {
  if (memory != nullptr) --faults::alive;
  __libc_free(memory);
}
}

void* operator new(std::size_t size) {
  if (!faults::in_libraries && faults::fails()) throw std::bad_alloc();
  void* const memory = std::malloc(std::max<std::size_t>(size, 1));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
