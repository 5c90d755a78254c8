// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <functional>
#include <string>

#include "../dealers.hpp"
#include "harmonium/core/mpi_session.hpp"
#include "harmonium/study/mpi_jobs.hpp"
#include "harmonium/training/streamed/mpi_processes.hpp"

namespace program {

namespace {

/// Of this run; null for who is not under mpirun, who shall not pay the tenth of a second that MPI
/// costs to start.
const harmonium::mpi_session* session_of_mpirun() {
  bool under_mpirun = false;
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
    under_mpirun = under_mpirun || std::getenv(name) != nullptr;
  if (!under_mpirun) return nullptr;
  static const harmonium::mpi_session session;
  return &session;
}

}  // namespace

any_dealer make_dealer(int threads) {
  const auto* session = session_of_mpirun();
  if (session == nullptr) return thread_dealer(threads);
  const harmonium::mpi_dealer dealer(*session);
  return {dealer.workers(), dealer.is_first(), std::to_string(session->size()) + " MPI processes",
          [dealer](auto jobs, const auto& desk) { dealer.deal(jobs, desk); },
          [](int code) { MPI_Abort(MPI_COMM_WORLD, code); }};
}

any_processes make_processes(std::function<void(int code)>& abort) {
  const auto* session = session_of_mpirun();
  if (session == nullptr || session->size() == 1) return {};
  abort = [](int code) { MPI_Abort(MPI_COMM_WORLD, code); };
  return any_processes(harmonium::mpi_processes(*session));
}

}  // namespace program
