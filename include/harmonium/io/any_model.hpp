// SPDX-License-Identifier: MIT
/// @file
/// A model of whatever kind, for who does not know it before the file is opened: `any_model`, and
/// `load_any(model_list<...>, run, path)`. io/known_models.hpp lists the kinds of the library.
#pragma once

#include <algorithm>
#include <concepts>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/model_file.hpp"
#include "harmonium/io/model_sections.hpp"
#include "harmonium/io/npz.hpp"
#include "harmonium/models/cells_request.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/models/groups/group_effects.hpp"

namespace harmonium::inline v0_2::io {

/// A stored model with its notes. A `generator`, except that kinds which make no cells by
/// themselves (a machine without a sampler, an autoencoder) refuse to. The cells are those of the
/// model itself, bit for bit. Copies share the model.
class any_model {
 public:
  /// @param notes to go with it; `kind` and `written_by` are set here, `pilot` to no less than the
  /// kind holds
  template <storable_model Model>
  explicit any_model(Model model, model_notes notes = {})
      : notes_(std::move(notes)),
        functions_(&functions_of<Model>),
        genes_(model_format::genes_of(model)),
        states_(model_format::states_of(model)) {
    notes_.kind = model_format::model<Model>::name();
    if (notes_.written_by.empty()) notes_.written_by = version;
    notes_.pilot = std::max(notes_.pilot, model_format::pilot_of(model));
    model_ = std::make_shared<const Model>(std::move(model));
  }

  [[nodiscard]] const std::string& kind() const noexcept { return notes_.kind; }
  [[nodiscard]] const model_notes& notes() const noexcept { return notes_; }
  [[nodiscard]] index genes() const noexcept { return genes_; }
  /// States that cells are drawn in, as many as there can be labels; 0 where there are none.
  [[nodiscard]] index states() const noexcept { return states_; }
  /// What share of the cells is drawn in each state; empty where the model does not tell.
  [[nodiscard]] std::vector<double> weights() const { return functions_->weights(model_.get()); }
  [[nodiscard]] bool makes_cells() const noexcept { return functions_->generate != nullptr; }

  /// The same model with other notes.
  [[nodiscard]] any_model with_notes(model_notes notes) const {
    any_model other = *this;
    notes.kind = notes_.kind;
    notes.pilot = std::max(notes.pilot, notes_.pilot);
    if (notes.written_by.empty()) notes.written_by = notes_.written_by;
    other.notes_ = std::move(notes);
    return other;
  }

