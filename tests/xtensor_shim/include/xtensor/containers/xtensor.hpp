// SPDX-License-Identifier: MIT
// The name of this header since xtensor 0.26.
#pragma once
#include_next <xtensor/xtensor.hpp>
