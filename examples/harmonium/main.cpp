// SPDX-License-Identifier: MIT
/// @file
/// The program `harmonium`: reading its arguments, and its exit codes (0 done, 2 bad input or
/// arguments, 130 interrupted, 1 anything else).
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "generate.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/version.hpp"
#include "interrupt.hpp"
#include "simulate.hpp"

namespace {

constexpr int bad_input = 2;
constexpr int was_interrupted = 130;

void describe_generate(CLI::App& command, program::generate_options& options) {
  command.footer(R"(Examples:
  harmonium generate --pilot pilot/ --cells 2638 --seed 7 --output synthetic/
  harmonium generate --pilot pilot.csv.gz --orientation genes-by-cells --genes 1000 --output out/
  harmonium generate --pilot pilot/ --model cluster-nb --labels labels.tsv --output out/

The output folder receives matrix.mtx.gz, features.tsv.gz and barcodes.tsv.gz with the pilot's genes,
summary.txt, options.json, and for scdbm training_log.csv and gene_fit.tsv (per gene: means, inverse
dispersion and how its estimate ended). Equal seeds give equal cells for any number of threads.)");
  const auto pilot = "Input and output";
  command
      .add_option("--pilot", options.pilot,
                  "10x folder (matrix.mtx, features.tsv or genes.tsv, barcodes.tsv; each plain or "
                  ".gz), or a csv/tsv file of counts (plain or .gz)")
      ->required()
      ->group(pilot);
  command.add_option("--output", options.output, "Folder to write; must be new or empty")
      ->required()
      ->group(pilot);
  command.add_option("--cells", options.cells, "Cells to generate [as many as trained on]")
      ->check(CLI::NonNegativeNumber)
      ->group(pilot);
  command
      .add_option("--orientation", options.orientation,
                  "Of a csv or tsv file: what its rows are, by what its columns are")
      ->check(CLI::IsMember({"cells-by-genes", "genes-by-cells"}))
      ->group(pilot);
  command
      .add_option("--feature-type", options.feature_type,
                  "Rows of features.tsv to use; others are left out")
      ->capture_default_str()
      ->group(pilot);
  command.add_flag("--plain", options.plain, "Write the 10x files uncompressed")->group(pilot);
  command.add_flag("--overwrite", options.overwrite, "Replace files in a folder that is not empty")
      ->group(pilot);

  const auto cells = "Cells and genes to learn from";
  command
      .add_option("--train-cells", options.train_cells,
                  "Train on this many random cells of the pilot, drawn without replacement; their "
                  "0-based rows go to train_rows.txt")
      ->check(CLI::PositiveNumber)
      ->group(cells);
  command
      .add_option("--genes", options.genes,
                  "Keep the N genes of largest residual deviance over the training cells, or "
                  "those listed in a file (ids or symbols, one a line) [all; genes without a "
                  "count in the training cells stay zero]")
      ->type_name("N|FILE")
      ->group(cells);
  command
      .add_option("--labels", options.labels,
                  "barcode<TAB>label with that header, any order: the clusters of cluster-nb")
      ->check(CLI::ExistingFile)
      ->group(cells);

  const auto model = "Model";
  command
      .add_option("--model", options.model,
                  "scdbm: single-cell deep Boltzmann machine; baselines: bootstrap (pilot cells "
                  "again), noisy (pilot cells plus noise), independent-nb (no structure), "
                  "cluster-nb (structure between clusters only)")
      ->check(CLI::IsMember({"scdbm", "bootstrap", "noisy", "independent-nb", "cluster-nb"}))
      ->capture_default_str()
      ->group(model);
  command.add_option("--clusters", options.clusters, "Of cluster-nb without labels, by k-means")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group(model);
  command
      .add_option("--preset", options.preset,
                  "Training of scdbm. default: pretraining and joint training with a step that "
                  "learns, then exact maximum likelihood; paper: the published hyperparameters "
                  "(learning rate 1e-11 hardly moves the weights)")
      ->check(CLI::IsMember({"default", "paper"}))
      ->capture_default_str()
      ->group(model);
  command
      .add_option("--hidden", options.hidden, "Units of the 1 to 3 hidden layers, bottom to top")
      ->delimiter(',')
      ->expected(1, 3)
      ->check(CLI::PositiveNumber)
      ->default_str("4,2")
      ->group(model);
  command
      .add_option("--epochs", options.epochs,
                  "Pretraining epochs of each hidden layer, then epochs of joint training "
                  "[60,40,10]")
      ->delimiter(',')
      ->check(CLI::NonNegativeNumber)
      ->group(model);
  command
      .add_option("--learning-rate", options.learning_rate,
                  "Of the first epoch [default 0.2, which then falls; paper 1e-11]")
      ->check(CLI::PositiveNumber)
      ->group(model);
  command
      .add_option("--held-out", options.held_out,
                  "Training cells kept aside, whose likelihood the log shows")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(model);
  command
      .add_option("--sampler", options.sampler,
                  "auto: exact where the first hidden layer has up to 2^14 states, else Gibbs")
      ->check(CLI::IsMember({"auto", "gibbs", "exact"}))
      ->capture_default_str()
      ->group(model);
  command
      .add_option("--burn-in", options.burn_in,
                  "Sweeps of each Gibbs chain before its cell is taken; asks for Gibbs sampling "
                  "[50]")
      ->check(CLI::NonNegativeNumber)
      ->group(model);

  const auto run = "Run";
  command.add_option("--seed", options.seed, "Any whole number")->capture_default_str()->group(run);
  command.add_option("--threads", options.threads, "0: all cores; does not change the result")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(run);
}

void describe_simulate(CLI::App& command, program::simulate_options& options) {
  command.footer(
      "Writes a 10x folder, labels.tsv (barcode, label), truth_cells.tsv and "
      "truth_genes.tsv.\nExample: harmonium simulate --seed 7 --output tissue/");
  command.add_option("--output", options.output, "Folder to write; must be new or empty")
      ->required();
  command.add_option("--cells", options.cells)->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--genes", options.genes)->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--median-library", options.median_library, "Median counts per cell")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--batches", options.batches, "Batches of equal size on average")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      .add_option("--batch-spread", options.batch_spread,
                  "Standard deviation of a batch's effect on log expression")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--dropout", options.dropout,
                  "Mean count at which half of the counts are lost; 0: none are")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--seed", options.seed, "Any whole number")->capture_default_str();
  command.add_option("--threads", options.threads, "0: all cores; does not change the result")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_flag("--plain", options.plain, "Write the 10x files uncompressed");
  command.add_flag("--overwrite", options.overwrite, "Replace files in a folder that is not empty");
}

