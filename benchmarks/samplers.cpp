// SPDX-License-Identifier: MIT
// usage: samplers [FOLDER] [--seconds S] [--sweeps N] [--only TARGET]
//        samplers --reference ROUNDS > benchmarks/samplers/targets/large_reference.hpp
// Samplers side by side on a set of targets: first whether each is right, then how fast it is. A
// contender is a header of samplers/contenders/ with one `run`, a target one of samplers/targets/.
// Prints the table and writes samplers.csv, samplers_trace.csv and samplers.svg to FOLDER (default:
// here). How to read them: docs/comparing-samplers.md.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/samplers/compare_samplers.hpp"
#include "harmonium/training/train_variational.hpp"
#include "samplers/contenders/collapsed.hpp"
#include "samplers/contenders/exact.hpp"
#include "samplers/contenders/gibbs.hpp"
#include "samplers/contenders/tempered.hpp"
#include "samplers/contenders/trajectory.hpp"
#include "samplers/contenders/vae_gibbs.hpp"
#include "samplers/report.hpp"
#include "samplers/targets/digits.hpp"
#include "samplers/targets/far_modes.hpp"
#include "samplers/targets/fitted.hpp"
#include "samplers/targets/frustrated.hpp"
#include "samplers/targets/large.hpp"
#include "samplers/targets/large_run.hpp"
#include "support/shared.hpp"

namespace hm = harmonium;

namespace {

struct arguments {
  std::filesystem::path folder = ".";
  hm::comparison_budget budget{
      .seeds = 4, .groups = 4, .chains = 2, .sweeps = 4000, .seconds = 0.25};
  std::string only;
  bool quick = false;  ///< as quick as the other benchmarks, where all are only tried
};

bool wanted(const arguments& with, const std::string& name) {
  return with.only.empty() || with.only == name;
}

template <class Model>
std::vector<hm::sampler_row> compare(const targets::target<Model>& on, const arguments& with) {
  hm::random_engine rng(7);
  auto budget = with.budget;
  budget.seconds *= on.patience;
  return hm::compare_samplers<contenders::gibbs, contenders::collapsed, contenders::tempered,
                              contenders::tempered_tuned, contenders::tempered_blocks,
                              contenders::trajectory, contenders::exact>(
      hm::serial_executor{}, on.model, on.reference, budget, rng, on.rules);
}

/// Gibbs started by an autoencoder of the same cells, as one more row.
hm::sampler_row with_autoencoder(const targets::tissue_pilot& pilot, const arguments& with) {
  hm::random_engine rng(8);
  auto encoding = hm::paper_notebook();
  if (with.quick) encoding.epochs = 1;
  const hm::serial_executor run;
  const hm::variational_posterior<> posterior(
      run,
      std::make_shared<const hm::variational_autoencoder<>>(
          hm::train<hm::variational_autoencoder<>>(run, pilot.counts, encoding, rng)),
      pilot.counts);
  return hm::judge_contender(run, pilot.trained.model, pilot.trained.reference,
                             contenders::vae_gibbs{&posterior}, contenders::vae_gibbs::name,
                             with.budget, pilot.trained.rules, rng);
}

int run(const arguments& with) {
  std::vector<comparison::section> sections;
  const auto add = [&](const auto& on) {
    if (wanted(with, on.name)) sections.push_back({on.name, compare(on, with)});
  };
  if (wanted(with, "tissue")) {
    const auto pilot = targets::tissue();
    add(pilot.trained);
    sections.back().rows.push_back(with_autoencoder(pilot, with));
  }
  for (const std::string name : {"pbmc3k", "celseq2_5cl"}) {
    if (with.quick || !wanted(with, name)) continue;
    if (const auto folder = shared_path("data/" + name))
      add(targets::real_cells(name, *folder));
    else
      std::cout << "skipped: " << name << ", whose cells are not on this machine\n";
  }
  if (wanted(with, "far modes")) add(targets::far_modes());
  if (wanted(with, "frustrated")) add(targets::frustrated());
  if (wanted(with, "digits") && !with.quick) add(targets::digits());
  if (wanted(with, "large")) add(targets::large());

  comparison::write_table(std::cout, sections);
  if (with.quick) return 0;
  std::ofstream table(with.folder / "samplers.csv"), trace(with.folder / "samplers_trace.csv"),
      picture(with.folder / "samplers.svg");
  comparison::write_table(table, sections);
  comparison::write_trace(trace, sections);
  picture << comparison::picture(sections);
  return table && trace && picture ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    arguments with;
    for (int i = 1; i < argc; ++i) {
      const auto value = [&](const char* option) {
        return std::strcmp(argv[i], option) == 0 && i + 1 < argc;
      };
      if (value("--reference")) {
        targets::write_large_reference(std::cout, std::atol(argv[i + 1]));
        return 0;
      }
      if (value("--seconds")) {
        with.budget.seconds = std::atof(argv[++i]);
      } else if (value("--sweeps")) {
        with.budget.sweeps = std::atol(argv[++i]);
      } else if (value("--only")) {
        with.only = argv[++i];
      } else if (std::strncmp(argv[i], "--benchmark", 11) == 0) {
        with.quick = true;
        with.budget.seconds = 0.001;
      } else {
        with.folder = argv[i];
      }
    }
    return run(with);
  } catch (const std::exception& error) {
    std::cerr << "samplers: " << error.what() << '\n';
    return 1;
  }
}
