// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Sizes of the networks of a variational autoencoder, and where in the flat vector of parameters
/// every block lies.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

struct variational_shape {
  std::vector<index> encoder = {128};  ///< units of each hidden layer, from the counts to z
  std::vector<index> decoder = {128};  ///< units of each hidden layer, from z to the counts
  index latent = 10;                   ///< numbers in z
  bool encode_library = true;  ///< the log-library is a latent number too, with an encoder of one
                               ///< hidden layer of `encoder.front()` units; false: the observed
};

/// y = x W + b. Positions in the flat vector; W is inputs x outputs, row-major.
struct linear_block {
  index weights = 0, bias = 0;
  index inputs = 0, outputs = 0;
};

/// linear, batch normalisation, ReLU.
struct hidden_block {
  linear_block linear;
  index scale = 0, shift = 0;  ///< of the normalisation
  index running = 0;  ///< in the vector of statistics: running means, then running variances
};

/// A stretch of the flat vector with a name, for tests and reports.
struct named_block {
  std::string name;
  index begin, size;
};

/// Where everything is.
struct variational_layout {
  std::vector<hidden_block> encoder, log_library,
      decoder;                      ///< `log_library` is empty if it is observed
  linear_block mean, log_variance;  ///< of z
  linear_block log_library_mean, log_library_log_variance;
  linear_block output;  ///< of the softmax over the genes
  linear_block head;    ///< one more number per gene and cell, if the likelihood has it
  index log_theta = 0;  ///< one per gene, if the likelihood has it
  index parameters = 0, statistics = 0;
  std::vector<named_block> blocks;

  /// @throws std::invalid_argument for sizes below 1.
  variational_layout(index genes, const variational_shape& shape, bool has_head, bool has_theta) {
    require(genes > 0, "variational_autoencoder", "there are no genes");
    require(shape.latent > 0, "variational_autoencoder", "latent must be at least 1");
    require(!shape.encoder.empty() && !shape.decoder.empty(), "variational_autoencoder",
            "encoder and decoder need at least one hidden layer");
    encoder = hidden("encoder", genes, shape.encoder);
    mean = linear("mean", shape.encoder.back(), shape.latent);
    log_variance = linear("log_variance", shape.encoder.back(), shape.latent);
    if (shape.encode_library) {
      log_library = hidden("log_library", genes, {shape.encoder.front()});
      log_library_mean = linear("log_library_mean", shape.encoder.front(), 1);
      log_library_log_variance = linear("log_library_log_variance", shape.encoder.front(), 1);
    }
    decoder = hidden("decoder", shape.latent, shape.decoder);
    output = linear("output", shape.decoder.back(), genes);
    if (has_head) head = linear("head", shape.decoder.back(), genes);
    if (has_theta) log_theta = take("log_theta", genes);
  }

 private:
  index take(const std::string& name, index size) {
    blocks.push_back({name, parameters, size});
    return std::exchange(parameters, parameters + size);
  }
  linear_block linear(const std::string& name, index inputs, index outputs) {
    linear_block block{0, 0, inputs, outputs};
    block.weights = take(name + ".weights", inputs * outputs);
    block.bias = take(name + ".bias", outputs);
    return block;
  }
  std::vector<hidden_block> hidden(const std::string& name, index inputs,
                                   const std::vector<index>& widths) {
    std::vector<hidden_block> layers;
    for (const index width : widths) {
      require(width > 0, "variational_autoencoder", "hidden layers need at least one unit");
      const std::string own = name + std::to_string(layers.size() + 1);
      hidden_block layer;
      layer.linear = linear(own, inputs, width);
      layer.scale = take(own + ".scale", width);
      layer.shift = take(own + ".shift", width);
      layer.running = std::exchange(statistics, statistics + 2 * width);
      layers.push_back(layer);
      inputs = width;
    }
    return layers;
  }
};

}  // namespace harmonium::inline v0_2
