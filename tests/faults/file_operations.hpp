// SPDX-License-Identifier: MIT
/// @file
/// Operations of faults.hpp that write files.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "faults/faults.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/feature_types.hpp"
#include "harmonium/simulate/tissue.hpp"
#include "support/limited_files.hpp"

namespace faults {

/// A small tissue, and the same as files have it.
struct small_cells {
  harmonium::tissue tissue;
  harmonium::io::dataset data;
};

inline small_cells make_small_cells() {
  harmonium::random_engine rng(7);
  auto tissue = harmonium::simulate_tissue({.cells = 40, .genes = 30, .markers_per_type = 2}, rng);
  harmonium::io::features genes;
  for (const auto& name : tissue.gene_names)
    genes.push_back(name, name, harmonium::io::gene_expression);
  std::vector<std::string> barcodes;
  for (int i = 0; i < 40; ++i) barcodes.push_back("cell" + std::to_string(i));
  harmonium::io::dataset data{tissue.counts, genes, barcodes};
  return {std::move(tissue), std::move(data)};
}

inline std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string text_of_all(const std::filesystem::path& folder) {
  std::string all;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) all += file.filename().string() + "\n" + text_of(file);
  return all;
}

inline std::string text_of(const harmonium::count_matrix<>& counts) {
  std::string all = std::to_string(counts.genes()) + " genes\n";
  for (harmonium::index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      all += std::to_string(cell.genes[k]) + ":" + std::to_string(cell.values[k]) + " ";
    all += "\n";
  }
  return all;
}

/// Writing into a folder whose files say "before": each is that, or whole, and nothing else is
/// there.
inline operation writer(const std::string& name, const std::filesystem::path& folder,
                        const std::vector<std::string>& files, std::function<void()> write) {
  const auto reset = [folder, files] {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    for (const auto& file : files) std::ofstream(folder / file) << "before";
  };
  reset();
  write();
  std::vector<std::string> whole;
  long bytes = 0;
  for (const auto& file : files) {
    whole.push_back(text_of(folder / file));
    bytes = std::max(bytes, static_cast<long>(whole.back().size()));
  }
  return {name,
          [folder, reset, write](const auto&) {
            const long armed = failing;
            failing = 0;
            reset();
            {
              const limited_files limited(room);
              arm(armed);
              write();
            }
            failing = 0;
            return text_of_all(folder);
          },
          [folder, files, whole] {
            for (const auto& entry : std::filesystem::directory_iterator(folder)) {
              const std::string found = entry.path().filename().string();
              if (std::find(files.begin(), files.end(), found) == files.end())
                throw std::runtime_error("leaves " + found);
            }
            for (std::size_t i = 0; i < files.size(); ++i) {
              const std::string text = text_of(folder / files[i]);
              if (text != "before" && text != whole[i])
                throw std::runtime_error(files[i] + " is neither the old nor the new one");
            }
          },
          false, bytes};
}

}  // namespace faults
