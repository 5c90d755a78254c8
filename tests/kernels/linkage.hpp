// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using named_bits = std::vector<std::pair<std::string, std::uint64_t>>;
named_bits figures_at_default_flags();
named_bits figures_at_other_flags();
