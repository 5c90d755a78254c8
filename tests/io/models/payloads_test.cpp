// SPDX-License-Identifier: MIT
#include "harmonium/io/models/payloads.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "harmonium/core/error.hpp"

namespace hm = harmonium;
namespace io = harmonium::io;
namespace format = harmonium::io::model_format;

namespace {

/// What `read` says of a payload that `write` made.
std::string said(const std::function<void(io::payload_writer&)>& write,
                 const std::function<void(io::payload_reader&)>& read) {
  io::payload_writer out;
  write(out);
  io::payload_reader in("f", "s", out.bytes());
  try {
    read(in);
    in.end();
  } catch (const hm::io_error& error) {
    return std::string(error.what()).substr(std::string("f: section 's': ").size());
  }
  return "nothing";
}

}  // namespace

TEST_CASE("matrices of doubles and floats, indices, statuses: there and back") {
  io::payload_writer out;
  hm::matrix<double> wide(2, 3);
  wide << 1, 2, 3, 4, 5, -0.0;
  const hm::matrix<float> narrow = wide.cast<float>();
  const hm::matrix<double> none(0, 4);
  const std::vector<hm::index> numbers{0, 7, 2147483646};
  const std::vector<hm::dispersion_status> statuses{hm::dispersion_status::all_zero,
                                                    hm::dispersion_status::not_converged};
  format::write_matrix(out, wide);
  format::write_matrix(out, narrow);
  format::write_matrix(out, none);
  format::write_indices(out, numbers);
  format::write_statuses(out, statuses);
  io::payload_reader in("f", "s", out.bytes());
  CHECK(format::read_matrix(in) == wide);
  CHECK(format::read_matrix<float>(in) == narrow);
  CHECK(format::read_matrix(in).cols() == 4);
  CHECK(format::read_indices(in) == numbers);
  CHECK(format::read_statuses(in, 2) == statuses);
  in.end();
}

TEST_CASE("what does not fit is told, and nothing is allocated for it") {
  const auto sizes = [](std::uint64_t rows, std::uint64_t cols, std::size_t numbers) {
    return [=](io::payload_writer& out) {
      out.number(rows);
      out.number(cols);
      out.reals(std::vector<double>(numbers, 1.0));
    };
  };
  const auto as_matrix = [](io::payload_reader& in) { (void)format::read_matrix(in); };
  CHECK(said(sizes(2, 3, 6), as_matrix) == "nothing");
  CHECK(said(sizes(2, 3, 5), as_matrix) == "holds 5 numbers for a matrix of 2 x 3");
  CHECK(said(sizes(2147483647, 2147483647, 1), as_matrix) ==
        "holds 1 numbers for a matrix of 2147483647 x 2147483647");
  CHECK(said(sizes(std::uint64_t{1} << 33, 1, 1), as_matrix).ends_with("is out of range"));
  const auto a_number = [](std::uint64_t value) {
    return [=](io::payload_writer& out) { out.number(value); };
  };
  const auto as_indices = [](io::payload_reader& in) { (void)format::read_indices(in, 5); };
  CHECK(said(a_number(std::uint64_t{1} << 60), as_indices) ==
        "announces more numbers than it holds");
  CHECK(said(
            [](auto& out) {
              format::write_indices(out, std::vector<hm::index>{4, 5});
            },
            as_indices) == "the number 5 should be below 5");
  CHECK(said([](auto& out) { out.number(9, 1); },
             [](auto& in) { (void)format::read_statuses(in, 1); }) ==
        "status 9 of a dispersion does not exist");
}

TEST_CASE("ranges") {
  const auto range = [](double value, double least, bool open) {
    return said([](auto&) {},
                [=](auto& in) {
                  const hm::vector<double> one = hm::vector<double>::Constant(1, value);
                  format::require_range(in, one, "a weight", least, open);
                });
  };
  CHECK(range(0, 0, false) == "nothing");
  CHECK(range(0, 0, true) == "a weight of 0.000000 is out of range");
  CHECK(range(-1, 0, false).ends_with("is out of range"));
  CHECK(range(std::numeric_limits<double>::quiet_NaN(), -1, false).ends_with("is out of range"));
  CHECK(range(std::numeric_limits<double>::infinity(), -1, false).ends_with("is out of range"));
}

TEST_CASE("a budget of parameters: sizes are not multiplied beyond it") {
  format::parameter_budget budget(11);
  budget.take(0, 2);
  CHECK(budget.left() == 9);
  budget.take(2, 3);
  CHECK(budget.holds());
  CHECK(budget.left() == 0);
  budget.take(3, 1);
  CHECK_FALSE(budget.holds());
  format::parameter_budget huge(11);
  huge.take(std::numeric_limits<hm::index>::max(), std::numeric_limits<hm::index>::max());
  CHECK_FALSE(huge.holds());
}
