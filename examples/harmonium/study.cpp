// SPDX-License-Identifier: MIT
#include "study.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dealers.hpp"
#include "expendable_work.hpp"
#include "harmonium/io/npy.hpp"
#include "harmonium/io/study_csv.hpp"
#include "harmonium/metrics/adjusted_rand.hpp"
#include "harmonium/metrics/cluster_proportions.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/davies_bouldin.hpp"
#include "harmonium/metrics/evaluate.hpp"
#include "harmonium/metrics/gene_marginals.hpp"
#include "harmonium/study/fingerprint.hpp"
#include "harmonium/study/paper_protocol.hpp"
#include "harmonium/study/sweep.hpp"
#include "harmonium/version.hpp"
#include "interrupt.hpp"
#include "json_output.hpp"
#include "output_folder.hpp"
#include "parsed.hpp"
#include "study_input.hpp"
#include "study_report.hpp"
#include "synthetic_cells.hpp"

namespace program {

namespace hm = harmonium;
namespace io = harmonium::io;
namespace fs = std::filesystem;

namespace {

struct shard {
  long number = 1, of = 1;
};

shard read_shard(const std::string& text) {
  if (text.empty()) return {};
  const auto slash = std::min(text.find('/'), text.size());
  const long number = parsed<long>(text.substr(0, slash)).value_or(0);
  const long of = parsed<long>(text.substr(std::min(slash + 1, text.size()))).value_or(0);
  hm::require(number >= 1 && number <= of, "--shard",
              "expected i/n with 1 <= i <= n, got '" + text + "'");
  return {number, of};
}

std::string whole_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw hm::io_error(path.string(), 0, "cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::ordered_json read_settings(const fs::path& path) {
  try {
    return nlohmann::ordered_json::parse(whole_file(path));
  } catch (const nlohmann::json::exception& error) {
    throw hm::io_error(path.string(), 0, std::string("is no settings of a study: ") + error.what());
  }
}

/// Makes the folder, or checks that what is in it is this study, begun earlier.
void open_output(const fs::path& folder, const nlohmann::ordered_json& settings) {
  const fs::path path = folder / "study.json";
  check_output_folder(folder, true);
  create_output_folder(folder);
  // Parts of a study may begin at once: one of them makes the folder, the others wait for it.
  const output_lock alone(folder, output_lock::if_taken::wait, "");
  if (!fs::exists(path)) {
    check_output_folder(folder, false);
    create_output_folder(folder / "fits");
    return write_text(path, settings.dump(2) + "\n");
  }
  const auto before = read_settings(path);
  for (const auto& [name, value] : settings.items()) {
    if (before.contains(name) && before[name] == value) continue;
    const std::string was = before.contains(name) ? before[name].dump() : "missing";
    throw hm::io_error(
        folder.string(), 0,
        "holds a study of other " +
            (name == "data_hash" ? "data (the files or labels have changed since it was begun)"
             : name == "models_hash"
                 ? "models (a --model-file has changed since it was begun)"
                 : "options: " + name + " was " + was + ", now " + value.dump()) +
            "; choose another --output, or give what it was begun with");
  }
  create_output_folder(folder / "fits");
}

fs::path fit_file(const fs::path& folder, const hm::sweep& all, hm::index job) {
  return folder / "fits" / (all.name(all.job(job)) + ".csv");
}

/// Progress on standard error: how far, how long a fit takes, how long it will be.
class fit_progress {
 public:
  fit_progress(const hm::sweep& all, std::vector<hm::index> jobs, hm::index workers)
      : all_(all), jobs_(std::move(jobs)), workers_(static_cast<double>(workers)) {
    for (const hm::index job : jobs_) waiting_[all_.job(job).model] += size_of(job);
  }

