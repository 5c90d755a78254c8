// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Threads that wait for the next loop of the thread that they help. To start a thread costs some
/// tens of microseconds, as much as a product of a mini-batch; to wake one costs few.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace harmonium::inline v0_2 {

/// The helpers of one thread, which end with it. They look for work for some microseconds before
/// they sleep.
class helper_threads {
 public:
  /// Those of the calling thread.
  static helper_threads& here() {
    thread_local helper_threads own;
    return own;
  }

  /// Calls work(0) on this thread and work(1) ... work(helpers) on others, and returns when all
  /// that began are done: a helper that has not come by the time work(0) is, as on a busy machine,
  /// is not waited for. Within a `run` of this thread other threads are started for it.
  /// @param work must not throw, and shares out what is to be done as workers come
  /// @throws std::system_error if a thread cannot be started; then no work was begun or, within a
  ///         `run`, some was
  template <class Work>
  void run(std::size_t helpers, const Work& work) {
    if (busy_) {
      std::vector<std::jthread> others;
      for (std::size_t worker = 1; worker <= helpers; ++worker)
        others.emplace_back([&work, worker] { work(worker); });
      work(std::size_t{0});
      return;
    }
    while (crew_.size() < helpers) crew_.push_back(std::make_unique<helper>(crew_.size() + 1));
    busy_ = true;
    const job call{
        &work, [](const void* of, std::size_t worker) { (*static_cast<const Work*>(of))(worker); }};
    for (std::size_t k = 0; k < helpers; ++k) crew_[k]->begin(call);
    work(std::size_t{0});
    for (std::size_t k = 0; k < helpers; ++k) crew_[k]->finish();
    busy_ = false;
  }

 private:
  struct job {
    const void* of;
    void (*call)(const void*, std::size_t);
  };

  class helper {
   public:
    explicit helper(std::size_t number) : number_(number), thread_([this] { help(); }) {}
    ~helper() {
      tell(ending);
      thread_.join();
    }
    helper(const helper&) = delete;
    helper& operator=(const helper&) = delete;

    void begin(const job& next) {
      job_ = next;
      tell(offered);
    }
    /// Returns when the job is done or taken back.
    void finish() {
      int state = offered;
      if (!state_.compare_exchange_strong(state, idle, std::memory_order_acquire))
        wait_while(taken);
    }

   private:
    enum : int { idle, offered, taken, ending };

    void help() {
      for (;;) {
        wait_while(idle);
        int state = offered;
        if (!state_.compare_exchange_strong(state, taken, std::memory_order_acq_rel)) {
          if (state == ending) return;
          continue;
        }
        job_.call(job_.of, number_);
        tell(idle);
      }
    }
    void tell(int state) {
      state_.store(state, std::memory_order_release);
      state_.notify_all();
    }
    void wait_while(int state) {
      constexpr int looks = 1000;
      for (int k = 0; k < looks; ++k) {
        if (state_.load(std::memory_order_acquire) != state) return;
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      }
      while (state_.load(std::memory_order_acquire) == state) state_.wait(state);
    }

    std::size_t number_;
    job job_{};
    std::atomic<int> state_{idle};
    std::thread thread_;  ///< the last member: it uses the others
  };

  std::vector<std::unique_ptr<helper>> crew_;
  bool busy_ = false;
};

}  // namespace harmonium::inline v0_2
