// SPDX-License-Identifier: MIT
// The same numbers through every kernel of the machine: all bits must be equal.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "harmonium/core/chain_sums.hpp"
#include "harmonium/core/kernels.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;

namespace {

template <class S>
void append(const hm::vector<S>& numbers, std::vector<S>& all) {
  all.insert(all.end(), numbers.data(), numbers.data() + numbers.size());
}

/// @param raw any numbers, also infinite ones and NaN
template <class S>
std::vector<S> figures(const hm::vector<S>& raw, std::uint64_t seed) {
  const hm::index genes = raw.size();
  std::vector<S> all;
  hm::vector<S> out(genes), positive(genes), natural(genes);
  for (hm::index m = 0; m < genes; ++m) {
    const S size = std::isfinite(raw[m]) ? std::min(std::abs(raw[m]), S(1e4)) : S(1);
    positive[m] = std::max(size, S(1e-3));
    natural[m] = -positive[m];
  }
  const auto any = hm::as_span(raw);
  const hm::vector<S> logits = raw.array().isNaN().select(S(0), raw.array());  // it refuses NaN
  const auto in = hm::as_span(std::as_const(natural));
  hm::random_engine rng(seed);
  const hm::basic_negative_binomial<S> counts(positive);
  counts.mean(in, hm::as_span(out));
  append(out, all);
  counts.variance(in, hm::as_span(out));
  append(out, all);
  all.push_back(counts.log_partition(in));
  counts.sample(in, hm::as_span(out), rng);
  append(out, all);
  const hm::basic_bernoulli<S> binary(genes);
  binary.mean(hm::as_span(logits), hm::as_span(out));
  append(out, all);
  binary.sample(hm::as_span(logits), hm::as_span(out), rng);
  append(out, all);
  // Products, also with infinities: whether a sum is NaN is part of its bits, which NaN it is not.
  for (const hm::index columns : {1, 5, 8}) {
    hm::matrix<S> w(genes, columns);
    for (hm::index i = 0; i < w.size(); ++i) w.data()[i] = raw[i % genes];
    const hm::weight_view<S> weights(w.data(), genes, columns);
    hm::vector<S> above = hm::vector<S>::Zero(columns), below = natural;
    hm::row::add_product<S>(any, weights, hm::as_span(above));
    append(above, all);
    hm::row::add_product_above<S>(weights, hm::as_span(std::as_const(above)), hm::as_span(below));
    append(below, all);
  }
  return all;
}

template <class S>
void compare(const std::uint8_t* bytes, std::size_t size, std::uint64_t seed) {
  const std::size_t most = 300;
  hm::vector<S> raw(static_cast<hm::index>(std::min(size / sizeof(S), most)));
  if (raw.size() == 0) return;
  std::memcpy(raw.data(), bytes, static_cast<std::size_t>(raw.size()) * sizeof(S));
  std::vector<S> expected;
  for (const hm::kernel each : hm::available_kernels()) {
    const hm::kernel_scope scope(each);
    const auto found = figures<S>(raw, seed);
    if (expected.empty()) expected = found;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (std::isnan(found[i]) && std::isnan(expected[i])) continue;
      if (std::memcmp(&found[i], &expected[i], sizeof(S)) != 0) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 8) return 0;
  std::uint64_t seed = 0;
  std::memcpy(&seed, bytes, 8);
  compare<double>(bytes + 8, size - 8, seed);
  compare<float>(bytes + 8, size - 8, seed);
  return 0;
}
