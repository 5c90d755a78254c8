// SPDX-License-Identifier: MIT
#include "harmonium/training/variational_options.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace hm = harmonium;

TEST_CASE("presets: published settings stay as published, and the default is for pilots") {
  CHECK(hm::scvi_default().shape.encoder == std::vector<hm::index>{128});
  CHECK(hm::scvi_default().shape.encode_library);
  CHECK(hm::scvi_default().epochs == 400);
  CHECK(hm::scvi_default().adam.rate == 0.001);
  CHECK(hm::scvi_default().adam.weight_decay == 1e-6);
  CHECK(hm::scvi_default().dropout == 0.1);
  CHECK(hm::paper_notebook().shape.decoder == std::vector<hm::index>{64, 64});
  CHECK(hm::paper_notebook().shape.latent == 14);
  CHECK(hm::paper_notebook().adam.rate == 0.01);
  CHECK(hm::paper_notebook().warm_up == 75);
  CHECK(hm::variational_options{}.shape.encoder == hm::pilot_default().shape.encoder);
  CHECK(hm::variational_options{}.adam.weight_decay == hm::pilot_default().adam.weight_decay);
  for (const auto& preset : {hm::scvi_default(), hm::paper_notebook(), hm::pilot_default()})
    CHECK_NOTHROW(hm::validate(preset));
}

TEST_CASE("a setting out of range is named") {
  const auto message = [](const hm::variational_options& options) {
    try {
      hm::validate(options);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto names = [&](const hm::variational_options& options, const char* setting) {
    return message(options).find(setting) != std::string::npos;
  };
  CHECK(names({.dropout = 1}, "dropout"));
  CHECK(names({.epochs = -1}, "epochs"));
  CHECK(names({.batch = 2}, "batches"));
  CHECK(names({.warm_up = -1}, "warm_up"));
  CHECK(names({.held_out = 1.0}, "held_out"));
  CHECK(names({.held_out = -0.1}, "held_out"));
  CHECK(names({.held_out = 0.0}, "monitor needs held_out"));
  CHECK(names({.held_out = std::vector<hm::index>{}}, "monitor needs held_out"));
  CHECK(names({.monitor = hm::held_out_monitor{.every = 0}}, "monitor.every"));
  CHECK(names({.monitor = hm::held_out_monitor{.draws = 0}}, "monitor.draws"));
  CHECK(names({.monitor = hm::held_out_monitor{.patience = 0}}, "monitor.patience"));
}
