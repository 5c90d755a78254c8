// SPDX-License-Identifier: MIT
#include "completion.hpp"

#include <string>
#include <vector>

#include "harmonium/core/error.hpp"
#include "option_notes.hpp"

namespace program {

namespace {

/// What may follow an option.
enum class value { none, choice, path, other };

value value_of(const CLI::Option& option) {
  if (tell(option).value.empty()) return value::none;
  if (!choices_of(option).empty()) return value::choice;
  return takes_path(option) ? value::path : value::other;
}

std::string spaced(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// `text` with a backslash before each of `marked`.
std::string escaped(const std::string& text, const std::string& marked) {
  std::string result;
  for (const char c : text) {
    if (marked.find(c) != std::string::npos) result += '\\';
    result += c;
  }
  return result;
}

/// Between single quotes of bash and zsh.
std::string shell_quoted(const std::string& text) {
  return "'" + CLI::detail::find_and_replace(text, "'", "'\\''") + "'";
}

std::string names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return spaced(names);
}

/// The positional arguments that are options' choices, such as the shells of `completion`.
std::string bash_words(const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::Option* option : options_of(command))
    if (!option->get_positional())
      words.push_back(option->get_name());
    else
      for (const auto& choice : choices_of(*option)) words.push_back(choice);
  words.insert(words.end(), {"--help", "--help-all"});
  return spaced(words);
}

bool has_path_argument(const CLI::App& command) {
  for (const CLI::Option* option : options_of(command))
    if (option->get_positional() && value_of(*option) == value::path) return true;
  return false;
}

std::string for_bash(const CLI::App& app) {
  const std::string name = app.get_name();
  const auto commands = commands_of(app);
  std::string text = "# Completion of " + name + " for bash, by `" + name +
                     " completion bash`.\n_" + name + R"(() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= one
  COMPREPLY=()
  # bash takes the = of --option=value for a word
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for one in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case $one in
)";
  text += "      " + CLI::detail::find_and_replace(names_of(commands), " ", "|") +
          R"() command=$one && break ;;
    esac
  done
  case "$command $before" in
)";
  for (const CLI::App* command : commands)
    for (const CLI::Option* option : options_of(*command)) {
      if (option->get_positional() || value_of(*option) == value::none) continue;
      text += "    \"" + command->get_name() + " " + option->get_name() + "\") ";
      if (value_of(*option) == value::choice)
        text += "mapfile -t COMPREPLY < <(compgen -W \"" + spaced(choices_of(*option)) +
                "\" -- \"$word\")";
      if (value_of(*option) == value::path)
        text +=
            "mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); compopt -o filenames 2>/dev/null";
      if (value_of(*option) == value::other) text += ":";
      text += "; return 0 ;;\n";
    }
  text += "  esac\n  case $command in\n";
  for (const CLI::App* command : commands) {
    text += "    " + command->get_name() + ") ";
    if (has_path_argument(*command))
      text +=
          "if [[ $word != -* ]]; then mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); compopt "
          "-o filenames 2>/dev/null; return 0; fi; ";
    text += "one=\"" + bash_words(*command) + "\" ;;\n";
  }
  text += "    *) one=\"" + names_of(commands) + " --help --version\" ;;\n  esac\n";
  return text + "  mapfile -t COMPREPLY < <(compgen -W \"$one\" -- \"$word\")\n}\ncomplete -F _" +
         name + " " + name + "\n";
}

std::string for_zsh(const CLI::App& app) {
  const std::string name = app.get_name();
  std::string text = "#compdef " + name + "\n# Completion of " + name + " for zsh, by `" + name +
                     " completion zsh`.\n_" + name + "() {\n  local -a commands\n  commands=(\n";
  for (const CLI::App* command : commands_of(app))
    text += "    " +
            shell_quoted(command->get_name() + ":" + escaped(command->get_description(), ":")) +
            "\n";
  text +=
      "  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n"
      "  shift words\n  ((CURRENT--))\n  case $words[1] in\n";
  for (const CLI::App* command : commands_of(app)) {
    text += "    " + command->get_name() + ")\n      _arguments";
    for (const CLI::Option* option : options_of(*command)) {
      const told_option told = tell(*option);
      const bool again = option->get_expected_max() > 1;
      std::string spec = option->get_positional() ? "1"
                                                  : (again ? "*" : "") + told.name + "[" +
                                                        escaped(told.text, "[]:\\") + "]";
      const value kind = value_of(*option);
      if (kind != value::none) spec += ":" + escaped(told.value, ":") + ":";
      if (kind == value::choice) spec += "(" + spaced(choices_of(*option)) + ")";
      if (kind == value::path) spec += "_files";
      text += " \\\n        " + shell_quoted(spec);
    }
    text += " \\\n        '--help[the usual options]' '--help-all[all options]'\n      ;;\n";
  }
  return text + "  esac\n}\n_" + name + " \"$@\"\n";
}

std::string for_fish(const CLI::App& app) {
  const std::string name = app.get_name();
  const auto told = [](const std::string& description) {
    return "'" + escaped(description, "'\\") + "'";
  };
  std::string text = "# Completion of " + name + " for fish, by `" + name + " completion fish`.\n";
  const auto line = [&](const std::string& when, const std::string& rest) {
    text += "complete -c " + name + " -n " + when + " " + rest + "\n";
  };
  text += "complete -c " + name + " -f\n";
  for (const CLI::App* command : commands_of(app))
    line("__fish_use_subcommand",
         "-a " + command->get_name() + " -d " + told(command->get_description()));
  for (const CLI::App* command : commands_of(app)) {
    const std::string when = "'__fish_seen_subcommand_from " + command->get_name() + "'";
    for (const CLI::Option* option : options_of(*command)) {
      std::string rest = option->get_positional() ? "" : "-l " + option->get_name().substr(2) + " ";
      const value kind = value_of(*option);
      if (kind == value::choice)
        rest +=
            (option->get_positional() ? "-a '" : "-x -a '") + spaced(choices_of(*option)) + "' ";
      if (kind == value::path) rest += option->get_positional() ? "-F " : "-r -F ";
      if (kind == value::other) rest += "-x ";
      line(when, rest + "-d " + told(tell(*option).text));
    }
  }
  return text;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  if (shell == "bash") return for_bash(app);
  if (shell == "zsh") return for_zsh(app);
  harmonium::require(shell == "fish", "completion", "expected bash, zsh or fish, got " + shell);
  return for_fish(app);
}

}  // namespace program