int fail(int code, const std::string& message) {
  std::fprintf(stderr, "harmonium: %s\n", message.c_str());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Synthetic single cells from a small pilot experiment.", "harmonium");
  app.set_version_flag("--version", std::string("harmonium ") + harmonium::version);
  app.require_subcommand(1);
  app.footer("harmonium COMMAND --help tells the options of a command.");
  program::generate_options generate;
  program::simulate_options simulate;
  auto* generate_command =
      app.add_subcommand("generate", "Train a model on a pilot and write synthetic cells");
  auto* simulate_command = app.add_subcommand(
      "simulate", "Write the built-in simulated tissue, a pilot to try things on");
  describe_generate(*generate_command, generate);
  describe_simulate(*simulate_command, simulate);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return fail(bad_input, std::string(error.what()) + " (--help tells the options)");
  }

  program::catch_interrupts();
  try {
    if (generate_command->parsed()) program::generate(generate);
    if (simulate_command->parsed()) program::simulate(simulate);
    return 0;
  } catch (const program::interruption&) {
    return fail(was_interrupted, "interrupted; nothing was written");
  } catch (const harmonium::io_error& error) {
    return fail(bad_input, error.what());
  } catch (const std::logic_error& error) {  // invalid_argument, domain_error
    return fail(bad_input, error.what());
  } catch (const std::bad_alloc&) {
    return fail(1, "out of memory");
  } catch (const std::exception& error) {
    return fail(1, error.what());
  }
}
