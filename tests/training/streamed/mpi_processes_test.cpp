// SPDX-License-Identifier: MIT
// Run alone and by mpirun: every process reads its part of the cells and has the same in the end.
#include "harmonium/training/streamed/mpi_processes.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "harmonium/core/count_chunks.hpp"
#include "harmonium/core/mpi_session.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/streamed/streamed_trainer.hpp"

namespace hm = harmonium;

namespace {

using chunks = hm::chunks_in_memory<hm::count_matrix<>>;

template <hm::training_processes Processes>
auto fit(const hm::count_matrix<>& counts, const Processes& processes) {
  hm::streamed_options<> options;
  options.em.components = 3;
  options.em.start_cells = 200;
  options.passes = 3;
  options.chunk_cells = 50;
  options.residual = {.rank = 2, .iterations = 2};
  options.residual_cells = 40;
  hm::random_engine rng(7);
  chunks source(counts);
  hm::streamed_trainer<chunks, hm::low_rank_copula, Processes> training(source, options, rng,
                                                                        processes);
  training.run(hm::serial_executor{}, hm::silent{});
  return training.model();
}

}  // namespace

TEST_CASE("a streamed fit by the processes of MPI is that of one process") {
  const hm::mpi_session session;
  const hm::mpi_processes processes(session);
  CHECK(processes.rank() == session.rank());
  REQUIRE(processes.size() == session.size());

  std::vector<double> values{1.0, static_cast<double>(session.rank())};
  processes.sum(values);
  CHECK(values[0] == session.size());
  CHECK(values[1] == session.size() * (session.size() - 1) / 2);
  values[0] = session.rank();
  processes.maximum(values);
  CHECK(values[0] == session.size() - 1);
  const std::vector<std::int32_t> own(static_cast<std::size_t>(session.rank()), session.rank());
  std::vector<std::int32_t> all;
  for (int r = 0; r < session.size(); ++r)
    for (int k = 0; k < r; ++k) all.push_back(r);
  CHECK(processes.gather(own) == all);

  hm::random_engine rng(3);
  const auto tissue = hm::simulate_tissue(hm::serial_executor{},
                                          {.cells = 400, .genes = 40, .markers_per_type = 2}, rng);
  const auto alone = fit(tissue.counts, hm::one_process{});
  const auto together = fit(tissue.counts, processes);
  CHECK((alone.group.mean.array() == together.group.mean.array()).all());
  CHECK(alone.group.log_likelihood == together.group.log_likelihood);
  const auto &one = alone.generator.states(), &other = together.generator.states();
  CHECK((one.mean.array() == other.mean.array()).all());
  CHECK((one.theta.array() == other.theta.array()).all());
  CHECK((alone.generator.residual().loadings().array() ==
         together.generator.residual().loadings().array())
            .all());
}
