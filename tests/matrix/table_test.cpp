// SPDX-License-Identifier: MIT
// The table "what goes with what" of the guide is the one that the other tests of this folder
// check. With HARMONIUM_PRINT_TABLE set in the environment it is printed, to be pasted.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "support/matrix_cells.hpp"

namespace {

namespace cells = matrix_cells;
namespace hm = harmonium;

/// The pairs are what `normalisable_stack` and the conditions of the first pair of layers say.
template <class Visible, class Hidden, class... Above>
constexpr cells::verdict of(std::type_identity<hm::dbm<Visible, Hidden, Above...>>) {
  if (hm::needs_gaussian_bound<Visible, Hidden>) return cells::verdict::works_below_bound;
  if (hm::needs_non_positive_weights<Visible, Hidden>) return cells::verdict::works_not_positive;
  return cells::verdict::works;
}
template <std::size_t V, std::size_t S>
constexpr cells::verdict found() {
  using visible = std::tuple_element_t<V, cells::visible_families>;
  using stack = std::tuple_element_t<S, cells::hidden_stacks>;
  if constexpr (!stack::template normalises<visible>)
    return cells::verdict::no_normalisable;
  else
    return of(std::type_identity<typename stack::template on<visible>>());
}
template <std::size_t V, std::size_t... S>
constexpr bool row_holds(std::index_sequence<S...>) {
  return ((found<V, S>() == cells::pairs[V][S]) && ...);
}
template <std::size_t... V>
constexpr bool all_hold(std::index_sequence<V...>) {
  return (row_holds<V>(std::make_index_sequence<cells::stacks>()) && ...);
}
static_assert(all_hold(std::make_index_sequence<cells::families>()));

}  // namespace

TEST_CASE("the guide holds the table of what goes with what") {
  const std::string table = cells::tables();
  if (std::getenv("HARMONIUM_PRINT_TABLE") != nullptr) std::cout << table;
  const auto page =
      std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() / "docs/model.md";
  std::ifstream file(page);
  REQUIRE(file);
  std::stringstream text;
  text << file.rdbuf();
  const std::string guide = text.str(), open = "<!-- what goes with what -->\n",
                    close = "<!-- end of what goes with what -->";
  const auto begin = guide.find(open), end = guide.find(close);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  CHECK(guide.substr(begin + open.size(), end - begin - open.size()) == table);
}
