// SPDX-License-Identifier: MIT
// Every C++ block in docs/*.md stands, line by line, in a test of this folder or in an example,
// which is run and held to what it prints.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

/// Lines without indentation and without empty ones.
std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

/// The blocks between "```cpp" and "```".
std::vector<std::vector<std::string>> blocks_of(const fs::path& page) {
  std::vector<std::vector<std::string>> blocks;
  bool inside = false;
  for (const std::string& line : lines_of(page)) {
    if (!inside && line == "```cpp") {
      inside = true;
      blocks.emplace_back();
    } else if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back().push_back(line);
    }
  }
  return blocks;
}

std::vector<fs::path> files_in(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ending) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("documentation quotes code that is compiled and run") {
  const fs::path here = fs::path(__FILE__).parent_path();
  std::vector<std::vector<std::string>> sources;
  for (const char* ending : {".cpp", ".hpp"})
    for (const fs::path& file : files_in(here, ending)) sources.push_back(lines_of(file));
  for (const fs::path& file : files_in(here / "../../examples", ".cpp"))
    sources.push_back(lines_of(file));

  std::size_t blocks = 0;
  for (const fs::path& page : files_in(here / "../../docs", ".md")) {
    for (const auto& block : blocks_of(page)) {
      ++blocks;
      const bool quoted = std::any_of(sources.begin(), sources.end(), [&](const auto& source) {
        return std::search(source.begin(), source.end(), block.begin(), block.end()) !=
               source.end();
      });
      CAPTURE(page.filename().string());
      CAPTURE(block.front());
      CHECK(quoted);
    }
  }
  CHECK(blocks > 20);
}
