// SPDX-License-Identifier: MIT
/// @file
/// Greedy training of a machine of parts: each visible part with its own first hidden layer is
/// trained alone, as a machine of its own, by a recipe of its own kind.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/models/part_blocks.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/training/newton/upper_m_step.hpp"
#include "harmonium/training/part_rows.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/settings.hpp"
#include "harmonium/training/stage_concept.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/training/training_rows.hpp"
#include "harmonium/units/layer_size.hpp"
#include "harmonium/units/parts.hpp"

namespace harmonium::inline v0_2 {

/// The size that makes a layer like this one.
template <unit_family Units>
[[nodiscard]] layer_size size_of(const Units& units) {
  if constexpr (requires { units.categories(); })
    return one_hot{.groups = units.groups(), .categories = units.categories()};
  else
    return units.size();
}

/// The machine of part `Part` and its own first hidden layer.
template <class Model, std::size_t Part>
using machine_of_part = rbm<std::tuple_element_t<Part, typename units_of<Model, 0>::families>,
                            std::tuple_element_t<Part, typename units_of<Model, 1>::families>>;

/// The rows that it learns from.
template <class Model, class Data, std::size_t Part>
using rows_of_machine =
    rows_of_part<std::tuple_element_t<Part, typename units_of<Model, 0>::families>,
                 training_rows<Data>>;

/// Whether a recipe trains the machine of every one of these parts.
template <class Recipe, class Model, class Data, class Parts>
inline constexpr bool trains_parts = false;
template <class Recipe, class Model, class Data, std::size_t... P>
inline constexpr bool trains_parts<Recipe, Model, Data, std::index_sequence<P...>> =
    (training_stage<Recipe, machine_of_part<Model, P>, rows_of_machine<Model, Data, P>> && ...);

/// A stage for the machine of every part of a model that is linked part by part.
template <class Recipe, class Model, class Data>
concept trains_every_part = linked_by_parts<Model, 0> &&
    trains_parts<Recipe, Model, Data, std::make_index_sequence<units_of<Model, 0>::number>>;

/// Puts a machine in the place of part `Part` of a model and its own first hidden layer: visible
/// units, biases, weights. All else stays.
/// @throws std::invalid_argument for other sizes
template <std::size_t Part, class Model>
requires linked_by_parts<Model, 0>
void set_part(Model& model, const machine_of_part<Model, Part>& machine) {
  const auto& hidden = model.template units<1>();
  const index first = model.visible().begin_of(Part), above = hidden.begin_of(Part);
  require(
      machine.size(0) == model.visible().size_of(Part) && machine.size(1) == hidden.size_of(Part),
      "set_part", "the machine's layers are not those of part " + std::to_string(Part));
  model.visible().template part<Part>() = machine.visible();
  std::copy(machine.bias(0).begin(), machine.bias(0).end(), model.bias(0).begin() + first);
  std::copy(machine.bias(1).begin(), machine.bias(1).end(), model.bias(1).begin() + above);
  model.weights(0).block(first, above, machine.size(0), machine.size(1)) = machine.weights(0);
}

/// The stage. A one-hot part alone is explained by its biases, and steps along the gradient leave
/// its hidden units as they are; exact EM starts from states that tell the categories apart and
/// keeps them, which is what the joining layers need. After it they start at random, and a stage
/// that trains all follows:
///
///     then<pretrain_parts<>, exact_em>       // where the joint first layer can be enumerated
///     then<pretrain_parts<>, joint<block_particles>>
///
/// @tparam Recipe a stage for the machine of every part
template <class Recipe = exact_em>
struct pretrain_parts {
  Recipe recipe = {};       ///< of every part
  double upper_spread = 1;  ///< weights of the joining layers start within this

  template <class State>
  class progress {
    using model_type = typename State::model_type;
    using units_type = typename model_type::visible_units;
    static constexpr std::size_t number = units_type::number;

