// SPDX-License-Identifier: MIT
// Nothing: CMake makes the precompiled header for the sake of a source that uses it, and main.cpp
// does not.
