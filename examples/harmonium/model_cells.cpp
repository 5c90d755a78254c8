// SPDX-License-Identifier: MIT
#include "model_cells.hpp"

#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "gene_places.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/io/model_sections.hpp"
#include "make_cells.hpp"
#include "pilot.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

constexpr std::string_view ending = ".harmonium";

/// Of every gene of the model among `genes`, or -1.
std::vector<hm::index> places_among(const stored_model& stored, const io::features& genes) {
  const auto at = positions(genes.ids);
  std::vector<hm::index> places;
  for (const hm::index column : stored.model) {
    const auto found = at.find(stored.genes.ids[static_cast<std::size_t>(column)]);
    places.push_back(found == at.end() ? -1 : found->second);
  }
  return places;
}

}  // namespace

bool is_model_file(const std::string& name) {
  std::error_code no_matter;
  if (std::filesystem::is_directory(name, no_matter)) return false;
  if (name.ends_with(ending)) return true;
  std::ifstream file(name, std::ios::binary);
  std::string begin(io::model_sections::magic.size(), '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return file && begin == io::model_sections::magic;
}

kept_model read_kept_model(const hm::thread_executor& run, const char* option,
                           const std::string& file) {
  kept_model model{file, std::filesystem::path(file).filename().string(), nullptr};
  if (!model.name.ends_with(ending)) model.name += ending;
  hm::require(model.name.find_first_of(",\"\n\r\t") == std::string::npos, option,
              "the name of " + file + " would go into tables: no comma, quote or tab, please");
  auto stored = read_model(run, file);
  hm::require(
      stored.fitted.model->makes_cells(), option,
      file + " holds a " + stored.fitted.model->kind() + ", which makes no cells by itself");
  model.stored = std::make_shared<const stored_model>(std::move(stored));
  return model;
}

io::dataset cells_of_model(const hm::thread_executor& run, const kept_model& model, hm::index cells,
                           std::uint64_t seed, terminal_progress& watch) {
  const stored_model& stored = *model.stored;
  hm::random_engine rng(seed);
  rng.seek(stored.position);
  const auto made = make_cells(run, stored.fitted, {.cells = cells}, watch, rng);
  return {among_all_genes(made.cells, stored.model, stored.genes.size()), stored.genes,
          synthetic_barcodes(cells)};
}

std::vector<hm::index> genes_known(const char* option, const kept_model& model,
                                   const io::features& genes) {
  require_ids_once(option, model.stored->genes);
  require_ids_once(option, genes);
  const auto in_model = positions(model.stored->genes.ids);
  std::vector<hm::index> known;
  for (hm::index j = 0; j < genes.size(); ++j)
    if (in_model.contains(genes.ids[static_cast<std::size_t>(j)])) known.push_back(j);
  hm::require(!known.empty(), option, model.file + " knows none of the genes by id");
  return known;
}

bool was_trained_on(const kept_model& model, const io::dataset& cells) {
  const auto* hash = model.stored->fitted.model->notes().text(note::data);
  if (hash == nullptr) return false;
  std::vector<hm::index> counted;
  const auto means = hm::gene_means(cells.counts);
  for (hm::index j = 0; j < means.size(); ++j)
    if (means[j] > 0) counted.push_back(j);
  const auto training = io::select_genes(cells, std::span<const hm::index>(counted));
  return *hash == hash_of_training(training.counts, training.genes.ids);
}

hm::fixed_model as_fixed(const kept_model& model, const io::features& genes) {
  return {model.name, [stored = model.stored, places = places_among(*model.stored, genes),
                       count = genes.size()](hm::index cells, hm::random_engine& rng) {
            return put_at(stored->fitted.model->generate(cells, rng), places, count);
          }};
}

}  // namespace program
