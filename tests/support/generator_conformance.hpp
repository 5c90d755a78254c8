// SPDX-License-Identifier: MIT
/// @file
/// The suite of generators (harmonium::testing) as one assertion.
#pragma once

#include <doctest/doctest.h>

#include "harmonium/testing/check_generator.hpp"

namespace tiny {

template <harmonium::generator Generator>
void check_generator(const Generator& model, harmonium::index cells = 1200) {
  CHECK(harmonium::testing::check_generator(model, cells).text() == "");
}

}  // namespace tiny
