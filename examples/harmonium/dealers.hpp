// SPDX-License-Identifier: MIT
/// @file
/// Who does the fits of a study: threads, or the processes of an MPI run where the program was
/// built with MPI (dealers/with_mpi.cpp, else dealers/threads_only.cpp) and started by mpirun.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "harmonium/core/executor.hpp"
#include "harmonium/study/jobs.hpp"

namespace program {

struct any_dealer {
  harmonium::index workers = 1;
  bool is_first = true;  ///< the one process that reads old results, writes and talks
  std::string in_words;  ///< such as "2 threads"
  std::function<void(std::span<const harmonium::index>, const harmonium::job_desk&)> deal;
  std::function<void(int code)> abort = {};  ///< ends all processes; empty where there is one
};

/// @param threads of this process if it is the only one; 0: as many as the machine has
any_dealer make_dealer(int threads);

/// The dealer of one process.
inline any_dealer thread_dealer(int threads) {
  const int count = harmonium::thread_executor(threads).threads();
  return {count,
          true,
          std::to_string(count) + (count == 1 ? " thread" : " threads"),
          [dealer = harmonium::thread_dealer(count)](auto jobs, const auto& desk) {
            dealer.deal(jobs, desk);
          },
          {}};
}

}  // namespace program
