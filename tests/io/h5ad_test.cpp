// SPDX-License-Identifier: MIT
#include "harmonium/io/h5ad.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/golden_h5.hpp"
#include "support/h5_editor.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

std::string text_of(const auto& call) {
  try {
    call();
  } catch (const hm::io_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// A copy that may be changed.
std::filesystem::path copy_of(const std::string& name, const temporary_folder& folder) {
  std::filesystem::copy_file(golden_h5(name), folder / name);
  std::filesystem::permissions(folder / name, std::filesystem::perms::owner_all);
  return folder / name;
}

}  // namespace

TEST_CASE("the same cells and labels in every layout that AnnData has written") {
  for (const char* name :
       {"anndata_0.6.h5ad", "anndata_0.7.h5ad", "anndata_0.8_csr.h5ad", "anndata_0.8_csc.h5ad",
        "anndata_0.8_dense.h5ad", "anndata_0.11_nullable.h5ad", "anndata_0.12_uint16.h5ad",
        "layer_counts.h5ad", "raw.h5ad"}) {
    CAPTURE(name);
    CHECK(io::read_h5ad(golden_h5(name)) == golden_cells());
    const auto labels = io::read_h5ad_labels(golden_h5(name), "cell_type");
    CHECK(labels.labels == golden_types);
    CHECK(labels.barcodes == golden_cells().barcodes);
    CHECK(labels.file == golden_h5(name).string() + ": /obs/cell_type");
  }
}

TEST_CASE("counts are where the values are whole, or where one says") {
  CHECK(io::h5ad_counts_path(golden_h5("anndata_0.8_csr.h5ad")) == "/X");
  CHECK(io::h5ad_counts_path(golden_h5("layer_counts.h5ad")) == "/layers/counts");
  CHECK(io::h5ad_counts_path(golden_h5("raw.h5ad")) == "/raw/X");

  const auto half = io::read_h5ad(golden_h5("layer_counts.h5ad"), {.layer = "spliced"});
  CHECK(half.counts.cell(2).values[0] == 150);
  CHECK(half.counts.nonzeros() == 7);
  const std::string file = golden_h5("layer_counts.h5ad").string();
  CHECK(text_of([&] {
          (void)io::read_h5ad(file, {.layer = "X"});
        }).starts_with(file + ": /X: row 0, column 0: count 1.38629"));
  CHECK(text_of([&] { (void)io::read_h5ad(file, {.layer = "ambient"}); }) ==
        file + ": /: has no layer 'ambient'; there are X, counts, spliced");
  CHECK(text_of([&] { (void)io::read_h5ad(file, {.layer = "raw/X"}); }) ==
        file + ": /: has no raw/X");
  // No counts anywhere: X is to blame.
  const temporary_folder folder;
  const auto path = copy_of("layer_counts.h5ad", folder);
  h5_editor(path).remove("layers");
  CHECK(text_of([&] {
          (void)io::read_h5ad(path);
        }).starts_with(path.string() + ": /X: row 0, column 0: count 1.38629"));
}

TEST_CASE("labels: whole numbers and truth values will do, what is missing will not") {
  const auto file = golden_h5("anndata_0.8_csr.h5ad");
  CHECK(io::read_h5ad_labels(file, "doublet").labels ==
        std::vector<std::string>{"False", "False", "False", "False", "False", "True"});
  CHECK(text_of([&] { (void)io::read_h5ad_labels(file, "leiden"); }) ==
        file.string() + ": /obs/leiden: no label for cell 'AAGA-1' (1 of 6 cells have none)");
  CHECK(text_of([&] { (void)io::read_h5ad_labels(file, "batch"); }) ==
        file.string() + ": /obs: has no column 'batch'; there are cell_type, doublet, leiden");
  const auto old = golden_h5("anndata_0.6.h5ad");
  CHECK(text_of([&] { (void)io::read_h5ad_labels(old, "percent_mito"); }) ==
        old.string() +
            ": /obs: holds real numbers; strings, categories or whole numbers were expected");

  const temporary_folder folder;
  const auto path = copy_of("anndata_0.8_csr.h5ad", folder);
  h5_editor(path).put("obs/cell_type/codes", std::vector<std::int8_t>{3, 1, -1, 0, -1, 1});
  CHECK(text_of([&] { (void)io::read_h5ad_labels(path, "cell_type"); }) ==
        path.string() + ": /obs/cell_type: no label for cell 'AACA-1' (2 of 6 cells have none)");
  h5_editor(path).put("obs/cell_type/codes", std::vector<std::int8_t>{3, 1, 4, 0, 0, 1});
  CHECK(text_of([&] { (void)io::read_h5ad_labels(path, "cell_type"); }) ==
        path.string() +
            ": /obs/cell_type: code 4 of element 2 is out of range: there are 4 categories");
}

TEST_CASE("unsorted genes are sorted, explicit zeros dropped, types kept apart") {
  const temporary_folder folder;
  const auto path = copy_of("anndata_0.8_csr.h5ad", folder);
  {
    h5_editor file(path);
    file.put("X/indices", std::vector<std::int64_t>{3, 0, 1, 2, 0, 4, 3, 0, 4, 1});
    file.put("X/data", std::vector<std::int16_t>{1, 3, 7, 300, 0, 2, 70, 5, 1, 9});
  }
  auto data = io::read_h5ad(path);
  CHECK(data.counts.cell(0).genes[0] == 0);
  CHECK(data.counts.cell(0).values[0] == 3);
  CHECK(data.counts.cell(2).size() == 1);
  CHECK(data.counts.cell(4).genes[2] == 4);
  CHECK(data.counts.nonzeros() == 9);
  h5_editor(path).put_texts("var/feature_types", {"Gene Expression", "Gene Expression", "Protein",
                                                  "Gene Expression", "Protein"});
  data = io::read_h5ad(path);
  CHECK(data.genes.size() == 3);
  CHECK(data.other_features == std::vector<io::left_out>{{"Protein", 2}});
  CHECK(io::read_h5ad(path, {.feature_type = ""}).genes.size() == 5);
}
