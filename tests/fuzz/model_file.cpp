// SPDX-License-Identifier: MIT
// Model files. The first byte says whether the rest is a file as it is or, since checksums would
// keep nearly all changes out, one whose sums are mended first.
#include "harmonium/io/model_file.hpp"

#include <zlib.h>

#include <cstring>
#include <vector>

#include "fuzz_file.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/io/any_model.hpp"
#include "harmonium/io/models/baselines.hpp"
#include "harmonium/io/models/dbm.hpp"
#include "harmonium/io/models/sampled.hpp"
#include "harmonium/io/models/trained_harmonium.hpp"
#include "harmonium/models/correlated_cells.hpp"
#include "harmonium/models/residuals/factor_scores.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

using machine = hm::dbm<hm::negative_binomial, hm::bernoulli>;
using kinds =
    io::model_list<machine, hm::sampled_model<machine, hm::exact>, hm::independent_nb,
                   hm::cluster_nb, hm::trained_harmonium<hm::correlated_cells<hm::factor_scores>>>;

std::uint32_t word_at(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data() + at, 4);
  return word;
}

/// Puts the right checksum into the head and every section that is whole.
void mend(std::vector<std::uint8_t>& bytes) {
  const auto put = [&](std::size_t at, uLong sum) {
    const auto word = static_cast<std::uint32_t>(sum);
    std::memcpy(bytes.data() + at, &word, 4);
  };
  if (bytes.size() < 20) return;
  put(16, crc32(0, bytes.data(), 16));
  for (std::size_t at = 20; at + 4 <= bytes.size();) {
    const std::size_t name = word_at(bytes, at);
    if (name > 64 || at + 4 + name + 12 > bytes.size()) return;
    std::uint64_t size = 0;
    std::memcpy(&size, bytes.data() + at + 4 + name, 8);
    const std::size_t payload = at + 4 + name + 12;
    if (size > bytes.size() - payload) return;
    const uLong sum = crc32(0, bytes.data() + at + 4, static_cast<uInt>(name));
    put(payload - 4, crc32(sum, bytes.data() + payload, static_cast<uInt>(size)));
    at = payload + size;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static fuzz_file file("model_file");
  if (size == 0) return 0;
  std::vector<std::uint8_t> text(bytes + 1, bytes + size);
  if (bytes[0] % 2 == 0) mend(text);
  const auto& path = file.holding(text.data(), text.size());
  read_or_refuse([&] {
    const auto model = io::load_any(kinds{}, hm::serial_executor{}, path);
    hm::random_engine rng(1);
    if (model.makes_cells() && model.genes() < 1000) {
      try {
        (void)model.generate(2, rng);
      } catch (const std::exception&) {  // parameters far out of range may be refused
      }
    }
  });
  return 0;
}
