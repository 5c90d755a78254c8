// SPDX-License-Identifier: MIT
/// @file
/// Writing AnnData files `.h5ad`, as AnnData 0.8 and later lay them out. Needs HDF5's C library.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "harmonium/core/counts.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/h5ad_writer.hpp"
#include "harmonium/io/tenx_h5.hpp"

namespace harmonium::inline v0_2::io {

/// Writes such a file, whole or not at all; equal input gives equal bytes. X is a CSR matrix of
/// 32-bit whole numbers; the index of var holds the ids (made unique where they repeat), its
/// columns `gene_symbols` and `feature_types`, and `gene_ids` where an id had to be changed.
/// @param counts whole numbers >= 0, of any value type
/// @throws std::invalid_argument if sizes differ or a name is used twice; std::domain_error for a
///         negative count; io_error naming the path if it cannot be written.
template <count_source Counts>
void write_h5ad(const std::filesystem::path& path, const Counts& counts, const features& genes,
                std::span<const std::string> barcodes, const h5ad_contents& contents = {}) {
  hdf5::check_names("write_h5ad", counts, genes, barcodes);
  hdf5::check_contents("write_h5ad", contents, counts.cells());
  h5ad_writer file(path, counts.cells(), genes,
                   {.nonzeros = counts.nonzeros(), .level = contents.level});
  file.append(counts);
  file.finish(barcodes, contents);
}

/// The same for a data set as read.
inline void write_h5ad(const std::filesystem::path& path, const dataset& data,
                       const h5ad_contents& contents = {}) {
  write_h5ad(path, data.counts, data.genes, data.barcodes, contents);
}

}  // namespace harmonium::inline v0_2::io
