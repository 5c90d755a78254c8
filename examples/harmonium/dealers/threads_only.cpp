// SPDX-License-Identifier: MIT
#include "../dealers.hpp"

namespace program {

any_dealer make_dealer(int threads) {
  return thread_dealer(threads);
}

}  // namespace program
