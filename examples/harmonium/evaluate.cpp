// SPDX-License-Identifier: MIT
#include "evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "evaluate_input.hpp"
#include "evaluate_report.hpp"
#include "expendable_work.hpp"
#include "harmonium/report/candidates.hpp"
#include "harmonium/report/verdicts.hpp"
#include "harmonium/version.hpp"
#include "interrupt.hpp"
#include "json_output.hpp"
#include "output_folder.hpp"
#include "synthetic_cells.hpp"
#include "terminal_progress.hpp"

namespace program {

namespace hm = harmonium;

namespace {

std::string as_csv(const hm::score_table& scores) {
  std::string text = "candidate,repeat,metric,figure,value\n";
  for (const auto& row : scores.rows)
    text += row.candidate + "," + std::to_string(row.repeat) + "," + row.metric + "," + row.figure +
            "," + (std::isnan(row.value) ? "NaN" : field(row.value)) + "\n";
  return text;
}

std::vector<std::string_view> candidates_of_repeats() {
  using namespace hm::candidate;
  return {submitted, fresh, copies, noisy, independent, clustered};
}

/// Not-a-number becomes null.
nlohmann::ordered_json as_json(const evaluate_options& options, const evaluate_input& input,
                               const hm::candidates_result& found,
                               const std::vector<hm::verdict>& verdicts) {
  nlohmann::ordered_json json;
  json["harmonium"] = hm::version;
  json["command"] = "evaluate";
  json["reference"] = options.reference;
  json["synthetic"] = options.synthetic;
  if (!input.made_by.empty()) json["synthetic_made_by"] = input.made_by;
  json["labels"] = options.labels.empty() ? input.label_source : options.labels;
  json["label_transfer"] = options.transfer;
  if (!options.pilot.empty()) json["pilot"] = options.pilot;
  json["seed"] = options.seed;
  json["repeats"] = options.repeats;
  json["genes"] = input.synthetic.genes();
  json["reference_cells"] = input.reference.counts.cells();
  json["pilot_cells"] = input.pilot.size();
  json["synthetic_cells"] = input.synthetic.cells();
  json["cells_of_each_candidate"] = found.cells;
  json["reference_cells_in_a_repeat"] = found.judged_against;
  json["rule"] = hm::rule_in_words;
  const auto pair = [](const hm::mean_and_spread& figure) {
    return nlohmann::ordered_json{{"mean", figure.mean}, {"spread", figure.spread}};
  };
  for (const auto& said : verdicts)
    json["verdicts"].push_back({{"aspect", said.about.name},
                                {"metric", said.about.metric},
                                {"figure", said.about.figure},
                                {"good", said.about.sense},
                                {"synthetic", pair(said.value)},
                                {"ceiling", pair(said.ceiling)},
                                {"floor", pair(said.floor)},
                                {"floor_candidate", said.about.floor},
                                {"chance", said.chance},
                                {"error", said.error},
                                {"ceiling_error", said.ceiling_error},
                                {"floor_error", said.floor_error},
                                {"verdict", hm::in_words(said)},
                                {"caution", hm::is_cautioned(said) ? said.about.caution : ""}});
  for (const auto who : candidates_of_repeats())
    for (const auto& row : found.scores.rows)
      if (row.candidate == who && row.repeat == 1)
        json["figures"][std::string(who)][row.metric][row.figure] =
            pair(hm::summarise(found.scores.values(who, row.metric, row.figure)));
  for (const auto& row : found.scores.rows)
    if (row.repeat == 0) json["figures"][row.candidate][row.metric][row.figure] = row.value;
  return json;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

std::string table_number(double value) {
  return std::isnan(value) ? "-" : rounded(value, 3);
}

/// The table for a person.
std::string as_text(const evaluate_options& options, const evaluate_input& input,
                    const hm::candidates_result& found, const std::vector<hm::verdict>& verdicts) {
  std::string text = "harmonium " + std::string(hm::version) + ": synthetic cells judged\n\n";
  const auto line = [&](const std::string& name, const std::string& value) {
    text += padded(name, 14) + value + "\n";
  };
  line("synthetic", options.synthetic + ": " + std::to_string(input.synthetic.cells()) +
                        " cells, " + std::to_string(input.synthetic.genes()) + " genes");
  line("reference", options.reference + ": " + std::to_string(input.reference.counts.cells()) +
                        " cells, " + std::to_string(input.labels.names.size()) + " cell types (" +
                        input.label_source + ")");
  line("pilot",
       input.pilot.empty()
           ? "not given: half of the reference stands in for it, and copying cannot be told"
           : options.pilot + ": " + std::to_string(input.pilot.size()) +
                 " of the reference's cells");
  line("judged", std::to_string(found.cells) + " cells of every kind against " +
                     std::to_string(found.judged_against) + " real cells, " +
                     std::to_string(options.repeats) + (options.repeats == 1 ? " time" : " times"));
  for (const auto& remark : input.remarks) line("note", remark);
  const auto row = [&](const std::string& name, const std::string& value, const std::string& best,
                       const std::string& floor, const std::string& chance,
                       const std::string& words) {
    text += padded(name, 27) + padded(value, 11) + padded(best, 18) + padded(floor, 9) +
            padded(chance, 8) + words + "\n";
  };
  text += "\n";
  row("", "synthetic", "fresh cells", "floor", "chance", "verdict");
  for (const auto& said : verdicts) {
    std::string best = table_number(said.ceiling.mean);
    if (!std::isnan(said.ceiling.spread)) best += " +- " + rounded(said.ceiling.spread, 2);
    row(std::string(said.about.name), table_number(said.value.mean), best,
        table_number(said.floor.mean), table_number(said.chance), hm::in_words(said));
  }
  text += R"(
fresh cells  real cells the generator has not seen: the best to hope for
floor        cells that know nothing of the aspect: independent genes; for single genes (counts,
             zeros, variation, on or off) the noisy replicate; for new cells copies of the pilot
verdict      error is the distance from the ideal. as good as fresh cells: up to two standard
             deviations above their error; good: nearer to fresh cells than to the floor, as a
             ratio of errors; weak: nearer to the floor; no better than: at least its error;
             open: within that, but only because fresh cells' own figure jumps between repeats
)";
  for (const auto& said : verdicts)
    if (hm::is_cautioned(said))
      text += "note         " + std::string(said.about.name) + ": " +
              std::string(said.about.caution) + "\n";
  return text;
}

}  // namespace

judgement judge_cells(const hm::thread_executor& run, const evaluate_input& input,
                      const evaluate_options& options, terminal_progress& watch,
                      hm::random_engine& rng) {
  const auto found =
      hm::compare_candidates(run, input.reference.counts, input.labels.codes, input.synthetic,
                             {.repeats = options.repeats,
                              .cells = options.cells.value_or(0),
                              .transfer = input.transfer,
                              .pilot = input.pilot},
                             hm::all_metrics{}, std::ref(watch), rng);
  if (!found.finished || interrupted) throw interruption{};
  const auto aspects = hm::judged_aspects(found.pilot_known);
  const auto verdicts = hm::judge(found.scores, aspects, input.labels.codes);
  judgement judged{as_csv(found.scores), as_json(options, input, found, verdicts).dump(2) + "\n",
                   as_text(options, input, found, verdicts),
                   report_page(run, input, found, verdicts, options, watch, rng)};
  if (interrupted) throw interruption{};
  return judged;
}

void evaluate(const evaluate_options& options) {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return rounded(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                   3);
  };
  const output_claim claim(options.output, options.overwrite);
  std::error_code no_matter;
  for (const auto* folder : {&options.reference, &options.synthetic, &options.pilot})
    hm::require(!std::filesystem::equivalent(*folder, options.output, no_matter), "--output",
                options.output + " holds the cells to judge");
  hm::random_engine rng(options.seed);
  const hm::thread_executor run(options.threads);
  terminal_progress watch;

  const judgement judged = [&] {
    const expendable_work all([&] {
      claim.remove_empty();
      return nothing_written;
    });
    const evaluate_input input = read_input(run, options, watch);
    for (const auto& remark : input.remarks) std::fprintf(stderr, "%s\n", remark.c_str());
    if (interrupted) throw interruption{};
    return judge_cells(run, input, options, watch, rng);
  }();

  const std::filesystem::path folder = options.output;
  output_files files(folder);
  files.write("scores.csv", judged.scores);
  files.write("evaluation.json", judged.json);
  files.write("summary.txt", judged.summary);
  files.write("report.html", judged.page);
  if (options.json) {
    auto json = nlohmann::ordered_json::parse(judged.json);
    json["output"] = options.output;
    json["files"] = files.paths();
    return print_json(json);
  }
  std::printf("%s\n%s seconds; %s/report.html shows it in pictures\n", judged.summary.c_str(),
              seconds().c_str(), options.output.c_str());
}

}  // namespace program
