// SPDX-License-Identifier: MIT
#include "harmonium/testing/check_trainer.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace hm = harmonium;

namespace {

enum class fault { none, shared, ignores_stop, by_threads };

// Counts to five.
class counting {
 public:
  explicit counting(fault wrong) : wrong_(wrong), shared_(std::make_shared<int>(0)) {}

  template <hm::executor Executor>
  const hm::training_record& step(const Executor& run) {
    ++*shared_;
    model_ += wrong_ == fault::shared ? *shared_ : 1;
    if constexpr (!std::same_as<Executor, hm::serial_executor>)
      if (wrong_ == fault::by_threads) model_ += 1;
    (void)run;
    log_.push_back({"counting", static_cast<hm::index>(log_.size()) + 1, {}});
    return log_.back();
  }
  template <hm::executor Executor, hm::observer Observer>
  bool run(const Executor& run, Observer&& watch) {
    while (!done()) {
      step(run);
      if (watch(hm::progress{"counting", 1, 5, {}}) == hm::flow::stop &&
          wrong_ != fault::ignores_stop)
        break;
    }
    return done();
  }
  bool done() const { return log_.size() == 5; }
  const hm::training_log& log() const { return log_; }
  double model() const { return model_; }

 private:
  fault wrong_;
  std::shared_ptr<int> shared_;
  double model_ = 0;
  hm::training_log log_;
};

std::string found(fault wrong) {
  return hm::testing::check_trainer(counting(wrong)).text();
}

}  // namespace

TEST_CASE("the suite of trainers passes what is right and names what is wrong") {
  CHECK(found(fault::none) == "");
  CHECK(found(fault::shared).find("trains another model") != std::string::npos);
  CHECK(found(fault::ignores_stop).find("does not stop it") != std::string::npos);
  CHECK(found(fault::by_threads).find("three threads train another model") != std::string::npos);
}
