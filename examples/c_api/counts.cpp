// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "h5_files.hpp"
#include "handles.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "harmonium/version.hpp"
#include "label_cells.hpp"
#include "named_options.hpp"
#include "read_cells.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace c_api {

io::dataset dataset_of(const harmonium_counts& counts) {
  const auto& from = counts.counts;
  return {hm::count_matrix<>({from.values().begin(), from.values().end()},
                             {from.gene_indices().begin(), from.gene_indices().end()},
                             {from.pointers().begin(), from.pointers().end()}, from.genes()),
          counts.genes, counts.barcodes};
}

namespace {

std::vector<std::string> numbered(const char* stem, hm::index count) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(count));
  for (hm::index i = 1; i <= count; ++i) names.push_back(stem + std::to_string(i));
  return names;
}

io::features named_genes(const std::vector<std::string>& names) {
  io::features genes;
  for (const auto& name : names) genes.push_back(name, name, io::gene_expression);
  return genes;
}

/// Counts in a caller's arrays, checked, with numbers for names.
harmonium_counts* checked_counts(std::shared_ptr<const void> owner,
                                 const hm::count_view<>& counts) {
  hm::validate(counts);
  return new harmonium_counts{std::move(owner),
                              counts,
                              named_genes(numbered("gene_", counts.genes())),
                              numbered("cell_", counts.cells()),
                              {}};
}

/// @throws std::invalid_argument unless the arrays can be walked.
void need_arrays(const int32_t* values, const int32_t* gene_index, const int64_t* pointers,
                 int64_t cells, int64_t genes) {
  need(pointers, "pointers");
  hm::require(cells >= 0 && genes >= 0, "counts", "cells and genes must not be negative");
  hm::require(pointers[0] == 0 && std::is_sorted(pointers, pointers + cells + 1), "pointers",
              "must ascend from 0");
  if (pointers[cells] == 0) return;
  need(values, "values");
  need(gene_index, "gene_index");
}

std::vector<std::string>* list_of(harmonium_counts& counts, int kind) {
  switch (kind) {
    case HARMONIUM_GENE_IDS:
      return &counts.genes.ids;
    case HARMONIUM_GENE_SYMBOLS:
      return &counts.genes.symbols;
    case HARMONIUM_BARCODES:
      return &counts.barcodes;
    case HARMONIUM_LABELS:
      return &counts.labels;
    default:
      return nullptr;
  }
}

}  // namespace

}  // namespace c_api

extern "C" {

const char* harmonium_version(void) {
  static const std::string text(hm::version);
  return text.c_str();
}

void harmonium_text_free(char* text) {
  std::free(text);
}

int harmonium_counts_new(const int32_t* values, const int32_t* gene_index, const int64_t* pointers,
                         int64_t cells, int64_t genes, harmonium_counts** out, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(out, "out");
    c_api::need_arrays(values, gene_index, pointers, cells, genes);
    const auto own = std::make_shared<hm::count_matrix<>>(
        std::vector<std::int32_t>(values, values + pointers[cells]),
        std::vector<std::int32_t>(gene_index, gene_index + pointers[cells]),
        std::vector<std::int64_t>(pointers, pointers + cells + 1), static_cast<hm::index>(genes));
    *out = c_api::checked_counts(own, own->view());
  });
}

int harmonium_counts_borrow(const int32_t* values, const int32_t* gene_index,
                            const int64_t* pointers, int64_t cells, int64_t genes,
                            void (*release)(void* owner), void* owner, harmonium_counts** out,
                            char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(out, "out");
    c_api::need_arrays(values, gene_index, pointers, cells, genes);
    const hm::count_view<> counts(values, gene_index, pointers, static_cast<hm::index>(cells),
                                  static_cast<hm::index>(genes));
    // Not the caller's to release before the call has succeeded.
    const auto armed = std::make_shared<bool>(false);
    const std::shared_ptr<const void> kept(static_cast<const void*>(values),
                                           [release, owner, armed](const void*) {
                                             if (*armed && release != nullptr) release(owner);
                                           });
    *out = c_api::checked_counts(kept, counts);
    *armed = true;
  });
}

void harmonium_counts_free(harmonium_counts* counts) {
  delete counts;
}

int64_t harmonium_counts_cells(const harmonium_counts* counts) {
  return counts->counts.cells();
}
int64_t harmonium_counts_genes(const harmonium_counts* counts) {
  return counts->counts.genes();
}
int64_t harmonium_counts_nonzeros(const harmonium_counts* counts) {
  return counts->counts.nonzeros();
}

