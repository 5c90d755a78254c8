// SPDX-License-Identifier: MIT
// Run alone and by mpirun: every process checks, the first one the results.
#include "harmonium/study/mpi_jobs.hpp"

#include <doctest/doctest.h>

#include <map>
#include <stdexcept>

namespace hm = harmonium;

TEST_CASE("jobs are dealt to all processes, and every outcome comes back") {
  const hm::mpi_session session;
  const hm::mpi_dealer dealer(session);
  CHECK(dealer.workers() == session.size());
  CHECK(dealer.is_first() == (session.rank() == 0));
  std::vector<hm::index> jobs;
  for (hm::index k = 0; k < 40; ++k) jobs.push_back(k);
  std::map<hm::index, hm::job_outcome> seen;
  hm::job_desk desk;
  desk.work = [](hm::index job) {
    if (job == 7) throw std::runtime_error("no seven");
    return std::string(static_cast<std::size_t>(1000 * job), 'x');
  };
  desk.finish = [&](const hm::job_outcome& outcome) {
    CHECK(seen.emplace(outcome.job, outcome).second);
  };
  dealer.deal(jobs, desk);
  if (dealer.is_first()) {
    REQUIRE(seen.size() == 40);
    for (const auto& [job, outcome] : seen) {
      CHECK(outcome.failed == (job == 7));
      CHECK(outcome.text.size() == (job == 7 ? 8 : static_cast<std::size_t>(1000 * job)));
    }
  } else {
    CHECK(seen.empty());
  }

  desk.go_on = [&] { return seen.size() < 45; };
  desk.finish = [&](const hm::job_outcome& outcome) { seen[outcome.job + 100] = outcome; };
  dealer.deal(jobs, desk);  // stops early; nobody waits for ever
  if (dealer.is_first()) {
    CHECK(seen.size() >= 45);
    CHECK(seen.size() < 45 + static_cast<std::size_t>(session.size()));
  }
}
