// SPDX-License-Identifier: MIT
#include "streamed_fit.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "cell_types.hpp"
#include "dealers.hpp"
#include "fit.hpp"
#include "h5_files.hpp"
#include "harmonium/core/count_chunks.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/read_ahead.hpp"
#include "harmonium/io/gene_list.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/models/trained_harmonium.hpp"
#include "harmonium/io/streamed_state.hpp"
#include "harmonium/study/fingerprint.hpp"
#include "harmonium/training/residuals/independent_residuals.hpp"
#include "harmonium/training/streamed/streamed_trainer.hpp"
#include "interrupt.hpp"
#include "model_store.hpp"
#include "output_folder.hpp"
#include "parsed.hpp"
#include "read_cells.hpp"
#include "residual_cells.hpp"
#include "synthetic_cells.hpp"
#include "terminal_progress.hpp"
#include "training.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;
namespace fs = std::filesystem;

namespace {

void check_streamed(const generate_options& options) {
  const auto alone = [](bool unset, const char* option) {
    hm::require(unset, option, "needs all cells in memory and does not go with --chunk-cells");
  };
  const generate_options defaults;
  hm::require(*options.chunk_cells >= 1, "--chunk-cells",
              "must be at least 1, got " + std::to_string(*options.chunk_cells));
  hm::require(is_h5_name(options.pilot), "--chunk-cells",
              "is for .h5ad and .h5 files; " + options.pilot + " is none of them");
  check_h5_support("--pilot");
  hm::require(options.model == "harmonium", "--chunk-cells", "is for the model harmonium");
  alone(!options.choose_hidden, "--hidden auto");
  alone(!options.train_cells, "--train-cells");
  alone(options.held_out == 0, "--held-out");
  alone(options.prior.empty(), "--prior");
  alone(options.fits <= 1, "--fits");
  alone(options.batch_column.empty(), "--batch-column");
  alone(options.donor_column.empty(), "--donor-column");
  alone(options.size_factors == defaults.size_factors, "--size-factors");
  alone(options.residual != "full" && options.residual != "blend", "--residual full or blend");
  alone(!parsed<hm::index>(options.genes), "--genes with a number (a file of genes does)");
}

/// What there is to know before training, of all cells.
struct seen_cells {
  overview cells;
  std::vector<double> totals;  ///< counts of every gene
  std::string hash;            ///< of all counts, in whichever order they are read
};

/// Reads the cells once, each process its part.
template <hm::count_chunks Chunks>
seen_cells look_through(Chunks& chunks, const any_processes& processes, hm::index chunk_cells,
                        terminal_progress& watch) {
  const auto [begin, end] = hm::part_of(processes, chunks.cells());
  hm::vector<double> totals = hm::vector<double>::Zero(chunks.genes());
  std::vector<std::int32_t> libraries, hashes;
  std::uint64_t hash = 0;
  double nonzeros = 0, all = 0;
  for (hm::index at = begin; at < end; at += chunk_cells) {
    const auto chunk = chunks.read(at, std::min(end, at + chunk_cells));
    for (hm::index i = 0; i < chunk.cells(); ++i) {
      const auto cell = chunk.cell(i);
      std::int64_t library = 0;
      std::uint64_t own = static_cast<std::uint64_t>(at + i) + 0xcbf29ce484222325;
      for (std::size_t k = 0; k < cell.genes.size(); ++k) {
        library += cell.values[k];
        totals[cell.genes[k]] += cell.values[k];
        const auto word = static_cast<std::uint64_t>(cell.genes[k]) << 32 |
                          static_cast<std::uint64_t>(cell.values[k]);
        own = (own ^ word ^ (own >> 29)) * 0x100000001b3;
      }
      hash += own;
      nonzeros += static_cast<double>(cell.genes.size());
      all += static_cast<double>(library);
      libraries.push_back(static_cast<std::int32_t>(
          std::min<std::int64_t>(library, std::numeric_limits<std::int32_t>::max())));
    }
    if (watch(hm::progress{"looking through the cells",
                           std::min(end, at + chunk_cells) - begin,
                           end - begin,
                           {}}) == hm::flow::stop)
      throw interruption{};
  }
  processes.sum({totals.data(), static_cast<std::size_t>(totals.size())});
  double sums[2] = {nonzeros, all};
  processes.sum(sums);
  libraries = processes.gather(libraries);
  hashes = processes.gather(
      {static_cast<std::int32_t>(hash >> 32), static_cast<std::int32_t>(hash & 0xffffffff)});
  hash = 0;
  for (std::size_t k = 0; k < hashes.size(); k += 2)
    hash += static_cast<std::uint64_t>(static_cast<std::uint32_t>(hashes[k])) << 32 |
            static_cast<std::uint32_t>(hashes[k + 1]);
  seen_cells seen;
  seen.totals.assign(totals.data(), totals.data() + totals.size());
  seen.hash = hm::fingerprint().add(hash).str();
  const auto expressed = static_cast<double>((totals.array() > 0).count());
  const auto cells = static_cast<double>(chunks.cells());
  const auto middle = libraries.begin() + std::ssize(libraries) / 2;
  std::nth_element(libraries.begin(), middle, libraries.end());
  double median = *middle;
  if (libraries.size() % 2 == 0)
    median = (median + *std::max_element(libraries.begin(), middle)) / 2;
  seen.cells = {chunks.cells(), median, sums[1] / cells,
                expressed > 0 ? 1 - sums[0] / (cells * expressed) : 0};
  return seen;
}

/// Columns of the genes that were asked for, ascending.
std::vector<hm::index> asked_genes(const generate_options& options, const io::features& genes) {
  hm::require(fs::exists(options.genes), "--genes", "expected a file, got '" + options.genes + "'");
  return io::match_genes(io::read_gene_list(options.genes), genes);
}

numbered_labels labels_of(const generate_options& options, const h5_chunks& file) {
  const labels_place place{options.labels, options.labels_column, options.pilot};
  if (place.empty()) return {};
  hm::require(!options.labels.ends_with(".harmonium"), "--labels",
              "by a model file needs all cells in memory and does not go with --chunk-cells");
  return number_labels(io::join_labels(read_label_table(place), file.barcodes()).labels);
}

/// One fit, on the genes that were counted.
template <hm::count_chunks Chunks>
class streamed_run {
 public:
  streamed_run(Chunks& chunks, const generate_options& options, const any_processes& processes,
               const numbered_labels& labels, const seen_cells& seen,
               std::vector<std::string>& remarks)
      : chunks_(&chunks),
        options_(&options),
        processes_(&processes),
        labels_(&labels),
        unfinished_(options.output + ".unfinished"),
        asked_(training_as_json(options).dump(-1, ' ', false,
                                              nlohmann::ordered_json::error_handler_t::replace) +
               " " + seen.hash) {
    std::error_code no_matter;
    if (!fs::exists(unfinished_, no_matter)) return;
    auto [state, asked] = io::load_state(unfinished_);
    if (asked == asked_) {
      remarks.push_back(unfinished_.string() +
                        " tells where an interrupted fit stood: after pass " +
                        std::to_string(state.passes) + " of EM; this one goes on there");
      before_ = std::move(state);
    } else if (!options.overwrite) {
      throw hm::io_error(unfinished_.string(), 0,
                         "is of an interrupted fit to other cells or with other options; remove "
                         "it, or give --overwrite, to begin anew");
    }
  }

