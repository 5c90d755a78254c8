// SPDX-License-Identifier: MIT
/// @file
/// The pieces of an AnnData file, as AnnData 0.8 and later lay them out. Needs HDF5's C library.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/io/hdf5_output.hpp"

namespace harmonium::inline v0_2::io::hdf5 {

/// Names with "-1", "-2" ... after those that were there before, as AnnData makes them unique.
inline std::vector<std::string> made_unique(std::span<const std::string> names) {
  std::set<std::string, std::less<>> used(names.begin(), names.end());
  std::map<std::string, int, std::less<>> times;
  std::vector<std::string> unique;
  unique.reserve(names.size());
  for (const std::string& name : names) {
    int& seen = times[name];
    std::string its = name;
    while (seen > 0 && used.contains(its)) its = name + "-" + std::to_string(seen++);
    if (seen == 0) seen = 1;
    used.insert(its);
    unique.push_back(std::move(its));
  }
  return unique;
}

/// The pieces of an AnnData file.
class h5ad_pieces {
 public:
  h5ad_pieces(const output& file, int level) : file_(&file), level_(level) {}

  void encode(const handle& what, const char* type, const char* version) const {
    file_->text_attribute(what, "encoding-type", type);
    file_->text_attribute(what, "encoding-version", version);
  }

  handle mapping(const handle& parent, const std::string& name) const {
    handle made = file_->group(parent, name);
    encode(made, "dict", "0.1.0");
    return made;
  }

  /// A data frame of this index and these columns, still without the columns.
  handle frame(const handle& parent, const char* name, std::span<const std::string> index,
               std::span<const std::string> columns) const {
    handle made = file_->group(parent, name);
    encode(made, "dataframe", "0.2.0");
    file_->text_attribute(made, "_index", "_index");
    file_->texts_attribute(made, "column-order", columns);
    strings(made, "_index", index);
    return made;
  }

  void strings(const handle& parent, const std::string& name,
               std::span<const std::string> values) const {
    encode(file_->texts(parent, name, values), "string-array", "0.2.0");
  }

  void string(const handle& parent, const std::string& name, const std::string& value) const {
    encode(file_->text(parent, name, value), "string", "0.2.0");
  }

  /// Categories in alphabetical order.
  void categorical(const handle& parent, const std::string& name,
                   std::span<const std::string> values) const {
    std::map<std::string_view, std::int32_t> code;
    for (const std::string& value : values) code.emplace(value, 0);
    number_and_put(parent, name, code, values.size(),
                   [&](std::size_t k) -> std::string_view { return values[k]; });
  }

  /// The same of codes, positions in `categories`; those that no code names are left out.
  void categorical(const handle& parent, const std::string& name,
                   std::span<const std::int32_t> codes,
                   std::span<const std::string> categories) const {
    std::map<std::string_view, std::int32_t> code;
    const auto value = [&](std::size_t k) -> std::string_view {
      return categories[static_cast<std::size_t>(codes[k])];
    };
    for (std::size_t k = 0; k < codes.size(); ++k) code.emplace(value(k), 0);
    number_and_put(parent, name, code, codes.size(), value);
  }

  /// A column of numbers.
  void reals(const handle& parent, const std::string& name, std::span<const double> values) const {
    const handle made = file_->numbers(parent, name, H5T_IEEE_F64LE, std::ssize(values), 0, level_);
    encode(made, "array", "0.2.0");
    file_->fill(made, 0, values);
  }

  void dense(const handle& parent, const std::string& name, const matrix<double>& values) const {
    const handle made =
        file_->numbers(parent, name, H5T_IEEE_F64LE, values.rows(), values.cols(), level_);
    encode(made, "array", "0.2.0");
    file_->fill(made, 0,
                std::span<const double>(values.data(), static_cast<std::size_t>(values.size())),
                values.cols());
  }

 private:
  /// @param code the categories, to be numbered @param value of each of `count` rows
  template <class Value>
  void number_and_put(const handle& parent, const std::string& name,
                      std::map<std::string_view, std::int32_t>& code, std::size_t count,
                      const Value& value) const {
    std::vector<std::string> categories;
    for (auto& [each, number] : code) {
      number = static_cast<std::int32_t>(categories.size());
      categories.emplace_back(each);
    }
    std::vector<std::int32_t> codes;
    codes.reserve(count);
    for (std::size_t k = 0; k < count; ++k) codes.push_back(code.find(value(k))->second);
    const handle made = file_->group(parent, name);
    encode(made, "categorical", "0.2.0");
    file_->truth_attribute(made, "ordered", false);
    strings(made, "categories", categories);
    const hid_t type = categories.size() <= 127     ? H5T_STD_I8LE
                       : categories.size() <= 32767 ? H5T_STD_I16LE
                                                    : H5T_STD_I32LE;
    const handle numbers = file_->numbers(made, "codes", type, std::ssize(codes), 0, level_);
    encode(numbers, "array", "0.2.0");
    file_->fill(numbers, 0, std::span<const std::int32_t>(codes));
  }

  const output* file_;
  int level_;
};

}  // namespace harmonium::inline v0_2::io::hdf5
