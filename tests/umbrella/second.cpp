// SPDX-License-Identifier: MIT
#include "all.hpp"

const char* version_seen_by_second();
const char* version_seen_by_second() {
  return harmonium::version;
}