  /// @throws stopped on Ctrl-C.
  template <class Residual>
  fitted_model fit(const hm::thread_executor& run, Residual residual, terminal_progress& watch,
                   hm::random_engine& rng) {
    hm::streamed_options<Residual> settings;
    settings.em.components = options_->hidden.front();
    settings.residual = residual;
    settings.labels = labels_->number;
    settings.chunk_cells = *options_->chunk_cells;
    settings.calibration.calibrate = options_->residual != "none";
    hm::streamed_trainer<Chunks, Residual, any_processes> training(*chunks_, settings, rng,
                                                                   *processes_);
    if (before_.passes > 0) training.resume(before_);
    hm::index saved = before_.passes;
    const auto save_and_watch = [&](const hm::progress& now) {
      if (training.state().passes > saved) {
        if (processes_->rank() == 0) io::save_state(unfinished_, training.state(), asked_);
        saved = training.state().passes;
      }
      return watch(now);
    };
    if (!training.run(run, save_and_watch)) {
      if (saved == 0) throw interruption{};
      throw stopped{"interrupted; " + unfinished_.string() + " keeps " + std::to_string(saved) +
                    " passes over the cells, the same command goes on from there"};
    }
    return made_of(training);
  }

  /// To be called once the model is written.
  void finish() const {
    std::error_code no_matter;
    if (processes_->rank() == 0) fs::remove(unfinished_, no_matter);
  }

 private:
  template <class Trainer>
  fitted_model made_of(const Trainer& training) const {
    fitted_model made;
    auto model = training.model();
    io::model_notes notes;
    for (hm::index c = 0; c < model.group.components(); ++c)
      notes.labels.push_back(labels_->names.empty()
                                 ? "component " + std::to_string(c + 1)
                                 : labels_->names[static_cast<std::size_t>(
                                       model.group.type[static_cast<std::size_t>(c)])]);
    made.facts = {
        {"components",
         std::to_string(model.group.components()) +
             (labels_->names.empty()
                  ? ""
                  : ", of the " + std::to_string(labels_->names.size()) + " types given")},
        {"residual correlation", residual_in_words(options_->residual) + ", learned from " +
                                     std::to_string(training.residual_cells_used()) + " cells"},
        {"streamed", "passes of EM over all cells: " + std::to_string(training.state().passes) +
                         ", begun with " + std::to_string(training.sample_cells()) +
                         " cells at random"},
        {"log-likelihood",
         rounded(model.group.log_likelihood) + " nats per cell, without the residual correlation"}};
    made.training_log = "fit,iteration,log_likelihood,held_out_log_likelihood\n";
    for (const auto& line : training.log())
      if (line.stage == "expectation-maximisation")
        made.training_log +=
            "1," + std::to_string(line.epoch) + "," + field(line.figure("log_likelihood")) + ",\n";
    const auto& dispersion = model.dispersion;
    made.inverse_dispersion.assign(dispersion.gene.data(),
                                   dispersion.gene.data() + dispersion.gene.size());
    for (const auto status : dispersion.statuses)
      made.dispersion_status.emplace_back(hm::to_string(status));
    made.model = io::any_model(std::move(model)).with_notes(std::move(notes));
    return made;
  }

