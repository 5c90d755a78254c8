// SPDX-License-Identifier: MIT
#include "option_notes.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace program {

namespace {

/// "a,b,c" in parts.
std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list)
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
  std::string text;
  for (std::size_t k = 0; k < parts.size(); ++k) text += (k == 0 ? "" : between) + parts[k];
  return text;
}

/// CLI11 tells a range after the type's name: "X:FLOAT in [0 - 1]".
std::string range_of(const std::string& type) {
  const auto begin = type.find(" in ["), end = type.rfind(']');
  if (begin == std::string::npos || end == std::string::npos) return "";
  std::string range = type.substr(begin + 5, end - begin - 5);
  const auto dash = range.find(" - ");
  return dash == std::string::npos ? "" : range.replace(dash, 3, " to ");
}

}  // namespace

std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();  // "TEXT:{a,b}"
  const auto begin = type.find('{'), end = type.rfind('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return parts_of(type.substr(begin + 1, end - begin - 1));
}

told_option tell(const CLI::Option& option) {
  told_option told;
  told.name = option.get_positional() ? option.get_name(true, false) : option.get_name(false, true);
  told.text = option.get_description();
  if (const auto more = notes().more.find(&option); more != notes().more.end())
    told.more = more->second;
  if (option.get_expected_max() == 0 || option.get_type_size() == 0) return told;

  const std::string type = option.get_type_name();
  const auto choices = choices_of(option);
  told.value = type.substr(0, type.find(':'));
  if (!choices.empty()) {
    const std::string all = joined(choices, "|");
    told.value = told.value != "TEXT" ? told.value : all.size() <= 12 ? all : "NAME";
    const bool named = std::all_of(choices.begin(), choices.end(), [&](const std::string& choice) {
      return (told.value + " " + told.text + " " + told.more).find(choice) != std::string::npos;
    });
    if (!named) told.text += ": " + joined(choices, ", ");
  }
  if (const std::string range = range_of(type); !range.empty()) told.text += ", " + range;
  std::string value = option.get_default_str();  // of a list "[a,b]"
  if (value.starts_with('[') && value.ends_with(']')) value = value.substr(1, value.size() - 2);
  if (option.get_required())
    told.text += " (required)";
  else if (!value.empty())
    told.text += " [" + value + "]";
  return told;
}

bool takes_path(const CLI::Option& option) {
  const std::string value = tell(option).value;
  return value.find("FILE") != std::string::npos || value.find("PATH") != std::string::npos ||
         value.find("FOLDER") != std::string::npos;
}

std::vector<const CLI::Option*> options_of(const CLI::App& command) {
  return command.get_options([&](const CLI::Option* option) {
    return option != command.get_help_ptr() && option != command.get_help_all_ptr() &&
           !option->get_group().empty();
  });
}

std::vector<std::string> groups_of(const CLI::App& command) {
  std::vector<std::string> groups;
  for (const CLI::Option* option : options_of(command))
    if (std::find(groups.begin(), groups.end(), option->get_group()) == groups.end())
      groups.push_back(option->get_group());
  return groups;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

}  // namespace program
