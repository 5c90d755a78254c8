// SPDX-License-Identifier: MIT
#include "harmonium/metrics/comparison.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

std::vector<hm::index> alternating(hm::index cells) {
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < cells; ++i) labels.push_back(i % 2);
  return labels;
}

}  // namespace

TEST_CASE("both sides are normalised to the reference's median and seen in its components") {
  const auto real = tiny::toy_counts(40, 12, 1), made = tiny::toy_counts(25, 12, 2);
  const hm::reference_cells reference(real, alternating(40), {.components = 3});
  const hm::comparison pair(reference, made, alternating(25));
  CHECK(reference.common_library() == hm::median_library(real));
  CHECK(pair.values() == hm::log_normalise(made, {.target_sum = reference.common_library()}));
  CHECK(pair.scores().rows() == 25);
  CHECK(pair.scores().cols() == 3);
  const hm::comparison itself(reference, real, alternating(40));
  CHECK((itself.scores() - reference.components().scores).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("labels that are not given are those of the nearest reference cell") {
  const auto real = tiny::toy_counts(40, 12, 1), made = tiny::toy_counts(30, 12, 2);
  const hm::reference_cells reference(real, alternating(40), {.components = 2});
  const hm::comparison itself(reference, real);
  CHECK(std::equal(itself.labels().begin(), itself.labels().end(), reference.labels().begin()));
  const hm::comparison pair(reference, made);
  int right = 0;
  for (std::size_t i = 0; i < 30; ++i)
    if (pair.labels()[i] == static_cast<hm::index>(i % 2)) ++right;
  CHECK(right >= 28);
}

TEST_CASE("the joint space holds equally many of each kind, of the fresh ones if asked") {
  const auto real = tiny::toy_counts(40, 12, 1), made = tiny::toy_counts(70, 12, 2);
  const std::vector<hm::index> pilot{3, 0, 21};
  const hm::reference_cells reference(real, alternating(40), {.pilot = pilot});
  CHECK(reference.fresh().size() == 37);
  const hm::comparison pair(reference, made, alternating(70), {.joint_components = 4});
  const auto& joint = pair.joint();
  CHECK(joint.each == 40);
  CHECK(joint.points.rows() == 80);
  CHECK(joint.points.cols() == 4);
  CHECK(joint.is_real(39));
  CHECK(!joint.is_real(40));
  CHECK(joint.kinds().size() == 80);
  CHECK(joint.kinds()[39] == 0);
  CHECK(joint.kinds()[40] == 1);
  CHECK(std::set(joint.real.begin(), joint.real.end()).size() == 40);
  CHECK(std::set(joint.synthetic.begin(), joint.synthetic.end()).size() == 40);
  CHECK(!std::is_sorted(joint.real.begin(), joint.real.end()));

  CHECK(pair.joint_fresh().each == 37);
  for (const hm::index row : pair.joint_fresh().real)
    CHECK(std::find(pilot.begin(), pilot.end(), row) == pilot.end());

  const hm::comparison few(reference, made, alternating(70), {.joint_cells = 5});
  CHECK(few.joint().points.rows() == 10);
  const hm::comparison again(reference, made, alternating(70), {.joint_components = 4});
  CHECK(again.joint().points == joint.points);
  const hm::comparison other(reference, made, alternating(70), {.joint_components = 4, .seed = 2});
  CHECK(other.joint().synthetic != joint.synthetic);
}

TEST_CASE("without a pilot there are no fresh cells") {
  const auto cells = tiny::toy_counts(10, 6, 1);
  const hm::reference_cells reference(cells, alternating(10));
  CHECK(reference.fresh().empty());
  CHECK(hm::comparison(reference, cells).joint_fresh().each == 0);
}

TEST_CASE("counts of another type are copied, and must be whole") {
  hm::count_matrix<float> counts(2);
  counts.push_back(0, 3);
  counts.finish_cell();
  const std::vector<hm::index> label{0};
  const hm::reference_cells reference(counts, label);
  CHECK(reference.counts().cell(0).values[0] == 3);
  hm::count_matrix<float> broken(2);
  broken.push_back(0, 0.5F);
  broken.finish_cell();
  CHECK_THROWS_AS(hm::reference_cells(broken, label), std::domain_error);
}

TEST_CASE("cells without counts, no cells, one cell") {
  hm::count_matrix<> blank(3);
  for (int i = 0; i < 4; ++i) blank.finish_cell();
  const hm::reference_cells reference(blank, alternating(4));
  CHECK(reference.common_library() == 1);
  const hm::comparison pair(reference, blank);
  CHECK(pair.labels()[3] == 0);  // all at the same place: the first
  CHECK(pair.joint().points.isZero(0));

  const hm::count_matrix<> none(3);
  const hm::comparison nothing(reference, none);
  CHECK(nothing.empty());
  CHECK(nothing.joint().each == 0);
  CHECK(nothing.scores().rows() == 0);

  const hm::reference_cells nobody(none, {});
  const hm::comparison lost(nobody, blank);
  CHECK(lost.empty());
  CHECK(lost.labels()[0] == -1);
  CHECK(lost.scores().cols() == 0);
  CHECK(lost.joint().each == 0);
}

TEST_CASE("sizes that do not fit are refused") {
  const auto cells = tiny::toy_counts(10, 6, 1);
  const std::vector<hm::index> nine(9, 0), ten(10, 0);
  CHECK_THROWS_AS(hm::reference_cells(cells, nine), std::invalid_argument);
  CHECK_THROWS_AS(hm::reference_cells(cells, ten, {.components = 0}), std::invalid_argument);
  for (const std::vector<hm::index>& pilot : {std::vector<hm::index>{10}, {-1}, {2, 2}})
    CHECK_THROWS_AS(hm::reference_cells(cells, ten, {.pilot = pilot}), std::invalid_argument);
  const hm::reference_cells reference(cells, ten);
  CHECK_THROWS_AS(hm::comparison(reference, cells, nine), std::invalid_argument);
  CHECK_THROWS_AS(hm::comparison(reference, cells, ten, {.joint_cells = 0}), std::invalid_argument);
  const auto others = tiny::toy_counts(10, 5, 1);
  CHECK_THROWS_AS(hm::comparison(reference, others, ten), std::invalid_argument);
  CHECK_THROWS_AS(hm::comparison(reference, others), std::invalid_argument);
}
