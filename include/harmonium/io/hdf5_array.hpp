// SPDX-License-Identifier: MIT
/// @file
/// Arrays of numbers and of strings in an HDF5 file, read block by block. No size that a file
/// announces is believed before it is held against the bytes that are there.
#pragma once

#include <hdf5.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/between_blocks.hpp"
#include "harmonium/io/hdf5.hpp"
#include "harmonium/io/hdf5_chunks.hpp"

namespace harmonium::inline v0_2::io::hdf5 {

/// HDF5's name of a C++ type.
template <class T>
hid_t native_type() {
  if constexpr (std::same_as<T, std::int8_t>) return H5T_NATIVE_INT8;
  if constexpr (std::same_as<T, std::int16_t>) return H5T_NATIVE_INT16;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::same_as<T, std::uint8_t>) return H5T_NATIVE_UINT8;
  if constexpr (std::same_as<T, std::uint16_t>) return H5T_NATIVE_UINT16;
  if constexpr (std::same_as<T, std::uint32_t>) return H5T_NATIVE_UINT32;
  if constexpr (std::same_as<T, std::uint64_t>) return H5T_NATIVE_UINT64;
  if constexpr (std::same_as<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::same_as<T, double>) return H5T_NATIVE_DOUBLE;
}

/// The block of an array that was read last, kept for who reads on in it.
class kept_block {
 private:
  friend class array;

  template <class T>
  std::vector<T>& numbers() {
    if (!std::holds_alternative<std::vector<T>>(numbers_)) numbers_ = std::vector<T>();
    return std::get<std::vector<T>>(numbers_);
  }

  std::variant<std::vector<float>, std::vector<double>, std::vector<std::int32_t>,
               std::vector<std::uint32_t>, std::vector<std::int64_t>, std::vector<std::uint64_t>>
      numbers_;
  std::int64_t begin_ = -1;  // its first row; -1: there is none
};

/// An array of rank 1 or 2, or one field of an array of records (as data frames were kept before
/// AnnData 0.7). "Rows" are along the first axis.
class array {
 public:
  enum class kind { whole, real, text, truth, other };

  /// @param field of the records; empty: the elements themselves
  /// @throws io_error unless it is an array of this rank, of no more elements than its bytes in the
  ///         file can hold: uncompressed as many, compressed 1032 times as many (all that deflate
  ///         can do).
  /// @param threads that inflate what `for_each_block` reads; at least 1
  array(object where, int rank, const std::string& field = {}, int threads = 1)
      : where_(std::move(where)), threads_(threads) {
    if (!where_.is_array()) where_.fail("is a group, an array was expected");
    const silence quiet;
    const handle space(H5Dget_space(where_.id()));
    hsize_t extents[2] = {0, 1};
    const int found = H5Sget_simple_extent_ndims(space.get());
    if (found != rank)
      where_.fail("has " + std::to_string(found) + " dimensions, expected " + std::to_string(rank));
    H5Sget_simple_extent_dims(space.get(), extents, nullptr);
    type_ = handle(H5Dget_type(where_.id()));
    if (!type_) where_.fail("has a type that HDF5 cannot read");
    check_size(extents[0], extents[1]);
    rows_ = static_cast<std::int64_t>(extents[0]);
    columns_ = static_cast<std::int64_t>(extents[1]);
    if (!field.empty()) choose(field);
  }

