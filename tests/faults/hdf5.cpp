// SPDX-License-Identifier: MIT
// HDF5 files with a failure at every allocation by `new`, and writers with a disk that is full
// after any byte. Not those of HDF5 itself: after one that fails, HDF5 1.10 opens no file any more.
// It keeps memory for later, so that leaks are not counted.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "faults/faults.hpp"
#include "faults/file_operations.hpp"
#include "harmonium/io/h5_cells.hpp"
#include "harmonium/io/h5ad.hpp"
#include "harmonium/io/h5ad_output.hpp"
#include "harmonium/io/h5ad_writer.hpp"
#include "harmonium/io/tenx_h5.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;
namespace fs = std::filesystem;

int main() {
  H5dont_atexit();  // HDF5 1.10 may crash as a process ends whose disk was full (docs/errors.md)
  const fs::path here = fs::temp_directory_path() / ("faults-" + std::to_string(getpid()));
  fs::create_directories(here);
  const io::dataset data = faults::make_small_cells().data;
  io::write_h5ad(here / "cells.h5ad", data);
  io::write_10x_h5(here / "cells.h5", data.counts, data.genes, data.barcodes);

  std::vector<faults::operation> all;
  const auto add = [&](faults::operation op) {
    op.keeps = true;
    all.push_back(std::move(op));
  };
  add({"read_h5ad",
       [&](const auto&) { return faults::text_of(io::read_h5ad(here / "cells.h5ad").counts); }});
  add({"read_10x_h5",
       [&](const auto&) { return faults::text_of(io::read_10x_h5(here / "cells.h5").counts); }});
  add({"h5_cells", [&](const auto&) {
         io::h5_cells cells(here / "cells.h5ad");
         (void)cells.read(0, cells.cells() / 2);
         return faults::text_of(cells.read(cells.cells() / 2, cells.cells()));
       }});
  add(faults::writer("write_h5ad", here / "o1", {"c.h5ad"},
                     [&] { io::write_h5ad(here / "o1/c.h5ad", data); }));
  add(faults::writer("h5ad_writer", here / "o3", {"c.h5ad"}, [&] {
    io::h5ad_writer file(here / "o3/c.h5ad", data.counts.cells(), data.genes);
    file.append(data.counts);
    file.finish(data.barcodes);
  }));
  add(faults::writer("write_10x_h5", here / "o2", {"c.h5"}, [&] {
    io::write_10x_h5(here / "o2/c.h5", data.counts, data.genes, data.barcodes);
  }));

  faults::in_libraries = false;
  faults::print_header();
  bool held = true;
  for (const auto& op : all) held = faults::every_fault(op) && held;
  fs::remove_all(here);
  return held ? 0 : 1;
}
