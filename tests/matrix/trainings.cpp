// SPDX-License-Identifier: MIT
// One training on the stacks that the table accepts over one visible family, from MATRIX_FIRST up
// to MATRIX_END: tests/CMakeLists.txt compiles this for every family and training. MATRIX_VISIBLE
// is a place in `visible_families`; MATRIX_TRAINING is 0 exact EM, 1 sampled EM, 2 persistent, 3
// restarted particles.
#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>

#if MATRIX_TRAINING == 0
#include "harmonium/training/stages/exact_em.hpp"
#include "support/matrix_training.hpp"
#elif MATRIX_TRAINING == 1
#include "harmonium/training/stages/sampled_em.hpp"
#include "support/matrix_training.hpp"
#else
#include "support/matrix_particles.hpp"
#endif

namespace {

namespace cells = matrix_cells;
namespace hm = harmonium;

constexpr std::size_t visible = MATRIX_VISIBLE, training = MATRIX_TRAINING;
using family = std::tuple_element_t<visible, cells::visible_families>;

constexpr std::size_t first = MATRIX_FIRST, end = MATRIX_END;
template <std::size_t S>
constexpr bool is_looked_at() {
  return first <= S && S < end && cells::accepted(cells::pairs[visible][S]) &&
         cells::accepted(cells::algorithms[S][4 + training]);
}

template <class Stack>
void check() {
  // Gaussian units need a small rate, see `check_particles`. Two sweeps from the data are too near
  // to them for rectified units above: what the model has far away stays unseen.
  constexpr bool is_gaussian = std::same_as<family, hm::gaussian>;
  [[maybe_unused]] constexpr double rate = is_gaussian ? 0.02 : 0.1;
  [[maybe_unused]] constexpr hm::index sweeps =
      is_gaussian && std::same_as<Stack, cells::relu_stack> ? 10 : 2;
#if MATRIX_TRAINING == 0
  cells::check_training<visible, Stack>(hm::exact_em{}, 0.1);
#elif MATRIX_TRAINING == 1
  cells::check_training<visible, Stack>(hm::sampled_em{}, 0.1);
#elif MATRIX_TRAINING == 2
  cells::check_persistent<visible, Stack>(0.05, rate);
#else
  cells::check_restarted<visible, Stack>(0.05, rate, sweeps);
#endif
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("gains likelihood", Place, every_stack) {
  if constexpr (is_looked_at<Place::value>())
    check<std::tuple_element_t<Place::value, cells::hidden_stacks>>();
}
template <std::size_t S>
using place = std::integral_constant<std::size_t, S>;
static_assert(cells::stacks == 8);
TEST_CASE_TEMPLATE_INVOKE(every_stack, place<0>, place<1>, place<2>, place<3>, place<4>, place<5>,
                          place<6>, place<7>);
