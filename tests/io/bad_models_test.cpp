// SPDX-License-Identifier: MIT
// Model files that are none, are damaged, or hold with sound checksums what makes no sense: one
// line each, and no memory for what they announce.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "support/golden_correlated.hpp"
#include "support/golden_models.hpp"
#include "support/model_editor.hpp"
#include "support/stored_models.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

using editor = tiny::model_editor;

std::filesystem::path golden_file(const std::string& name) {
  return std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / "models" /
         "format_1" / (name + ".harmonium");
}

/// While it lives, the process cannot take 256 MB more than it has. Sanitizers take what they like.
class memory_limit {
 public:
  memory_limit() {
    if (!works) return;
    getrlimit(RLIMIT_AS, &before_);
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit now = before_;
    if (pages > 0)
      now.rlim_cur = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (rlim_t{1} << 28);
    setrlimit(RLIMIT_AS, &now);
  }
  memory_limit(const memory_limit&) = delete;
  memory_limit& operator=(const memory_limit&) = delete;
  ~memory_limit() {
    if (works) setrlimit(RLIMIT_AS, &before_);
  }

 private:
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr bool works = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
  static constexpr bool works = false;
#else
  static constexpr bool works = true;
#endif
#else
  static constexpr bool works = true;
#endif
  rlimit before_{};
};

int bad_files = 0;

/// What loading a file of these bytes says.
template <class Model>
std::string said(const std::string& bytes) {
  ++bad_files;
  const temporary_folder folder;
  const auto path = folder.write("bad.harmonium", bytes);
  const memory_limit limit;
  std::string text = tiny::text_of_load<Model>(path);
  CHECK(text.find('\n') == std::string::npos);
  return text;
}

/// What it says of a golden file with one section changed.
template <class Model>
std::string said_of(const std::string& golden, const std::string& section,
                    const std::function<void(std::string&)>& change) {
  editor file(golden_file(golden));
  change(file[section]);
  std::string text = said<Model>(file.bytes());
  const std::string before = "section '" + section + "': ";
  return text.starts_with(before) ? text.substr(before.size()) : text;
}
/// ... with bytes at a place.
auto with(std::size_t at, const std::string& bytes) {
  return [=](std::string& payload) { editor::put(payload, at, bytes); };
}

using harmonium_type = hm::trained_harmonium<hm::correlated_cells<hm::factor_scores>>;
using full_type = hm::trained_harmonium<hm::correlated_cells<hm::combined_scores, hm::scaled_mean>>;
using sizes_type =
    hm::trained_harmonium<hm::correlated_cells<hm::independent_scores, hm::scaled_dispersion>>;
using prior_type =
    hm::variational_prior<hm::variational_autoencoder<hm::poisson_counts>, hm::harmonium_latent>;
using posterior_type = hm::variational_posterior<>;
using network_type = hm::variational_autoencoder<hm::zero_inflated_counts>;

const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const std::string huge = editor::number(std::uint64_t{1} << 60);

}  // namespace

TEST_CASE("no model file") {
  CHECK(said<golden::deep>("") == "is no model file of harmonium");
  CHECK(said<golden::deep>("barcode\tlabel\n") == "is no model file of harmonium");
  CHECK(said<golden::deep>("\x89HDF\r\n\x1a\n") == "is no model file of harmonium");
  CHECK(said<golden::deep>(std::string("\x1f\x8b\x08", 3)) == "is no model file of harmonium");
  CHECK(said<golden::deep>("\x89HARM\n\x1a and text") == "is no model file of harmonium");
  const temporary_folder folder;
  CHECK(tiny::text_of_load<golden::deep>(folder.path()) == "is a folder, a file was expected");
  CHECK(tiny::text_of_load<golden::deep>(folder / "nowhere") == "no such file");
}

