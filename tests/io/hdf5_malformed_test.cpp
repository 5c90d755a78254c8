// SPDX-License-Identifier: MIT
// Bad .h5 and .h5ad files, made of good ones: each gives one line with the file and the path in it.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "harmonium/io/h5ad.hpp"
#include "harmonium/io/tenx_h5.hpp"
#include "support/h5_editor.hpp"
#include "support/temporary_folder.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;

namespace {

struct bad_h5 {
  std::string what;
  std::string base;  // of tests/golden/h5
  std::function<void(h5_editor&)> spoil;
  std::string text;  // after the file's name
};

using i4 = std::vector<std::int32_t>;
using i8 = std::vector<std::int64_t>;
using f4 = std::vector<float>;
using f8 = std::vector<double>;
using texts = std::vector<std::string>;

const std::string csr = "anndata_0.8_csr.h5ad";
const std::string csc = "anndata_0.8_csc.h5ad";
const std::string dense = "anndata_0.8_dense.h5ad";
const std::string nullable = "anndata_0.11_nullable.h5ad";
const std::string v2 = "tenx_v2.h5";
const std::string v3 = "tenx_v3.h5";

// The good CSR: 10 counts of 6 cells.
const f4 data{3, 1, 7, 1, 300, 5, 70000, 2, 9, 1};
const i4 indices{0, 3, 1, 0, 2, 0, 3, 4, 1, 4};

/// A copy of `values` with the one at `at` replaced.
template <class T>
std::vector<T> with(std::vector<T> values, std::size_t at, T value) {
  values[at] = value;
  return values;
}

std::vector<bad_h5> bad_files() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinite = std::numeric_limits<float>::infinity();
  return {
      // Values
      {"NaN", csr, [=](auto& f) { f.put("X/data", with(data, 4, nan)); },
       "/X/data: element 4: count nan is not finite"},
      {"infinity", csr, [=](auto& f) { f.put("X/data", with(data, 0, infinite)); },
       "/X/data: element 0: count inf is not finite"},
      {"a fraction", csr, [](auto& f) { f.put("X/data", with(data, 9, 0.5F)); },
       "/X/data: element 9: count 0.5 is not a whole number"},
      {"a negative real", csr, [](auto& f) { f.put("X/data", with(data, 2, -3.0F)); },
       "/X/data: element 2: count -3 is negative"},
      {"a negative whole number", csr,
       [](auto& f) {
         f.put("X/data", i4{3, 1, 7, 1, -1, 5, 7, 2, 9, 1});
       },
       "/X/data: element 4: count -1 is negative"},
      {"a large real", csr, [](auto& f) { f.put("X/data", with(f8(10, 1), 3, 2147483648.0)); },
       "/X/data: element 3: count 2147483648 is too large: a count is at most 2147483647"},
      {"a large float", csr, [](auto& f) { f.put("X/data", with(data, 3, 3e9F)); },
       "/X/data: element 3: count 3e+09 is too large: a count is at most 2147483647"},
      {"a large whole number", csr,
       [](auto& f) { f.put("X/data", with(i8(10, 1), 3, std::int64_t{1} << 40)); },
       "/X/data: element 3: count 1099511627776 is too large: a count is at most 2147483647"},
      {"beyond signed 64 bits", csr,
       [](auto& f) { f.put("X/data", std::vector<std::uint64_t>(10, ~std::uint64_t{0})); },
       "/X/data: element 0: count 18446744073709551615 is too large: a count is at most "
       "2147483647"},
      {"strings as values", csr, [](auto& f) { f.put_texts("X/data", texts(10, "3")); },
       "/X/data: holds strings, numbers were expected"},
      {"a fraction by gene", csc, [](auto& f) { f.put("X/data", with(f8(10, 1), 3, 1.25)); },
       "/X/data: element 3: count 1.25 is not a whole number"},
      {"a dense fraction", dense,
       [](auto& f) {
         f.put("X", with(f4(30, 1), 17, 0.25F), {6, 5});
       },
       "/X: row 3, column 2: count 0.25 is not a whole number"},
      {"a dense NaN", dense,
       [=](auto& f) {
         f.put("X", with(f4(30, 0), 29, nan), {6, 5});
       },
       "/X: row 5, column 4: count nan is not finite"},
      // Indices
      {"a gene beyond", csr, [](auto& f) { f.put("X/indices", with(indices, 6, 5)); },
       "/X/indices: element 6 is 5, out of range: there are 5 genes"},
      {"a negative gene", csr, [](auto& f) { f.put("X/indices", with(indices, 6, -1)); },
       "/X/indices: element 6 is -1, out of range: there are 5 genes"},
      {"a gene of 64 bits", csr,
       [](auto& f) { f.put("X/indices", with(i8(10, 0), 1, std::int64_t{1} << 33)); },
       "/X/indices: element 1 is 8589934592, out of range: there are 5 genes"},
      {"a cell beyond", csc, [](auto& f) { f.put("X/indices", i4(10, 6)); },
       "/X/indices: element 0 is 6, out of range: there are 6 cells"},
      {"a gene twice", csr, [](auto& f) { f.put("X/indices", with(indices, 1, 0)); },
       "/X/indices: gene 0 occurs twice in cell 0"},
      {"a gene twice, by gene", csc,
       [](auto& f) {
         f.put("X/indices", i4{0, 2, 4, 1, 1, 2, 0, 4, 4, 5});
       },
       "/X/indices: gene 1 occurs twice in cell 1"},
      {"real indices", csr, [](auto& f) { f.put("X/indices", f4(10, 1)); },
       "/X/indices: holds real numbers, whole numbers were expected"},
      {"strings as indices", csr, [](auto& f) { f.put_texts("X/indices", texts(10, "1")); },
       "/X/indices: holds strings, whole numbers were expected"},
      {"fewer indices", csr, [](auto& f) { f.put("X/indices", i4(9, 1)); },
       "/X/indices: has 9 elements, data 10"},
      // Pointers
      {"no indptr", csr, [](auto& f) { f.remove("X/indptr"); }, "/X/indptr: is missing"},
      {"no data", csr, [](auto& f) { f.remove("X/data"); }, "/X/data: is missing"},
      {"no indices", csr, [](auto& f) { f.remove("X/indices"); }, "/X/indices: is missing"},
      {"short indptr", csr,
       [](auto& f) {
         f.put("X/indptr", i4{0, 2, 10});
       },
       "/X/indptr: has 3 elements, expected 7, one more than there are cells"},
      {"short indptr by gene", csc,
       [](auto& f) {
         f.put("X/indptr", i4{0, 2, 10});
       },
       "/X/indptr: has 3 elements, expected 6, one more than there are genes"},
      {"indptr from 1", csr,
       [](auto& f) {
         f.put("X/indptr", i4{1, 2, 3, 5, 5, 8, 10});
       },
       "/X/indptr: begins with 1, expected 0"},
      {"indptr falls", csr,
       [](auto& f) {
         f.put("X/indptr", i4{0, 2, 3, 2, 5, 8, 10});
       },
       "/X/indptr: element 3 is 2, less than the one before, 3"},
      {"indptr beyond", csr,
       [](auto& f) {
         f.put("X/indptr", i4{0, 2, 3, 5, 5, 8, 11});
       },
       "/X/indptr: ends with 11, data has 10 elements"},
      {"indptr beyond by far", csr,
       [](auto& f) {
         f.put("X/indptr", i8{0, 2, 3, 5, 5, 8, std::int64_t{1} << 60});
       },
       "/X/indptr: ends with 1152921504606846976, data has 10 elements"},
      {"indptr of two dimensions", csr,
       [](auto& f) {
         f.put("X/indptr", i4(7, 0), {7, 1});
       },
       "/X/indptr: has 2 dimensions, expected 1"},
      {"real indptr", csr, [](auto& f) { f.put("X/indptr", f4(7, 0)); },
       "/X/indptr: holds real numbers, whole numbers were expected"},
      // Shapes and encodings
      {"huge shape", csr,
       [](auto& f) {
         f.attribute("X", "shape", i8{std::int64_t{1} << 60, std::int64_t{1} << 60});
       },
       "/X: has the shape 1152921504606846976 x 1152921504606846976, expected 6 cells x 5 genes"},
      {"transposed shape", csr,
       [](auto& f) {
         f.attribute("X", "shape", i8{5, 6});
       },
       "/X: has the shape 5 x 6, expected 6 cells x 5 genes"},
      {"shape of three", csr,
       [](auto& f) {
         f.attribute("X", "shape", i8{5, 6, 1});
       },
       "/X: attribute 'shape': two whole numbers were expected"},
      {"shape in words", csr, [](auto& f) { f.attribute("X", "shape", std::string("6 x 5")); },
       "/X: attribute 'shape': two whole numbers were expected"},
      {"no shape", csr, [](auto& f) { f.remove_attribute("X", "shape"); },
       "/X: has no attribute 'shape'"},
      {"another encoding", csr, [](auto& f) { f.attribute("X", "encoding-type", "coo_matrix"); },
       "/X: has the encoding-type 'coo_matrix'; csr_matrix, csc_matrix or array was expected"},
      {"no encoding", csr, [](auto& f) { f.remove_attribute("X", "encoding-type"); },
       "/X: is a group without an encoding-type, a matrix was expected"},
      {"dense of another shape", dense,
       [](auto& f) {
         f.put("X", f4(30, 1), {5, 6});
       },
       "/X: is 5 x 6, expected 6 cells x 5 genes"},
      {"dense of one dimension", dense, [](auto& f) { f.put("X", f4(30, 1)); },
       "/X: has 1 dimensions, expected 2"},
      {"strings as X", dense, [](auto& f) { f.put_texts("X", texts(30, "a")); },
       "/X: has 1 dimensions, expected 2"},
      {"no X at all", csr, [](auto& f) { f.remove("X"); },
       "/: has neither X nor a layer 'counts' nor raw/X"},
      {"a dead link", csr, [](auto& f) { f.link("X", "/nowhere"); },
       "/X: cannot be opened: damaged, or a dead link"},
      // Sizes that the file cannot hold
      {"data of 2^40 elements", csr,
       [](auto& f) { f.put_hollow("X/data", {hsize_t{1} << 40}, {65536}); },
       "/X/data: announces 1099511627776 elements, more than its bytes in the file can hold"},
      {"dense of 2^60 elements", dense,
       [](auto& f) {
         f.put_hollow("X", {hsize_t{1} << 30, hsize_t{1} << 30}, {64, 64});
       },
       "/X: announces 1073741824 x 1073741824 elements, more than its bytes in the file can hold"},
      {"product beyond 64 bits", dense,
       [](auto& f) {
         f.put_hollow("X", {hsize_t{1} << 40, hsize_t{1} << 40}, {64, 64});
       },
       "/X: announces 1099511627776 x 1099511627776 elements, more than its bytes in the file can "
       "hold"},
      {"never written", v2, [](auto& f) { f.put_hollow("GRCh38/data", {10}); },
       "/GRCh38/data: announces 10 elements, more than its bytes in the file can hold"},
      // obs and var
      {"no obs", csr, [](auto& f) { f.remove("obs"); }, "/: is no AnnData file: it has no obs"},
      {"no var", csr, [](auto& f) { f.remove("var"); }, "/: is no AnnData file: it has no var"},
      {"obs as numbers", csr,
       [](auto& f) {
         f.put("obs", i4{1, 2});
       },
       "/obs: is neither a group nor an array of records"},
      {"obs of another encoding", csr, [](auto& f) { f.attribute("obs", "encoding-type", "dict"); },
       "/obs: has the encoding-type 'dict', expected 'dataframe'"},
      {"no index", csr, [](auto& f) { f.remove("obs/_index"); },
       "/obs: has no column '_index'; there are cell_type, doublet, leiden"},
      {"an empty obs", csr, [](auto& f) { f.put_texts("obs/_index", {}); }, "/obs: has no cells"},
      {"a cell twice", csr,
       [](auto& f) {
         f.put_texts("obs/_index", {"A", "B", "C", "A", "E", "F"});
       },
       "/obs: row 3: the cell 'A' was already row 0"},
      {"a cell without a name", csr,
       [](auto& f) {
         f.put_texts("obs/_index", {"A", "B", "", "D", "E", "F"});
       },
       "/obs: row 2: the cell has no name"},
      {"another number of cells", csr,
       [](auto& f) {
         f.put_texts("obs/_index", {"A", "B"});
       },
       "/X: has the shape 6 x 5, expected 2 cells x 5 genes"},
      {"gene ids of another number", csr,
       [](auto& f) {
         f.put_texts("var/gene_ids", {"A", "B"});
       },
       "/var: column 'gene_ids' has 2 rows, the index 5"},
      {"mask of another length", nullable,
       [](auto& f) {
         f.put("obs/_index/mask", std::vector<std::int8_t>{0, 0});
       },
       "/obs/_index/mask: has 2 elements, values 6"},
      {"no values", nullable, [](auto& f) { f.remove("var/_index/values"); },
       "/var/_index/values: is missing"},
      {"index of an unknown encoding", nullable,
       [](auto& f) { f.attribute("obs/_index", "encoding-type", "awkward-array"); },
       "/obs/_index: has the encoding-type 'awkward-array', which is not known for a column"},
      {"a 10x file by another name", v3, [](auto& f) { f.put_group("obs2"); },
       "/: is no AnnData file: it has no obs (a 10x file? these end in .h5)"},
      // 10x
      {"no matrix", v3, [](auto& f) { f.remove("matrix"); },
       "/: is no 10x file: neither a group 'matrix' nor one with genes and barcodes"},
      {"AnnData by another name", csr, [](auto&) {},
       "/: is no 10x file: neither a group 'matrix' nor one with genes and barcodes (an AnnData "
       "file? these end in .h5ad)"},
      {"no barcodes", v3, [](auto& f) { f.remove("matrix/barcodes"); },
       "/matrix/barcodes: is missing"},
      {"a barcode twice", v3,
       [](auto& f) {
         f.put_texts("matrix/barcodes", {"A", "B", "C", "D", "E", "B"});
       },
       "/matrix/barcodes: element 5: barcode 'B' was already element 1"},
      {"an empty id", v2,
       [](auto& f) {
         f.put_texts("GRCh38/genes", {"A", "B", "", "D", "E"});
       },
       "/GRCh38/genes: element 2: the id is empty"},
      {"other types", v3,
       [](auto& f) { f.put_texts("matrix/features/feature_type", texts(7, "Peaks")); },
       "/matrix/features/feature_type: no feature is of type 'Gene Expression'; the first is of "
       "type 'Peaks'"},
      {"fewer types", v3, [](auto& f) { f.put_texts("matrix/features/feature_type", {"Peaks"}); },
       "/matrix/features/feature_type: has 1 elements, expected 7, one a feature"},
      {"another shape", v3,
       [](auto& f) {
         f.put("matrix/shape", i4{6, 7});
       },
       "/matrix/shape: is not 7 features x 6 barcodes"},
      {"two genomes", v2,
       [](auto& f) {
         f.put_group("mm10").put_texts("mm10/genes", {"A"}).put_texts("mm10/barcodes", {"A"});
         f.put("mm10/indptr", i4{0, 0});
       },
       "/: has several genomes, of which one must be chosen: GRCh38, mm10"},
      {"matrix as an array", v3, [](auto& f) { f.put("matrix", i4{1}); },
       "/matrix: is an array, a group was expected"},
      {"data as a group", v3, [](auto& f) { f.put_group("matrix/data"); },
       "/matrix/data: is a group, an array was expected"},
  };
}

