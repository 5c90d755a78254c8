// SPDX-License-Identifier: MIT
#include "harmonium/study/jobs.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <numeric>
#include <stdexcept>

namespace hm = harmonium;

namespace {

std::vector<hm::index> numbers(hm::index count) {
  std::vector<hm::index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), hm::index{0});
  return all;
}

}  // namespace

TEST_CASE("every job once, failures reported, others not stopped") {
  for (const int threads : {1, 3}) {
    std::map<hm::index, hm::job_outcome> seen;
    hm::job_desk desk;
    desk.work = [](hm::index job) {
      if (job == 4) throw std::runtime_error("no four");
      return std::to_string(10 * job);
    };
    desk.finish = [&](const hm::job_outcome& outcome) {
      CHECK(seen.emplace(outcome.job, outcome).second);
    };
    hm::thread_dealer(threads).deal(numbers(9), desk);
    REQUIRE(seen.size() == 9);
    CHECK(seen[3].text == "30");
    CHECK(!seen[3].failed);
    CHECK(seen[4].failed);
    CHECK(seen[4].text == "no four");
  }
}

TEST_CASE("nobody begins a job before the last one is stored") {
  std::atomic<int> unstored{0};
  hm::job_desk desk;
  desk.work = [&](hm::index) {
    CHECK(++unstored <= 2);
    return std::string();
  };
  desk.finish = [&](const hm::job_outcome&) { --unstored; };
  hm::thread_dealer(2).deal(numbers(50), desk);
  CHECK(unstored == 0);
}

TEST_CASE("work stops when told, or when storing fails") {
  int finished = 0;
  hm::job_desk desk;
  desk.work = [](hm::index) { return std::string(); };
  desk.finish = [&](const hm::job_outcome&) { ++finished; };
  desk.go_on = [&] { return finished < 3; };
  hm::thread_dealer(1).deal(numbers(9), desk);
  CHECK(finished == 3);

  desk.go_on = [] { return true; };
  desk.finish = [](const hm::job_outcome&) { throw std::runtime_error("disk full"); };
  CHECK_THROWS_WITH(hm::thread_dealer(2).deal(numbers(9), desk), "disk full");
  CHECK_THROWS_AS(hm::thread_dealer(0), std::invalid_argument);
  hm::thread_dealer(2).deal({}, desk);
}
