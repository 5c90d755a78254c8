// SPDX-License-Identifier: MIT
/// @file
/// Jobs dealt out to the processes of an MPI run; component `harmonium::mpi`.
#pragma once

#include <mpi.h>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/mpi_session.hpp"
#include "harmonium/study/jobs.hpp"

namespace harmonium::inline v0_2 {

/// One job at a time on each process. The first process deals, works, and finishes; the others ask
/// it for jobs and send it their outcomes.
class mpi_dealer {
 public:
  explicit mpi_dealer(const mpi_session& session) : rank_(session.rank()), size_(session.size()) {}

  [[nodiscard]] index workers() const noexcept { return size_; }
  [[nodiscard]] bool is_first() const noexcept { return rank_ == 0; }

  /// To be called by all processes alike. `desk.finish` and `desk.go_on` count on the first only.
  void deal(std::span<const index> jobs, const job_desk& desk) const {
    if (is_first())
      lead(jobs, desk);
    else
      follow(desk);
  }

 private:
  static constexpr int to_first = 1, from_first = 2;

  void lead(std::span<const index> jobs, const job_desk& desk) const {
    job_queue queue(jobs, desk);
    {
      const std::jthread own([&queue] { queue.work(); });
      for (int busy = size_ - 1; busy > 0;) {
        MPI_Status status;
        int there = 0;
        MPI_Iprobe(MPI_ANY_SOURCE, to_first, MPI_COMM_WORLD, &there, &status);
        if (there == 0) {  // MPI's own waiting would keep this core from the work
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
          continue;
        }
        int bytes = 0;
        MPI_Get_count(&status, MPI_BYTE, &bytes);
        std::vector<char> message(static_cast<std::size_t>(bytes));
        MPI_Recv(message.data(), bytes, MPI_BYTE, status.MPI_SOURCE, to_first, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
        if (!message.empty()) queue.finish(unpacked(message));
        const long long job = queue.next();
        MPI_Send(&job, 1, MPI_LONG_LONG, status.MPI_SOURCE, from_first, MPI_COMM_WORLD);
        if (job < 0) --busy;
      }
    }
    queue.rethrow();
  }

  static void follow(const job_desk& desk) {
    std::vector<char> message;  // empty: nothing done yet
    for (;;) {
      MPI_Send(message.data(), static_cast<int>(message.size()), MPI_BYTE, 0, to_first,
               MPI_COMM_WORLD);
      long long job = -1;
      MPI_Recv(&job, 1, MPI_LONG_LONG, 0, from_first, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      if (job < 0) return;
      message = packed(outcome_of(static_cast<index>(job), desk));
    }
  }

  struct head {
    long long job;
    double seconds;
    int failed;
  };

  static std::vector<char> packed(const job_outcome& outcome) {
    const head first{outcome.job, outcome.seconds, outcome.failed ? 1 : 0};
    std::vector<char> bytes(sizeof first + outcome.text.size());
    std::memcpy(bytes.data(), &first, sizeof first);
    if (!outcome.text.empty())
      std::memcpy(bytes.data() + sizeof first, outcome.text.data(), outcome.text.size());
    return bytes;
  }

  static job_outcome unpacked(const std::vector<char>& bytes) {
    head first{};
    require(bytes.size() >= sizeof first, "mpi_dealer", "a message was cut short");
    std::memcpy(&first, bytes.data(), sizeof first);
    return {static_cast<index>(first.job), first.failed != 0,
            std::string(bytes.begin() + sizeof first, bytes.end()), first.seconds};
  }

  int rank_, size_;
};

static_assert(job_dealer<const mpi_dealer>);

}  // namespace harmonium::inline v0_2
