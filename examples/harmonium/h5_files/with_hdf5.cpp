// SPDX-License-Identifier: MIT
#include "../h5_files.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harmonium/io/h5_cells.hpp"
#include "harmonium/io/h5ad.hpp"
#include "harmonium/io/h5ad_output.hpp"
#include "harmonium/io/h5ad_writer.hpp"
#include "harmonium/io/tenx_h5.hpp"

namespace program {

namespace io = harmonium::io;

namespace {

/// To be held while HDF5 is used: unless it was built thread-safe, as Debian's is, it is for one
/// thread at a time, and threads that call the C library wait for each other here. Before its first
/// use: what HDF5 does at the end of the program is to close what we have closed, and of damaged
/// files it complains then.
[[nodiscard]] std::unique_lock<std::mutex> begin_hdf5() {
  static std::mutex one_at_a_time;
  std::unique_lock<std::mutex> turn(one_at_a_time);
  static const auto done = H5dont_atexit();
  (void)done;
  return turn;
}

io::h5ad_contents contents_of(const h5_extras& extras) {
  io::h5ad_contents contents{.labels = extras.labels,
                             .components = extras.components,
                             .provenance = extras.texts,
                             .level = extras.compress ? 4 : 0,
                             .codes = {},
                             .numbers = extras.numbers};
  for (const auto& each : extras.codes)
    contents.codes.push_back({each.name, each.categories, each.codes});
  return contents;
}

}  // namespace

io::dataset read_h5(const std::string& name, const std::string& layer,
                    const std::string& feature_type, int threads,
                    std::vector<std::string>& remarks) {
  const auto turn = begin_hdf5();
  const bool annotated = name.ends_with(".h5ad") || io::hdf5::open(name).find("obs").has_value();
  if (!annotated) {
    harmonium::require(layer.empty(), "--layer", "is for .h5ad files; " + name + " is a 10x file");
    return io::read_10x_h5(name, {.feature_type = feature_type, .threads = threads});
  }
  const std::string path = io::h5ad_counts_path(name, {.layer = layer});
  if (layer.empty() && path != "/X")
    remarks.push_back(name + ": X holds no counts, those of " + path.substr(1) +
                      " were taken (--layer chooses)");
  return io::read_h5ad(name, {.layer = layer.empty() && path == "/X" ? "X" : layer,
                              .feature_type = feature_type,
                              .threads = threads});
}

h5_chunks::h5_chunks(const std::string& name, const std::string& layer,
                     const std::string& feature_type, int threads,
                     std::vector<std::string>& remarks) {
  const auto turn = begin_hdf5();
  const bool annotated = name.ends_with(".h5ad") || io::hdf5::open(name).find("obs").has_value();
  harmonium::require(annotated || layer.empty(), "--layer",
                     "is for .h5ad files; " + name + " is a 10x file");
  const auto file = std::make_shared<io::h5_cells>(
      name, io::h5_cells_options{.layer = layer, .feature_type = feature_type, .threads = threads});
  if (annotated && layer.empty() && file->counts_path() != "/X")
    remarks.push_back(name + ": X holds no counts, those of " + file->counts_path().substr(1) +
                      " were taken (--layer chooses)");
  for (const auto& [type, rows] : file->other_features())
    remarks.push_back("left out " + std::to_string(rows) + (rows == 1 ? " feature" : " features") +
                      " of type " + type + " (--feature-type chooses)");
  cells_ = file->cells();
  features_ = file->features();
  read_ = [file](harmonium::index begin, harmonium::index end) {
    const auto own_turn = begin_hdf5();
    return file->read(begin, end);
  };
  barcodes_ = [file] {
    const auto own_turn = begin_hdf5();
    return file->barcodes();
  };
}

io::label_table read_h5_labels(const std::string& name, const std::string& column) {
  const auto turn = begin_hdf5();
  return io::read_h5ad_labels(name, column);
}

void write_h5(const std::string& name, const harmonium::count_view<>& counts,
              const io::features& genes, std::span<const std::string> barcodes,
              const h5_extras& extras) {
  const auto turn = begin_hdf5();
  const io::h5ad_contents contents = contents_of(extras);
  if (name.ends_with(".h5"))
    return io::write_10x_h5(name, counts, genes, barcodes, {.level = contents.level});
  io::write_h5ad(name, counts, genes, barcodes, contents);
}

struct h5ad_stream::state {
  std::optional<io::h5ad_writer> file;
};

h5ad_stream::h5ad_stream(const std::string& name, harmonium::index cells, const io::features& genes,
                         bool compress)
    : state_(std::make_unique<state>()) {
  const auto turn = begin_hdf5();
  state_->file.emplace(name, cells, genes, io::h5ad_writer_options{.level = compress ? 4 : 0});
}

h5ad_stream::~h5ad_stream() {
  const auto turn = begin_hdf5();
  state_->file.reset();
}

void h5ad_stream::append(const harmonium::count_view<>& cells) {
  const auto turn = begin_hdf5();
  state_->file->append(cells);
}

void h5ad_stream::finish(std::span<const std::string> barcodes, const h5_extras& extras) {
  const auto turn = begin_hdf5();
  state_->file->finish(barcodes, contents_of(extras));
}

void check_h5_support(const char*) {}

}  // namespace program
