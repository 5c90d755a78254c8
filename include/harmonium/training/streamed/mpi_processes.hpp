// SPDX-License-Identifier: MIT
/// @file
/// The processes of an MPI run as those of a streamed training; component `harmonium::mpi`.
#pragma once

#include <mpi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/mpi_session.hpp"
#include "harmonium/training/streamed/processes.hpp"

namespace harmonium::inline v0_2 {

/// All processes of MPI's world. To be used on the thread that made the session.
class mpi_processes {
 public:
  explicit mpi_processes(const mpi_session& session)
      : rank_(session.rank()), size_(session.size()) {}

  [[nodiscard]] index rank() const noexcept { return rank_; }
  [[nodiscard]] index size() const noexcept { return size_; }

  void sum(std::span<double> values) const { combine(values, MPI_SUM); }
  void maximum(std::span<double> values) const { combine(values, MPI_MAX); }

  /// @throws std::invalid_argument for 2^31 words or more in all.
  [[nodiscard]] std::vector<std::int32_t> gather(const std::vector<std::int32_t>& words) const {
    const auto processes = static_cast<std::size_t>(size_);
    long long own = static_cast<long long>(words.size());
    std::vector<long long> each(processes);
    MPI_Allgather(&own, 1, MPI_LONG_LONG, each.data(), 1, MPI_LONG_LONG, MPI_COMM_WORLD);
    long long all = 0;
    std::vector<int> counts(processes), begins(processes);
    for (std::size_t r = 0; r < processes; ++r) {
      require(all + each[r] <= std::numeric_limits<int>::max(), "mpi_processes::gather",
              "the processes have 2^31 words or more");
      counts[r] = static_cast<int>(each[r]);
      begins[r] = static_cast<int>(all);
      all += each[r];
    }
    std::vector<std::int32_t> gathered(static_cast<std::size_t>(all));
    MPI_Allgatherv(words.data(), static_cast<int>(own), MPI_INT32_T, gathered.data(), counts.data(),
                   begins.data(), MPI_INT32_T, MPI_COMM_WORLD);
    return gathered;
  }

 private:
  static void combine(std::span<double> values, MPI_Op how) {
    constexpr std::size_t most = std::size_t{1} << 24;  // in one message
    for (std::size_t at = 0; at < values.size(); at += most)
      MPI_Allreduce(MPI_IN_PLACE, values.data() + at,
                    static_cast<int>(std::min(most, values.size() - at)), MPI_DOUBLE, how,
                    MPI_COMM_WORLD);
  }

  int rank_, size_;
};

static_assert(training_processes<mpi_processes>);

}  // namespace harmonium::inline v0_2
