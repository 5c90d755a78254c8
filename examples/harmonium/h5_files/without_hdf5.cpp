// SPDX-License-Identifier: MIT
#include <span>
#include <string>
#include <vector>

#include "../h5_files.hpp"
#include "harmonium/core/error.hpp"

namespace program {

namespace io = harmonium::io;

void check_h5_support(const char* option) {
  harmonium::require(false, option,
                     "this program was built without HDF5 and has no .h5 or .h5ad files");
}

io::dataset read_h5(const std::string&, const std::string&, const std::string&, int,
                    std::vector<std::string>&) {
  check_h5_support("read");
  return {harmonium::count_matrix<>(), {}, {}};
}

h5_chunks::h5_chunks(const std::string&, const std::string&, const std::string&, int,
                     std::vector<std::string>&) {
  check_h5_support("read");
}

io::label_table read_h5_labels(const std::string&, const std::string&) {
  check_h5_support("--labels-column");
  return {.file = {}, .barcodes = {}, .labels = {}};
}

void write_h5(const std::string&, const harmonium::count_view<>&, const io::features&,
              std::span<const std::string>, const h5_extras&) {
  check_h5_support("--output");
}

struct h5ad_stream::state {};
h5ad_stream::h5ad_stream(const std::string&, harmonium::index, const io::features&, bool) {
  check_h5_support("--output");
}
h5ad_stream::~h5ad_stream() = default;
void h5ad_stream::append(const harmonium::count_view<>&) {}
void h5ad_stream::finish(std::span<const std::string>, const h5_extras&) {}

}  // namespace program