  void operator()(const hm::job_outcome& outcome) {
    ++done_;
    const auto model = all_.job(outcome.job).model;
    waiting_[model] -= size_of(outcome.job);
    // Cells per second of each model that was met; the slowest of them for those that were not.
    auto& [cells, seconds] = met_[model];
    cells += size_of(outcome.job);
    seconds += outcome.seconds;
    const bool last = done_ == jobs_.size();
    const auto now = clock::now();
    const double since = std::chrono::duration<double>(now - shown_).count();
    if (!last && done_ > 1 && since < (on_terminal_ ? 0.2 : 10)) return;
    shown_ = now;
    double slowest = 0, left = 0;
    for (const auto& [m, pace] : met_) slowest = std::max(slowest, pace.second / pace.first);
    for (const auto& [m, size] : waiting_) {
      const auto pace = met_.find(m);
      left += size * (pace == met_.end() ? slowest : pace->second.second / pace->second.first);
    }
    left /= workers_;
    std::fprintf(stderr, "%s%zu of %zu fits; %s took %.1f s; %s left%s",
                 on_terminal_ ? "\r\033[K" : "", done_, jobs_.size(),
                 all_.name(all_.job(outcome.job)).c_str(), outcome.seconds, in_words(left).c_str(),
                 on_terminal_ && !last ? "" : "\n");
    std::fflush(stderr);
  }

 private:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] double size_of(hm::index job) const {
    return static_cast<double>(all_.job(job).size);
  }
  static std::string in_words(double seconds) {
    const auto whole = [](double number) { return std::to_string(std::lround(number)); };
    if (seconds < 100) return whole(seconds) + " s";
    if (seconds < 6000) return whole(seconds / 60) + " min";
    return whole(seconds / 3600) + " h";
  }

  const hm::sweep& all_;
  std::vector<hm::index> jobs_;
  double workers_;
  bool on_terminal_ = isatty(STDERR_FILENO) == 1;
  std::size_t done_ = 0;
  std::map<std::size_t, double> waiting_;                 ///< cells of pilots, per model
  std::map<std::size_t, std::pair<double, double>> met_;  ///< cells and seconds, per model
  clock::time_point shown_ = clock::now();
};

/// What metrics say; the reference's side is computed once.
hm::study_judge make_judge(const hm::thread_executor& run, const hm::reference_cells& reference,
                           const study_command& options) {
  const auto chosen = [](const hm::comparison& pair) {
    return hm::evaluate(pair, hm::cluster_proportions{}, hm::davies_bouldin{}, hm::adjusted_rand{},
                        hm::marginals{});
  };
  if (!options.paper_protocol)
    return [&reference, chosen](const hm::count_view<>& cells, hm::random_engine&) {
      return chosen(hm::comparison(reference, cells));
    };
  hm::random_engine rng(hm::fingerprint().add(options.seed).add("reference map").value());
  const auto protocol =
      std::make_shared<const hm::paper_protocol>(run, reference, hm::umap_options<>{}, rng);
  return [&reference, chosen, protocol](const hm::count_view<>& cells, hm::random_engine& own) {
    const auto labels = protocol->labels_of(cells, own);
    auto found = chosen(hm::comparison(reference, cells, labels));
    found.metrics.push_back(protocol->unpaired_rand(labels));
    return found;
  };
}

void write_names(const fs::path& path, const hm::study_table& table) {
  nlohmann::ordered_json json;
  json["axes"] = {"size", "repeat", "generator", "metric"};
  json["size"] = table.sizes;
  std::vector<hm::index> repeats(static_cast<std::size_t>(table.repeats));
  std::iota(repeats.begin(), repeats.end(), hm::index{1});
  json["repeat"] = repeats;
  json["generator"] = table.generators;
  json["metric"] = table.figures;
  write_text(path, json.dump(2) + "\n");
}

/// Fits and kept fits on the way to a table.
class study_run {
 public:
  study_run(study_command options, any_dealer dealer)
      : options_(std::move(options)),
        dealer_(std::move(dealer)),
        part_(read_shard(options_.shard)),
        folder_(options_.output),
        run_(options_.threads) {}

