// SPDX-License-Identifier: MIT
// The target of this file precompiles headers for the others.
