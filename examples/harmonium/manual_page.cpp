// SPDX-License-Identifier: MIT
#include "manual_page.hpp"

#include <string>

#include "option_notes.hpp"

namespace program {

namespace {

/// Text for roff: no hyphen that breaks, and no line that a point or an apostrophe makes a request.
std::string roff(const std::string& text) {
  std::string result;
  bool at_begin = true;
  for (const char c : text) {
    if (at_begin && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
    at_begin = c == '\n';
  }
  return result;
}

std::string paragraph(const std::string& text) {
  return ".PP\n" + roff(text) + "\n";
}

/// Lines of a footer as they stand.
std::string as_it_stands(const std::string& text) {
  return ".PP\n.nf\n" + roff(text) + "\n.fi\n";
}

constexpr const char* head = R"(.TH HARMONIUM 1 "" "harmonium" "User Commands"
.SH NAME
harmonium \- synthetic single cells from a small pilot experiment
.SH SYNOPSIS
)";

constexpr const char* what_it_is = R"(.SH DESCRIPTION
Trains a generative model (an exponential\-family harmonium, a deep Boltzmann machine, a variational
autoencoder or a baseline) on the counts of a small single\-cell RNA\-seq experiment, writes synthetic cells,
and judges how far they can be trusted.
.PP
Cells are read from a 10x folder, a csv or tsv file, and, where the program was built with HDF5, from a
10x .h5 or an AnnData .h5ad file.
.PP
.B harmonium
.I COMMAND
.B \-\-help
tells the usual options of a command, and
.B \-\-help\-all
all of them.
.SH OPTIONS
.TP
.BR \-h ", " \-\-help
Print help and exit.
.TP
.B \-\-help\-all
Print help with every option and exit.
.TP
.B \-\-version
Print the version and exit.
.SH COMMANDS
)";

constexpr const char* foot = R"(.SH EXIT STATUS
0: done. 2: bad input or arguments; one line says which. 130: interrupted. 1: anything else.
.SH ENVIRONMENT
.TP
.B HARMONIUM_KERNELS
The instruction set of the inner loops: sse2, avx2 or avx512. Unset: the widest that the machine has.
.SH NOTES
Equal seeds give equal cells, for any number of threads.
.SH SEE ALSO
Treppner et al. (2021), Synthetic single cell RNA sequencing data from small pilot studies using deep
generative models, Scientific Reports 11:9403, https://doi.org/10.1038/s41598\-021\-88875\-4
)";

/// "harmonium generate --output PATH": a command with what it requires.
std::string synopsis(const CLI::App& app, const CLI::App& command) {
  std::string text = ".B " + roff(app.get_name() + " " + command.get_name()) + "\n";
  for (const CLI::Option* option : options_of(command)) {
    if (!option->get_required()) continue;
    const told_option told = tell(*option);
    text += option->get_positional()
                ? ".I " + roff(told.name) + "\n"
                : ".BI " + roff(told.name) + " \" " + roff(told.value) + "\"\n";
  }
  return text + ".RI [ options ]\n.br\n";
}

}  // namespace

std::string manual_page(const CLI::App& app) {
  std::string page = head;
  for (const CLI::App* command : commands_of(app)) page += synopsis(app, *command);
  page += what_it_is;
  for (const CLI::App* command : commands_of(app)) {
    page += ".SS " + roff(command->get_name()) + "\n" + roff(command->get_description()) + ".\n";
    const auto more = notes().more_of_command.find(command);
    if (more != notes().more_of_command.end()) page += paragraph(more->second);
    for (const CLI::Option* option : options_of(*command)) {
      const told_option told = tell(*option);
      page += ".TP\n";
      page += told.value.empty() ? ".B " + roff(told.name) + "\n"
                                 : ".BI " + roff(told.name) + " \" " + roff(told.value) + "\"\n";
      page += roff(told.text + (told.more.empty() ? "" : ". " + told.more)) + "\n";
    }
    if (!command->get_footer().empty()) page += as_it_stands(command->get_footer());
  }
  return page + foot;
}

}  // namespace program
