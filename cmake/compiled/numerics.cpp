// SPDX-License-Identifier: MIT
// The instances that harmonium/compiled_numerics.hpp declares.
#define HARMONIUM_HOLDS_INSTANCES
#include "harmonium/compiled_numerics.hpp"
