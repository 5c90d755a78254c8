// SPDX-License-Identifier: MIT
#include "study_arguments.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "option_values.hpp"

namespace program {

namespace {

constexpr const char* prices_group = "Costs and losses";
constexpr const char *files_group = "Input and output", *run_group = "Run";

void add_genes(CLI::App& command, std::string& genes, std::string& feature_type, std::string& layer,
               std::string& orientation) {
  command
      .add_option("--genes", genes,
                  "Keep N genes of largest residual deviance, or those listed in a file [all]")
      ->type_name("N|FILE")
      ->group(files_group);
  command.add_option("--feature-type", feature_type, "Rows of features.tsv to use")
      ->type_name("NAME")
      ->capture_default_str()
      ->group(files_group);
  add_layer(command, layer, files_group);
  add_orientation(command, orientation, files_group);
}

}  // namespace

void describe_study(CLI::App& command, study_command& options) {
  command.footer(R"(Example:
  harmonium study --reference all/ --labels labels.tsv --sizes 384,768 --repeats 10 --output out/)");
  explained(
      command,
      "Draws pilots from the reference, fits the models to each, generates, and compares with the "
      "reference. The output folder receives fits/ (one csv per fit, as soon as it is done), "
      "results.npy (size x repeat x generator x metric; names in results.json), results.csv "
      "(tidy), table1.csv, summary.txt, report.html, study.json (all options), timings.csv and "
      "failures.csv. Ctrl-C stops after the running fits; the same command continues where it "
      "stopped, also after a crash. Equal seeds give equal figures for any number of threads, "
      "shards and processes (mpirun -n 4 harmonium study ..., where the program was built with "
      "MPI).");
  usual(command
            .add_option("--reference", options.reference,
                        "10x folder, .h5 or .h5ad of the real cells, or a csv/tsv file of counts")
            ->type_name("PATH")
            ->group(files_group));
  add_labels(command, options.labels, "reference", files_group);
  add_labels_column(command, options.labels_column, "reference", files_group);
  command.add_option("--output", options.output, "Folder to write, or to continue in")
      ->type_name("FOLDER")
      ->required()
      ->group(files_group);
  add_genes(command, options.genes, options.feature_type, options.layer, options.orientation);

  const auto design = "Design";
  usual(add_number_list(command, "--sizes", options.sizes, 1, 10'000'000, 100,
                        "Cells of the pilots [384,768,1152,1536,1920,2304]")
            ->group(design));
  usual(command.add_option("--repeats", options.repeats, "Pilots of each size")
            ->check(whole_number(1, 100'000))
            ->type_name("N")
            ->capture_default_str()
            ->group(design));
  std::string names;
  for (const auto& name : known_models()) names += (names.empty() ? "" : ", ") + name;
  usual(command.add_option("--models", options.models, "Of " + names + " [all]")
            ->delimiter(',')
            ->type_name("NAME,...")
            ->group(design));
  explained(command
                .add_option("--model-file", options.model_files,
                            "Models that fit or --save-model wrote, as generators of their own")
                ->delimiter(',')
                ->type_name("FILE,...")
                ->group(design),
            "They are not fitted to the pilots, such as one of another experiment; named in the "
            "results as their files");
  usual(command
            .add_option("--cells", options.cells,
                        "Cells that each model makes [as the reference has]")
            ->check(whole_number(1))
            ->type_name("N")
            ->group(design));
  explained(command
                .add_option("--grid", options.grid,
                            "Candidates for a model's size; every fit takes the one of largest "
                            "held-out likelihood; once per model")
                ->type_name("MODEL=N,...")
                ->group(design),
            "Of harmonium (components), scdbm (units of the first hidden layer) or vae (dimensions "
            "of z)");
  command
      .add_option(
          "--added-zeros", options.added_zeros,
          "Share of the reference's non-zero counts that become zero first (the paper: 0.2)")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("X")
      ->capture_default_str()
      ->group(design);
  explained(command
                .add_flag("--paper-protocol", options.paper_protocol,
                          "The published procedure, for reproduction")
                ->group(design),
            "Pilots with replacement, labels transferred between two separate UMAPs, plain Rand "
            "index of unpaired cells");

  usual(
      command
          .add_option("--shard", options.shard, "Do the i-th of n parts only, as a job array does")
          ->type_name("i/n")
          ->group(run_group));
  explained(usual(command
                      .add_flag("--merge", options.merge,
                                "Write the results of finished shards in --output")
                      ->group(run_group)),
            "The other options are those it was begun with");
  add_run_options(command, options.seed, options.threads, run_group);
  add_json(command, options.json, run_group);
}

void describe_plan(CLI::App& command, plan_command& options) {
  command.footer(R"(Example:
  harmonium plan --pilot pilot/ --labels labels.tsv --at-least 20 --cost-per-cell 0.4 --output plan/)");
  explained(command,
            "The output folder receives report.html (the answer first), plan.json, types.csv, "
            "goals.csv, designs.csv, saturation.csv, depths.csv and summary.txt. Without labels, "
            "types are "
            "clusters that are found in the pilot.");
  command
      .add_option("--pilot", options.pilot,
                  "10x folder, .h5 or .h5ad of the pilot's cells, or a csv/tsv file of counts")
      ->type_name("PATH")
      ->required()
      ->group(files_group);
  add_labels(command, options.labels, "pilot", files_group);
  add_labels_column(command, options.labels_column, "pilot", files_group);
  command.add_option("--output", options.output, "Folder to write; must be new or empty")
      ->type_name("FOLDER")
      ->required()
      ->group(files_group);
  add_genes(command, options.genes, options.feature_type, options.layer, options.orientation);
  usual(
      command
          .add_flag("--overwrite", options.overwrite, "Replace files in a folder that is not empty")
          ->group(files_group));

  const auto wanted = "What is wanted";
  usual(command.add_option("--at-least", options.at_least, "Cells of every type")
            ->check(whole_number(1))
            ->type_name("N")
            ->capture_default_str()
            ->group(wanted));
  usual(command.add_option("--probability", options.probability, "With which that many are seen")
            ->check(CLI::Range(0.5, 0.9999))
            ->type_name("X")
            ->capture_default_str()
            ->group(wanted));
  usual(command
            .add_option("--rare", options.rare,
                        "Also see a type of this frequency, which the pilot need not hold")
            ->check(CLI::Range(1e-7, 1.0))
            ->type_name("X")
            ->group(wanted));
  explained(usual(command
                      .add_option("--goal", options.goals,
                                  "What for, any of see, rediscover, separate, markers, abundance, "
                                  "differential")
                      ->delimiter(',')
                      ->check(CLI::IsMember({"see", "rediscover", "separate", "markers",
                                             "abundance", "differential"}))
                      ->type_name("NAME,...")
                      ->capture_default_str()
                      ->group(wanted)),
            "see: --at-least cells of every type; rediscover: clusters find every type anew; "
            "separate: see --separate; markers, abundance, differential: of --type");
  usual(command
            .add_option("--separate", options.separate,
                        "Two types that clusters must tell apart; adds that goal")
            ->type_name("TYPE,TYPE")
            ->group(wanted));
  usual(command
            .add_option("--type", options.type,
                        "The type of the goals markers, abundance, differential [the rarest]")
            ->type_name("TYPE")
            ->group(wanted));
  command
      .add_option("--log2-fold", options.log2_fold,
                  "Change of genes that must be found, as a binary logarithm")
      ->check(real_number(false))
      ->type_name("X")
      ->capture_default_str()
      ->group(wanted);
  command.add_option("--fold", options.fold, "Change of the type's share that must be found")
      ->check(real_number(false))
      ->type_name("X")
      ->capture_default_str()
      ->group(wanted);
  command.add_option("--power", options.power, "Probability of all goals but see")
      ->check(CLI::Range(0.05, 0.9999))
      ->type_name("X")
      ->capture_default_str()
      ->group(wanted);
  command
      .add_option("--expected", options.expected,
                  "What is known of a type's share without the pilot; again for other types")
      ->type_name("TYPE=SHARE")
      ->group(wanted);
  command
      .add_option("--expected-labels", options.expected_labels,
                  "Shares of types that are expected, from the labels of another experiment or an "
                  "atlas: barcode<TAB>label with that header")
      ->check(CLI::ExistingFile)
      ->type_name("FILE")
      ->group(files_group);
  command
      .add_option("--expected-weight", options.expected_weight,
                  "Cells of an experiment that would tell as much as is expected")
      ->check(real_number(false))
      ->type_name("X")
      ->capture_default_str()
      ->group(wanted);
  command
      .add_option("--donor-labels", options.donors_of_cells,
                  "barcode<TAB>label with that header: donors of the pilot's cells [one donor]")
      ->check(CLI::ExistingFile)
      ->type_name("FILE")
      ->group(files_group);
  command
      .add_option("--donor-column", options.donor_column,
                  "Donors from this column of cells.tsv in the pilot's folder, or of obs")
      ->type_name("NAME")
      ->group(files_group);
  usual(add_number_list(command, "--donors", options.donors, 1, 10'000, 30,
                        "Donors of the designs, in each condition [as many as the pilot]")
            ->group(wanted));

  const auto money = prices_group;
  usual(command
            .add_option("--prices", options.prices,
                        "Costs and losses from a TOML file, by the names of the options below")
            ->check(CLI::ExistingFile)
            ->type_name("FILE")
            ->group(files_group));
  const auto cost = [&](const char* name, std::optional<double>& value, const char* what) {
    usual(command.add_option(name, value, what)
              ->check(real_number(true))
              ->type_name("X")
              ->group(money));
  };
  cost("--cost-per-cell", options.cost_per_cell, "Of each cell loaded, sequencing included");
  cost("--cost-per-plate", options.cost_per_plate, "Of each plate begun");
  cost("--cost-per-lane", options.cost_per_lane, "Of each lane of droplets");
  cost("--cost-per-donor", options.cost_per_donor, "Of each donor");
  command.add_option("--cost-per-million-reads", options.cost_per_million_reads, "Of sequencing")
      ->check(real_number(true))
      ->type_name("X")
      ->group(money);
  cost("--budget", options.budget, "Also the best design that costs no more");
  command.add_option("--reads-per-cell", options.reads_per_cell, "At the pilot's depth")
      ->check(real_number(true))
      ->type_name("X")
      ->capture_default_str()
      ->group(money);
  command
      .add_option("--saturation", options.saturation,
                  "Copies among the reads of the pilot, as Cell Ranger's sequencing saturation")
      ->check(CLI::Range(0.0, 0.999))
      ->type_name("X")
      ->capture_default_str()
      ->group(money);
  command
      .add_option("--doublets-per-thousand", options.doublets_per_thousand,
                  "Share of doublets per thousand cells that come out of a lane [0.008, as 10x "
                  "states; 0 with --cost-per-plate or --doublets]")
      ->check(CLI::Range(0.0, 0.5))
      ->type_name("X")
      ->group(money);
  command.add_option("--lane", options.lane, "Cells that come out of a lane at most")
      ->check(whole_number(1))
      ->type_name("N")
      ->capture_default_str()
      ->group(money);
  command.add_option("--donors-per-lane", options.donors_per_lane, "Donors pooled on a lane")
      ->check(whole_number(1))
      ->type_name("N")
      ->capture_default_str()
      ->group(money);
  command.add_option("--plate", options.plate, "Cells on a plate")
      ->check(whole_number(1))
      ->type_name("N")
      ->capture_default_str()
      ->group(money);
  command.add_option("--recovery", options.recovery, "Share of the loaded cells that come out")
      ->check(CLI::Range(1e-6, 1.0))
      ->type_name("X")
      ->capture_default_str()
      ->group(money);
  command.add_option("--doublets", options.doublets, "Share of what comes out that is two cells")
      ->check(CLI::Range(0.0, 0.99))
      ->type_name("X")
      ->capture_default_str()
      ->group(money);

  const auto synthetic = "Synthetic experiments";
  add_number_list(command, "--sizes", options.sizes, 10, 1'000'000, 30,
                  "Cells of the synthetic experiments [192,384,768,1536,3072]")
      ->group(synthetic);
  command.add_option("--repeats", options.repeats, "Resamples of the pilot that are fitted anew")
      ->check(whole_number(1, 10'000))
      ->type_name("N")
      ->capture_default_str()
      ->group(synthetic);
  command
      .add_option("--models", options.models,
                  "Of harmonium, scdbm, cluster-nb [harmonium,cluster-nb; with --model-file "
                  "cluster-nb]")
      ->delimiter(',')
      ->check(CLI::IsMember({"harmonium", "scdbm", "cluster-nb"}))
      ->type_name("NAME,...")
      ->group(synthetic);
  command
      .add_option("--model-file", options.model_file,
                  "A model that makes the experiments, in place of fits to resamples of the pilot; "
                  "only the genes that it knows are used")
      ->type_name("FILE")
      ->group(synthetic);
  command.add_option("--depths", options.depths, "Shares of the sequencing depth to try")
      ->delimiter(',')
      ->check(CLI::Range(0.001, 1.0))
      ->type_name("X,...")
      ->capture_default_str()
      ->group(synthetic);
  add_run_options(command, options.seed, options.threads, run_group);
  add_json(command, options.json, run_group);
}

void read_prices(CLI::App& command, const std::string& file) {
  const auto fail = [&](const std::string& what) {
    throw CLI::ValidationError("--prices", file + ": " + what);
  };
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_file(file);
  } catch (const CLI::Error& error) {
    fail(error.what());
  }
  for (const auto& item : items) {
    if (item.name == "++" || item.name == "--") continue;  // where a section begins and ends
    CLI::Option* option = command.get_option_no_throw("--" + item.name);
    if (option == nullptr || option->get_group() != prices_group)
      fail("has no price or loss '" + item.fullname() + "'");
    if (option->count() > 0) continue;  // the command line says otherwise
    if (item.inputs.size() != 1) fail(item.name + " should be one number");
    option->add_result(item.inputs);
    try {
      option->run_callback();
    } catch (const CLI::Error& error) {
      fail(error.what());
    }
  }
}

}  // namespace program
