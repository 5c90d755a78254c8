// SPDX-License-Identifier: MIT
/// @file
/// Rows of comparisons as csv, and their traces as csv and as one picture.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/report/svg.hpp"
#include "harmonium/samplers/comparison/sampler_row.hpp"

namespace comparison {

namespace hm = harmonium;

struct section {
  std::string target;
  std::vector<hm::sampler_row> rows;
};

inline std::string_view word(hm::sampler_verdict verdict) {
  constexpr std::array<std::string_view, 4> words{"accepted", "biased", "not converged",
                                                  "not applicable"};
  return words[static_cast<std::size_t>(verdict)];
}

inline void write_table(std::ostream& out, const std::vector<section>& sections) {
  out << "target,sampler,verdict,reason,bias,bias_errors,r_hat,nested_r_hat,stuck_chains,chains,"
         "sweeps,total_variation,slowest,effective_per_sweep,effective_per_sweep_low,"
         "effective_per_sweep_high,log_p_effective_per_sweep,seconds_per_sweep,set_up_seconds,"
         "effective_per_second,effective_per_second_low,effective_per_second_high,"
         "seconds_to_thousand,seconds_to_thousand_low,seconds_to_thousand_high\n";
  for (const auto& [target, rows] : sections)
    for (const auto& row : rows) {
      out << target << ',' << row.sampler << ',' << word(row.verdict) << ",\"" << row.reason
          << "\"," << row.bias << ',' << row.bias_errors << ',' << row.r_hat << ','
          << row.nested_r_hat << ',' << row.stuck_chains << ',' << row.chains << ',' << row.sweeps
          << ',';
      if (row.total_variation) out << *row.total_variation;
      if (const auto& speed = row.speed) {
        const auto interval = [&](const hm::rate_interval& of) {
          out << ',' << of.middle << ',' << of.low << ',' << of.high;
        };
        out << ',' << speed->slowest;
        interval(speed->effective_per_sweep);
        out << ',' << speed->log_p_effective_per_sweep.middle << ','
            << speed->seconds_per_sweep.middle << ',' << speed->set_up_seconds.middle;
        interval(speed->effective_per_second);
        interval(speed->seconds_to_thousand);
      } else {
        out << ",,,,,,,,,,,,,";
      }
      out << '\n';
    }
}

inline void write_trace(std::ostream& out, const std::vector<section>& sections) {
  out << "target,sampler,sweeps,seconds,total_variation\n";
  for (const auto& [target, rows] : sections)
    for (const auto& row : rows)
      for (const auto& point : row.trace)
        out << target << ',' << row.sampler << ',' << point.sweeps << ',' << point.seconds << ','
            << point.total_variation << '\n';
}

/// A panel for every target that has a trace, three in a row; colours by sampler.
inline std::string picture(const std::vector<section>& sections) {
  constexpr double width = 360, height = 270, foot = 26;
  std::vector<std::string> names, panels;
  const auto colour_of = [&](const std::string& name) {
    auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) found = names.insert(names.end(), name);
    return hm::svg::colour(static_cast<std::size_t>(found - names.begin()));
  };
  for (const auto& [target, rows] : sections) {
    std::vector<double> all_x, all_y;
    for (const auto& row : rows)
      for (const auto& point : row.trace) {
        all_x.push_back(std::log10(std::max(point.seconds, 1e-9)));
        all_y.push_back(std::log10(std::max(point.total_variation, 1e-6)));
      }
    if (all_x.empty()) continue;
    const auto x = hm::svg::range_of(all_x), y = hm::svg::range_of(all_y);
    hm::svg::plot plot(target, {"seconds of sampling, all chains", x, true},
                       {"total variation", {y.low - 0.1, 0.05}, true}, width, height);
    std::size_t at = 0;
    for (const auto& row : rows) {
      const std::size_t count = row.trace.size();
      if (count == 0) continue;
      const std::span<const double> xs(all_x.data() + at, count), ys(all_y.data() + at, count);
      const bool right = row.verdict == hm::sampler_verdict::accepted;
      plot.line(xs, ys, colour_of(row.sampler), 1.8, right ? "" : "4 3");
      at += count;
    }
    panels.push_back(plot.str());
  }
  const std::size_t columns = std::min<std::size_t>(3, std::max<std::size_t>(1, panels.size()));
  const std::size_t lines = (panels.size() + columns - 1) / columns;
  const double whole = width * static_cast<double>(columns),
               tall = height * static_cast<double>(lines) + foot;
  using hm::svg::number;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(whole) +
                    " " + number(tall) +
                    "\" font-family=\"sans-serif\">\n<rect width=\"100%\" height=\"100%\" "
                    "fill=\"#ffffff\"/>\n";
  for (std::size_t k = 0; k < panels.size(); ++k)
    out += "<svg x=\"" + number(width * static_cast<double>(k % columns)) + "\" y=\"" +
           number(height * static_cast<double>(k / columns)) + "\" width=\"" + number(width) +
           "\" height=\"" + number(height) + "\"" + panels[k].substr(4);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const double left = 20 + 130 * static_cast<double>(k), base = tall - 8;
    out += "<path d=\"M" + number(left) + " " + number(base - 4) + "h22\" stroke=\"" +
           std::string(hm::svg::colour(k)) + "\" stroke-width=\"3\"/><text x=\"" +
           number(left + 28) + "\" y=\"" + number(base) + "\" font-size=\"12\">" +
           hm::svg::escaped(names[k]) + "</text>\n";
  }
  return out + "<text x=\"" + number(whole - 10) + "\" y=\"" + number(tall - 8) +
         "\" font-size=\"11\" text-anchor=\"end\">dashed: not accepted</text>\n</svg>\n";
}

}  // namespace comparison
