// SPDX-License-Identifier: MIT
// Declarations first, so that they are checked against the definitions.
#pragma once

//
#include "harmonium/core/xtensor.hpp"
#include "harmonium/everything.hpp"
#include "harmonium/io/any_model.hpp"
#include "harmonium/io/atlas.hpp"
#include "harmonium/io/gene_list.hpp"
#include "harmonium/io/known_models.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/models/baselines.hpp"
#include "harmonium/io/models/correlated_cells.hpp"
#include "harmonium/io/models/dbm.hpp"
#include "harmonium/io/models/sampled.hpp"
#include "harmonium/io/models/semi_restricted.hpp"
#include "harmonium/io/models/trained_harmonium.hpp"
#include "harmonium/io/models/variational.hpp"
#include "harmonium/io/npy.hpp"
#include "harmonium/io/study_csv.hpp"
#include "harmonium/io/table.hpp"
#include "harmonium/study/plan_results.hpp"
#include "harmonium/study/study_results.hpp"
#if __has_include(<hdf5.h>)
#include "harmonium/io/h5_cells.hpp"
#include "harmonium/io/h5ad.hpp"
#include "harmonium/io/h5ad_output.hpp"
#include "harmonium/io/h5ad_writer.hpp"
#include "harmonium/io/tenx_h5.hpp"
#endif
#if __has_include(<igraph.h>)
#include "harmonium/analysis/communities.hpp"
#endif
#if __has_include(<hnswlib/hnswlib.h>)
#include "harmonium/analysis/hnsw_neighbours.hpp"
#endif
