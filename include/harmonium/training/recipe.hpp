// SPDX-License-Identifier: MIT
/// @file
/// Stages put together: one after the other, or the first that suits the model's sizes.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/training/stage_concept.hpp"

namespace harmonium::inline v0_2 {

/// One of several progresses.
template <class... Progress>
class progress_variant {
 public:
  template <std::size_t Which, class Begun>
  progress_variant(std::in_place_index_t<Which> which, Begun&& begun)
      : now_(which, std::forward<Begun>(begun)) {}

  template <executor Executor, class State>
  training_record epoch(const Executor& run, State& at) {
    return std::visit([&](auto& own) { return own.epoch(run, at); }, now_);
  }
  [[nodiscard]] bool done() const {
    return std::visit([](const auto& own) { return own.done(); }, now_);
  }
  [[nodiscard]] std::string name() const {
    return std::visit([](const auto& own) -> std::string { return own.name(); }, now_);
  }
  [[nodiscard]] index planned() const {
    return std::visit([](const auto& own) { return own.planned(); }, now_);
  }

 private:
  std::variant<Progress...> now_;
};

/// Stages one after the other. Those that do not suit the model's sizes are left out.
///
///     using paper = then<pretrain<block_particles, plain_gradient>,
///                        joint<block_particles, plain_gradient>>;
template <class... Stages>
struct then {
  std::tuple<Stages...> stages = {};  ///< in the order they run

  then() = default;
  explicit then(Stages... of) requires(sizeof...(Stages) > 0) : stages(std::move(of)...) {}

  template <class State>
  class progress {
   public:
    progress(std::tuple<Stages...> stages, State& at) : stages_(std::move(stages)) {
      begin_next<0>(at);
    }

    template <executor Executor>
    training_record epoch(const Executor& run, State& at) {
      training_record line = std::visit([&](auto& own) { return epoch_of(own, run, at); }, now_);
      go_on(at);
      return line;
    }
    [[nodiscard]] bool done() const noexcept { return now_.index() == 0; }
    [[nodiscard]] std::string name() const {
      return std::visit([](const auto& own) { return name_of(own); }, now_);
    }
    [[nodiscard]] index planned() const {
      return std::visit([](const auto& own) { return planned_of(own); }, now_);
    }

   private:
    template <class Own, class Executor>
    static training_record epoch_of(Own& own, const Executor& run, State& at) {
      if constexpr (std::is_same_v<Own, std::monostate>) {
        require(false, "then", "training is finished");
        return {};
      } else {
        return own.epoch(run, at);
      }
    }
    template <class Own>
    static std::string name_of(const Own& own) {
      if constexpr (std::is_same_v<Own, std::monostate>)
        return "training";
      else
        return own.name();
    }
    template <class Own>
    static index planned_of(const Own& own) {
      if constexpr (std::is_same_v<Own, std::monostate>)
        return 0;
      else
        return own.planned();
    }

    /// Begins the first stage from `Which` on that suits and has something to do.
    template <std::size_t Which>
    void begin_next(State& at) {
      if constexpr (Which == sizeof...(Stages)) {
        now_.template emplace<0>();
      } else {
        const auto& stage = std::get<Which>(stages_);
        if (stage.suits(at)) {
          auto begun = stage.begin(at);
          if (!begun.done()) {
            now_.template emplace<Which + 1>(std::move(begun));
            return;
          }
        }
        begin_next<Which + 1>(at);
      }
    }

    void go_on(State& at) {
      [&]<std::size_t... Which>(std::index_sequence<Which...>) {
        const std::size_t held = now_.index();
        (void)((held == Which + 1 &&
                (std::get<Which + 1>(now_).done() ? (begin_next<Which + 1>(at), true) : true)) ||
               ...);
      }
      (std::make_index_sequence<sizeof...(Stages)>{});
    }

    std::tuple<Stages...> stages_;
    std::variant<std::monostate, progress_of<Stages, State>...> now_;  ///< nothing: done
  };

  template <class Model, row_source Data>
  requires(training_stage<Stages, Model, Data>&&...)
      [[nodiscard]] bool suits(const run_state<Model, Data>& at) const {
    return std::apply([&](const auto&... stage) { return (stage.suits(at) || ...); }, stages);
  }
  template <class Model, row_source Data>
  requires(training_stage<Stages, Model, Data>&&...)
      [[nodiscard]] auto begin(run_state<Model, Data>& at) const {
    return progress<run_state<Model, Data>>(stages, at);
  }
};

/// The first of some stages that suits the model's sizes. All are compiled.
template <class First, class... Others>
struct first_that_suits {
  std::tuple<First, Others...> stages = {};  ///< in the order they are asked

  first_that_suits() = default;
  explicit first_that_suits(First first, Others... others)
      : stages(std::move(first), std::move(others)...) {}

  template <class Model, row_source Data>
  requires training_stage<First, Model, Data> &&(training_stage<Others, Model, Data>&&...)
      [[nodiscard]] bool suits(const run_state<Model, Data>& at) const {
    return std::apply([&](const auto&... stage) { return (stage.suits(at) || ...); }, stages);
  }
  /// @throws std::invalid_argument if none suits
  template <class Model, row_source Data>
  requires training_stage<First, Model, Data> &&(training_stage<Others, Model, Data>&&...)
      [[nodiscard]] auto begin(run_state<Model, Data>& at) const {
    return choose<0>(at);
  }

 private:
  template <std::size_t Which, class State>
  auto choose(State& at) const {
    using result = progress_variant<progress_of<First, State>, progress_of<Others, State>...>;
    const auto& stage = std::get<Which>(stages);
    if constexpr (Which < sizeof...(Others)) {
      if (!stage.suits(at)) return choose<Which + 1>(at);
    } else {
      require(stage.suits(at), "train", "no stage of the recipe suits the sizes of this model");
    }
    return result(std::in_place_index<Which>, stage.begin(at));
  }
};

}  // namespace harmonium::inline v0_2
