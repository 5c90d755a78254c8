// SPDX-License-Identifier: MIT
// Readers and writers with a failure at every allocation, and writers with a disk that is full
// after any byte. Outputs are the old ones or whole new ones.
#include <filesystem>
#include <string>
#include <vector>

#include "faults/faults.hpp"
#include "faults/file_operations.hpp"
#include "harmonium/io/gene_list.hpp"
#include "harmonium/io/known_models.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/io/models/baselines.hpp"
#include "harmonium/io/npy.hpp"
#include "harmonium/io/study_csv.hpp"
#include "harmonium/io/table.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;
namespace fs = std::filesystem;

using faults::text_of;
using faults::writer;

int main() {
  const fs::path here = fs::temp_directory_path() / ("faults-" + std::to_string(getpid()));
  fs::create_directories(here);
  const auto [tissue, data] = faults::make_small_cells();
  const auto model = hm::independent_nb::fit(tissue.counts);
  io::model_notes notes;
  notes.genes = data.genes;
  io::write_10x(here / "plain", data, {.compress = false});
  io::write_10x(here / "gz", data, {.compress = true});
  io::write_table(here / "table.csv", data, io::orientation::cells_by_genes);
  io::write_labels(here / "labels.tsv", data.barcodes, tissue.labels());
  io::save(model, here / "model.harmonium", notes);
  const std::vector<double> numbers{1, 2, 3, 4, 5, 6};
  const std::vector<std::size_t> shape{2, 3};
  io::write_npy(here / "numbers.npy", shape, numbers);

  std::vector<faults::operation> all;
  const auto reader = [&](const char* name, auto read) {
    all.push_back({name, [read](const auto&) -> std::string { return read(); }});
  };
  reader("read_10x", [&] { return text_of(io::read_10x(here / "plain").counts); });
  reader("read_10x, gzip", [&] { return text_of(io::read_10x(here / "gz").counts); });
  reader("read_table", [&] {
    return text_of(io::read_table(here / "table.csv", io::orientation::cells_by_genes).counts);
  });
  reader("read_labels", [&] {
    const auto found = io::read_labels(here / "labels.tsv");
    return found.labels.front() + std::to_string(found.labels.size());
  });
  reader("read_npy",
         [&] { return std::to_string(io::read_npy(here / "numbers.npy").values.back()); });
  reader("load_any", [&] {
    hm::random_engine own(1);
    return text_of(io::load_any(here / "model.harmonium").generate(5, own));
  });
  all.push_back(writer("write_10x", here / "o1", {"matrix.mtx", "features.tsv", "barcodes.tsv"},
                       [&] { io::write_10x(here / "o1", data, {.compress = false}); }));
  all.push_back(writer("write_10x, gzip", here / "o2",
                       {"matrix.mtx.gz", "features.tsv.gz", "barcodes.tsv.gz"},
                       [&] { io::write_10x(here / "o2", data, {.compress = true}); }));
  all.push_back(writer("write_10x, gzip, 2 threads", here / "o3",
                       {"matrix.mtx.gz", "features.tsv.gz", "barcodes.tsv.gz"}, [&] {
                         io::write_10x(here / "o3", data, {.compress = true, .threads = 2});
                       }));
  all.push_back(writer("write_table", here / "o4", {"t.csv"}, [&] {
    io::write_table(here / "o4/t.csv", data, io::orientation::genes_by_cells);
  }));
  all.push_back(writer("write_labels", here / "o5", {"l.tsv"}, [&] {
    io::write_labels(here / "o5/l.tsv", data.barcodes, tissue.labels());
  }));
  all.push_back(writer("save", here / "o6", {"m.harmonium"},
                       [&] { io::save(model, here / "o6/m.harmonium", notes); }));
  all.push_back(writer("write_npy", here / "o7", {"n.npy"},
                       [&] { io::write_npy(here / "o7/n.npy", shape, numbers); }));
  const auto loaded = io::load_any(here / "model.harmonium");
  all.push_back(
      writer("save_npz", here / "o8", {"p.npz"}, [&] { loaded.save_npz(here / "o8/p.npz"); }));

  faults::print_header();
  bool held = true;
  for (const auto& op : all) held = faults::every_fault(op) && held;
  fs::remove_all(here);
  return held ? 0 : 1;
}
