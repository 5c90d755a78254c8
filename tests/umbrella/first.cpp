// SPDX-License-Identifier: MIT
#include <cstdio>
#include <cstring>

#include "all.hpp"

const char* version_seen_by_second();

int main() {
  const char* first = harmonium::version;
  const char* second = version_seen_by_second();
  std::printf("version %s, %s\n", first, second);
  return std::strcmp(first, second);
}