    /// The training of one part, and the rows that it borrows.
    template <std::size_t Part>
    struct part_run {
      using machine = machine_of_part<model_type, Part>;
      using rows_type = rows_of_part<std::tuple_element_t<Part, typename units_type::families>,
                                     typename State::data_type>;
      using state_type = run_state<machine, rows_type>;
      std::shared_ptr<const rows_type> rows;
      state_type at;
      progress_of<Recipe, state_type> now;
    };
    template <class Parts>
    struct runs_of;
    template <std::size_t... P>
    struct runs_of<std::index_sequence<P...>> {
      using type = std::variant<std::monostate, part_run<P>...>;
    };

   public:
    progress(pretrain_parts stage, State& at) : stage_(std::move(stage)) { begin_part<0>(at); }

    [[nodiscard]] bool done() const noexcept { return now_.index() == 0; }
    [[nodiscard]] std::string name() const { return "part " + std::to_string(now_.index()); }
    [[nodiscard]] index planned() const {
      index most = 0;
      with_part([&](auto, const auto& own) { most = own.now.planned(); });
      return most;
    }

    template <executor Executor>
    training_record epoch(const Executor& run, State& at) {
      training_record line;
      with_part([&](auto part, auto& own) {
        line = own.now.epoch(run, own.at);
        line.stage = name() + ", " + line.stage;
        if (own.now.done()) finish_part<part()>(at, own);
      });
      return line;
    }

   private:
    template <class Body>
    void with_part(const Body& body) {
      visit_part(now_, body);
    }
    template <class Body>
    void with_part(const Body& body) const {
      visit_part(now_, body);
    }
    template <class Runs, class Body>
    static void visit_part(Runs& now, const Body& body) {
      [&]<std::size_t... P>(std::index_sequence<P...>) {
        const std::size_t held = now.index();
        (void)((held == P + 1 &&
                (body(std::integral_constant<std::size_t, P>{}, std::get<P + 1>(now)), true)) ||
               ...);
      }
      (std::make_index_sequence<number>{});
    }

    template <std::size_t Part>
    void begin_part(State& at) {
      using run_type = part_run<Part>;
      const auto rows = std::make_shared<const typename run_type::rows_type>(
          part_of_rows<Part>(at.model.visible(), at.training));
      training_settings<typename run_type::machine> settings{
          .hidden = {size_of(at.model.template units<1>().template part<Part>())}};
      settings.refit = at.refit.template settings<Part>();
      settings.weights.assign(rows->weights().begin(), rows->weights().end());
      if constexpr (requires { settings.visible.categories; })
        settings.visible.categories = at.model.visible().template part<Part>().categories();
      auto own = begin_run<typename run_type::machine>(*rows, settings, at.root);
      require(stage_.recipe.suits(own), "pretrain_parts",
              "the recipe does not suit the sizes of part " + std::to_string(Part + 1));
      auto now = stage_.recipe.begin(own);
      now_.template emplace<Part + 1>(run_type{rows, std::move(own), std::move(now)});
      if (std::get<Part + 1>(now_).now.done()) finish_part<Part>(at, std::get<Part + 1>(now_));
    }

    template <std::size_t Part>
    void finish_part(State& at, part_run<Part>& own) {
      set_part<Part>(at.model, own.at.model);
      if constexpr (Part + 1 < number) {
        begin_part<Part + 1>(at);
      } else {
        start_upper_layers(at.model, stage_.upper_spread, at.root);
        now_.template emplace<0>();
      }
    }

    pretrain_parts stage_;
    typename runs_of<std::make_index_sequence<number>>::type now_;  ///< nothing: done
  };

  template <class Model, row_source Data>
  requires trains_every_part<Recipe, Model, Data>
  [[nodiscard]] bool suits(const run_state<Model, Data>&) const noexcept { return true; }
  template <class Model, row_source Data>
  requires trains_every_part<Recipe, Model, Data>
  [[nodiscard]] auto begin(run_state<Model, Data>& at) const {
    return progress<run_state<Model, Data>>(*this, at);
  }
};

}  // namespace harmonium::inline v0_2