  /// The model itself if it is one of that type, or nothing.
  template <class Model>
  [[nodiscard]] const Model* get_if() const noexcept {
    return *functions_->type == typeid(Model) ? static_cast<const Model*>(model_.get()) : nullptr;
  }

  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells, Observer&& watch,
                                        random_engine& rng) const {
    return generate_with_origins(run, cells, watch, rng).cells;
  }
  template <executor Executor>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells,
                                        random_engine& rng) const {
    return generate(run, cells, silent{}, rng);
  }
  [[nodiscard]] count_matrix<> generate(index cells, random_engine& rng) const {
    return generate(serial_executor{}, cells, silent{}, rng);
  }

  /// The same with what the model tells of each cell.
  /// @throws std::invalid_argument unless `makes_cells()`.
  template <executor Executor, observer Observer>
  [[nodiscard]] cells_and_origins generate_with_origins(const Executor& run, index cells,
                                                        Observer&& watch,
                                                        random_engine& rng) const {
    require(makes_cells(), "generate", "a " + kind() + " makes no cells by itself");
    return functions_->generate(model_.get(), executor_ref(run), cells, std::ref(watch), rng);
  }

  /// As many cells of each state as `counts` says (length states()), in random order.
  /// @throws std::invalid_argument where cells of a state cannot be asked for.
  template <executor Executor, observer Observer>
  [[nodiscard]] cells_and_origins generate_states(const Executor& run,
                                                  std::span<const index> counts, Observer&& watch,
                                                  random_engine& rng) const {
    require(functions_->generate_states != nullptr && states_ > 0, "generate",
            "a " + kind() + " has no states that cells can be asked of");
    return functions_->generate_states(model_.get(), executor_ref(run), counts, std::ref(watch),
                                       rng);
  }

  /// Writes its parameters for `numpy.load`, with what the notes name: `gene_ids`, `gene_symbols`
  /// and, where states have names, `state_names`. Names and shapes of each kind: docs/files.md.
  /// @throws std::invalid_argument for a kind without `arrays`; io_error if it cannot be written.
  void save_npz(const std::filesystem::path& path) const {
    require(functions_->arrays != nullptr, "save_npz",
            "what a " + kind() + " is made of has no names");
    npz_output out(path);
    out.add("kind", std::vector<std::string>{kind()});
    if (notes_.genes.size() > 0) {
      out.add("gene_ids", notes_.genes.ids);
      out.add("gene_symbols", notes_.genes.symbols);
    }
    if (!notes_.labels.empty()) out.add("state_names", notes_.labels);
    functions_->arrays(model_.get(), out);
    out.commit();
  }

  /// What batches or donors do to the cells; none where the model was trained without.
  [[nodiscard]] const group_effects* effects() const noexcept {
    return functions_->effects != nullptr ? functions_->effects(model_.get()) : nullptr;
  }
  /// The model of cells of one of its groups, with the same notes.
  /// @throws std::invalid_argument for models without groups and groups that are not there.
  template <executor Executor>
  [[nodiscard]] any_model of_group(const Executor& run, index group) const {
    require(effects() != nullptr, "of_group", "a " + kind() + " without groups of cells");
    return functions_->of_group(model_.get(), executor_ref(run), group, notes_);
  }
  /// The model of cells of a group that is not in the pilot, such as a new donor.
  /// @throws std::invalid_argument for models without groups.
  template <executor Executor>
  [[nodiscard]] any_model new_group(const Executor& run, random_engine& rng) const {
    require(effects() != nullptr, "new_group", "a " + kind() + " without groups of cells");
    return functions_->new_group(model_.get(), executor_ref(run), rng, notes_);
  }

  /// The model whose means are `factor` times as large, with the same notes.
  /// @throws std::invalid_argument for a model that has no such.
  template <executor Executor>
  [[nodiscard]] any_model scaled(const Executor& run, double factor) const {
    require(functions_->scaled != nullptr, "scaled",
            "a " + kind() + " makes no larger libraries than its own, but thinner ones");
    return functions_->scaled(model_.get(), executor_ref(run), factor, notes_);
  }

  /// Writes it as `io::save` does.
  void save(const std::filesystem::path& path) const {
    functions_->save(model_.get(), path, notes_);
  }

 private:
  using watcher = std::function<flow(const progress&)>;

  struct functions {
    const std::type_info* type = nullptr;
    std::vector<double> (*weights)(const void*) = nullptr;
    void (*save)(const void*, const std::filesystem::path&, const model_notes&) = nullptr;
    void (*arrays)(const void*, npz_output&) = nullptr;
    cells_and_origins (*generate)(const void*, const executor_ref&, index, const watcher&,
                                  random_engine&) = nullptr;
    cells_and_origins (*generate_states)(const void*, const executor_ref&, std::span<const index>,
                                         const watcher&, random_engine&) = nullptr;
    any_model (*scaled)(const void*, const executor_ref&, double, const model_notes&) = nullptr;
    const group_effects* (*effects)(const void*) = nullptr;
    any_model (*of_group)(const void*, const executor_ref&, index, const model_notes&) = nullptr;
    any_model (*new_group)(const void*, const executor_ref&, random_engine&,
                           const model_notes&) = nullptr;
  };

  /// What makes the cells of a model: itself, or what its format says (`generator(model)`).
  template <class Model>
  static const auto& maker_of(const void* model) {
    const auto& typed = *static_cast<const Model*>(model);
    if constexpr (requires { model_format::model<Model>::generator(typed); })
      return model_format::model<Model>::generator(typed);
    else
      return typed;
  }
  template <class Model>
  using maker_type = std::remove_cvref_t<decltype(maker_of<Model>(nullptr))>;

  template <class Maker>
  static constexpr bool has_states = requires(const Maker& maker, const executor_ref& run,
                                              std::span<const index> counts, const watcher& watch,
                                              random_engine& rng) {
    maker.generate_states(run, counts, watch, rng);
  };
  template <class Maker>
  static constexpr bool has_clusters = requires(const Maker& maker, const executor_ref& run,
                                                std::span<const index> counts, const watcher& watch,
                                                random_engine& rng) {
    maker.generate_clusters(run, counts, watch, rng);
  };

  template <class Model>
  static constexpr functions make_functions() {
    using maker = maker_type<Model>;
    functions made;
    made.type = &typeid(Model);
    made.save = [](const void* model, const std::filesystem::path& path, const model_notes& notes) {
      io::save(*static_cast<const Model*>(model), path, notes);
    };
    if constexpr (requires(npz_output & out, const Model& model) {
                    model_format::model<Model>::arrays(out, model);
                  })
      made.arrays = [](const void* model, npz_output& out) {
        model_format::model<Model>::arrays(out, *static_cast<const Model*>(model));
      };
    made.weights = &weights_of<Model>;
    if constexpr (generator<maker>) {
      made.generate = &generate_from<Model>;
      if constexpr (has_states<maker> || has_clusters<maker>)
        made.generate_states = &generate_states_from<Model>;
    }
    if constexpr (requires(const maker& own, const executor_ref& run) { own.scaled(run, 1.0); })
      made.scaled = [](const void* model, const executor_ref& run, double factor,
                       const model_notes& notes) {
        return any_model(maker_of<Model>(model).scaled(run, factor), notes);
      };
    if constexpr (requires(const Model& model, const executor_ref& run) {
                    model.of_group(run, index{});
                  }) {
      made.effects = [](const void* model) -> const group_effects* {
        const auto& own = static_cast<const Model*>(model)->effects;
        return own ? &*own : nullptr;
      };
      made.of_group = [](const void* model, const executor_ref& run, index group,
                         const model_notes& notes) {
        return any_model(static_cast<const Model*>(model)->of_group(run, group), notes);
      };
      made.new_group = [](const void* model, const executor_ref& run, random_engine& rng,
                          const model_notes& notes) {
        return any_model(static_cast<const Model*>(model)->new_group(run, rng), notes);
      };
    }
    return made;
  }
  template <class Model>
  static constexpr functions functions_of = make_functions<Model>();

  template <class Model>
  static std::vector<double> weights_of(const void* model) {
    const auto& maker = maker_of<Model>(model);
    if constexpr (requires { maker.states().weights; }) {
      const auto& weights = maker.states().weights;
      return {weights.data(), weights.data() + weights.size()};
    } else {
      return {};
    }
  }

  template <class Model>
  static cells_and_origins generate_from(const void* model, const executor_ref& run, index cells,
                                         const watcher& watch, random_engine& rng) {
    return cells_with_origins(run, maker_of<Model>(model), cells, {}, watch, rng);
  }

  template <class Model>
  static cells_and_origins generate_states_from(const void* model, const executor_ref& run,
                                                std::span<const index> counts, const watcher& watch,
                                                random_engine& rng) {
    const auto& maker = maker_of<Model>(model);
    if constexpr (has_states<maker_type<Model>>) {
      auto made = maker.generate_states(run, counts, watch, rng);
      return {std::move(made.cells), std::move(made.state), {}};
    } else {
      return {maker.generate_clusters(run, counts, watch, rng), {}, {}};
    }
  }

  model_notes notes_;
  const functions* functions_;
  index genes_, states_;
  std::shared_ptr<const void> model_;
};

static_assert(generator<any_model>);

/// Kinds of models to choose from.
template <class... Models>
struct model_list {};

/// Reads a model of one of these kinds.
/// @throws io_error as `load`, and for a kind that is none of them.
template <class... Models, executor Executor>
any_model load_any(model_list<Models...>, const Executor& run, const std::filesystem::path& path) {
  const model_sections file(path);
  const model_notes notes = read_model_notes(file);
  std::optional<any_model> found;
  const auto look = [&]<class Model>(std::type_identity<Model>) {
    if (!found && notes.kind == model_format::model<Model>::name())
      found.emplace(load_from<Model>(run, file, notes), notes);
  };
  (look(std::type_identity<Models>{}), ...);
  if (!found)
    file.fail("holds a " + notes.kind + ", which is none of the " +
              std::to_string(sizeof...(Models)) + " kinds that are known here");
  return *std::move(found);
}

}  // namespace harmonium::inline v0_2::io