/// More of the 10x kind: numbers and names of a file of Cell Ranger 2, and features of one of 3.
std::vector<bad_h5> bad_10x_files() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::string at = "GRCh38/";
  const auto put = [&](const char* name, auto values) {
    return [path = at + name, values](auto& f) { f.put(path, values); };
  };
  const auto put_texts = [](const std::string& path, texts values) {
    return [path, values](auto& f) { f.put_texts(path, values); };
  };
  const auto gone = [](const std::string& path) { return [path](auto& f) { f.remove(path); }; };
  return {
      {"NaN", v2, put("data", with(data, 4, nan)),
       "/GRCh38/data: element 4: count nan is not finite"},
      {"a fraction", v2, put("data", with(data, 9, 0.5F)),
       "/GRCh38/data: element 9: count 0.5 is not a whole number"},
      {"a negative count", v2, put("data", with(i4(10, 1), 2, -3)),
       "/GRCh38/data: element 2: count -3 is negative"},
      {"a large count", v2, put("data", with(i8(10, 1), 3, std::int64_t{1} << 40)),
       "/GRCh38/data: element 3: count 1099511627776 is too large: a count is at most 2147483647"},
      {"strings as counts", v2, put_texts(at + "data", texts(10, "3")),
       "/GRCh38/data: holds strings, numbers were expected"},
      {"no data", v2, gone(at + "data"), "/GRCh38/data: is missing"},
      {"data of two dimensions", v2,
       [=](auto& f) {
         f.put(at + "data", i4(10, 1), {5, 2});
       },
       "/GRCh38/data: has 2 dimensions, expected 1"},
      {"fewer counts", v2, put("data", i4(9, 1)), "/GRCh38/indices: has 10 elements, data 9"},
      {"a gene beyond", v2, put("indices", with(indices, 6, 5)),
       "/GRCh38/indices: element 6 is 5, out of range: there are 5 genes"},
      {"a negative gene", v2, put("indices", with(indices, 6, -1)),
       "/GRCh38/indices: element 6 is -1, out of range: there are 5 genes"},
      {"a gene of 64 bits", v2, put("indices", with(i8(10, 0), 1, std::int64_t{1} << 33)),
       "/GRCh38/indices: element 1 is 8589934592, out of range: there are 5 genes"},
      {"a gene twice", v2, put("indices", with(indices, 1, 0)),
       "/GRCh38/indices: gene 0 occurs twice in cell 0"},
      {"real genes", v2, put("indices", f4(10, 1)),
       "/GRCh38/indices: holds real numbers, whole numbers were expected"},
      {"no indices", v2, gone(at + "indices"), "/GRCh38/indices: is missing"},
      {"strings as genes", v2, put_texts(at + "indices", texts(10, "1")),
       "/GRCh38/indices: holds strings, whole numbers were expected"},
      {"indptr from 1", v2, put("indptr", i4{1, 2, 3, 5, 5, 8, 10}),
       "/GRCh38/indptr: begins with 1, expected 0"},
      {"indptr falls", v2, put("indptr", i4{0, 2, 3, 2, 5, 8, 10}),
       "/GRCh38/indptr: element 3 is 2, less than the one before, 3"},
      {"indptr beyond", v2, put("indptr", i4{0, 2, 3, 5, 5, 8, 11}),
       "/GRCh38/indptr: ends with 11, data has 10 elements"},
      {"indptr below", v2, put("indptr", i4{0, 2, 3, 5, 5, 8, 9}),
       "/GRCh38/indptr: ends with 9, data has 10 elements"},
      {"short indptr", v2, put("indptr", i4{0, 2, 10}),
       "/GRCh38/indptr: has 3 elements, expected 7, one more than there are cells"},
      {"real indptr", v2, put("indptr", f4(7, 0)),
       "/GRCh38/indptr: holds real numbers, whole numbers were expected"},
      {"transposed shape", v2, put("shape", i4{6, 5}),
       "/GRCh38/shape: is not 5 features x 6 barcodes"},
      {"shape of three", v2, put("shape", i4{5, 6, 1}),
       "/GRCh38/shape: is not 5 features x 6 barcodes"},
      {"huge shape", v2, put("shape", i8{std::int64_t{1} << 60, 6}),
       "/GRCh38/shape: is not 5 features x 6 barcodes"},
      {"negative shape", v2, put("shape", i4{-5, 6}),
       "/GRCh38/shape: is not 5 features x 6 barcodes"},
      {"shape in words", v2, put_texts(at + "shape", {"5", "6"}),
       "/GRCh38/shape: holds strings, numbers were expected"},
      {"no shape", v3, gone("matrix/shape"), "/matrix/shape: is missing"},
      {"barcodes as numbers", v2, put("barcodes", i4(6, 1)),
       "/GRCh38/barcodes: holds whole numbers, strings were expected"},
      {"a barcode without letters", v2, put_texts(at + "barcodes", {"A", "B", "", "D", "E", "F"}),
       "/GRCh38/barcodes: element 2: the barcode is empty"},
      {"barcodes of none", v2, put_texts(at + "barcodes", {}), "/GRCh38/barcodes: no barcodes"},
      {"fewer barcodes", v2, put_texts(at + "barcodes", {"A", "B"}),
       "/GRCh38/shape: is not 5 features x 2 barcodes"},
      {"symbols of another number", v2, put_texts(at + "gene_names", {"A", "B"}),
       "/GRCh38/gene_names: has 2 elements, expected 5, one a feature"},
      {"no symbols", v2, gone(at + "gene_names"), "/GRCh38/gene_names: is missing"},
      {"ids as numbers", v2, put("genes", i4(5, 1)),
       "/GRCh38/genes: holds whole numbers, strings were expected"},
      {"ids of another number", v3, put_texts("matrix/features/id", {"A", "B"}),
       "/matrix/features/name: has 7 elements, expected 2, one a feature"},
      {"no features", v3, gone("matrix/features"), "/matrix/genes: is missing"},
      {"features as an array", v3, [](auto& f) { f.put("matrix/features", i4{1}); },
       "/matrix/features: is an array, a group was expected"},
      {"no ids", v3, gone("matrix/features/id"), "/matrix/features/id: is missing"},
      {"no names of features", v3, gone("matrix/features/name"),
       "/matrix/features/name: is missing"},
      {"no types", v3, gone("matrix/features/feature_type"),
       "/matrix/features/feature_type: is missing"},
      {"a dead link", v3, [](auto& f) { f.link("matrix/data", "/nowhere"); },
       "/matrix/data: cannot be opened: damaged, or a dead link"},
      {"data of 2^40 counts", v3,
       [](auto& f) { f.put_hollow("matrix/data", {hsize_t{1} << 40}, {65536}); },
       "/matrix/data: announces 1099511627776 elements, more than its bytes in the file can hold"},
  };
}

}  // namespace