  [[nodiscard]] const object& where() const noexcept { return where_; }
  [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::int64_t columns() const noexcept { return columns_; }

  [[nodiscard]] kind element_kind() const {
    switch (H5Tget_class(type_.get())) {
      case H5T_INTEGER:
        return kind::whole;
      case H5T_FLOAT:
        return kind::real;
      case H5T_STRING:
        return kind::text;
      case H5T_ENUM:
        return H5Tget_size(type_.get()) == 1 ? kind::truth : kind::other;
      default:
        return kind::other;
    }
  }

  /// Rows of a block of about 256 Ki elements a thread: whole chunks, where these are not larger by
  /// far.
  [[nodiscard]] std::int64_t block_rows() const {
    const std::int64_t elements = (std::int64_t{1} << 18) * threads_;
    const std::int64_t wide = std::max<std::int64_t>(columns_, 1);
    const std::int64_t chunk =
        std::min(chunk_rows_, std::max<std::int64_t>(16 * elements / wide, 1));
    const std::int64_t rows = std::max<std::int64_t>(elements / wide, 1);
    return std::max(rows / chunk, std::int64_t{1}) * chunk;
  }

  /// Rows [begin, begin + count), converted by HDF5, to `out`, which has room for them.
  template <class T>
  void read(std::int64_t begin, std::int64_t count, T* out) const {
    read_as(begin, count, native_type<T>(), out);
  }

  /// Calls `use(numbers, count, begin)` for block after block, `numbers` being of the type of these
  /// that fits the file's without loss: 32 or 64 bits, signed or not, float or double.
  /// @throws io_error if these are no numbers.
  template <class Use>
  void for_each_block(Use&& use) const {
    kept_block own;
    for_each_block(0, rows_, own, use);
  }

  /// The same for rows [begin, end) alone. What is read is a whole block each time; the last stays
  /// in `last`, so that ranges read one after another, with a `last` of this array alone, inflate
  /// nothing twice.
  template <class Use>
  void for_each_block(std::int64_t begin, std::int64_t end, kept_block& last, Use&& use) const {
    const std::size_t size = H5Tget_size(type_.get());
    const kind what = element_kind();
    if (what == kind::real && size <= 4) return blocks<float>(begin, end, last, use);
    if (what == kind::real && size <= 8) return blocks<double>(begin, end, last, use);
    if (what != kind::whole || size > 8)
      where_.fail("holds " + description() + ", numbers were expected");
    const bool is_signed = H5Tget_sign(type_.get()) == H5T_SGN_2;
    if (size < 4 || (size == 4 && is_signed)) return blocks<std::int32_t>(begin, end, last, use);
    if (size == 4) return blocks<std::uint32_t>(begin, end, last, use);
    return is_signed ? blocks<std::int64_t>(begin, end, last, use)
                     : blocks<std::uint64_t>(begin, end, last, use);
  }

  /// All numbers of an array of rank 1.
  /// @throws io_error unless they are whole (also if stored as such reals) and fit 64 bits.
  [[nodiscard]] std::vector<std::int64_t> whole_numbers() const {
    std::vector<std::int64_t> numbers;
    numbers.reserve(static_cast<std::size_t>(rows_));
    for_each_block([&](const auto* block, std::int64_t count, std::int64_t begin) {
      for (std::int64_t k = 0; k < count; ++k) {
        const auto value = block[k];
        bool fits = false;
        if constexpr (std::integral<std::remove_cvref_t<decltype(value)>>)
          fits = std::in_range<std::int64_t>(value);
        else
          fits = value >= -9e15 && value <= 9e15 &&
                 value == static_cast<decltype(value)>(static_cast<std::int64_t>(value));
        if (!fits)
          where_.fail("element " + std::to_string(begin + k) + " is no whole number of 64 bits");
        numbers.push_back(static_cast<std::int64_t>(value));
      }
    });
    return numbers;
  }

  /// All of an array of truth values (HDF5's enumerations of a byte) or of whole numbers.
  [[nodiscard]] std::vector<bool> truth_values() const {
    if (element_kind() != kind::truth) {
      const auto numbers = whole_numbers();
      return {numbers.begin(), numbers.end()};
    }
    std::vector<std::int8_t> bytes(static_cast<std::size_t>(rows_));
    read_as(0, rows_, type_.get(), bytes.data());
    return {bytes.begin(), bytes.end()};
  }

  /// All strings of an array of rank 1, of fixed or variable length.
  [[nodiscard]] std::vector<std::string> strings() const {
    if (element_kind() != kind::text)
      where_.fail("holds " + description() + ", strings were expected");
    std::vector<std::string> all;
    all.reserve(static_cast<std::size_t>(rows_));
    const bool variable = H5Tis_variable_str(type_.get()) > 0;
    for (std::int64_t begin = 0; begin < rows_; begin += 65536) {
      between_blocks::look();
      const std::int64_t count = std::min<std::int64_t>(65536, rows_ - begin);
      variable ? append_variable(begin, count, all) : append_fixed(begin, count, all);
    }
    return all;
  }

  /// What the elements are, in words.
  [[nodiscard]] std::string description() const {
    switch (H5Tget_class(type_.get())) {
      case H5T_STRING:
        return "strings";
      case H5T_INTEGER:
        return "whole numbers";
      case H5T_FLOAT:
        return "real numbers";
      case H5T_ENUM:
        return "truth values or an enumeration";
      case H5T_COMPOUND:
        return "records";
      case H5T_REFERENCE:
        return "references";
      default:
        return "something else";
    }
  }

 private:
  void check_size(hsize_t rows, hsize_t columns) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const handle how(H5Dget_create_plist(where_.id()));
    const bool filtered = H5Pget_nfilters(how.get()) > 0;
    const std::uint64_t ratio = filtered ? 1032 : 1;
    const std::uint64_t stored = std::min<std::uint64_t>(
        H5Dget_storage_size(where_.id()), static_cast<std::uint64_t>(where_.file().bytes));
    const std::uint64_t size = std::max<std::uint64_t>(H5Tget_size(type_.get()), 1);
    const std::uint64_t room = std::min(stored, most / ratio) * ratio / size;
    if (rows > most || columns > most || (rows > 0 && columns > room / rows))
      where_.fail("announces " + std::to_string(rows) +
                  (columns == 1 ? "" : " x " + std::to_string(columns)) +
                  " elements, more than its bytes in the file can hold");
    hsize_t chunk[2] = {1, 1};
    if (H5Pget_layout(how.get()) != H5D_CHUNKED || H5Pget_chunk(how.get(), 2, chunk) < 0) return;
    const std::uint64_t limit = std::max(room, (std::uint64_t{64} << 20) / size);
    if (chunk[0] > limit || chunk[1] > limit / chunk[0])
      where_.fail("has chunks of more elements than its bytes in the file can hold");
    chunk_rows_ = static_cast<std::int64_t>(chunk[0]);
    for (int filter = 0; filter < H5Pget_nfilters(how.get()); ++filter) {
      unsigned flags = 0;
      std::size_t values = 0;
      char name[64] = "";
      const auto id = H5Pget_filter2(how.get(), static_cast<unsigned>(filter), &flags, &values,
                                     nullptr, sizeof name, name, nullptr);
      if (H5Zfilter_avail(id) <= 0)
        where_.fail("is compressed by " + (*name ? in_quotes(name) : "a filter") + " (number " +
                    std::to_string(id) + "), which this HDF5 library does not have");
    }
  }

