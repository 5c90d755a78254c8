// SPDX-License-Identifier: MIT
#include "help_page.hpp"

#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include "option_notes.hpp"

namespace program {

namespace {

constexpr std::size_t columns = 100, text_column = 27;

/// `text` in lines from `begin` to the page's edge.
std::vector<std::string> lines_of(const std::string& text, std::size_t begin) {
  std::vector<std::string> lines(1);
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    std::string& line = lines.back();
    if (line.empty())
      line = word;
    else if (begin + line.size() + 1 + word.size() <= columns)
      line += " " + word;
    else
      lines.push_back(word);
  }
  return lines;
}

/// "  name      text", with further lines below the text.
std::string entry(const std::string& name, const std::string& text) {
  std::string page = "  " + name;
  bool on_its_own = page.size() + 2 > text_column;
  for (const auto& line : lines_of(text, text_column)) {
    if (on_its_own) page += "\n" + std::string(text_column, ' ');
    if (!on_its_own) page += std::string(text_column - page.size(), ' ');
    page += line;
    on_its_own = true;
  }
  return page + "\n";
}

}  // namespace

std::string help_page::make_help(const CLI::App* app, std::string name,
                                 CLI::AppFormatMode mode) const {
  const bool all = mode != CLI::AppFormatMode::Normal;
  std::string page = app->get_description() + "\nUsage: " + name;
  const auto commands = commands_of(*app);
  if (!commands.empty()) page += " COMMAND";
  if (!options_of(*app).empty()) page += " [OPTIONS]";
  for (const CLI::Option* option : options_of(*app))
    if (option->get_positional()) page += " " + tell(*option).name;
  page += "\n";

  std::size_t left_out = 0;
  for (const auto& group : groups_of(*app)) {
    std::string entries;
    for (const CLI::Option* option : options_of(*app)) {
      if (option->get_group() != group) continue;
      if (!all && !option->get_required() && notes().usual.count(option) == 0) {
        ++left_out;
        continue;
      }
      const told_option told = tell(*option);
      entries += entry(told.name + (told.value.empty() ? "" : " " + told.value),
                       all && !told.more.empty() ? told.text + ". " + told.more : told.text);
    }
    if (!entries.empty()) page += "\n" + group + ":\n" + entries;
  }
  if (!commands.empty()) page += "\nCommands:\n";
  for (const CLI::App* command : commands)
    page += entry(command->get_name(), command->get_description());
  if (!app->get_footer().empty()) page += "\n" + app->get_footer() + "\n";
  const auto more = notes().more_of_command.find(app);
  if (all && more != notes().more_of_command.end())
    for (const auto& line : lines_of("\n" + more->second, 0)) page += line + "\n";
  if (left_out > 0)
    page += "\n--help-all tells " + std::to_string(left_out) + " more option" +
            (left_out == 1 ? "" : "s") + ".\n";
  return page;
}

}  // namespace program
