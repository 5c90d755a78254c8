// SPDX-License-Identifier: MIT
#include "harmonium/everything.hpp"

int main() {}