  void choose(const std::string& field) {
    const int member = H5Tget_class(type_.get()) == H5T_COMPOUND
                           ? H5Tget_member_index(type_.get(), field.c_str())
                           : -1;
    if (member < 0) where_.fail("has no field " + in_quotes(field));
    type_ = handle(H5Tget_member_type(type_.get(), static_cast<unsigned>(member)));
    field_ = field;
  }

  void read_as(std::int64_t begin, std::int64_t count, hid_t element, void* out) const {
    if (count == 0 || columns_ == 0) return;
    const silence quiet;
    handle record;
    if (!field_.empty()) {
      record = handle(H5Tcreate(H5T_COMPOUND, H5Tget_size(element)));
      H5Tinsert(record.get(), field_.c_str(), 0, element);
    }
    const handle space(H5Dget_space(where_.id()));
    const int rank = H5Sget_simple_extent_ndims(space.get());
    const hsize_t from[2] = {static_cast<hsize_t>(begin), 0};
    const hsize_t extent[2] = {static_cast<hsize_t>(count), static_cast<hsize_t>(columns_)};
    const handle memory(H5Screate_simple(rank, extent, nullptr));
    if (H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, from, nullptr, extent, nullptr) < 0 ||
        H5Dread(where_.id(), record ? record.get() : element, memory.get(), space.get(),
                H5P_DEFAULT, out) < 0)
      where_.fail("cannot be read: damaged or cut short");
  }

  template <class T, class Use>
  void blocks(std::int64_t first, std::int64_t last, kept_block& kept, Use&& use) const {
    if (first >= last) return;
    const std::int64_t step = block_rows();
    const thread_executor run(threads_);
    inflated_chunks chunks(where_, chunk_rows_, sizeof(T));
    const bool as_kept = chunks.known() && columns_ == 1 && field_.empty() &&
                         step % chunk_rows_ == 0 && H5Tequal(type_.get(), native_type<T>()) > 0;
    std::vector<T>& block = kept.numbers<T>();
    for (std::int64_t begin = first / step * step; begin < last; begin += step) {
      const std::int64_t count = std::min(step, rows_ - begin);
      if (kept.begin_ != begin) {
        between_blocks::look();
        kept.begin_ = -1;
        block.resize(static_cast<std::size_t>(std::min(step, rows_) * columns_));
        if (!as_kept ||
            !chunks.read(run, begin, count, rows_, std::as_writable_bytes(std::span(block)).data()))
          read(begin, count, block.data());
        kept.begin_ = begin;
      }
      const std::int64_t from = std::max(begin, first);
      const std::int64_t to = std::min(begin + count, last);
      use(static_cast<const T*>(block.data()) + (from - begin) * columns_, (to - from) * columns_,
          from * columns_);
    }
  }

  void append_fixed(std::int64_t begin, std::int64_t count, std::vector<std::string>& all) const {
    const std::size_t size = H5Tget_size(type_.get());
    std::string bytes(size * static_cast<std::size_t>(count), '\0');
    read_as(begin, count, type_.get(), bytes.data());
    for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k)
      all.push_back(
          unpadded(std::string_view(bytes).substr(k * size, size), H5Tget_strpad(type_.get())));
  }

  void append_variable(std::int64_t begin, std::int64_t count,
                       std::vector<std::string>& all) const {
    struct texts {  // each is HDF5's until it goes
      std::vector<char*> each;
      ~texts() {
        for (char* text : each)
          if (text) H5free_memory(text);
      }
    } block{std::vector<char*>(static_cast<std::size_t>(count), nullptr)};
    const handle memory = variable_text(H5Tget_cset(type_.get()));
    read_as(begin, count, memory.get(), static_cast<void*>(block.each.data()));
    for (const char* text : block.each) all.emplace_back(text ? text : "");
  }

  object where_;
  std::string field_;
  handle type_;  // of an element, or of the field
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::int64_t chunk_rows_ = 1;
  int threads_ = 1;
};

}  // namespace harmonium::inline v0_2::io::hdf5