TEST_CASE("bad .h5 and .h5ad files: one line with the file and the path inside it") {
  const auto golden = std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / "h5";
  const temporary_folder folder;
  auto files = bad_files();
  const auto more = bad_10x_files();
  CHECK(files.size() >= 40);
  CHECK(more.size() >= 40);
  files.insert(files.end(), more.begin(), more.end());
  for (const auto& bad : files) {
    CAPTURE(bad.what);
    const bool to_10x =
        bad.text.find("10x file:") != std::string::npos ||
        (bad.base.ends_with(".h5") && bad.text.find("AnnData") == std::string::npos);
    const auto path = folder / (to_10x ? "bad.h5" : "bad.h5ad");
    std::filesystem::copy_file(golden / bad.base, path,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    {
      h5_editor file(path);
      bad.spoil(file);
    }
    std::string text = "nothing was wrong with it";
    try {
      to_10x ? void(io::read_10x_h5(path)) : void(io::read_h5ad(path));
    } catch (const hm::io_error& error) {
      text = error.what();
    }
    CHECK(text == path.string() + ": " + bad.text);
  }
}

TEST_CASE(
    "files that are no HDF5, or cut short anywhere, are refused; flipped bytes do not crash") {
  const auto golden = std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / "h5";
  const temporary_folder folder;
  const auto text_of = [&](const std::filesystem::path& path) {
    try {
      (void)io::read_h5ad(path);
    } catch (const hm::io_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(text_of(folder / "nowhere.h5ad") == (folder / "nowhere.h5ad").string() + ": no such file");
  CHECK(text_of(folder.path()).ends_with("is a folder, a file was expected"));
  for (const char* bytes : {"", "barcode,label\n", "\x89HDF\r\n\x1a\n"}) {
    const auto path = folder.write("text.h5ad", bytes);
    CHECK(text_of(path).starts_with(path.string() + ": "));
  }
  for (const std::string& name : {csr, nullable, std::string("anndata_0.6.h5ad")}) {
    const auto copy = folder / "whole.h5ad";
    std::filesystem::copy_file(golden / name, copy,
                               std::filesystem::copy_options::overwrite_existing);
    const std::string whole = folder.bytes("whole.h5ad");
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 40) {
      const auto path = folder.write("short.h5ad", whole.substr(0, size));
      CHECK(text_of(path).starts_with(path.string() + ": "));
    }
  }
  // HDF5's newer format has checksums over its own structures; without them (1.10's heap of strings
  // of variable length) the library itself can crash, which is not ours to test. What a byte means
  // is not known: either an error of ours, or other counts.
  std::filesystem::copy_file(golden / v3, folder / "whole.h5");
  const std::string whole = folder.bytes("whole.h5");
  int refused = 0;
  for (std::size_t at = 8; at < whole.size(); at += 7) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
    const auto path = folder.write("flipped.h5", bytes);
    std::string text;
    try {
      (void)io::read_10x_h5(path);
    } catch (const hm::io_error& error) {
      text = error.what();
      ++refused;
    }
    CHECK((text.empty() || text.starts_with(path.string() + ": ")));
    CHECK(text.find('\n') == std::string::npos);
  }
  CHECK(refused > 100);
}
