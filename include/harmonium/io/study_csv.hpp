// SPDX-License-Identifier: MIT
/// @file
/// Figures of a study as csv: of one fit, and of the whole.
#pragma once

#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/io/line_reader.hpp"
#include "harmonium/io/output_file.hpp"
#include "harmonium/study/study_table.hpp"

namespace harmonium::inline v0_2::io {

/// A number in the shortest form that reads back the same; NaN and inf as such.
[[nodiscard]] inline std::string csv_number(double value) {
  if (std::isnan(value)) return "NaN";
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// The header of a fit's file.
inline constexpr std::string_view scores_header = "generator,metric,figure,value";

/// One line per figure, under `scores_header`.
[[nodiscard]] inline std::string scores_as_csv(std::span<const study_score> rows) {
  std::string text = std::string(scores_header) + "\n";
  for (const study_score& row : rows)
    text +=
        row.generator + "," + row.metric + "," + row.figure + "," + csv_number(row.value) + "\n";
  return text;
}

/// Reads such a file.
/// @throws io_error naming file and line if it is not one.
[[nodiscard]] inline std::vector<study_score> read_scores(const std::filesystem::path& path) {
  line_reader reader(path);
  std::string_view line;
  if (!reader.next(line) || line != scores_header)
    reader.fail("expected the header '" + std::string(scores_header) + "'");
  std::vector<study_score> rows;
  while (reader.next(line)) {
    std::vector<std::string_view> fields;
    for (std::size_t comma = line.find(','); comma != std::string_view::npos;
         comma = line.find(',')) {
      fields.push_back(line.substr(0, comma));
      line.remove_prefix(comma + 1);
    }
    if (fields.size() != 3) reader.fail("expected four fields");
    double value = std::numeric_limits<double>::quiet_NaN();
    if (line != "NaN") {
      const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), value);
      if (problem != std::errc{} || end != line.data() + line.size())
        reader.fail("'" + std::string(line) + "' is no number");
    }
    rows.push_back({std::string(fields[0]), std::string(fields[1]), std::string(fields[2]), value});
  }
  return rows;
}

/// The whole study, tidy: one line per size, repeat, generator and figure.
inline void write_study_csv(const std::filesystem::path& path, const study_table& table) {
  output_file file(path);
  file.write("size,repeat,generator,metric,figure,value\n");
  std::size_t at = 0;
  for (const index size : table.sizes)
    for (index repeat = 1; repeat <= table.repeats; ++repeat)
      for (const std::string& who : table.generators)
        for (const std::string& name : table.figures) {
          const std::size_t dot = name.find('.');
          file.write(std::to_string(size) + "," + std::to_string(repeat) + "," + who + "," +
                     name.substr(0, dot) + "," + name.substr(dot + 1) + "," +
                     csv_number(table.values[at++]) + "\n");
        }
  file.commit();
}

}  // namespace harmonium::inline v0_2::io
