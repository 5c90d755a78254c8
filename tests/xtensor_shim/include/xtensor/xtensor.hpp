// SPDX-License-Identifier: MIT
#error "xtensor 0.26 has no header of this name"
