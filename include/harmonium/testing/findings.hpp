// SPDX-License-Identifier: MIT
/// @file
/// What a conformance suite found: the laws that do not hold, in words. Needs no test framework.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace harmonium::inline v0_2::testing {

/// A law of a contract does not hold.
class law_broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// The laws that a type was found to break. With a test framework say
///
///     CHECK(harmonium::testing::check_generator(mine).text() == "");
///
/// and without one `check_generator(mine).or_throw()`.
class [[nodiscard]] findings {
 public:
  /// Notes a law that does not hold. After the first 20 they are only counted.
  /// @return `holds`
  bool expect(bool holds, const std::string& law) {
    ++asked_;
    if (holds) return true;
    if (++broken_ > 20) return false;
    std::string where;
    for (const std::string& name : within_) where += name + ": ";
    failures_.push_back(where + law);
    return false;
  }
  bool expect(bool holds, const char* law) {
    if (!holds) return expect(false, std::string(law));
    ++asked_;
    return true;
  }

  /// `call()` must throw an Exception.
  template <class Exception, class Call>
  void expect_throw(const Call& call, const std::string& law) {
    try {
      call();
    } catch (const Exception&) {
      ++asked_;
      return;
    } catch (const std::exception& other) {
      expect(false, law + " (thrown was: " + other.what() + ")");
      return;
    }
    expect(false, law + " (nothing was thrown)");
  }

  /// What failed from now on was in `name`, until the result is gone.
  [[nodiscard]] auto in(std::string name) {
    struct scope {
      explicit scope(findings& all) : of(all) {}
      scope(const scope&) = delete;
      scope& operator=(const scope&) = delete;
      ~scope() { of.within_.pop_back(); }
      findings& of;
    };
    within_.push_back(std::move(name));
    return scope(*this);
  }

  [[nodiscard]] bool passed() const noexcept { return broken_ == 0; }
  explicit operator bool() const noexcept { return passed(); }
  /// How often a law was asked about.
  [[nodiscard]] std::size_t asked() const noexcept { return asked_; }
  [[nodiscard]] const std::vector<std::string>& failures() const noexcept { return failures_; }

  /// A line for every failure; empty if all laws hold.
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const std::string& failure : failures_) all += failure + "\n";
    if (broken_ > failures_.size())
      all += "and " + std::to_string(broken_ - failures_.size()) + " more\n";
    return all;
  }

  /// @throws law_broken with `text()` unless all laws hold
  void or_throw() const {
    if (!passed()) throw law_broken(text());
  }

  /// Adds what another suite found.
  findings& add(const findings& other) {
    asked_ += other.asked_;
    broken_ += other.broken_;
    failures_.insert(failures_.end(), other.failures_.begin(), other.failures_.end());
    return *this;
  }

 private:
  std::vector<std::string> failures_, within_;
  std::size_t asked_ = 0, broken_ = 0;
};

}  // namespace harmonium::inline v0_2::testing
