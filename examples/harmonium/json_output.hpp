// SPDX-License-Identifier: MIT
/// @file
/// What a command tells at its end: a page for a person, or with --json an object for who scripts
/// it. Progress and remarks go to standard error in either case.
#pragma once

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "output_folder.hpp"

namespace program {

/// Bytes of names that are no UTF-8 become a replacement character.
inline void print_json(const nlohmann::ordered_json& what) {
  const std::string text =
      what.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  std::fputs(text.c_str(), stdout);
}

/// A folder of results, which remembers what was written.
class output_files {
 public:
  explicit output_files(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void write(const std::string& name, std::string_view text) {
    write_text(folder_ / name, text);
    wrote(name);
  }
  /// Somebody else wrote it.
  void wrote(const std::string& name) { paths_.push_back((folder_ / name).string()); }

  /// In another folder.
  void wrote_elsewhere(const std::filesystem::path& path) { paths_.push_back(path.string()); }

  /// A 10x folder's three files.
  void wrote_10x(bool compressed) {
    for (const char* name : {"matrix.mtx", "features.tsv", "barcodes.tsv"})
      wrote(std::string(name) + (compressed ? ".gz" : ""));
  }

  [[nodiscard]] const std::vector<std::string>& paths() const noexcept { return paths_; }

 private:
  std::filesystem::path folder_;
  std::vector<std::string> paths_;
};

}  // namespace program
