// SPDX-License-Identifier: MIT
// What every kind of model tells NumPy of itself: `any_model::save_npz`.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "harmonium/io/any_model.hpp"
#include "harmonium/io/npy.hpp"
#include "support/golden_correlated.hpp"
#include "support/golden_models.hpp"
#include "support/npz_arrays.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

class told {
 public:
  template <class Model>
  explicit told(Model model, io::model_notes notes = {}) {
    io::any_model(std::move(model), std::move(notes)).save_npz(folder_ / "m.npz");
    arrays_ = tiny::npz_arrays(folder_.bytes("m.npz"));
  }

  /// Name and shape of all but the kind: "bias_0 (5,); ...", by name.
  [[nodiscard]] std::string shapes() const {
    std::string text;
    for (const auto& [name, bytes] : arrays_) {
      if (name == "kind") continue;
      const auto open = bytes.find("'shape': ") + 9;
      text += (text.empty() ? "" : "; ") + name + " " +
              bytes.substr(open, bytes.find(')', open) + 1 - open);
    }
    return text;
  }
  [[nodiscard]] std::vector<double> values(const std::string& name) const {
    folder_.write("a.npy", arrays_.at(name));
    return io::read_npy(folder_ / "a.npy").values;
  }

 private:
  temporary_folder folder_;
  std::map<std::string, std::string> arrays_;
};

std::vector<double> flat(const auto& dense) {
  std::vector<double> values;
  for (hm::index k = 0; k < dense.size(); ++k)
    values.push_back(static_cast<double>(dense.data()[k]));
  return values;
}

}  // namespace

TEST_CASE("machines") {
  const auto deep = golden::deep_model();
  const told of(deep, golden::notes());
  CHECK(of.shapes() ==
        "bias_0 (5,); bias_1 (3,); bias_2 (2,); categories_2 (); gene_ids (5,); gene_symbols (5,); "
        "groups_2 (); inverse_dispersion_0 (5,); weights_0 (5, 3); weights_1 (3, 2)");
  CHECK(of.values("weights_0") == flat(hm::matrix<double>(deep.weights(0))));
  CHECK(of.values("weights_1") == flat(hm::matrix<double>(deep.weights(1))));
  CHECK(of.values("bias_2") == std::vector<double>(deep.bias(2).begin(), deep.bias(2).end()));
  CHECK(of.values("inverse_dispersion_0") == flat(deep.visible().inverse_dispersion()));
  CHECK(told(golden::shallow_model()).shapes() ==
        "bias_0 (4,); bias_1 (2,); standard_deviation_0 (4,); weights_0 (4, 2)");
  CHECK(told(golden::spin_model()).shapes() ==
        "bias_0 (3,); bias_1 (2,); standard_deviation_0 (3,); weights_0 (3, 2)");
  CHECK(told(hm::sampled(golden::binary_model(), hm::gibbs{.burn_in = 3})).shapes() ==
        "bias_0 (4,); bias_1 (3,); burn_in (); weights_0 (4, 3)");
  CHECK(told(hm::sampled(golden::binary_model(), hm::exact{})).shapes() ==
        "bias_0 (4,); bias_1 (3,); max_states (); weights_0 (4, 3)");
  CHECK(told(hm::sampled(golden::binary_model(), hm::tempered{.ladder = {1, 0.5}})).shapes() ==
        "bias_0 (4,); bias_1 (3,); burn_in (); ladder (2,); lowest (); sweeps_between_swaps (); "
        "temperatures (); weights_0 (4, 3)");
  const told semi(golden::semi_restricted_model());
  CHECK(semi.shapes() ==
        "bias_0 (4,); groups_1 (2,); inverse_dispersion_0 (4,); log_prior (6,); weights_0 (4, 4)");
  CHECK(semi.values("weights_0")[7] == -0.375);  // gene 1, unit 3
}

TEST_CASE("baselines") {
  const told independent(golden::independent());
  CHECK(independent.shapes() == "dispersion_status (3,); inverse_dispersion (3,); mean (3,)");
  CHECK(independent.values("mean") == std::vector<double>{0, 1.5, 20});
  const told clusters(golden::clusters());
  CHECK(clusters.shapes() == "cluster_sizes (2,); inverse_dispersion (2, 3); mean (2, 3)");
  CHECK(clusters.values("mean") == flat(golden::clusters().mean()));
  const std::string cells =
      "pilot_counts (6,); pilot_genes (6,); pilot_pointers (4,); pilot_shape (2,)";
  CHECK(told(hm::bootstrap::fit(golden::pilot())).shapes() == cells);
  CHECK(told(hm::noisy_replicate::fit(golden::pilot())).shapes() ==
        "max_scale (); max_shape (); " + cells);
}