  void operator()() {
    auto models = study_models(options_);  // before reading: it may complain
    {
      const auto reading = unless_one_of_many([] { return std::string(nothing_written); });
      input_ = read_study_input(run_, options_);
    }
    for (auto& fixed : fixed_models(input_)) models.push_back(std::move(fixed));
    settings_ = study_settings(options_, input_);
    const hm::sweep all(input_.reference.counts, {}, models, sweep_options(options_));
    const hm::reference_cells reference(input_.reference.counts, input_.labels.codes);
    if (dealer_.is_first) {
      for (const auto& remark : input_.remarks) std::fprintf(stderr, "%s\n", remark.c_str());
      open_output(folder_, settings_);
    }
    if (!options_.merge) fit(all, reference);
    if (!dealer_.is_first) return;
    if (interrupted) throw stopped{what_is_kept(all)};
    if (on_disk(all) < all.jobs() && failures_.empty()) {
      hm::require(!options_.merge, "--merge",
                  folder_.string() + " has " + std::to_string(on_disk(all)) + " of " +
                      std::to_string(all.jobs()) + " fits");
      if (options_.json)
        return print_json({{"harmonium", hm::version},
                           {"command", "study"},
                           {"output", folder_.string()},
                           {"fits", all.jobs()},
                           {"fits_on_disk", on_disk(all)}});
      std::printf(
          "%ld of %ld fits are on disk; when all shards are done, harmonium study --merge "
          "--output %s\n",
          long{on_disk(all)}, long{all.jobs()}, folder_.c_str());
      return;
    }
    finish(all);
    if (!failures_.empty())
      throw std::runtime_error(std::to_string(failures_.size()) + " of " +
                               std::to_string(all.jobs()) + " fits failed (" + failures_.front() +
                               "); " + folder_.string() + "/failures.csv has all");
  }

  /// Whether the other processes, if there are any, are done.
  [[nodiscard]] bool has_dealt() const noexcept { return dealt_; }

 private:
  /// Where this is the only process: the others of an MPI run would wait for it.
  [[nodiscard]] std::unique_ptr<expendable_work> unless_one_of_many(
      std::function<std::string()> say) const {
    return dealer_.abort ? nullptr : std::make_unique<expendable_work>(std::move(say));
  }

  [[nodiscard]] std::string what_is_kept(const hm::sweep& all) const {
    return "interrupted; " + std::to_string(on_disk(all)) + " of " + std::to_string(all.jobs()) +
           " fits are on disk, the same command continues";
  }
  [[nodiscard]] hm::index on_disk(const hm::sweep& all) const {
    hm::index found = 0;
    for (hm::index job = 0; job < all.jobs(); ++job)
      if (fs::exists(fit_file(folder_, all, job))) ++found;
    return found;
  }

  void fit(const hm::sweep& all, const hm::reference_cells& reference) {
    std::vector<hm::index> jobs;
    if (dealer_.is_first)
      for (hm::index job = 0; job < all.jobs(); ++job)
        if (job % part_.of == part_.number - 1 && !fs::exists(fit_file(folder_, all, job)))
          jobs.push_back(job);
    const auto fitting = unless_one_of_many([&] { return what_is_kept(all); });
    const auto judge = make_judge(run_, reference, options_);
    (void)reference.neighbours();  // before the first fit, not within its time
    fit_progress show(all, jobs, dealer_.workers);
    const fs::path times =
        folder_ / (part_.of == 1 ? "timings.csv"
                                 : "timings-" + std::to_string(part_.number) + "-of-" +
                                       std::to_string(part_.of) + ".csv");
    std::ofstream timings;
    output_lock part;
    if (dealer_.is_first) {
      part =
          output_lock(times, output_lock::if_taken::refuse,
                      "is being written: another process computes this study, or this part of it");
      const bool fresh = fs::file_size(times) == 0;
      timings.open(times, std::ios::app);
      if (fresh) timings << "size,repeat,model,seconds,workers\n";
    }
    hm::job_desk desk;
    desk.work = [&](hm::index job) { return io::scores_as_csv(all.run(all.job(job), judge)); };
    desk.finish = [&](const hm::job_outcome& outcome) {
      const auto job = all.job(outcome.job);
      const auto held = fitting ? fitting->hold() : std::unique_lock<std::mutex>();
      if (outcome.failed) {
        failures_.push_back(all.name(job) + ": " + outcome.text);
        std::fprintf(stderr, "fit %s failed: %s\n", all.name(job).c_str(), outcome.text.c_str());
      } else {
        write_text(fit_file(folder_, all, outcome.job), outcome.text);
        timings << job.size << ',' << job.repeat << ',' << all.models()[job.model].names.front()
                << ',' << rounded(outcome.seconds, 4) << ',' << dealer_.workers << std::endl;
      }
      show(outcome);
    };
    desk.go_on = [] { return interrupted == 0; };
    dealer_.deal(jobs, desk);
    dealt_ = true;
    std::sort(failures_.begin(), failures_.end());
  }

