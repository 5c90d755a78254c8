// SPDX-License-Identifier: MIT
/// @file
/// Who runs the loop: serial or threads. Work is cut into blocks whose bounds depend on the problem
/// only, so that results cannot depend on the number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
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

/// Up to `threads` threads, the caller among them. Each begins with a run of neighbouring blocks of
/// its own, the same ones in every loop over as many blocks, so that what a block wrote is still in
/// its core's cache when the next loop reads it; who is done helps the others. Where a block
/// throws, all blocks below it are still run. The other threads wait for the caller's next loop and
/// end with the calling thread.
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
    const index workers = std::min<index>(threads_, blocks);
    if (workers <= 1) return serial_executor{}.for_each_block(blocks, body);

    struct alignas(64) share {
      std::atomic<index> next;  ///< block, below `end` if one is left
      index end;
    };
    std::vector<share> shares(static_cast<std::size_t>(workers));
    for (index w = 0; w < workers; ++w) {
      share& own = shares[static_cast<std::size_t>(w)];
      own.next = blocks * w / workers;
      own.end = blocks * (w + 1) / workers;
    }
    struct failure {
      index block = -1;
      std::exception_ptr error;
    };
    std::vector<failure> failures(shares.size());
    std::atomic<index> lowest{blocks};  // that threw; blocks above it are not begun any more
    const auto work = [&](std::size_t worker) {
      for (std::size_t k = 0; k < shares.size(); ++k) {
        share& of = shares[(worker + k) % shares.size()];
        for (index block = of.next++; block < std::min(of.end, lowest.load()); block = of.next++) {
          try {
            body(block);
          } catch (...) {
            failures[worker] = {block, std::current_exception()};
            index before = lowest;
            while (block < before && !lowest.compare_exchange_weak(before, block)) {
            }
          }
        }
      }
    };
    helper_threads::here().run(shares.size() - 1, work);
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
      : body_(&body), call_(&call<Body>) {}
  void operator()(index block) const { call_(body_, block); }

 private:
  template <class Body>
  static void call(const void* body, index block) {
    (*static_cast<const Body*>(body))(block);
  }

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

/// What is called with ranges [begin, end), behind one type. Borrows it.
class range_body {
 public:
  template <class Body>
  requires(!std::same_as<std::remove_cvref_t<Body>, range_body> &&
           std::invocable<Body&, index, index>) range_body(Body&& body)
  noexcept : body_(std::addressof(body)), call_(&call<std::remove_reference_t<Body>>) {}
  void operator()(index begin, index end) const { call_(body_, begin, end); }

 private:
  template <class Body>
  static void call(const void* body, index begin, index end) {
    (*static_cast<Body*>(const_cast<void*>(body)))(begin, end);
  }

  const void* body_;
  void (*call_)(const void*, index, index);
};

/// Calls `body(begin, end)` for consecutive ranges of at most `block_size` items that cover
/// [0, count). The ranges do not depend on the executor.
template <executor Executor>
void for_each_range(const Executor& run, index count, index block_size, const range_body& body) {
  const auto one = [&body, count, block_size](index block) {
    body(block * block_size, std::min(count, (block + 1) * block_size));
  };
  run.for_each_block((count + block_size - 1) / block_size, block_body(one));
}

}  // namespace harmonium::inline v0_2
