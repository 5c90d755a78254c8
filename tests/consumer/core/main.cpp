// SPDX-License-Identifier: MIT
// The core without the libraries of components: principal components, from which training starts,
// need none; what needs Spectra compiles, and says so when called.
#include <cstdio>
#include <stdexcept>

#include "harmonium/analysis/leading_eigenpairs.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

int main() {
  hm::random_engine rng(7);
  hm::matrix<double> values(200, 100);
  for (hm::index i = 0; i < values.size(); ++i)
    values.data()[i] = static_cast<double>(hm::draw::negative_binomial(3.0, 2.0, rng));
  if (!hm::pca(hm::dense_operator(values), {.components = 5}).converged) return 1;
  try {
    const hm::symmetric_product twice{100, [](const double* in, double* out) {
                                        for (int i = 0; i < 100; ++i) out[i] = 2 * in[i];
                                      }};
    (void)hm::leading_eigenpairs(twice, 5, 20, 100, 1e-9);
  } catch (const std::logic_error& error) {
    std::printf("%s\n", error.what());
    return 0;
  }
  return 1;
}
