// SPDX-License-Identifier: MIT
/// @file
/// What the pages of `study` and `plan` share: one file each, without network.
#pragma once

#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>

#include "harmonium/report/svg.hpp"

namespace program {

// Light and dark, wide and narrow.
inline constexpr std::string_view page_style = R"(
:root{color-scheme:light dark;--line:#8885;--soft:#8882}
body{font:15px/1.5 system-ui,sans-serif;max-width:1180px;margin:0 auto;padding:16px}
h1{font-size:1.5em;margin:.3em 0}h2{font-size:1.15em;margin:1.8em 0 .4em}p,li{max-width:75ch;margin:.4em 0}
.answer{font-size:1.2em;line-height:1.45;border-left:4px solid #4477aa;padding:.2em 0 .2em .8em;margin:.8em 0}
.grid{display:grid;gap:14px;grid-template-columns:repeat(auto-fit,minmax(min(100%,var(--least,340px)),1fr))}
.grid svg{width:100%;height:auto;display:block}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:14px}
th,td{text-align:left;padding:4px 14px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;white-space:nowrap}td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
.heat td.n{padding:6px 10px;color:#111;border:1px solid #fff4}.heat th{padding-right:10px}
.key{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:13px;margin:6px 0}
.key i{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:5px}
.note{font-size:13px;opacity:.8}code{overflow-wrap:anywhere})";

inline std::string page_head(std::string_view title) {
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta "
         "name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
         harmonium::svg::escaped(title) + "</title>\n<style>" + std::string(page_style) +
         "</style></head>\n<body>\n<h1>" + harmonium::svg::escaped(title) + "</h1>\n";
}

inline std::string short_number(double value, int digits = 3) {
  return std::isnan(value) ? "&ndash;" : harmonium::svg::number(value, digits);
}

inline std::string percent(double share) {
  return short_number(100 * share) + " %";
}

/// Coloured dots with names; position k has colour k.
template <class Names>
std::string colour_key(const Names& names) {
  std::string text = "<div class=\"key\">";
  std::size_t k = 0;
  for (const auto& name : names)
    text += "<span><i style=\"background:" + std::string(harmonium::svg::colour(k++)) + "\"></i>" +
            harmonium::svg::escaped(name) + "</span>";
  return text + "</div>\n";
}

/// A row of cells, all but the first numeric.
inline std::string table_row(std::initializer_list<std::string> cells) {
  std::string text = "<tr>";
  std::size_t k = 0;
  for (const auto& cell : cells) text += (k++ < 1 ? "<td>" : "<td class=\"n\">") + cell + "</td>";
  return text + "</tr>\n";
}

/// Values from 0 (good, pale) to 1 (deep): the background of a cell that dark text can stand on.
inline std::string heat_colour(double share) {
  const double s = share < 0 ? 0 : share > 1 ? 1 : share;
  const auto mix = [s](int from, int to) {
    return std::to_string(static_cast<int>(from + s * (to - from)));
  };
  return "rgb(" + mix(240, 238) + "," + mix(246, 130) + "," + mix(236, 90) + ")";
}

}  // namespace program
