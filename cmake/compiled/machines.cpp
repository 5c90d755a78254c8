// SPDX-License-Identifier: MIT
// The instances that harmonium/compiled.hpp declares.
#include "harmonium/compiled_numerics.hpp"  // whose own instances are in numerics.cpp
#define HARMONIUM_HOLDS_INSTANCES
#include "harmonium/compiled.hpp"
