// SPDX-License-Identifier: MIT
// Readers and writers with a failure at every allocation. Outputs are the old ones or whole new
// ones.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "faults/faults.hpp"
#include "harmonium/io/gene_list.hpp"
#include "harmonium/io/known_models.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/io/models/baselines.hpp"
#include "harmonium/io/npy.hpp"
#include "harmonium/io/study_csv.hpp"
#include "harmonium/io/table.hpp"
#include "harmonium/models/baselines/independent_nb.hpp"
#include "harmonium/simulate/tissue.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_of_all(const fs::path& folder) {
  std::string all;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) all += file.filename().string() + "\n" + text_of(file);
  return all;
}

std::string text_of(const hm::count_matrix<>& counts) {
  std::string all = std::to_string(counts.genes()) + " genes\n";
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      all += std::to_string(cell.genes[k]) + ":" + std::to_string(cell.values[k]) + " ";
    all += "\n";
  }
  return all;
}

/// Writing into a folder whose files say "before": each is that, or whole, and nothing else is
/// there.
faults::operation writer(const std::string& name, const fs::path& folder,
                         const std::vector<std::string>& files, std::function<void()> write) {
  const auto reset = [folder, files] {
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const auto& file : files) std::ofstream(folder / file) << "before";
  };
  reset();
  write();
  std::vector<std::string> whole;
  for (const auto& file : files) whole.push_back(text_of(folder / file));
  return {name,
          [folder, reset, write](const auto&) {
            const long armed = faults::failing;
            faults::failing = 0;
            reset();
            faults::arm(armed);
            write();
            faults::failing = 0;
            return text_of_all(folder);
          },
          [folder, files, whole] {
            for (const auto& entry : fs::directory_iterator(folder)) {
              const std::string name = entry.path().filename().string();
              if (std::find(files.begin(), files.end(), name) == files.end())
                throw std::runtime_error("leaves " + name);
            }
            for (std::size_t i = 0; i < files.size(); ++i) {
              const std::string text = text_of(folder / files[i]);
              if (text != "before" && text != whole[i])
                throw std::runtime_error(files[i] + " is neither the old nor the new one");
            }
          }};
}

}  // namespace

int main() {
  const fs::path here = fs::temp_directory_path() / ("faults-" + std::to_string(getpid()));
  fs::create_directories(here);
  hm::random_engine rng(7);
  const hm::tissue tissue =
      hm::simulate_tissue({.cells = 40, .genes = 30, .markers_per_type = 2}, rng);
  io::features genes;
  for (const auto& name : tissue.gene_names) genes.push_back(name, name, io::gene_expression);
  std::vector<std::string> barcodes;
  for (int i = 0; i < 40; ++i) barcodes.push_back("cell" + std::to_string(i));
  const io::dataset data{tissue.counts, genes, barcodes};
  const auto model = hm::independent_nb::fit(tissue.counts);
  io::model_notes notes;
  notes.genes = genes;
  io::write_10x(here / "plain", data, {.compress = false});
  io::write_10x(here / "gz", data, {.compress = true});
  io::write_table(here / "table.csv", data, io::orientation::cells_by_genes);
  io::write_labels(here / "labels.tsv", barcodes, tissue.labels());
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
  all.push_back(writer("write_labels", here / "o5", {"l.tsv"},
                       [&] { io::write_labels(here / "o5/l.tsv", barcodes, tissue.labels()); }));
  all.push_back(writer("save", here / "o6", {"m.harmonium"},
                       [&] { io::save(model, here / "o6/m.harmonium", notes); }));
  all.push_back(writer("write_npy", here / "o7", {"n.npy"},
                       [&] { io::write_npy(here / "o7/n.npy", shape, numbers); }));
  const auto loaded = io::load_any(here / "model.harmonium");
  all.push_back(
      writer("save_npz", here / "o8", {"p.npz"}, [&] { loaded.save_npz(here / "o8/p.npz"); }));

  std::printf(
      "| operation | allocations | failed in turn | of these thrown | survived | observer calls "
      "that threw | broken |\n"
      "|---|---|---|---|---|---|---|\n");
  bool held = true;
  for (const auto& op : all) held = faults::every_fault(op) && held;
  fs::remove_all(here);
  return held ? 0 : 1;
}
