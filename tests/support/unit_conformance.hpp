// SPDX-License-Identifier: MIT
/// @file
/// The suite of unit families (harmonium::testing) as one assertion.
#pragma once

#include <doctest/doctest.h>

#include "harmonium/testing/check_unit.hpp"

namespace support {

template <harmonium::unit_family U>
void check_unit_family(const harmonium::testing::unit_laws<U>& laws) {
  CHECK(harmonium::testing::check_unit(laws).text() == "");
}

}  // namespace support
