// SPDX-License-Identifier: MIT
// The extension module harmonium._core: harmonium_c.h with NumPy arrays. The interpreter's lock is
// released while harmonium works; Ctrl-C and exceptions of the progress function stop it.
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harmonium_c.h"

namespace py = pybind11;

namespace {

struct free_text {
  void operator()(char* text) const { harmonium_text_free(text); }
};
using text = std::unique_ptr<char, free_text>;

/// A run with the caller's progress function, and what that function raised.
class watched_run {
 public:
  watched_run(int threads, py::object progress) : progress_(std::move(progress)) {
    run_ = {threads, &watched_run::ask, this};
  }
  [[nodiscard]] const harmonium_run* get() const { return &run_; }
  [[nodiscard]] std::exception_ptr raised() const { return raised_; }

 private:
  static int ask(void* user, const char* stage, int64_t done, int64_t total) {
    auto& self = *static_cast<watched_run*>(user);
    const py::gil_scoped_acquire lock;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (!self.progress_.is_none()) self.progress_(stage, done, total);
      return 0;
    } catch (...) {
      if (!self.raised_) self.raised_ = std::current_exception();
      return 1;
    }
  }

  py::object progress_;
  harmonium_run run_{};
  std::exception_ptr raised_;
};

/// @throws what stopped the work, or ValueError with the message
void check(int status, char* error, std::exception_ptr raised = nullptr) {
  const text message(error);
  if (status == HARMONIUM_OK) return;
  if (raised) std::rethrow_exception(raised);
  if (status == HARMONIUM_STOPPED) throw py::value_error("stopped");
  throw py::value_error(message ? message.get() : "unknown error");
}

/// Calls without the interpreter's lock.
template <class Call>
void call(const Call& body, const watched_run* run = nullptr) {
  char* error = nullptr;
  int status = HARMONIUM_OK;
  {
    const py::gil_scoped_release unlocked;
    status = body(&error);
  }
  check(status, error, run == nullptr ? nullptr : run->raised());
}

class counts {
 public:
  explicit counts(harmonium_counts* own) : own_(own, &harmonium_counts_free) {}
  [[nodiscard]] const harmonium_counts* get() const { return own_.get(); }

 private:
  std::shared_ptr<harmonium_counts> own_;
};

class model {
 public:
  explicit model(harmonium_model* own) : own_(own, &harmonium_model_free) {}
  [[nodiscard]] const harmonium_model* get() const { return own_.get(); }

 private:
  std::shared_ptr<harmonium_model> own_;
};

template <class T>
using array = py::array_t<T, py::array::c_style>;

/// Arrays that counts lie in, kept alive by the interpreter.
struct lent_arrays {
  py::object values, genes, pointers;
};

/// Borrows the arrays; those of these types in C order are the caller's own (see the package).
counts new_counts(array<std::int32_t> values, array<std::int32_t> genes,
                  array<std::int64_t> pointers, std::int64_t gene_count) {
  if (pointers.size() < 1 || values.size() != genes.size() ||
      values.size() != pointers.at(pointers.size() - 1))
    throw py::value_error("data, indices and indptr of the matrix do not fit together");
  auto lent = std::make_unique<lent_arrays>(lent_arrays{values, genes, pointers});
  const auto release = [](void* owner) {
    const py::gil_scoped_acquire lock;
    delete static_cast<lent_arrays*>(owner);
  };
  harmonium_counts* made = nullptr;
  call([&](char** error) {
    return harmonium_counts_borrow(values.data(), genes.data(), pointers.data(),
                                   pointers.size() - 1, gene_count, release, lent.get(), &made,
                                   error);
  });
  (void)lent.release();  // the counts' own now
  return counts(made);
}

counts with_names(const counts& from, int kind, const std::vector<std::string>& names) {
  std::vector<const char*> pointers;
  pointers.reserve(names.size());
  for (const auto& name : names) pointers.push_back(name.c_str());
  harmonium_counts* made = nullptr;
  call([&](char** error) {
    return harmonium_counts_with_names(from.get(), kind, pointers.data(),
                                       static_cast<std::int64_t>(pointers.size()), &made, error);
  });
  return counts(made);
}

/// Where the counts lie, without a copy: each array keeps them alive. They can be written to, as
/// the package gives them away with the last handle of the counts.
py::tuple arrays_of(const counts& from) {
  const std::int32_t *values = nullptr, *genes = nullptr;
  const std::int64_t* pointers = nullptr;
  harmonium_counts_arrays(from.get(), &values, &genes, &pointers);
  const py::capsule keep(new counts(from), [](void* own) { delete static_cast<counts*>(own); });
  const auto nonzeros = harmonium_counts_nonzeros(from.get());
  return py::make_tuple(array<std::int32_t>(nonzeros, values, keep),
                        array<std::int32_t>(nonzeros, genes, keep),
                        array<std::int64_t>(harmonium_counts_cells(from.get()) + 1, pointers, keep),
                        harmonium_counts_genes(from.get()));
}

