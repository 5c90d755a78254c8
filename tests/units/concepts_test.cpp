// SPDX-License-Identifier: MIT
#include "harmonium/units/concepts.hpp"

#include <doctest/doctest.h>

#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/rectified_gaussian.hpp"
#include "harmonium/units/spin.hpp"
#include "support/minimal_units.hpp"
#include "support/unit_conformance.hpp"

namespace hm = harmonium;
using support::minimal_hidden_units;
using support::minimal_units;

namespace {

struct without_sample : minimal_units {
  using minimal_units::minimal_units;
  void sample() const = delete;
};
struct without_mean : minimal_units {
  using minimal_units::minimal_units;
  void mean() const = delete;
};
struct without_log_partition : minimal_units {
  using minimal_units::minimal_units;
  void log_partition() const = delete;
};
struct of_whole_numbers : minimal_units {
  using scalar = int;
  using minimal_units::minimal_units;
};
struct that_cannot_be_copied : minimal_units {
  using minimal_units::minimal_units;
  that_cannot_be_copied(const that_cannot_be_copied&) = delete;
};
struct without_states : minimal_hidden_units {
  using minimal_hidden_units::minimal_hidden_units;
  void states() const = delete;
};
struct without_range : minimal_hidden_units {
  using minimal_hidden_units::minimal_hidden_units;
  void lowest_state() const;
};
struct with_inverted_range : minimal_hidden_units {
  using minimal_hidden_units::minimal_hidden_units;
  static constexpr double lowest_state = 2;
};
// The states are bounded, and so the log-partition is linear.
struct with_wrong_growth : minimal_hidden_units {
  using minimal_hidden_units::minimal_hidden_units;
  static constexpr hm::log_partition_growth growth = hm::log_partition_growth::quadratic;
};
struct that_may_overflow : minimal_hidden_units {
  using minimal_hidden_units::minimal_hidden_units;
  static constexpr double highest_state = hm::unbounded_state<double>;
  static constexpr hm::log_partition_growth growth = hm::log_partition_growth::exponential;
};
struct without_deviation : that_may_overflow {
  using that_may_overflow::that_may_overflow;
  static constexpr hm::log_partition_growth growth = hm::log_partition_growth::quadratic;
};

}  // namespace

static_assert(!hm::unit_family<without_sample>);
static_assert(!hm::unit_family<without_mean>);
static_assert(!hm::unit_family<without_log_partition>);
static_assert(!hm::unit_family<of_whole_numbers>);
static_assert(!hm::unit_family<that_cannot_be_copied>);
static_assert(hm::hidden_unit_family<without_states> &&
              !hm::enumerable_unit_family<without_states>);
static_assert(hm::unit_family<without_range> && !hm::hidden_unit_family<without_range>);
static_assert(hm::unit_family<with_inverted_range> && !hm::hidden_unit_family<with_inverted_range>);
static_assert(hm::unit_family<with_wrong_growth> && !hm::hidden_unit_family<with_wrong_growth>);
static_assert(hm::unit_family<that_may_overflow> && !hm::hidden_unit_family<that_may_overflow>);
static_assert(hm::hidden_unit_family<without_deviation> && !hm::gaussian_tails<without_deviation>);
static_assert(hm::gaussian_tails<hm::gaussian> && hm::gaussian_tails<hm::relu>);
static_assert(hm::non_negative_states<hm::relu> && !hm::bounded_states<hm::relu>);
static_assert(hm::bounded_states<hm::spin> && !hm::non_negative_states<hm::spin>);
static_assert(!hm::unit_family<int>);

TEST_CASE("the conformance suite asks for no more than the concept grants") {
  support::check_unit_family<minimal_hidden_units>(
      {.layers = {{minimal_hidden_units(3), {0.3, -2.0, 4.0}}, {minimal_hidden_units(1), {0.0}}},
       .extremes = {{minimal_hidden_units(2), {-300.0, 300.0}}},
       .edge_means = {0.0, 1.0}});
}
