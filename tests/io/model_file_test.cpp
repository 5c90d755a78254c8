// SPDX-License-Identifier: MIT
#include "harmonium/io/model_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "support/golden_models.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

std::filesystem::path golden_file(const std::string& name) {
  return std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / "models" /
         "format_1" / (name + ".harmonium");
}

template <class Model>
std::string text_of_load(const std::filesystem::path& path) {
  try {
    (void)io::load<Model>(path);
  } catch (const hm::io_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("the same cells from the file as without it; equal models, equal bytes") {
  const temporary_folder folder;
  const auto model = golden::deep_model();
  io::save(model, folder / "a.harmonium");
  io::save(model, folder / "b.harmonium");
  CHECK(folder.bytes("a.harmonium") == folder.bytes("b.harmonium"));
  hm::random_engine one(3);
  hm::random_engine two(3);
  CHECK(hm::sampled(model, hm::exact{}).generate(50, one) ==
        hm::sampled(io::load<golden::deep>(folder / "a.harmonium"), hm::exact{}).generate(50, two));
  io::save(golden::clusters(), folder / "c.harmonium");
  CHECK(golden::clusters().generate(50, one) ==
        io::load<hm::cluster_nb>(folder / "c.harmonium").generate(50, two));
}

TEST_CASE("another kind of model, no model, a newer format") {
  const temporary_folder folder;
  const auto path = golden_file("deep");
  CHECK(text_of_load<golden::binary>(path) ==
        path.string() +
            ": holds a dbm<negative_binomial, bernoulli, categorical>, expected a dbm<bernoulli, "
            "bernoulli>");
  CHECK(text_of_load<hm::cluster_nb>(path).ends_with("expected a cluster_nb"));
  const auto text = folder.write("text.harmonium", "barcode\tlabel\n");
  CHECK(text_of_load<golden::deep>(text) == text.string() + ": is no model file of harmonium");
  CHECK(text_of_load<golden::deep>(folder / "nowhere").ends_with("no such file"));
  folder.write("newer.harmonium",
               "\x89HARM\r\n\x1a" + std::string("\x02\0\0\0\0\0\0\0\0\0\0\0", 12));
  CHECK(text_of_load<golden::deep>(folder / "newer.harmonium") ==
        (folder / "newer.harmonium").string() +
            ": has format 2, which is newer than this library reads (1)");
}

TEST_CASE("cut short anywhere, or any byte changed: one line, and nothing is loaded") {
  const temporary_folder folder;
  std::filesystem::copy_file(golden_file("deep"), folder / "whole");
  const std::string whole = folder.bytes("whole");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto path = folder.write("short.harmonium", whole.substr(0, size));
    CHECK(text_of_load<golden::deep>(path).starts_with(path.string() + ": "));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x11);
    const auto path = folder.write("changed.harmonium", bytes);
    CHECK(text_of_load<golden::deep>(path).starts_with(path.string() + ": "));
  }
  const auto longer = folder.write("longer.harmonium", whole + "x");
  CHECK(text_of_load<golden::deep>(longer) ==
        longer.string() + ": goes on after its last section: 1 bytes");
}

TEST_CASE("sound sums over senseless contents") {
  const temporary_folder folder;
  const auto path = folder / "bad.harmonium";
  const auto made = [&](const auto& fill_units, const auto& fill_parameters) {
    io::model_sections file;
    io::payload_writer about, genes, texts, units, parameters;
    about.text("dbm<bernoulli, bernoulli>");
    about.text("0");
    for (int k = 0; k < 3; ++k) genes.number(0);
    texts.number(0);
    fill_units(units);
    fill_parameters(parameters);
    file.add("model", about);
    file.add("genes", genes);
    file.add("texts", texts);
    file.add("units", units);
    file.add("parameters", parameters);
    file.write(path);
    const std::string text = text_of_load<golden::binary>(path);
    return text.starts_with(path.string()) ? text.substr(path.string().size() + 2) : text;
  };
  const auto sizes = [](std::uint64_t below, std::uint64_t above) {
    return [=](io::payload_writer& out) {
      out.number(below);
      out.number(above);
    };
  };
  const auto numbers = [](std::size_t count) {
    return [=](io::payload_writer& out) { out.reals(std::vector<double>(count, 1.0)); };
  };
  const auto huge = [](io::payload_writer& out) { out.number(std::uint64_t{1} << 60); };
  const std::string wrong = "which do not fit the sizes of the layers";
  CHECK(made(sizes(2, 3), numbers(10)).ends_with(wrong));
  CHECK(made(sizes(2147483647, 2147483647), numbers(11)).ends_with(wrong));
  CHECK(made(sizes(0, 3), numbers(11)) == "section 'units': a size of 0 is out of range");
  CHECK(made(sizes(std::uint64_t{1} << 40, 3), numbers(11)).ends_with("is out of range"));
  CHECK(made(sizes(2, 3), huge) == "section 'parameters': announces more numbers than it holds");
  CHECK(made(huge, numbers(11)).ends_with("is out of range"));
  CHECK(made([](auto&) {}, numbers(11)) == "section 'units': ends early");
  CHECK(made([](auto& out) { out.number(2), out.number(3), out.number(4); }, numbers(11)) ==
        "section 'units': holds 8 bytes too many");
  CHECK(made(sizes(2, 3), numbers(11)) == "nothing was thrown");

  io::model_sections file;
  io::payload_writer about, rest;
  about.text("independent_nb");
  about.text("0");
  for (int k = 0; k < 3; ++k) rest.number(0);
  io::payload_writer none, parameters;
  none.number(0);
  parameters.reals(std::vector<double>{-1});
  parameters.reals(std::vector<double>{1});
  parameters.number(0, 1);
  file.add("model", about);
  file.add("genes", rest);
  file.add("texts", none);
  file.add("parameters", parameters);
  file.write(path);
  CHECK(text_of_load<hm::independent_nb>(path) ==
        path.string() +
            ": holds what is no independent_nb: independent_nb::of: gene 0: mean >= 0 and inverse "
            "dispersion > 0 expected");
}