TEST_CASE("the head and the frame of the sections") {
  editor file(golden_file("harmonium"));
  const std::string whole = file.bytes();
  CHECK(said<harmonium_type>(file.bytes(~std::uint64_t{0}, 2)) ==
        "has format 2, which is newer than this library reads (1)");
  CHECK(said<harmonium_type>(file.bytes(~std::uint64_t{0}, 0)) == "is damaged in its head");
  CHECK(said<harmonium_type>(whole.substr(0, 15)) == "is cut short");
  CHECK(said<harmonium_type>(file.bytes(file.sections().size() + 1)) == "is cut short");
  CHECK(said<harmonium_type>(file.bytes(4000000000U)) == "is cut short");
  CHECK(said<harmonium_type>(file.bytes(file.sections().size() - 1))
            .starts_with("goes on after its last section: "));
  CHECK(said<harmonium_type>(whole + "x") == "goes on after its last section: 1 bytes");
  std::string bytes = whole;
  bytes[12] = static_cast<char>(bytes[12] + 1);
  CHECK(said<harmonium_type>(bytes) == "is damaged in its head");
  bytes = whole;
  editor::put(bytes, 20, editor::number(0, 4));
  CHECK(said<harmonium_type>(bytes) ==
        "is damaged: a section's name has 0 bytes, expected 1 to 64");
  editor::put(bytes, 20, editor::number(4294967295U, 4));
  CHECK(said<harmonium_type>(bytes) ==
        "is damaged: a section's name has 4294967295 bytes, expected 1 to 64");
  bytes = whole;
  editor::put(bytes, file.begins()[0] - 12, huge);
  CHECK(said<harmonium_type>(bytes) == "is cut short");
  file.add("group", "again");
  CHECK(said<harmonium_type>(file.bytes()) == "has section 'group' twice");
}

TEST_CASE("every section: cut short before, within and after it; damaged; missing; too long") {
  for (const char* golden : {"harmonium", "harmonium_full"}) {
    const bool full = std::string(golden) == "harmonium_full";
    const auto said_by = [&](const std::string& bytes) {
      return full ? said<full_type>(bytes) : said<harmonium_type>(bytes);
    };
    const editor file(golden_file(golden));
    const std::string whole = file.bytes();
    for (std::size_t k = 0; k < file.sections().size(); ++k) {
      const std::string& name = file.sections()[k].first;
      const std::string& payload = file.sections()[k].second;
      CAPTURE(name);
      const std::size_t begin = file.begins()[k];
      CHECK(said_by(whole.substr(0, begin - 13)) == "is cut short");
      CHECK(said_by(whole.substr(0, begin + payload.size() / 2)) == "is cut short");
      CHECK(said_by(whole.substr(0, begin + payload.size() - 1)) == "is cut short");
      std::string damaged = whole;
      damaged[begin + payload.size() / 2] ^= 1;
      CHECK(said_by(damaged) == "section '" + name + "' is damaged: its checksum does not fit");
      editor longer(golden_file(golden)), shorter = longer, without = longer;
      longer[name] += "more";
      CHECK(said_by(longer.bytes()).ends_with("holds 4 bytes too many"));
      shorter[name].pop_back();
      CHECK(said_by(shorter.bytes()).starts_with("section '" + name + "': "));
      without.remove(name);
      // Files of this format may lack what was added to it.
      const bool later = name == "pilot" || name == "labels" || name == "silent genes";
      CHECK(said_by(without.bytes()) ==
            (later ? "nothing was thrown" : "has no section '" + name + "'"));
    }
  }
}

TEST_CASE("another kind") {
  const auto bytes = [](const char* name) { return editor(golden_file(name)).bytes(); };
  CHECK(said<full_type>(bytes("harmonium")) ==
        "holds a harmonium<factor_scores, no_size_factors>, expected a "
        "harmonium<combined_scores, scaled_mean>");
  CHECK(said<golden::deep>(bytes("exact")).starts_with("holds a sampled<dbm<negative_binomial, "));
  CHECK(said<hm::cluster_nb>(bytes("independent")) ==
        "holds a independent_nb, expected a cluster_nb");
  editor file(golden_file("harmonium"));
  editor::put(file["model"], 8, "H");
  CHECK(said<harmonium_type>(file.bytes()).starts_with("holds a Harmonium<"));
}

