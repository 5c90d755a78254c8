// SPDX-License-Identifier: MIT
/// @file
/// What every file of tests/golden/h5 holds (make.py there).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harmonium/io/dataset.hpp"

inline std::filesystem::path golden_h5(const std::string& name) {
  return std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / "h5" / name;
}

inline const std::vector<std::string> golden_types{"T", "Mono", "NK", "B", "T", "Mono"};

inline harmonium::io::dataset golden_cells() {
  harmonium::io::dataset data{{std::vector<std::int32_t>{3, 1, 7, 1, 300, 5, 70000, 2, 9, 1},
                               std::vector<std::int32_t>{0, 3, 1, 0, 2, 0, 3, 4, 1, 4},
                               std::vector<std::int64_t>{0, 2, 3, 5, 5, 8, 10}, 5},
                              {},
                              {"AAAC-1", "AAAG-1", "AACA-1", "AACC-1", "AACG-1", "AAGA-1"}};
  const std::vector<std::string> symbols{"CD3E", "LYZ", "NKG7", "MS4A1", "PPBP"};
  for (std::size_t k = 0; k < symbols.size(); ++k)
    data.genes.push_back("ENSG0" + std::to_string(k + 1), symbols[k],
                         harmonium::io::gene_expression);
  return data;
}
