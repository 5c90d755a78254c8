// SPDX-License-Identifier: MIT
// A metric of clusters needs labels; one of cells does not.
#include "harmonium/metrics/davies_bouldin.hpp"
#include "harmonium/metrics/evaluate.hpp"
#include "harmonium/metrics/library_size.hpp"

namespace hm = harmonium;

#ifdef REJECTED
using figure_of_merit = hm::davies_bouldin;
#else
using figure_of_merit = hm::library_size;
#endif

hm::evaluation score(const hm::count_matrix<>& real, const hm::count_matrix<>& made) {
  return hm::evaluate<figure_of_merit>(real, made);
}
