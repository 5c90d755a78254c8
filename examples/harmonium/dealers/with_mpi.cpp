// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <string>

#include "../dealers.hpp"
#include "harmonium/study/mpi_jobs.hpp"

namespace program {

any_dealer make_dealer(int threads) {
  // MPI costs a tenth of a second to start; who is not under mpirun shall not pay it.
  bool under_mpirun = false;
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
    under_mpirun = under_mpirun || std::getenv(name) != nullptr;
  if (!under_mpirun) return thread_dealer(threads);
  static const harmonium::mpi_session session;
  const harmonium::mpi_dealer dealer(session);
  return {dealer.workers(), dealer.is_first(), std::to_string(session.size()) + " MPI processes",
          [dealer](auto jobs, const auto& desk) { dealer.deal(jobs, desk); },
          [](int code) { MPI_Abort(MPI_COMM_WORLD, code); }};
}

}  // namespace program
