// SPDX-License-Identifier: MIT
#include "harmonium/harmonium.hpp"

int main() {}