  void finish(const hm::sweep& all) {
    hm::study_table table = all.table();
    for (hm::index job = 0; job < all.jobs(); ++job)
      if (const auto path = fit_file(folder_, all, job); fs::exists(path))
        table.add(all.job(job).size, all.job(job).repeat, io::read_scores(path));
    const std::vector<std::size_t> shape{table.sizes.size(),
                                         static_cast<std::size_t>(table.repeats),
                                         table.generators.size(), table.figures.size()};
    output_files files(folder_);
    io::write_npy(folder_ / "results.npy", shape, table.values);
    write_names(folder_ / "results.json", table);
    io::write_study_csv(folder_ / "results.csv", table);
    for (const char* name : {"results.npy", "results.json", "results.csv"}) files.wrote(name);
    files.write("table1.csv", table1_csv(table));
    std::string failed = "fit,error\n";
    for (const auto& failure : failures_) {
      const auto colon = failure.find(": ");
      std::string text = failure.substr(colon + 2);
      std::replace(text.begin(), text.end(), '"', '\'');
      failed += failure.substr(0, colon) + ",\"" + text + "\"\n";
    }
    files.write("failures.csv", failed);
    const auto found = find_out(table);
    const std::string summary = study_summary(table, found, failures_);
    files.write("summary.txt", summary);
    std::fprintf(stderr, "drawing the report\n");
    files.write("report.html", study_page(run_, all, input_, table, found, failures_, settings_,
                                          times_in_words()));
    if (options_.json)
      return print_json({{"harmonium", hm::version},
                         {"command", "study"},
                         {"output", folder_.string()},
                         {"files", files.paths()},
                         {"fits", all.jobs()},
                         {"answer", found.answer},
                         {"claims", found.claims},
                         {"failures", failures_},
                         {"settings", settings_}});
    std::printf("%s\n%s/report.html shows it in pictures\n", summary.c_str(), folder_.c_str());
  }

  /// Fits and their seconds, from the files of times.
  [[nodiscard]] std::string times_in_words() const {
    double total = 0;
    std::map<std::string, std::pair<long, double>> of;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (!entry.path().filename().string().starts_with("timings")) continue;
      std::ifstream file(entry.path());
      std::string line;
      while (std::getline(file, line)) {
        std::vector<std::string> fields(1);
        for (const char c : line)
          if (c == ',')
            fields.emplace_back();
          else
            fields.back() += c;
        if (fields.size() != 5) continue;
        const auto seconds = parsed<double>(fields[3]);
        if (!seconds) continue;
        total += *seconds;
        ++of[fields[2]].first;
        of[fields[2]].second += *seconds;
      }
    }
    std::string text = rounded(total / 60, 3) + " minutes of one core";
    for (const auto& [model, sum] : of)
      text +=
          "; " + model + " " + rounded(sum.second / static_cast<double>(sum.first), 2) + " s a fit";
    return text + "; last run with " + dealer_.in_words;
  }

  study_command options_;
  any_dealer dealer_;
  shard part_;
  fs::path folder_;
  hm::thread_executor run_;
  study_input input_;
  nlohmann::ordered_json settings_;
  std::vector<std::string> failures_;
  bool dealt_ = false;
};

}  // namespace

void study(const study_command& asked) {
  study_command options = asked;
  if (options.merge) {
    hm::require(options.shard.empty(), "--merge", "does not go with --shard");
    options = command_of(read_settings(fs::path(asked.output) / "study.json"));
    options.output = asked.output;
    options.threads = asked.threads;
    options.json = asked.json;
    options.merge = true;
  } else {
    hm::require(!options.reference.empty(), "--reference", "is required");
  }
  const any_dealer dealer = make_dealer(options.threads);
  study_run run(options, dealer);
  try {
    run();
  } catch (const std::exception& error) {
    if (!dealer.abort || run.has_dealt()) throw;
    // The others wait for work that will not come, or have met the same error.
    if (dealer.is_first)
      std::fprintf(stderr, "harmonium: %s\n", error.what());
    else
      std::this_thread::sleep_for(std::chrono::seconds(2));
    dealer.abort(2);
    throw;
  }
}

}  // namespace program
