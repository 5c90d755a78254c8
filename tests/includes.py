#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: includes.py [--unused] [FOLDER...]     (from the top; include and examples unless given)

Says where a file uses a name of the standard library without including its header, or includes a header twice;
with --unused also where it includes one of which it uses nothing. It knows the names listed below and reads text, not C++; a header that is
kept for another reason has a comment behind its include. Exit code 1 if there is anything to say.
"""
import re
import sys
from pathlib import Path

NAMES = {
    "algorithm": "sort stable_sort partial_sort nth_element max_element min_element minmax_element clamp fill fill_n copy copy_n "
                 "copy_if transform find find_if find_if_not any_of all_of none_of count count_if equal lower_bound upper_bound "
                 "binary_search reverse rotate unique remove_if replace shuffle for_each search is_sorted max min generate "
                 "equal_range push_heap pop_heap make_heap sort_heap mismatch lexicographical_compare adjacent_find "
                 "partition stable_partition partition_point includes set_difference merge inplace_merge",
    "array": "array",
    "atomic": "atomic atomic_ref",
    "bit": "bit_cast countr_zero popcount has_single_bit bit_width endian",
    "charconv": "from_chars to_chars chars_format",
    "chrono": "chrono",
    "cmath": "exp log log1p expm1 sqrt abs pow floor ceil round lround isfinite isnan isinf fma lgamma tgamma frexp ldexp nextafter "
             "hypot cbrt erf erfc log2 exp2 trunc fmod copysign fmin fmax",
    "concepts": "same_as convertible_to floating_point integral copyable signed_integral unsigned_integral derived_from "
                "default_initializable constructible_from invocable regular equality_comparable",
    "condition_variable": "condition_variable",
    "cstdint": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uintptr_t",
    "cstring": "memcpy memset memcmp memmove strerror strlen strcmp",
    "deque": "deque",
    "exception": "exception_ptr current_exception rethrow_exception make_exception_ptr uncaught_exceptions terminate",
    "filesystem": "filesystem",
    "fstream": "ifstream ofstream fstream",
    "functional": "function hash plus greater less reference_wrapper cref ref bit_or multiplies invoke",
    "iterator": "back_inserter ssize distance advance istreambuf_iterator input_iterator_tag forward_iterator_tag make_move_iterator",
    "limits": "numeric_limits",
    "map": "map multimap",
    "memory": "unique_ptr shared_ptr make_unique make_shared weak_ptr addressof assume_aligned enable_shared_from_this",
    "mutex": "mutex lock_guard unique_lock scoped_lock call_once once_flag",
    "numbers": "numbers",
    "numeric": "accumulate iota inner_product partial_sum reduce gcd midpoint",
    "optional": "optional nullopt make_optional",
    "queue": "priority_queue queue",
    "set": "set multiset",
    "span": "span dynamic_extent",
    "sstream": "ostringstream istringstream stringstream",
    "stdexcept": "invalid_argument domain_error out_of_range logic_error runtime_error overflow_error length_error",
    "string": "string to_string stod stoi getline",
    "string_view": "string_view",
    "system_error": "error_code system_error errc generic_category",
    "thread": "thread jthread this_thread",
    "tuple": "tuple tie make_tuple apply tuple_size tuple_element",
    "type_traits": "is_same_v remove_cvref_t decay_t conditional_t enable_if_t is_floating_point_v is_integral_v is_signed_v "
                   "integral_constant true_type false_type underlying_type_t is_constant_evaluated make_unsigned_t is_const_v "
                   "remove_const_t is_reference_v is_trivially_copyable_v common_type_t is_unsigned_v invoke_result_t "
                   "is_nothrow_move_constructible_v is_lvalue_reference_v is_base_of_v add_const_t remove_reference_t bool_constant type_identity",
    "typeindex": "type_index",
    "unordered_map": "unordered_map",
    "unordered_set": "unordered_set",
    "utility": "move forward pair swap exchange as_const index_sequence make_index_sequence index_sequence_for declval in_place "
               "cmp_equal cmp_less cmp_greater cmp_less_equal cmp_greater_equal in_range piecewise_construct integer_sequence",
    "variant": "variant visit get_if holds_alternative monostate",
    "vector": "vector",
}
OWNER = {name: header for header, names in NAMES.items() for name in names.split()}
# Names that come with these as well, so that one of them suffices.
ALSO = {
    "utility": {"map", "tuple", "algorithm", "vector", "memory", "string", "unordered_map", "functional"},
    "string": {"stdexcept", "sstream", "filesystem"},
    "iterator": {"vector", "string", "span", "array", "map", "set", "string_view", "deque"},
    "cmath": {"cstdlib"},
    "exception": {"stdexcept"},
    "type_traits": {"concepts", "utility", "functional"},
    "cstdint": {"cinttypes"},
    "array": {"tuple"},
    "algorithm": {"utility"},
}


def stripped(text):
    """Without comments and texts."""
    text = re.sub(r'R"(\w*)\(.*?\)\1"', '""', text, flags=re.S)
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', " ", text, flags=re.S)


def problems(path, unused):
    text = path.read_text()
    included = re.findall(r'^#include ([<"][^>"]+[>"])[ \t]*(//)?', text, re.M)
    names = [name for name, _ in included]
    for name in {n for n in names if names.count(n) > 1}:
        yield f"includes {name} twice"
    # What the header of the same name includes need not be said again beside it (a source and its header).
    own = path.with_suffix(".hpp") if path.suffix == ".cpp" else None
    beside = set()
    if own and own.is_file():
        beside = set(re.findall(r"^#include <([^>]+)>", own.read_text(), re.M))
    have = {name[1:-1] for name in names if name[0] == "<"}
    code = stripped(re.sub(r"^#include.*$", "", text, flags=re.M))
    used = {}
    for name in re.findall(r"\bstd::(?:ranges::)?(\w+)", code):
        if name in OWNER:
            used.setdefault(OWNER[name], name)
    for header, name in sorted(used.items()):
        if header not in have and not ALSO.get(header, set()) & (have | beside) and header not in beside:
            yield f"uses std::{name} without <{header}>"
    if unused:
        plain = set(re.findall(r"\b\w+\b", code))
        for name, kept in included:
            header = name[1:-1]
            if name[0] != "<" or header not in NAMES or kept or header in used:
                continue
            if not plain & set(NAMES[header].split()):
                yield f"includes <{header}> and uses nothing of it that is known here"


def main(arguments):
    unused = "--unused" in arguments
    folders = [a for a in arguments if a != "--unused"] or ["include", "examples"]
    found = files = 0
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.[ch]pp")):
            files += 1
            for problem in problems(path, unused):
                print(f"{path}: {problem}")
                found += 1
    print(f"includes: {files} files, {found} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
