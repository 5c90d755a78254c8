// SPDX-License-Identifier: MIT
// Trainings that the table refuses do not compile, because of the concept that it names.
#include <doctest/doctest.h>

#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/sampled_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "support/matrix_cells.hpp"

namespace {

namespace cells = matrix_cells;
namespace hm = harmonium;

template <class Model>
constexpr cells::verdict of_exact_em() {
  return hm::exactly_trainable<Model> ? cells::verdict::works
                                      : cells::verdict::no_exactly_trainable;
}
template <class Model>
constexpr cells::verdict of_sampled_em() {
  if (!hm::collapsible<Model>) return cells::verdict::no_collapsible;
  return hm::one_hidden_layer<Model> ? cells::verdict::works : cells::verdict::no_one_hidden_layer;
}

template <std::size_t Visible>
void check() {
  cells::for_each_stack<Visible>([](auto visible, auto hidden, auto which) {
    using own = typename decltype(hidden)::type;
    using model = typename own::template on<typename decltype(visible)::type>;
    constexpr auto row = cells::algorithms[which()];
    static_assert(of_exact_em<model>() == row[4]);
    static_assert(of_sampled_em<model>() == row[5]);
    if constexpr (!cells::accepted(row[4]))
      static_assert(!hm::trainable_by<model, hm::dense_rows<double>, hm::exact_em>);
    if constexpr (!cells::accepted(row[5]))
      static_assert(!hm::trainable_by<model, hm::dense_rows<double>, hm::sampled_em>);
    CHECK(cells::accepted(row[6]));
    CHECK(cells::accepted(row[7]));
  });
}

}  // namespace

TEST_CASE("trainings are refused where the table says so") {
  check<0>();
  check<1>();
  check<2>();
  check<3>();
  check<4>();
  check<5>();
}
