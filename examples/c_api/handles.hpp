// SPDX-License-Identifier: MIT
/// @file
/// What is behind the handles of harmonium_c.h, and the border that no exception crosses.
#pragma once

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/io/dataset.hpp"
#include "harmonium_c.h"
#include "interrupt.hpp"
#include "model_store.hpp"
#include "terminal_progress.hpp"

struct harmonium_counts {
  std::shared_ptr<const void> owner;  ///< of what the counts are in
  harmonium::count_view<> counts;
  harmonium::io::features genes;
  std::vector<std::string> barcodes;
  std::vector<std::string> labels;  ///< one per cell, or none
};

struct harmonium_model {
  program::stored_model stored;
};

namespace c_api {

inline char* copy_of(std::string_view text) noexcept {
  auto* const copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

inline void tell(char** error, const char* what) noexcept {
  if (error != nullptr) *error = copy_of(what);
}

/// Runs `work` and turns what it throws into a status and a line of text.
template <class Work>
int guarded(char** error, const Work& work) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    work();
    return HARMONIUM_OK;
  } catch (const program::interruption&) {
    return HARMONIUM_STOPPED;
  } catch (const std::bad_alloc&) {
    tell(error, "out of memory");
  } catch (const std::exception& problem) {
    tell(error, problem.what());
  } catch (...) {
    tell(error, "unknown error");
  }
  return HARMONIUM_ERROR;
}

inline harmonium::thread_executor threads_of(const harmonium_run* run) {
  return harmonium::thread_executor(run == nullptr ? 0 : run->threads);
}

/// An observer that asks the caller's function, one call at a time.
inline program::terminal_progress watch_of(const harmonium_run* run) {
  if (run == nullptr || run->progress == nullptr)
    return program::terminal_progress(
        [](const harmonium::progress&) { return harmonium::flow::proceed; });
  return program::terminal_progress(
      [ask = run->progress, user = run->user,
       one_at_a_time = std::make_shared<std::mutex>()](const harmonium::progress& now) {
        const std::lock_guard lock(*one_at_a_time);
        const std::string stage(now.stage);
        return ask(user, stage.c_str(), now.done, now.total) == 0 ? harmonium::flow::proceed
                                                                  : harmonium::flow::stop;
      });
}

inline void need(const void* pointer, const char* name) {
  harmonium::require(pointer != nullptr, name, "must not be NULL");
}

/// Counts of one's own with their names.
inline harmonium_counts* new_counts(harmonium::count_matrix<> counts, harmonium::io::features genes,
                                    std::vector<std::string> barcodes,
                                    std::vector<std::string> labels) {
  const auto own = std::make_shared<harmonium::count_matrix<>>(std::move(counts));
  return new harmonium_counts{own, own->view(), std::move(genes), std::move(barcodes),
                              std::move(labels)};
}

/// A copy with names as `evaluate` and `plan` take them.
harmonium::io::dataset dataset_of(const harmonium_counts& counts);

}  // namespace c_api