void harmonium_counts_copy(const harmonium_counts* counts, int32_t* values, int32_t* gene_index,
                           int64_t* pointers) {
  const auto& from = counts->counts;
  if (values != nullptr) std::copy(from.values().begin(), from.values().end(), values);
  if (gene_index != nullptr)
    std::copy(from.gene_indices().begin(), from.gene_indices().end(), gene_index);
  if (pointers != nullptr) std::copy(from.pointers().begin(), from.pointers().end(), pointers);
}

void harmonium_counts_arrays(const harmonium_counts* counts, const int32_t** values,
                             const int32_t** gene_index, const int64_t** pointers) {
  const auto& from = counts->counts;
  if (values != nullptr) *values = from.values().data();
  if (gene_index != nullptr) *gene_index = from.gene_indices().data();
  if (pointers != nullptr) *pointers = from.pointers().data();
}

const char* harmonium_counts_name(const harmonium_counts* counts, int kind, int64_t at) {
  const auto* list = c_api::list_of(const_cast<harmonium_counts&>(*counts), kind);
  if (list == nullptr || at < 0 || std::cmp_greater_equal(at, list->size())) return nullptr;
  return (*list)[static_cast<std::size_t>(at)].c_str();
}

int harmonium_counts_with_names(const harmonium_counts* counts, int kind, const char* const* names,
                                int64_t count, harmonium_counts** out, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(counts, "counts");
    c_api::need(out, "out");
    auto named = std::make_unique<harmonium_counts>(*counts);
    auto* list = c_api::list_of(*named, kind);
    hm::require(list != nullptr, "kind", "there is none of number " + std::to_string(kind));
    const bool of_genes = kind == HARMONIUM_GENE_IDS || kind == HARMONIUM_GENE_SYMBOLS;
    const hm::index expected = of_genes ? counts->counts.genes() : counts->counts.cells();
    hm::require(count == expected, "names",
                "expected " + std::to_string(expected) + ", got " + std::to_string(count));
    if (count > 0) c_api::need(names, "names");
    list->clear();
    for (std::int64_t k = 0; k < count; ++k) {
      c_api::need(names[k], "a name");
      list->emplace_back(names[k]);
    }
    *out = named.release();
  });
}

int harmonium_read(const char* path, const char* options, harmonium_counts** out, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(path, "path");
    c_api::need(out, "out");
    program::cells_format format{"", io::gene_expression, "", hm::thread_executor(0).threads()};
    program::labels_place place{"", "", path};
    c_api::named_options(options)
        .take("orientation", format.orientation)
        .take("feature_type", format.feature_type)
        .take("layer", format.layer)
        .take("labels", place.file)
        .take("labels_column", place.column)
        .no_others();
    std::vector<std::string> remarks;
    auto data = program::read_cells("path", path, format, remarks);
    std::vector<std::string> labels;
    if (!place.empty())
      labels = program::read_given_labels(hm::thread_executor(0), data, place, "file").labels;
    *out = c_api::new_counts(std::move(data.counts), std::move(data.genes),
                             std::move(data.barcodes), std::move(labels));
  });
}

int harmonium_write(const harmonium_counts* counts, const char* path, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(counts, "counts");
    c_api::need(path, "path");
    if (program::is_h5_name(path)) {
      program::check_h5_support("path");
      program::h5_extras extras;
      if (!counts->labels.empty()) extras.labels.emplace_back("cell_type", counts->labels);
      program::write_h5(path, counts->counts, counts->genes, counts->barcodes, extras);
    } else {
      io::write_10x(path, counts->counts, counts->genes, counts->barcodes);
    }
  });
}

int harmonium_simulate(const char* options, uint64_t seed, harmonium_counts** out, char** error) {
  return c_api::guarded(error, [&] {
    c_api::need(out, "out");
    hm::tissue_options asked;
    c_api::named_options(options)
        .take("cells", asked.cells)
        .take("genes", asked.genes)
        .take("median_library", asked.median_library)
        .no_others();
    // As the program does: of few genes, at most half mark a type.
    asked.markers_per_type =
        std::min<hm::index>(20, asked.genes / (2 * static_cast<hm::index>(asked.types.size())));
    hm::random_engine rng(seed);
    auto tissue = hm::simulate_tissue(hm::thread_executor(0), asked, rng);
    std::vector<std::string> labels, barcodes;
    for (hm::index i = 0; i < tissue.counts.cells(); ++i) {
      char name[32];
      std::snprintf(name, sizeof name, "cell_%07ld", long{i + 1});
      barcodes.emplace_back(name);
      labels.push_back(
          tissue.type_names[static_cast<std::size_t>(tissue.types[static_cast<std::size_t>(i)])]);
    }
    *out = c_api::new_counts(std::move(tissue.counts), c_api::named_genes(tissue.gene_names),
                             std::move(barcodes), std::move(labels));
  });
}

}  // extern "C"