std::vector<std::string> names_of(const counts& from, int kind) {
  std::vector<std::string> names;
  while (const char* name =
             harmonium_counts_name(from.get(), kind, static_cast<std::int64_t>(names.size())))
    names.emplace_back(name);
  return names;
}

std::string taken(char* own) {
  const text given(own);
  return given ? given.get() : "";
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.doc() = "harmonium's C interface; use the package `harmonium`.";
  module.attr("__version__") = harmonium_version();
  module.attr("GENE_IDS") = static_cast<int>(HARMONIUM_GENE_IDS);
  module.attr("GENE_SYMBOLS") = static_cast<int>(HARMONIUM_GENE_SYMBOLS);
  module.attr("BARCODES") = static_cast<int>(HARMONIUM_BARCODES);
  module.attr("LABELS") = static_cast<int>(HARMONIUM_LABELS);

  py::class_<counts>(module, "Counts")
      .def(py::init(&new_counts))
      .def("with_names", &with_names)
      .def("arrays", &arrays_of)
      .def("names", &names_of)
      .def("write", [](const counts& from, const std::string& path) {
        call([&](char** error) { return harmonium_write(from.get(), path.c_str(), error); });
      });
  module.def("read", [](const std::string& path, const std::string& options) {
    harmonium_counts* made = nullptr;
    call([&](char** error) { return harmonium_read(path.c_str(), options.c_str(), &made, error); });
    return counts(made);
  });
  module.def("simulate", [](const std::string& options, std::uint64_t seed) {
    harmonium_counts* made = nullptr;
    call([&](char** error) { return harmonium_simulate(options.c_str(), seed, &made, error); });
    return counts(made);
  });

  py::class_<model>(module, "Model")
      .def("generate",
           [](const model& from, std::int64_t cells, std::optional<std::uint64_t> seed, int threads,
              py::object progress) {
             const watched_run run(threads, std::move(progress));
             harmonium_counts* made = nullptr;
             call(
                 [&](char** error) {
                   return harmonium_generate(from.get(), cells, seed ? &*seed : nullptr, run.get(),
                                             &made, error);
                 },
                 &run);
             return counts(made);
           })
      .def("save",
           [](const model& from, const std::string& path) {
             call([&](char** error) { return harmonium_save(from.get(), path.c_str(), error); });
           })
      .def(
          "save_npz",
          [](const model& from, const std::string& path) {
            call([&](char** error) { return harmonium_save_npz(from.get(), path.c_str(), error); });
          })
      .def("describe", [](const model& from) {
        char* json = nullptr;
        call([&](char** error) { return harmonium_describe(from.get(), &json, error); });
        return taken(json);
      });
  module.def("fit", [](const counts& pilot, const std::string& name, const std::string& options,
                       std::uint64_t seed, int threads, py::object progress) {
    const watched_run run(threads, std::move(progress));
    harmonium_model* made = nullptr;
    call(
        [&](char** error) {
          return harmonium_fit(pilot.get(), name.c_str(), options.c_str(), seed, run.get(), &made,
                               error);
        },
        &run);
    return model(made);
  });
  module.def("load", [](const std::string& path) {
    harmonium_model* made = nullptr;
    call([&](char** error) { return harmonium_load(path.c_str(), nullptr, &made, error); });
    return model(made);
  });
  module.def("evaluate",
             [](const counts& reference, const counts& synthetic, const std::string& options,
                std::uint64_t seed, int threads, py::object progress) {
               const watched_run run(threads, std::move(progress));
               char *json = nullptr, *html = nullptr;
               call(
                   [&](char** error) {
                     return harmonium_evaluate(reference.get(), synthetic.get(), options.c_str(),
                                               seed, run.get(), &json, &html, error);
                   },
                   &run);
               return std::pair(taken(json), taken(html));
             });
  module.def("plan", [](const counts& pilot, const std::string& options, std::uint64_t seed,
                        int threads, py::object progress) {
    const watched_run run(threads, std::move(progress));
    char *json = nullptr, *html = nullptr;
    call(
        [&](char** error) {
          return harmonium_plan(pilot.get(), options.c_str(), seed, run.get(), &json, &html, error);
        },
        &run);
    return std::pair(taken(json), taken(html));
  });
}
