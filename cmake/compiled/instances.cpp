// SPDX-License-Identifier: MIT
// The instances that harmonium/compiled.hpp declares.
#define HARMONIUM_INSTANCES
#include "harmonium/compiled.hpp"