TEST_CASE("notes that do not belong to the model") {
  const auto changed = [](const std::string& section, const std::string& payload) {
    return said_of<harmonium_type>("harmonium", section, [&](auto& held) { held = payload; });
  };
  io::payload_writer four, odd, labels;
  for (int k = 0; k < 3; ++k) four.texts(std::vector<std::string>{"a", "b", "c", "d"});
  editor other(golden_file("harmonium"));
  other["genes"] = four.bytes();
  other.remove("silent genes");
  CHECK(said<harmonium_type>(other.bytes()) == "lists 4 genes, but its model has 5");
  odd.texts(std::vector<std::string>{"a", "b"});
  odd.texts(std::vector<std::string>{"a"});
  odd.texts(std::vector<std::string>{"a", "b"});
  CHECK(changed("genes", odd.bytes()) == "ids, symbols and types differ in number");
  CHECK(changed("genes", huge) == "announces more texts than it holds");
  labels.texts(std::vector<std::string>{"B", "NK", "T"});
  CHECK(changed("labels", labels.bytes()) == "lists 3 labels, but its model has 2 states");
  CHECK(changed("pilot", std::string(1, '\7')) == "says 7, expected 0, 1 or 2");
  CHECK(changed("texts", huge) == "announces more texts than it holds");
  CHECK(changed("texts", editor::number(1) + huge + editor::number(0)) ==
        "announces a longer text than it holds");
  CHECK(changed("model", huge) == "announces a longer text than it holds");
  for (const std::uint64_t second : {1U, 0U, 7U}) {  // after column 1, of seven
    CHECK(said_of<harmonium_type>("harmonium", "silent genes", [&](std::string& payload) {
            editor::put(payload, payload.size() - 4, editor::number(second, 4));
          }) == "the columns of genes without counts do not ascend within all genes");
  }
}

TEST_CASE("states and counts of a harmonium") {
  // weights: count, 2 numbers; means: 2 x 5: rows, columns, count, 10 numbers; inverse dispersions
  const auto states = [](std::size_t at, const std::string& bytes) {
    return said_of<harmonium_type>("harmonium", "states", with(at, bytes));
  };
  CHECK(states(8, editor::real(-0.25)) == "a weight of -0.250000 is out of range");
  CHECK(states(8, editor::real(not_a_number)).ends_with("is out of range"));
  CHECK(states(8, editor::real(0) + editor::real(0)) == "all weights are zero");
  CHECK(states(48, editor::real(0)) == "a mean of 0.000000 is out of range");
  CHECK(states(48 + 80 + 24, editor::real(std::numeric_limits<double>::infinity()))
            .starts_with("an inverse dispersion of inf"));
  CHECK(states(0, huge) == "announces more numbers than it holds");
  CHECK(states(24, editor::number(2147483647) + editor::number(2147483647)) ==
        "holds 10 numbers for a matrix of 2147483647 x 2147483647");
  CHECK(states(24, editor::number(5) + editor::number(2)) ==
        "holds what is no harmonium<factor_scores, no_size_factors>: correlated_cells: the parts "
        "of count_states do not fit together");
  CHECK(states(24, huge) ==
        "a size of " + std::to_string(std::uint64_t{1} << 60) + " is out of range");
  const auto counts = [](std::size_t at, const std::string& bytes) {
    return said_of<harmonium_type>("harmonium", "counts", with(at, bytes));
  };
  CHECK(counts(8, editor::real(-1)) == "a largest count of -1.000000 is out of range");
  CHECK(counts(48, huge) == "announces more numbers than it holds");
  CHECK(counts(48, editor::number(4)) == "holds 264 bytes too many");
  // Of a map for each of five genes: one more is refused before memory for six is taken.
  CHECK(counts(48, editor::number(6)) == "announces more numbers than it holds");
  CHECK(counts(56, editor::real(9)).ends_with("the scores of the knots must be finite and ascend"));
  CHECK(counts(56, editor::real(not_a_number))
            .ends_with("the scores of the knots must be finite and ascend"));
  const auto sizes = [](std::size_t at, const std::string& bytes) {
    return said_of<sizes_type>("harmonium_sizes", "states", with(at, bytes));
  };
  const std::size_t cell = 24 + 2 * (24 + 80);
  CHECK(sizes(cell, huge) == "announces more numbers than it holds");
  CHECK(sizes(cell + 8, editor::number(2, 4)) == "the number 2 should be below 2");
  CHECK(sizes(cell + 8 + 24 + 8, editor::real(0)) == "a size factor of 0.000000 is out of range");
}