TEST_CASE("harmoniums") {
  const auto trained = golden::trained<hm::no_size_factors>(golden::factors(true));
  io::model_notes notes;
  notes.labels = {"T", "B"};
  const told of(trained, notes);
  CHECK(of.shapes() ==
        "factor_mean (2, 2); factor_root (2, 2, 2); gene_dispersion_status (5,); "
        "gene_inverse_dispersion (5,); group_converged (); group_dispersion_status (5,); "
        "group_inverse_dispersion (5,); group_log_likelihood (); group_mean (2, 5); "
        "group_type (2,); group_weights (2,); inverse_dispersion (2, 5); largest_count (5,); "
        "loadings (5, 2); mean (2, 5); own_variance (5,); score_calibration (5, 33); "
        "score_scale (2, 5); state_names (2,); weights (2,)");
  CHECK(of.values("mean") == flat(trained.generator.states().mean));
  CHECK(of.values("loadings") == flat(golden::factors(true).loadings()));
  CHECK(of.values("score_calibration")[32] == -4 + 0.25 * 32);
  const auto roots = of.values("factor_root");
  CHECK(std::vector<double>(roots.begin() + 4, roots.end()) ==
        flat(golden::factors(true).parts().roots[1]));
  const told full(golden::correlated<hm::scaled_mean>(golden::combinations(), false));
  CHECK(
      full.shapes() ==
      "blend (); cells_of_states (10,); cells_of_states_from (3,); inverse_dispersion (2, 5); "
      "largest_count (5,); mean (2, 5); pilot_scores (10, 5); pilot_size_factor (6,); "
      "pilot_state (6,); score_calibration (0, 33); score_mean (2, 5); strength (); weights (2,)");
}

TEST_CASE("autoencoders") {
  const auto network = golden::network<hm::zero_inflated_counts>();
  const told of(*network);
  const std::string shapes = of.shapes();
  CHECK(
      shapes ==
      "decoder_1_bias (3,); decoder_1_running_mean (3,); decoder_1_running_variance (3,); "
      "decoder_1_scale (3,); decoder_1_shift (3,); decoder_1_weights (2, 3); decoder_2_bias (2,); "
      "decoder_2_running_mean (2,); decoder_2_running_variance (2,); decoder_2_scale (2,); "
      "decoder_2_shift (2,); decoder_2_weights (3, 2); encoder_1_bias (3,); "
      "encoder_1_running_mean (3,); encoder_1_running_variance (3,); encoder_1_scale (3,); "
      "encoder_1_shift (3,); encoder_1_weights (4, 3); head_bias (4,); head_weights (2, 4); "
      "latent_log_variance_bias (2,); latent_log_variance_weights (3, 2); latent_mean_bias (2,); "
      "latent_mean_weights (3, 2); library_encoder_1_bias (3,); "
      "library_encoder_1_running_mean (3,); library_encoder_1_running_variance (3,); "
      "library_encoder_1_scale (3,); library_encoder_1_shift (3,); "
      "library_encoder_1_weights (4, 3); log_inverse_dispersion (4,); "
      "log_library_log_variance_bias (1,); log_library_log_variance_weights (3, 1); "
      "log_library_mean_bias (1,); log_library_mean_weights (3, 1); "
      "log_library_prior_mean (); log_library_prior_variance (); output_bias (4,); "
      "output_weights (2, 4)");
  // Nothing is left out: as many numbers as the network has parameters.
  std::size_t numbers = 0;
  std::istringstream names(shapes);
  for (std::string one; std::getline(names, one, ';');) {
    const std::string name =
        one.substr(one.find_first_not_of(' '), one.find(" (") - one.find_first_not_of(' '));
    if (name.find("running") == std::string::npos && name.find("prior") == std::string::npos)
      numbers += of.values(name).size();
  }
  CHECK(static_cast<hm::index>(numbers) == network->parameters().size());
  const auto& first = network->layout().encoder.front().linear;
  CHECK(of.values("encoder_1_weights") ==
        flat(hm::vector<float>(network->parameters().segment(first.weights, 12))));

  const std::string posterior = told(golden::posterior<hm::negative_binomial_counts>()).shapes();
  for (const char* each : {"pilot_latent_mean (3, 2)", "pilot_latent_variance (3, 2)",
                           "pilot_log_library_mean (3,)", "depth_kept ()", "decoder_1_bias (3,)"})
    CHECK_MESSAGE(posterior.find(each) != std::string::npos, each);
  const std::string prior = told(golden::prior<hm::poisson_counts>()).shapes();
  for (const char* each : {"pilot_latent (3, 2)", "pilot_cluster (3,)",
                           "cluster_log_library_mean (2,)", "weights_0 (2, 3)"})
    CHECK_MESSAGE(prior.find(each) != std::string::npos, each);
}
