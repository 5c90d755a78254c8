// SPDX-License-Identifier: MIT
/// @file
/// Many independent jobs dealt out to whoever is free: threads here, processes in mpi_jobs.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// What became of a job.
struct job_outcome {
  index job = 0;        ///< its number
  bool failed = false;  ///< whether the work threw
  std::string text;     ///< what the work returned, or what it threw
  double seconds = 0;   ///< that it took
};

/// How jobs are done and what happens to their outcomes.
struct job_desk {
  std::function<std::string(index)> work;             ///< may run several times at once
  std::function<void(const job_outcome&)> finish;     ///< one at a time; on the first process only
  std::function<bool()> go_on = [] { return true; };  ///< asked before each job; may be asked at
                                                      ///< the same time as others work
};

/// Deals jobs out in their order. A worker's next job begins only after `finish` of its last one
/// returned, so that what `finish` stores is never more than the running jobs behind. Work that
/// throws yields a failed outcome and stops nobody. What `finish` throws ends the deal.
template <class D>
concept job_dealer = requires(D& dealer, std::span<const index> jobs, const job_desk& desk) {
  { dealer.workers() } -> std::same_as<index>;
  { dealer.is_first() } -> std::same_as<bool>;
  { dealer.deal(jobs, desk) } -> std::same_as<void>;
};

/// Does one job.
[[nodiscard]] inline job_outcome outcome_of(index job, const job_desk& desk) {
  const auto start = std::chrono::steady_clock::now();
  job_outcome outcome{job, false, {}, 0};
  try {
    outcome.text = desk.work(job);
  } catch (const std::exception& error) {
    outcome.failed = true;
    outcome.text = error.what();
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return outcome;
}

/// The jobs that are left, for workers that share them.
class job_queue {
 public:
  job_queue(std::span<const index> jobs, const job_desk& desk) : jobs_(jobs), desk_(desk) {}

  /// The next job, or -1 if there is none or work shall stop.
  [[nodiscard]] index next() {
    const std::lock_guard lock(mutex_);
    if (error_ || next_ == jobs_.size() || !desk_.go_on()) return -1;
    return jobs_[next_++];
  }

  void finish(const job_outcome& outcome) {
    const std::lock_guard lock(mutex_);
    if (error_) return;
    try {
      desk_.finish(outcome);
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  /// Works until nothing is left.
  void work() {
    for (index job = next(); job >= 0; job = next()) finish(outcome_of(job, desk_));
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::span<const index> jobs_;
  const job_desk& desk_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::exception_ptr error_;
};

/// Threads of this process.
class thread_dealer {
 public:
  /// @param threads at least 1
  explicit thread_dealer(int threads) : threads_(threads) {
    require(threads >= 1, "thread_dealer", "threads must be at least 1");
  }

  [[nodiscard]] index workers() const noexcept { return threads_; }
  [[nodiscard]] bool is_first() const noexcept { return true; }

  void deal(std::span<const index> jobs, const job_desk& desk) const {
    job_queue queue(jobs, desk);
    {
      const auto helpers =
          std::min(static_cast<std::size_t>(threads_), std::max<std::size_t>(jobs.size(), 1)) - 1;
      std::vector<std::jthread> others;
      for (std::size_t k = 0; k < helpers; ++k) others.emplace_back([&queue] { queue.work(); });
      queue.work();
    }
    queue.rethrow();
  }

 private:
  int threads_;
};

static_assert(job_dealer<const thread_dealer>);

}  // namespace harmonium::inline v0_2
