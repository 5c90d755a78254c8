// SPDX-License-Identifier: MIT
#include <functional>

#include "../dealers.hpp"

namespace program {

any_dealer make_dealer(int threads) {
  return thread_dealer(threads);
}

any_processes make_processes(std::function<void(int code)>& /*abort*/) {
  return {};
}

}  // namespace program
