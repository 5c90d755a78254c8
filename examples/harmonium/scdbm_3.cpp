// SPDX-License-Identifier: MIT
#include "scdbm_impl.hpp"

namespace program {

template fitted_model fit_scdbm<3>(const hm::thread_executor&, const pilot_data&,
                                   const generate_options&, terminal_progress&, hm::random_engine&);

}  // namespace program
