// SPDX-License-Identifier: MIT
/// @file
/// Progress on standard error: a bar with rate and remaining time on a terminal, otherwise a plain
/// line now and then.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include "harmonium/core/progress.hpp"
#include "interrupt.hpp"

namespace program {

/// An observer; also carries Ctrl-C to whoever it watches.
class terminal_progress {
 public:
  terminal_progress() : on_terminal_(isatty(STDERR_FILENO) == 1) {}
  /// Asks `instead` and shows nothing.
  explicit terminal_progress(std::function<harmonium::flow(const harmonium::progress&)> instead)
      : on_terminal_(false), instead_(std::move(instead)) {}

  harmonium::flow operator()(const harmonium::progress& now) {
    if (instead_) return instead_(now);
    if (now.stage != stage_) begin(now);
    const double seconds = elapsed(stage_start_);
    const bool last = now.done == now.total;
    if (on_terminal_) {
      if (last || elapsed(last_shown_) > 0.1) show_bar(now, seconds);
      if (last || interrupted) std::fputc('\n', stderr);
    } else if (last || elapsed(last_shown_) > 5) {
      std::fprintf(stderr, "%s: %ld of %ld, %.1f s%s\n", stage_.c_str(), long{now.done},
                   long{now.total}, seconds, figures(now).c_str());
      last_shown_ = clock::now();
    }
    if (last) previous_end_ = clock::now();
    return interrupted ? harmonium::flow::stop : harmonium::flow::proceed;
  }

 private:
  using clock = std::chrono::steady_clock;

  static double elapsed(clock::time_point since) {
    return std::chrono::duration<double>(clock::now() - since).count();
  }

  void begin(const harmonium::progress& now) {
    stage_ = now.stage;
    stage_start_ = previous_end_;
    last_shown_ = clock::now() - std::chrono::seconds(on_terminal_ ? 1 : 0);
  }

  void show_bar(const harmonium::progress& now, double seconds) {
    constexpr int width = 24;
    const double share =
        now.total > 0 ? static_cast<double>(now.done) / static_cast<double>(now.total) : 1.0;
    const int filled = static_cast<int>(share * width);
    const double rate = seconds > 0 ? static_cast<double>(now.done) / seconds : 0;
    char pace[64];
    if (rate > 0)
      std::snprintf(pace, sizeof pace, "%.3g/s  %.0f s left", rate,
                    static_cast<double>(now.total - now.done) / rate);
    else
      std::snprintf(pace, sizeof pace, "%.0f s so far", seconds);
    std::fprintf(stderr, "\r\033[K%-26s [%s%s] %ld/%ld  %s%s", stage_.c_str(),
                 std::string(static_cast<std::size_t>(filled), '#').c_str(),
                 std::string(static_cast<std::size_t>(width - filled), '.').c_str(), long{now.done},
                 long{now.total}, pace, figures(now).c_str());
    std::fflush(stderr);
    last_shown_ = clock::now();
  }

  static std::string figures(const harmonium::progress& now) {
    std::string text;
    for (const auto& figure : now.figures.first(std::min<std::size_t>(now.figures.size(), 3))) {
      char value[64];
      std::snprintf(value, sizeof value, "%.5g", figure.value);
      text += "  " + std::string(figure.name) + " " + value;
    }
    return text;
  }

  bool on_terminal_;
  std::function<harmonium::flow(const harmonium::progress&)> instead_;
  std::string stage_;
  clock::time_point stage_start_ = clock::now();
  clock::time_point last_shown_ = clock::now();
  clock::time_point previous_end_ = clock::now();
};

static_assert(harmonium::observer<terminal_progress>);

}  // namespace program
