// SPDX-License-Identifier: MIT
/// @file
/// Means and variances of the columns of counts, for comparing generated cells with closed forms.
#pragma once

#include "harmonium/core/counts.hpp"

namespace support {

struct gene_moments {
  harmonium::vector<double> mean;
  harmonium::vector<double> variance;  ///< divided by the number of cells
};

template <harmonium::count_source Counts>
gene_moments moments(const Counts& counts) {
  const harmonium::matrix<double> x = harmonium::to_dense(counts);
  gene_moments result;
  result.mean = x.colwise().mean();
  result.variance = (x.rowwise() - result.mean.transpose()).array().square().colwise().mean();
  return result;
}

}  // namespace support