TEST_CASE("residuals, and the group of a harmonium") {
  // loadings 5 x 2, own variances, means of the factors 2 x 2, two roots 2 x 2, scales 0 x 0
  const auto factors = [](std::size_t at, const std::string& bytes) {
    return said_of<harmonium_type>("harmonium", "residual", with(at, bytes));
  };
  CHECK(factors(24, editor::real(not_a_number)).starts_with("a loading of "));
  CHECK(factors(0, editor::number(2) + editor::number(5)) ==
        "holds factors of other genes or states than the model's");
  CHECK(factors(104, huge) == "announces more numbers than it holds");
  CHECK(factors(112, editor::real(0)) == "a variance of 0.000000 is out of range");
  CHECK(factors(152, editor::number(1) + editor::number(4)) ==
        "holds factors of other genes or states than the model's");
  CHECK(factors(208, editor::number(1) + editor::number(4))
            .ends_with("factor_scores: sizes do not fit together"));
  // strength, blend, residuals 10 x 5 floats, means 2 x 5 floats, cells of each state
  const auto full = [](std::size_t at, const std::string& bytes) {
    return said_of<full_type>("harmonium_full", "residual", with(at, bytes));
  };
  CHECK(full(0, editor::real(1.5)) == "the strength is not in [0, 1]");
  CHECK(full(8, huge).ends_with("is out of range"));
  CHECK(full(16, editor::number(5) + editor::number(10)).ends_with("should be below 5"));
  CHECK(full(24, editor::number(1) + editor::number(50)).starts_with("holds 50 numbers for"));
  CHECK(full(240 + 8, editor::number(10)).starts_with("holds 10 numbers for"));
  CHECK(full(312, editor::number(10, 4)) == "the number 10 should be below 10");
  CHECK(full(304, huge) == "announces more numbers than it holds");
  // weights, means 2 x 5, inverse dispersions of 5 genes, 5 statuses, types, ...
  const auto group = [](std::size_t at, const std::string& bytes) {
    return said_of<harmonium_type>("harmonium", "group", with(at, bytes));
  };
  CHECK(group(24, editor::number(5) + editor::number(2)) ==
        "holds a group of other components or genes than the model's");
  CHECK(group(128 + 8, editor::real(-1)).starts_with("an inverse dispersion of -1"));
  CHECK(group(176, std::string(1, '\5')) == "status 5 of a dispersion does not exist");
  CHECK(group(181, huge) == "announces more numbers than it holds");
  CHECK(said_of<harmonium_type>("harmonium", "group", [](std::string& payload) {
          payload.replace(181, 16, editor::number(1) + editor::number(0, 4));
        }) == "each component needs one type");
  CHECK(said_of<harmonium_type>("harmonium", "dispersion", [](std::string& payload) {
          payload = editor::number(0);
        }) == "holds dispersions of other genes than the model's");
}

TEST_CASE("machines, samplers, groups") {
  CHECK(said_of<golden::deep>("deep", "parameters", with(8, editor::real(not_a_number))) ==
        "holds a parameter that is no number");
  CHECK(said_of<golden::deep>("deep", "parameters", with(0, huge)) ==
        "announces more numbers than it holds");
  CHECK(said_of<golden::deep>("deep", "units", with(48, editor::number(2147483647)))
            .ends_with("do not fit the sizes of the layers"));
  CHECK(said_of<golden::deep>("deep", "units", with(8, editor::real(-1)))
            .starts_with("holds what is no dbm<negative_binomial, bernoulli, categorical>: "));
  using exact_type = hm::sampled_model<golden::deep, hm::exact>;
  CHECK(said_of<exact_type>("exact", "sampler", with(0, editor::number(1U << 30))) ==
        "more than 2^24 states are not enumerated for a file");
  using gibbs_type = hm::sampled_model<golden::deep, hm::gibbs>;
  CHECK(said_of<gibbs_type>("gibbs", "sampler", with(0, huge)).ends_with("is out of range"));
  using tempered_type = hm::sampled_model<golden::deep, hm::tempered>;
  CHECK(said_of<tempered_type>("tempered", "sampler", with(0, editor::number(1U << 20))) ==
        "more than 2^16 temperatures are out of range");
  CHECK(said_of<golden::spins>("spins", "units", with(8, editor::real(0)))
            .starts_with("holds what is no dbm<rectified_gaussian, spin>: "));
  // four inverse dispersions, then the groups 1 and 3
  const auto groups = [](std::size_t at, const std::string& bytes) {
    return said_of<hm::semi_restricted>("semi_restricted", "units", with(at, bytes));
  };
  CHECK(groups(48, editor::number(2147483646, 4)) == "names groups that do not fit the parameters");
  CHECK(groups(48, editor::number(0, 4)) == "names groups that do not fit the parameters");
  CHECK(groups(40, huge) == "announces more numbers than it holds");
  CHECK(said_of<hm::semi_restricted>("semi_restricted", "units", with(48, editor::number(2, 4)))
            .ends_with("holds parameters of other units than the model's"));
  CHECK(said_of<hm::semi_restricted>("semi_restricted", "parameters", [](std::string& payload) {
          editor::put(payload, payload.size() - 8, editor::real(0.5));
        }).ends_with("the probabilities must sum to 1"));
}

