// SPDX-License-Identifier: MIT
/// @file
/// `obs` and `var` of an AnnData file: data frames in every layout that AnnData has written. Needs
/// HDF5's C library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/io/hdf5_array.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io::hdf5 {

/// A column as text; what is missing (NaN, masked, a categorical without a code) is told apart.
struct text_column {
  std::vector<std::string> values;  ///< one per row
  std::vector<bool> missing;        ///< as many as `values`, or empty: none is
};

namespace columns {

inline text_column read(const object& where);

/// Texts by their codes; -1 is missing.
inline text_column coded(const object& where, const std::vector<std::int64_t>& codes,
                         const std::vector<std::string>& names) {
  text_column found;
  found.values.reserve(codes.size());
  found.missing.reserve(codes.size());
  for (std::size_t k = 0; k < codes.size(); ++k) {
    if (codes[k] < -1 || codes[k] >= std::ssize(names))
      where.fail("code " + std::to_string(codes[k]) + " of element " + std::to_string(k) +
                 " is out of range: there are " + std::to_string(names.size()) + " categories");
    found.missing.push_back(codes[k] == -1);
    found.values.push_back(codes[k] == -1 ? std::string()
                                          : names[static_cast<std::size_t>(codes[k])]);
  }
  return found;
}

/// Strings, whole numbers and truth values as text.
inline text_column plain(const array& from) {
  text_column found;
  switch (from.element_kind()) {
    case array::kind::text:
      found.values = from.strings();
      break;
    case array::kind::truth:
      for (const bool value : from.truth_values())
        found.values.emplace_back(value ? "True" : "False");
      break;
    case array::kind::whole:
      for (const auto value : from.whole_numbers()) found.values.push_back(std::to_string(value));
      break;
    default:
      from.where().fail("holds " + from.description() +
                        "; strings, categories or whole numbers were expected");
  }
  return found;
}

/// `values` and `mask` of AnnData's nullable arrays.
inline text_column masked(const object& where) {
  text_column found = plain(array(where.at("values"), 1));
  found.missing = array(where.at("mask"), 1).truth_values();
  if (found.missing.size() != found.values.size())
    where.at("mask").fail("has " + std::to_string(found.missing.size()) + " elements, values " +
                          std::to_string(found.values.size()));
  return found;
}

/// `codes` and `categories`.
inline text_column categorical(const object& where) {
  const auto names = read(where.at("categories"));
  const array codes(where.at("codes"), 1);
  if (codes.element_kind() != array::kind::whole)
    codes.where().fail("holds " + codes.description() + ", whole numbers were expected");
  return coded(where, codes.whole_numbers(), names.values);
}

/// The column at `where`, in whichever of AnnData's forms. @throws io_error for an unknown form.
inline text_column read(const object& where) {
  if (where.is_group()) {
    const auto encoding = where.text_attribute("encoding-type").value_or("");
    if (encoding == "categorical") return categorical(where);
    if (encoding.starts_with("nullable-")) return masked(where);
    where.fail(encoding.empty() ? "is a group without an encoding-type, a column was expected"
                                : "has the encoding-type " + in_quotes(encoding) +
                                      ", which is not known for a column");
  }
  const array from(where, 1);
  if (const auto names = where.reference_attribute("categories"))  // AnnData 0.7
    return coded(where, from.whole_numbers(), plain(array(*names, 1)).values);
  return plain(from);
}

}  // namespace columns

/// A group (AnnData 0.7 and later) or an array of records (before).
class frame {
 public:
  /// @param where  obs or var
  /// @param others uns, where categories were kept before AnnData 0.7
  frame(object where, std::optional<object> others)
      : where_(std::move(where)), others_(std::move(others)) {
    if (where_.is_group()) {
      const auto encoding = where_.text_attribute("encoding-type");
      if (encoding && *encoding != "dataframe")
        where_.fail("has the encoding-type " + in_quotes(*encoding) + ", expected 'dataframe'");
      index_ = where_.text_attribute("_index").value_or(where_.find("_index") ? "_index" : "index");
      return;
    }
    const handle type(H5Dget_type(where_.id()));
    if (H5Tget_class(type.get()) != H5T_COMPOUND)
      where_.fail("is neither a group nor an array of records");
    for (int k = 0; k < H5Tget_nmembers(type.get()); ++k) {
      char* const name = H5Tget_member_name(type.get(), static_cast<unsigned>(k));
      fields_.emplace_back(name ? name : "");
      H5free_memory(name);
    }
    for (const auto& field : fields_)
      if (field == "index" || field == "_index") index_ = field;
    if (index_.empty()) where_.fail("has no field 'index'");
  }

  [[nodiscard]] const object& where() const noexcept { return where_; }

  /// Names of the rows.
  [[nodiscard]] text_column index() const { return column(index_); }

  /// How many rows there are; their names are not read where these are an array.
  [[nodiscard]] std::int64_t rows() const {
    if (!where_.is_group()) return array(where_, 1).rows();
    const object names = where_.at(index_);
    return names.is_array() ? array(names, 1).rows() : std::ssize(index().values);
  }

  [[nodiscard]] bool has(const std::string& name) const {
    if (where_.is_group()) return where_.find(name).has_value();
    return std::find(fields_.begin(), fields_.end(), name) != fields_.end();
  }

  /// Names of the columns, without the index, for the text of errors.
  [[nodiscard]] std::string names() const {
    std::string all;
    for (const auto& name : where_.is_group() ? where_.names() : fields_)
      if (name != index_ && name != "__categories") all += (all.empty() ? "" : ", ") + name;
    return all.empty() ? "none" : all;
  }

  /// @throws io_error if there is no such column, or its values cannot be told as text.
  [[nodiscard]] text_column column(const std::string& name) const {
    if (!has(name)) where_.fail("has no column " + in_quotes(name) + "; there are " + names());
    if (where_.is_group()) return columns::read(where_.at(name));
    const array from(where_, 1, name);
    if (others_ && from.element_kind() == array::kind::whole)
      if (const auto categories = others_->find(name + "_categories"))
        return columns::coded(where_, from.whole_numbers(),
                              columns::plain(array(*categories, 1)).values);
    return columns::plain(from);
  }

 private:
  object where_;
  std::optional<object> others_;
  std::vector<std::string> fields_;  // of records
  std::string index_;
};

}  // namespace harmonium::inline v0_2::io::hdf5