  Chunks* chunks_;
  const generate_options* options_;
  const any_processes* processes_;
  const numbered_labels* labels_;
  fs::path unfinished_;
  std::string asked_;
  hm::streamed_state before_;
};

void fit_streamed(const generate_options& options, const any_processes& processes) {
  const auto start = std::chrono::steady_clock::now();
  const hm::thread_executor run(options.threads);
  const bool first = processes.rank() == 0;
  terminal_progress watch =
      first ? terminal_progress() : terminal_progress([](const hm::progress&) {
        return interrupted ? hm::flow::stop : hm::flow::proceed;
      });
  std::vector<std::string> remarks;
  if (!fs::exists(options.pilot)) throw hm::io_error(options.pilot, 0, "does not exist");
  h5_chunks file(options.pilot, options.layer, options.feature_type, run.threads(), remarks);
  hm::require(file.cells() > 0, "--pilot", options.pilot + " has no cells");
  const numbered_labels labels = labels_of(options, file);
  pilot_data pilot;  // names alone
  std::vector<hm::index> columns;
  if (options.genes.empty()) {
    for (hm::index m = 0; m < file.genes(); ++m) columns.push_back(m);
    pilot.genes = file.features();
  } else {
    columns = asked_genes(options, file.features());
    pilot.genes = io::select(file.features(), columns);
  }
  hm::read_ahead ahead(file);
  hm::chunks_of_genes asked(ahead, columns);
  const seen_cells seen = look_through(asked, processes, *options.chunk_cells, watch);
  std::vector<hm::index> kept;
  pilot_summary summary{seen.cells, {}, pilot.genes, {}};
  for (std::size_t m = 0; m < columns.size(); ++m) {
    if (!(seen.totals[m] > 0)) continue;
    pilot.expressed.push_back(static_cast<hm::index>(m));
    kept.push_back(columns[m]);
    summary.means.push_back(seen.totals[m] / static_cast<double>(file.cells()));
  }
  summary.expressed = pilot.expressed;
  hm::require(!kept.empty(), "--pilot", "the cells of " + options.pilot + " hold no counts at all");
  if (kept.size() < columns.size())
    remarks.push_back(std::to_string(columns.size() - kept.size()) +
                      " genes without a count in any cell: zero in every cell");
  hm::chunks_of_genes chunks(ahead, kept);
  streamed_run<hm::chunks_of_genes<hm::read_ahead<h5_chunks>>> fit(chunks, options, processes,
                                                                   labels, seen, remarks);
  if (first)
    for (const auto& remark : remarks) std::fprintf(stderr, "%s\n", remark.c_str());
  hm::random_engine rng(options.seed);
  hm::low_rank_copula low_rank;
  if (options.rank) low_rank.rank = *options.rank;
  fitted_model fitted = options.residual == "none"
                            ? fit.fit(run, hm::independent_residuals{}, watch, rng)
                            : fit.fit(run, low_rank, watch, rng);
  if (!first) return;
  fitted.model = fitted.model->with_notes(notes_of(pilot, fitted.model->notes().labels));
  write_model(options.output, fitted, written_notes{summary}, options, rng);
  fit.finish();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  print_fit(options, fitted, file.cells(), remarks, seconds.count());
}

}  // namespace

void fit_streamed(const generate_options& options) {
  check_streamed(options);
  check_model_output("--output", options.output, options);
  std::function<void(int)> abort;
  const any_processes processes = make_processes(abort);
  try {
    fit_streamed(options, processes);
  } catch (...) {
    if (!abort) throw;
    // The others may wait for this one, or have met the same.
    try {
      throw;
    } catch (const stopped& stop) {
      if (processes.rank() == 0) std::fprintf(stderr, "harmonium: %s\n", stop.message.c_str());
      abort(130);
    } catch (const interruption&) {
      abort(130);
    } catch (const std::exception& error) {
      if (processes.rank() == 0)
        std::fprintf(stderr, "harmonium: %s\n", error.what());
      else
        std::this_thread::sleep_for(std::chrono::seconds(2));
      abort(2);
    }
    throw;
  }
}

}  // namespace program
