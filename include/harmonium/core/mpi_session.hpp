// SPDX-License-Identifier: MIT
/// @file
/// MPI while it is needed; component `harmonium::mpi`.
#pragma once

#include <mpi.h>

#include <stdexcept>

namespace harmonium::inline v0_2 {

/// MPI from construction to destruction; at most one in the life of a process.
class mpi_session {
 public:
  /// @throws std::runtime_error if MPI cannot start.
  mpi_session() {
    int provided = 0;
    // Only the thread that made the session talks to MPI; another one may work meanwhile.
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
        provided < MPI_THREAD_FUNNELED)
      throw std::runtime_error("MPI could not be started");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  mpi_session(const mpi_session&) = delete;
  mpi_session& operator=(const mpi_session&) = delete;
  ~mpi_session() { MPI_Finalize(); }

  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] int size() const noexcept { return size_; }

 private:
  int rank_ = 0, size_ = 1;
};

}  // namespace harmonium::inline v0_2
