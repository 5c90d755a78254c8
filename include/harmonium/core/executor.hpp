// SPDX-License-Identifier: MIT
/// @file
/// Who runs the loop: serial or threads. Work is cut into blocks whose bounds depend on the problem
/// only, so that results cannot depend on the number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <exception>
#include <thread>
#include <type_traits>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/helper_threads.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Runs `body(block)` once for each block in [0, blocks), in any order and possibly at the same
/// time, and returns when all are done. Laws: a body writes only what its block owns; if bodies
/// throw, the exception of the lowest block is rethrown after all running bodies ended.
template <class E>
concept executor = std::copy_constructible<E> && requires(const E& run, void (*body)(index)) {
  { run.for_each_block(index{}, body) } -> std::same_as<void>;
};

/// Everything on the calling thread.
struct serial_executor {
  template <std::invocable<index> Body>
  void for_each_block(index blocks, Body&& body) const {
    for (index block = 0; block < blocks; ++block) body(block);
  }
};

/// Up to `threads` threads, the caller among them. Blocks are handed out as threads become free.
/// The others wait for the caller's next loop and end with the calling thread.
class thread_executor {
 public:
  /// @param threads at least 1; 0 means as many as the machine has.
  /// @throws std::invalid_argument if negative.
  explicit thread_executor(int threads)
      : threads_(threads > 0 ? threads
                             : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {
    require(threads >= 0, "thread_executor", "threads must not be negative");
  }

  [[nodiscard]] int threads() const noexcept { return threads_; }

  template <std::invocable<index> Body>
  void for_each_block(index blocks, Body&& body) const {
    const auto workers = static_cast<std::size_t>(std::min<index>(threads_, blocks));
    if (workers <= 1) return serial_executor{}.for_each_block(blocks, body);

    std::atomic<index> next{0};
    struct failure {
      index block = -1;
      std::exception_ptr error;
    };
    std::vector<failure> failures(workers);
    auto work = [&](std::size_t worker) {
      for (index block = next++; block < blocks; block = next++) {
        try {
          body(block);
        } catch (...) {
          failures[worker] = {block, std::current_exception()};
          next = blocks;
        }
      }
    };
    helper_threads::here().run(workers - 1, work);
    const failure* first = nullptr;
    for (const failure& f : failures)
      if (f.error && (!first || f.block < first->block)) first = &f;
    if (first) std::rethrow_exception(first->error);
  }

 private:
  int threads_;
};

/// A loop body behind one type, so that executors are compiled once and not for every loop. Borrows
/// the body.
class block_body {
 public:
  template <class Body>
  requires(!std::same_as<Body, block_body>) explicit block_body(const Body& body) noexcept
      : body_(&body),
        call_([](const void* of, index block) { (*static_cast<const Body*>(of))(block); }) {}
  void operator()(index block) const { call_(body_, block); }

 private:
  const void* body_;
  void (*call_)(const void*, index);
};

/// Any executor behind one type, for functions that are not templates. Borrows the executor, which
/// must outlive it; copies refer to the same one.
class executor_ref {
 public:
  template <class Executor>
  requires(!std::same_as<Executor, executor_ref>) executor_ref(const Executor& run)
  noexcept
      : run_(&run), loop_([](const void* on, index blocks, const block_body& body) {
          static_cast<const Executor*>(on)->for_each_block(blocks, body);
        }) {}

  template <std::invocable<index> Body>
  void for_each_block(index blocks, const Body& body) const {
    if constexpr (std::same_as<Body, block_body>)
      loop_(run_, blocks, body);
    else
      loop_(run_, blocks, block_body(body));
  }

 private:
  const void* run_;
  void (*loop_)(const void*, index, const block_body&);
};

static_assert(executor<serial_executor> && executor<thread_executor> && executor<executor_ref>);

/// Calls `body(begin, end)` for consecutive ranges of at most `block_size` items that cover
/// [0, count). The ranges do not depend on the executor.
template <executor Executor, class Body>
requires std::invocable<Body&, index, index>
void for_each_range(const Executor& run, index count, index block_size, Body&& body) {
  const index blocks = (count + block_size - 1) / block_size;
  const auto one = [&](index block) {
    body(block * block_size, std::min(count, (block + 1) * block_size));
  };
  run.for_each_block(blocks, block_body(one));
}

}  // namespace harmonium::inline v0_2
