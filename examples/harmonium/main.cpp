// SPDX-License-Identifier: MIT
/// @file
/// The program `harmonium`: reading its arguments, and its exit codes (0 done, 2 bad input or
/// arguments, 130 interrupted, 1 anything else).
#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "completion.hpp"
#include "evaluate.hpp"
#include "fit.hpp"
#include "generate.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/version.hpp"
#include "help_page.hpp"
#include "interrupt.hpp"
#include "manual_page.hpp"
#include "option_notes.hpp"
#include "option_values.hpp"
#include "plan.hpp"
#include "simulate.hpp"
#include "study.hpp"
#include "study_arguments.hpp"
#include "suggestion.hpp"

namespace {

using program::add_number_list;
using program::add_run_options;
using program::explained;
using program::number_list;
using program::real_number;
using program::usual;
using program::whole_number;

constexpr int bad_input = 2;
constexpr int was_interrupted = 130;

/// How the files of cells are to be read.
void add_cells_options(CLI::App& command, std::string& orientation, std::string& feature_type,
                       std::string& layer, const std::string& group) {
  program::add_orientation(command, orientation, group);
  command
      .add_option("--feature-type", feature_type,
                  "Rows of features.tsv to use; others are left out")
      ->type_name("NAME")
      ->capture_default_str()
      ->group(group);
  program::add_layer(command, layer, group);
}

void add_overwrite(CLI::App& command, bool& overwrite, const std::string& group) {
  usual(command.add_flag("--overwrite", overwrite, "Replace files in a folder that is not empty")
            ->group(group));
}

/// --pilot; whether it is required is the command's matter.
CLI::Option* add_pilot(CLI::App& command, std::string& pilot, const std::string& group) {
  return explained(
      usual(command
                .add_option("--pilot", pilot,
                            "10x folder or .h5, AnnData .h5ad, or a csv/tsv file of counts")
                ->type_name("PATH")
                ->group(group)),
      "A 10x folder holds matrix.mtx, features.tsv or genes.tsv, barcodes.tsv; each of these, and "
      "csv or tsv, plain or .gz");
}

void add_learning_options(CLI::App& command, program::generate_options& options) {
  const auto cells = "Cells and genes to learn from";
  command
      .add_option("--train-cells", options.train_cells,
                  "Train on this many random cells of the pilot, without replacement")
      ->check(whole_number(1))
      ->type_name("N")
      ->group(cells);
  explained(usual(command
                      .add_option("--genes", options.genes,
                                  "N of largest residual deviance, or those listed in a file [all]")
                      ->type_name("N|FILE")
                      ->group(cells)),
            "Over the training cells; the file has ids or symbols, one a line. Genes without a "
            "count in the training cells stay zero");
  explained(usual(command
                      .add_option("--labels", options.labels,
                                  "Cell types: barcode<TAB>label with that header, any order; or "
                                  "a model file fitted to cells with types")
                      ->check(CLI::ExistingFile)
                      ->type_name("FILE")
                      ->group(cells)),
            "harmonium and cluster-nb take them as given; vae-prior draws libraries by type. Of a "
            "model file (.harmonium) each cell gets the type that it is likest");
  program::add_labels_column(command, options.labels_column, "pilot", cells);
  command
      .add_option("--batch-column", options.batch_column,
                  "Batches of the pilot's cells: a column of cells.tsv in its folder, or of obs. "
                  "harmonium learns what they do to the genes; cells are then of no batch, unless "
                  "--batch names one")
      ->type_name("NAME")
      ->group(cells);
  command
      .add_option("--donor-column", options.donor_column,
                  "Donors, as --batch-column; types may differ between them in genes and shares of "
                  "their own, and cells of --new-donors can be drawn")
      ->type_name("NAME")
      ->group(cells);
}

void add_model_options(CLI::App& command, program::generate_options& options) {
  const auto model = "Model";
  explained(
      usual(command
                .add_option("--model", options.model,
                            "harmonium, scdbm, vae-posterior, vae-prior; baselines bootstrap, "
                            "noisy, independent-nb, cluster-nb [harmonium]")
                ->check(CLI::IsMember({"harmonium", "scdbm", "vae-posterior", "vae-prior",
                                       "bootstrap", "noisy", "independent-nb", "cluster-nb"}))
                ->group(model)),
      "harmonium: the recommended one, a categorical hidden group and correlation within its "
      "components. scdbm: the paper's single-cell deep Boltzmann machine, also meant by "
      "--preset paper. vae-posterior, vae-prior: the paper's variational autoencoder (scVI), "
      "cells around encoded pilot cells or from the prior. Baselines: bootstrap (pilot cells "
      "again), noisy (pilot cells plus noise), independent-nb (no structure), cluster-nb "
      "(structure between clusters only)");
  command.add_option("--clusters", options.clusters, "Of cluster-nb without labels, by k-means")
      ->check(whole_number(1))
      ->type_name("N")
      ->capture_default_str()
      ->group(model);
  explained(command
                .add_option("--preset", options.preset,
                            "Training: of scdbm default or paper; of vae-* pilot (their default), "
                            "scvi or notebook")
                ->check(CLI::IsMember({"default", "paper", "pilot", "scvi", "notebook",
                                       "pilot_default", "scvi_default", "paper_notebook"}))
                ->capture_default_str()
                ->group(model),
            "scdbm, default: exact maximum likelihood; with one layer of more than 14 units "
            "sampled maximum likelihood; with more than 14 units below other layers pretraining "
            "and joint training with a step that learns, which --epochs and --learning-rate put "
            "before or in place of the others. paper: the published hyperparameters (learning rate "
            "1e-11 hardly moves the weights). vae-*: pilot, for pilots of hundreds to thousands of "
            "cells; scvi, its defaults; notebook, the paper's (also pilot_default, scvi_default, "
            "paper_notebook)");
  const auto read_hidden = [&options](const std::string& text) {
    options.choose_hidden = text == "auto";
    if (options.choose_hidden) return;
    options.hidden = number_list(text, 1, 65536);
    if (options.hidden.empty() || options.hidden.size() > 3)
      throw CLI::ValidationError("--hidden",
                                 "expected 1 to 3 whole numbers from 1 to 65536 with commas "
                                 "between, or auto, got '" +
                                     text + "'");
  };
  explained(usual(command
                      .add_option_function<std::string>(
                          "--hidden", read_hidden,
                          "Components of harmonium [8], auto by held-out cells; of scdbm units of "
                          "the 1 to 3 hidden layers [4,2]")
                      ->type_name("N,...|auto")
                      ->group(model)),
            "Components are the categories of harmonium's hidden group; auto takes the number of "
            "largest likelihood of held-out cells. Layers are told bottom to top");
  explained(command
                .add_option("--residual", options.residual,
                            "How genes hang together within a component: low-rank, full, blend, "
                            "none [harmonium: low-rank, others: none]")
                ->check(CLI::IsMember({"low-rank", "full", "blend", "none"}))
                ->group(model),
            "blend is of pilot cells and copies them in part. For vae-posterior: within a pilot "
            "cell's surroundings");
  command
      .add_option("--rank", options.rank,
                  "Factors of a low-rank residual, at most one per 8 cells [20]")
      ->type_name("N")
      ->group(model);
  explained(
      command
          .add_option("--size-factors", options.size_factors,
                      "How harmonium's counts depend on a cell's depth: none, dispersion, mean")
          ->check(CLI::IsMember({"none", "dispersion", "mean"}))
          ->capture_default_str()
          ->group(model),
      "none: it is left to the components and the residual; dispersion: mean and inverse "
      "dispersion scale with it; mean: NB2");
  explained(command
                .add_option(
                    "--fits", options.fits,
                    "Fits of harmonium whose cells are mixed [up to 4 of up to 2000 cells, else 1]")
                ->check(CLI::Range(1, 100))
                ->group(model),
            "Each has three components more than the one before; the mixture is nearer to fresh "
            "cells than one of them. With batches or donors: 1");
  explained(usual(command
                      .add_option("--prior", options.prior,
                                  "Of harmonium: an atlas of the same tissue, a model that "
                                  "`harmonium fit --hidden 16` made")
                      ->type_name("FILE")
                      ->group(model)),
            "Of thousands of cells. Genes are matched by id, else by symbol");
  explained(command
                .add_option("--prior-weight", options.prior_weight,
                            "auto: the atlas is used if held-out cells gain by it; 0: it is not; "
                            "1: it is")
                ->check(CLI::IsMember({"auto", "0", "1"}))
                ->capture_default_str()
                ->group(model),
            "How many genes then follow it is learned from the pilot");
  explained(
      command
          .add_flag("--types-of-prior", options.types_of_prior,
                    "Types of the atlas that the pilot can have, but does not show, are added "
                    "in the share that this leaves them")
          ->group(model),
      "Of an atlas fitted with types. In labels.tsv they are TYPE (of the atlas); types that "
      "the pilot would have shown are not added");
  explained(add_number_list(command, "--epochs", options.epochs, 0, 1000000, 4,
                            "Pretraining epochs of each hidden layer, then of joint training; of "
                            "vae-* one number [the preset's]")
                ->group(model),
            "60,40,10, or none before exact or sampled maximum likelihood; of vae-* pilot at most "
            "400, scvi 400, notebook 200");
  explained(
      command
          .add_option("--learning-rate", options.learning_rate, "Of the first epoch [the preset's]")
          ->check(real_number(false))
          ->type_name("X")
          ->group(model),
      "default 0.2, which then falls; paper 1e-11; scvi 0.001, pilot and notebook 0.01");
  explained(
      command
          .add_option("--library", options.mean_library, "Mean counts per cell wanted [as learned]")
          ->check(real_number(false))
          ->type_name("X")
          ->group(model),
      "Fewer than learned by binomial thinning, more by larger means, which harmonium and vae-* "
      "have");
  command
      .add_option("--held-out", options.held_out,
                  "Training cells kept aside, whose likelihood the log shows")
      ->check(whole_number(0))
      ->type_name("N")
      ->capture_default_str()
      ->group(model);
  command
      .add_option("--patience", options.patience,
                  "Exact maximum likelihood ends after N iterations without gain for the "
                  "--held-out cells; the best is taken [not used]")
      ->check(whole_number(1))
      ->type_name("N")
      ->group(model);
  explained(command
                .add_flag("--both-sides", options.both_sides,
                          "Tell the log-likelihood of scdbm where its states are too many to list, "
                          "from both sides of log Z")
                ->group(model),
            "Of training and --held-out cells, by annealing to and from the model; with more than "
            "one layer a lower bound is all there is of the cells. Can take longer than training. "
            "Up to 14 units it is exact");
  explained(command.add_option("--sampler", options.sampler, "Of scdbm: auto, gibbs or exact")
                ->check(CLI::IsMember({"auto", "gibbs", "exact"}))
                ->capture_default_str()
                ->group(model),
            "auto: exact where the first hidden layer has up to 2^14 states, the particles of "
            "sampled maximum likelihood where that was used, else collapsed Gibbs");
  command
      .add_option("--burn-in", options.burn_in,
                  "Sweeps of each Gibbs chain before its cell is taken; asks for Gibbs sampling "
                  "[50]")
      ->check(whole_number(0))
      ->type_name("N")
      ->group(model);
}

void describe_generate(CLI::App& command, program::generate_options& options) {
  command.footer(R"(Examples:
  harmonium generate --pilot pilot/ --cells 2638 --seed 7 --output synthetic/
  harmonium generate --pilot pilot/ --labels labels.tsv --cells-of "NK=500" --output out/
  harmonium generate --model-file pilot.harmonium --cells 10000 --output synthetic/)");
  explained(command,
            "The output folder receives matrix.mtx.gz, features.tsv.gz and barcodes.tsv.gz with "
            "the pilot's genes, summary.txt, options.json, and for trained models "
            "training_log.csv and gene_fit.tsv (per gene: means, inverse dispersion and how its "
            "estimate ended); for harmonium labels.tsv (type or component of every cell); with "
            "--train-cells train_rows.txt (0-based rows of the pilot). Equal seeds give equal "
            "cells for any number of threads, and the same cells from a model file as from the "
            "pilot it was trained on.");
  const auto pilot = "Input and output";
  add_pilot(command, options.pilot, pilot);
  explained(usual(command
                      .add_option("--model-file", options.model_file,
                                  "In place of --pilot: a model that fit or --save-model wrote")
                      ->type_name("FILE")
                      ->group(pilot)),
            "Nothing that training is asked goes with it");
  explained(usual(command
                      .add_option("--output", options.output,
                                  "Folder to write, new or empty; or one file .h5ad or 10x .h5")
                      ->type_name("PATH")
                      ->required()
                      ->group(pilot)),
            "An .h5ad has labels in obs and how they came about in uns");
  explained(command
                .add_option("--pca", options.pca,
                            "Principal components of the cells in an .h5ad, as X_pca in obsm [0]")
                ->check(whole_number(1))
                ->type_name("N")
                ->group(pilot),
            "Of the logarithms of the counts, brought to the median library");
  usual(command.add_option("--cells", options.cells, "Cells to generate [as many as trained on]")
            ->check(whole_number(0))
            ->type_name("N")
            ->group(pilot));
  add_cells_options(command, options.orientation, options.feature_type, options.layer, pilot);
  command.add_flag("--plain", options.plain, "Write the 10x files uncompressed")->group(pilot);
  usual(command
            .add_option("--save-model", options.save_model,
                        "Also write the trained model to this file, for --model-file")
            ->type_name("FILE")
            ->group(pilot));
  add_overwrite(command, options.overwrite, pilot);

  const auto cells = "Cells and genes to learn from";
  add_learning_options(command, options);
  explained(usual(command
                      .add_option("--cells-of", options.cells_of,
                                  "Instead of --cells: how many of a type; once per type, others "
                                  "get none")
                      ->type_name("TYPE=N")
                      ->group(cells)),
            "A type of --labels, or of the model file");
  command
      .add_option("--batch", options.batches,
                  "Cells of this batch of --batch-column; of several in the pilot's proportion")
      ->type_name("NAME")
      ->group(cells);
  command
      .add_option("--donor", options.donors,
                  "Cells of this donor of --donor-column; of several in the pilot's proportion")
      ->type_name("NAME")
      ->group(cells);
  command
      .add_option("--new-donors", options.new_donors,
                  "Cells of so many donors who are not in the pilot but differ as its donors do")
      ->check(whole_number(1, 100000))
      ->type_name("N")
      ->group(cells);
  command.add_option("--cells-per-donor", options.cells_per_donor, "Of --new-donors")
      ->check(whole_number(1))
      ->type_name("N")
      ->group(cells);
  command.add_option("--depth", options.depth, "Share of the molecules that are counted [1]")
      ->check(CLI::Range(1e-6, 1.0))
      ->type_name("X")
      ->group(cells);
  explained(
      command
          .add_option("--clamp", options.clamped,
                      "Only cells that have this count of a gene; once per gene")
          ->type_name("GENE=N")
          ->group(cells),
      "Cells are drawn until enough have it: the model's distribution given the count. GENE=0 "
      "are cells that do not express a gene, which is no experiment that takes it away");

  add_model_options(command, options);
  const auto run = "Run";
  add_run_options(command, options.seed, options.threads, run);
  command.get_option("--seed")->description(
      "Any whole number below 2^64; with --model-file the file's unless given");
  program::add_json(command, options.json, run);
}

/// What the commands of a model file say of what it holds of the pilot.
constexpr const char* what_files_hold =
    "A file holds genes, options, seed, a hash of the data, the training log, and nothing of any "
    "cell, except: with --size-factors the depth of every cell; with --residual full or blend, "
    "with vae-posterior and with vae-prior by types every cell as the model sees it; of bootstrap "
    "and noisy all counts. `harmonium info` tells what a file holds.";

void describe_fit(CLI::App& command, program::generate_options& options) {
  command.footer(
      "Example:\n  harmonium fit --pilot pilot/ --output pilot.harmonium\n  harmonium generate "
      "--model-file pilot.harmonium --cells 10000 --output synthetic/");
  explained(command, what_files_hold);
  const auto pilot = "Input and output";
  add_pilot(command, options.pilot, pilot)->required();
  command
      .add_option("--output", options.output, "The model file to write, such as pilot.harmonium")
      ->required()
      ->type_name("FILE")
      ->group(pilot);
  add_cells_options(command, options.orientation, options.feature_type, options.layer, pilot);
  usual(command.add_flag("--overwrite", options.overwrite, "Replace the file if it is there")
            ->group(pilot));
  command
      .add_option("--chunk-cells", options.chunk_cells,
                  "For cells that do not fit into memory: read an .h5ad or .h5 again and again, so "
                  "many cells at a time, such as 16384; any number gives the same model, and so "
                  "does mpirun. What an interrupted fit has reached is kept beside the output")
      ->type_name("N")
      ->group(pilot);
  add_learning_options(command, options);
  add_model_options(command, options);
  add_run_options(command, options.seed, options.threads, "Run");
  program::add_json(command, options.json, "Run");
}

void describe_info(CLI::App& command, program::info_options& options) {
  explained(command, what_files_hold);
  command.add_option("FILE", options.file, "A model file, such as pilot.harmonium")
      ->required()
      ->type_name("FILE");
  command
      .add_option("--npz", options.npz,
                  "Also write its parameters to this file, for numpy.load: arrays by name")
      ->type_name("OUT.npz");
  command.add_flag("--overwrite", options.overwrite, "Replace that file if it is there");
  program::add_json(command, options.json, "Options");
}

/// What `generate --model-file` has no use for, or nothing.
std::string unused_with_model_file(const CLI::App& generate) {
  for (const CLI::Option* option : generate.get_options()) {
    const std::string name = option->get_name();
    const bool of_generation = name == "--model-file" || name == "--output" || name == "--cells" ||
                               name == "--cells-of" || name == "--batch" || name == "--donor" ||
                               name == "--new-donors" || name == "--cells-per-donor" ||
                               name == "--library" || name == "--depth" || name == "--clamp" ||
                               name == "--plain" || name == "--overwrite" || name == "--seed" ||
                               name == "--threads" || name == "--json";
    if (option->count() > 0 && !of_generation) return name;
  }
  return "";
}

void describe_simulate(CLI::App& command, program::simulate_options& options) {
  command.footer("Example:\n  harmonium simulate --seed 7 --output tissue/");
  explained(command,
            "Writes a 10x folder, labels.tsv (barcode, label), cells.tsv and "
            "truth_genes.tsv. An .h5ad has them in obs and uns and is written as the cells are "
            "made: a million need 150 MB of memory.");
  command
      .add_option("--output", options.output,
                  "Folder to write, new or empty; or one file .h5ad or .h5")
      ->type_name("PATH")
      ->required();
  const auto whole = [&](const char* name, long& value, const char* description) {
    usual(command.add_option(name, value, description)
              ->check(whole_number(1))
              ->type_name("N")
              ->capture_default_str());
  };
  const auto real = [&](const char* name, double& value, bool zero_allowed,
                        const char* description) {
    usual(command.add_option(name, value, description)
              ->check(real_number(zero_allowed))
              ->type_name("X")
              ->capture_default_str());
  };
  whole("--cells", options.cells, "Cells, each of one of eight types");
  whole("--genes", options.genes, "Genes; up to 20 of them mark each type");
  real("--median-library", options.median_library, false, "Median counts per cell");
  whole("--batches", options.batches, "Batches of equal size on average");
  real("--batch-spread", options.batch_spread, true,
       "Standard deviation of a batch's effect on log expression");
  real("--dropout", options.dropout, true,
       "Mean count at which half of the counts are lost; 0: none are");
  add_run_options(command, options.seed, options.threads, "Options");
  usual(command.add_flag("--plain", options.plain, "Write the 10x files uncompressed"));
  add_overwrite(command, options.overwrite, "Options");
  program::add_json(command, options.json, "Options");
}

void describe_evaluate(CLI::App& command, program::evaluate_options& options) {
  command.footer(R"(Example:
  harmonium evaluate --reference all/ --labels labels.tsv --pilot pilot/ --synthetic synthetic/ \
    --output judged/)");
  explained(command,
            "The output folder receives report.html (pictures and verdicts), summary.txt (the "
            "table as printed), scores.csv (every figure of every candidate and repeat) and "
            "evaluation.json.");
  const auto input = "Input and output";
  command
      .add_option("--reference", options.reference,
                  "10x folder, .h5 or .h5ad of the real cells, or a csv/tsv file")
      ->type_name("PATH")
      ->required()
      ->group(input);
  program::add_labels(command, options.labels, "reference", input);
  program::add_labels_column(command, options.labels_column, "reference", input);
  command
      .add_option(
          "--synthetic", options.synthetic,
          "10x folder, .h5, .h5ad or csv/tsv file of the cells to judge, or a .harmonium file")
      ->type_name("PATH")
      ->required()
      ->group(input);
  explained(usual(command
                      .add_option("--pilot", options.pilot,
                                  "The reference's cells that the generator learned from, by "
                                  "barcode: a folder, .h5, .h5ad, .csv, or a list")
                      ->type_name("PATH")
                      ->group(input)),
            "A list has a barcode a line. Without it copying cannot be told");
  command.add_option("--output", options.output, "Folder to write; must be new or empty")
      ->type_name("FOLDER")
      ->required()
      ->group(input);
  add_cells_options(command, options.orientation, options.feature_type, options.layer, input);
  add_overwrite(command, options.overwrite, input);
  const auto run = "Run";
  usual(command
            .add_option("--cells", options.cells,
                        "Cells of every candidate [as many as all can give: at most half the "
                        "reference cells outside the pilot]")
            ->check(whole_number(1))
            ->type_name("N")
            ->group(run));
  explained(command
                .add_option("--label-transfer", options.transfer,
                            "The space of the nearest real cell, whose type a synthetic one takes: "
                            "pca, umap, paper-protocol")
                ->check(CLI::IsMember({"pca", "umap", "paper-protocol"}))
                ->capture_default_str()
                ->group(run),
            "umap: into that of the real cells, by transforming; paper-protocol: two separate "
            "UMAPs, for reproduction only, hardly better than chance");
  usual(command
            .add_option("--repeats", options.repeats,
                        "How often everything is drawn anew; the spread is over these")
            ->check(whole_number(1, 1000))
            ->type_name("N")
            ->capture_default_str()
            ->group(run));
  add_run_options(command, options.seed, options.threads, run);
  program::add_json(command, options.json, run);
}

void describe_completion(CLI::App& command, std::string& shell) {
  command.footer(R"(Examples:
  harmonium completion bash > ~/.local/share/bash-completion/completions/harmonium
  harmonium completion zsh > ~/.zfunc/_harmonium            # a folder of fpath
  harmonium completion fish > ~/.config/fish/completions/harmonium.fish)");
  command.add_option("SHELL", shell, "Whose script: bash, zsh or fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->required();
}

/// Names of commands or of a command's options.
std::vector<std::string> words_of(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : program::commands_of(app)) words.push_back(command->get_name());
  for (const CLI::Option* option : program::options_of(app)) words.push_back(option->get_name());
  words.insert(words.end(), {"--help", "--help-all"});
  return words;
}

/// What CLI11 found wrong with the command line, for a person.
std::string explain(const CLI::ParseError& error, const CLI::App& app) {
  std::string text = error.what();
  const auto unexpected = app.remaining(true);
  if (app.get_subcommands().empty()) {
    std::string names;
    const auto commands = program::commands_of(app);
    for (const CLI::App* command : commands)
      names += (names.empty()                ? ""
                : command == commands.back() ? " or "
                                             : ", ") +
               command->get_name();
    text = "expected a command, " + names;
    if (!unexpected.empty())
      text += ", got '" + unexpected.front() + "'" +
              program::did_you_mean(unexpected.front(), words_of(app));
  } else if (!unexpected.empty()) {
    // Also where CLI11 missed an option first: that one may be the option meant.
    const std::string& first = unexpected.front();
    if (first.starts_with('-')) {
      const std::string name = first.substr(0, first.find('='));
      text = "unknown option '" + name + "'" +
             program::did_you_mean(name, words_of(*app.get_subcommands().front()));
    } else {
      text = "unexpected argument '" + first + "'";
    }
  } else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
    const bool repeated = text.find("At Most") != std::string::npos;
    text = text.substr(0, text.find(':')) + (repeated ? ": given more than once" : ": no value");
  } else if (const auto list = text.find(" not in {"); list != std::string::npos) {
    // "--model: harmonum not in {harmonium,scdbm}"
    for (const CLI::Option* option : program::options_of(*app.get_subcommands().front())) {
      const std::string begin = option->get_name() + ": ";
      if (text.starts_with(begin))
        text += program::did_you_mean(text.substr(begin.size(), list - begin.size()),
                                      program::choices_of(*option));
    }
  }
  return text + " (--help tells the options)";
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
  app.set_help_all_flag("--help-all", "Every option");
  app.formatter(std::make_shared<program::help_page>());
  app.footer(
      "harmonium COMMAND --help tells the usual options of a command, --help-all every one.");
  program::generate_options generate, fit;
  program::info_options info;
  std::string shell;
  program::evaluate_options evaluate;
  program::simulate_options simulate;
  program::study_command study;
  program::plan_command plan;
  auto* generate_command =
      app.add_subcommand("generate", "Train a model on a pilot and write synthetic cells");
  auto* fit_command = app.add_subcommand("fit", "Train a model on a pilot and keep it in a file");
  auto* info_command = app.add_subcommand("info", "Tell what a model file holds");
  auto* evaluate_command =
      app.add_subcommand("evaluate", "Judge synthetic cells against real ones, and draw it");
  auto* simulate_command = app.add_subcommand(
      "simulate", "Write the built-in simulated tissue, a pilot to try things on");
  auto* study_command = app.add_subcommand(
      "study", "Pilots of several sizes, again and again: how large must a pilot be?");
  auto* plan_command =
      app.add_subcommand("plan", "From a pilot alone: how many cells does the experiment need?");
  auto* completion_command =
      app.add_subcommand("completion", "Print a script that completes options in a shell");
  auto* manual_command = app.add_subcommand("manual", "Print the manual page, harmonium.1");
  describe_generate(*generate_command, generate);
  describe_fit(*fit_command, fit);
  describe_info(*info_command, info);
  describe_evaluate(*evaluate_command, evaluate);
  describe_simulate(*simulate_command, simulate);
  program::describe_study(*study_command, study);
  program::describe_plan(*plan_command, plan);
  describe_completion(*completion_command, shell);
  manual_command->footer("Example:\n  harmonium manual > harmonium.1 && man ./harmonium.1");
  try {
    app.parse(argc, argv);
    if (!plan.prices.empty()) program::read_prices(*plan_command, plan.prices);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return fail(bad_input, explain(error, app));
  }
  if (generate_command->parsed()) {
    if (generate.pilot.empty() && generate.model_file.empty())
      return fail(bad_input, "--pilot is required, or --model-file (--help tells the options)");
    const std::string unused = unused_with_model_file(*generate_command);
    if (!generate.model_file.empty() && !unused.empty())
      return fail(bad_input, "--model-file: a trained model has no use for " + unused);
    generate.seed_given = generate_command->get_option("--seed")->count() > 0;
  }

  program::catch_interrupts();
  try {
    if (generate_command->parsed()) program::generate(generate);
    if (fit_command->parsed()) program::fit(fit);
    if (info_command->parsed()) program::info(info);
    if (evaluate_command->parsed()) program::evaluate(evaluate);
    if (simulate_command->parsed()) program::simulate(simulate);
    if (study_command->parsed()) program::study(study);
    if (plan_command->parsed()) program::plan(plan);
    if (completion_command->parsed())
      std::fputs(program::completion_script(app, shell).c_str(), stdout);
    if (manual_command->parsed()) std::fputs(program::manual_page(app).c_str(), stdout);
    return 0;
  } catch (const program::interruption&) {
    return fail(was_interrupted, program::nothing_written);
  } catch (const program::stopped& stop) {
    return fail(was_interrupted, stop.message);
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