TEST_CASE("autoencoders") {
  // genes, encoder {3}, decoder {3, 2}, latent, whether the library is encoded
  const auto network = [](std::size_t at, const std::string& bytes) {
    return said_of<network_type>("autoencoder", "network", with(at, bytes));
  };
  CHECK(network(0, editor::number(0)) == "a size of 0 is out of range");
  CHECK(network(0, editor::number(2147483647)).ends_with("too few for the sizes of the network"));
  CHECK(network(0, editor::number(3)).find("the shape needs") != std::string::npos);
  // 121 parameters are enough for the hidden layers of 20 genes, not for the output.
  CHECK(network(0, editor::number(20)).ends_with("too few for the sizes of the network"));
  CHECK(
      network(16, editor::number(2147483646, 4)).ends_with("too few for the sizes of the network"));
  CHECK(network(16, editor::number(0, 4)).ends_with("hidden layers need at least one unit"));
  CHECK(network(8, huge) == "announces more numbers than it holds");
  CHECK(network(36, editor::number(0)) == "a size of 0 is out of range");
  const auto parameters = with(8, std::string("\0\0\xc0\x7f", 4));
  CHECK(said_of<network_type>("autoencoder", "network parameters", parameters)
            .starts_with("a parameter of "));
  CHECK(said_of<network_type>("autoencoder", "network parameters", with(0, huge)) ==
        "announces more numbers than it holds");
  CHECK(said_of<network_type>("autoencoder", "library", with(8, editor::real(-1)))
            .ends_with("the variance must be positive and finite"));
  // depth (2 numbers), largest log-library, means 3 x 2 floats, ...
  const auto posterior = [](std::size_t at, const std::string& bytes) {
    return said_of<posterior_type>("posterior", "posterior", with(at, bytes));
  };
  CHECK(posterior(8, editor::real(0)) == "the change of depth is out of range");
  CHECK(posterior(16, editor::real(not_a_number)) == "the largest log-library is not finite");
  CHECK(posterior(24, editor::number(2) + editor::number(3))
            .ends_with("the encoded cells do not fit the model"));
  CHECK(posterior(24, editor::number(0) + editor::number(6)).starts_with("holds 6 numbers for"));
  CHECK(posterior(24 + 48 + 24, std::string("\0\0\x80\xbf", 4)) ==
        "a variance in latent space of -1.000000 is out of range");
  // depth, whether there are clusters, points 3 x 2, three labels, two libraries
  const auto prior = [](std::size_t at, const std::string& bytes) {
    return said_of<prior_type>("prior", "prior", with(at, bytes));
  };
  CHECK(prior(17, editor::number(2) + editor::number(3))
            .ends_with("one label per encoded cell is needed"));
  CHECK(prior(17 + 24 + 48 + 8, editor::number(2, 4)).ends_with("cluster 2 does not exist"));
  CHECK(prior(17 + 24 + 48 + 20, huge) == "announces more numbers than it holds");
  CHECK(prior(17 + 24 + 48 + 28 + 8, editor::real(0)) ==
        "the library of a cluster is out of range");
  CHECK(said_of<prior_type>("prior", "units", with(0, huge)) ==
        "announces more numbers than it holds");
}

TEST_CASE("there were enough of them") {
  CHECK(bad_files >= 200);
}
