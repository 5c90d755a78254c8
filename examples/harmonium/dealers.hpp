// SPDX-License-Identifier: MIT
/// @file
/// Who does the fits of a study or reads the cells of a streamed fit: threads, or the processes of
/// an MPI run where the program was built with MPI (dealers/with_mpi.cpp, else
/// dealers/threads_only.cpp) and started by mpirun.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/study/jobs.hpp"
#include "harmonium/training/streamed/processes.hpp"

namespace program {

struct any_dealer {
  harmonium::index workers = 1;
  bool is_first = true;  ///< the one process that reads old results, writes and talks
  std::string in_words;  ///< such as "2 threads"
  std::function<void(std::span<const harmonium::index>, const harmonium::job_desk&)> deal;
  std::function<void(int code)> abort = {};  ///< ends all processes; empty where there is one
};

/// The processes of a streamed training, behind one type.
class any_processes {
 public:
  any_processes() : any_processes(harmonium::one_process{}) {}
  template <class Processes>
  requires(!std::same_as<Processes, any_processes> &&
           harmonium::training_processes<Processes>) explicit any_processes(const Processes& all)
      : rank_(all.rank()),
        size_(all.size()),
        sum_([all](std::span<double> values) { all.sum(values); }),
        maximum_([all](std::span<double> values) { all.maximum(values); }),
        gather_([all](const std::vector<std::int32_t>& words) { return all.gather(words); }) {}

  [[nodiscard]] harmonium::index rank() const noexcept { return rank_; }
  [[nodiscard]] harmonium::index size() const noexcept { return size_; }
  void sum(std::span<double> values) const { sum_(values); }
  void maximum(std::span<double> values) const { maximum_(values); }
  [[nodiscard]] std::vector<std::int32_t> gather(const std::vector<std::int32_t>& words) const {
    return gather_(words);
  }

 private:
  harmonium::index rank_, size_;
  std::function<void(std::span<double>)> sum_, maximum_;
  std::function<std::vector<std::int32_t>(const std::vector<std::int32_t>&)> gather_;
};

/// Those of the MPI run, or this one alone. @param[out] abort ends all of them; empty where there
/// is one
any_processes make_processes(std::function<void(int code)>& abort);

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
