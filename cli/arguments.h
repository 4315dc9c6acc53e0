// What the person asked for, read from the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shared/base/outcome.h"

namespace fairway::cli {

// The exit codes; README and every --help name them.
enum class Exit {
  whole = 0,    // every cell is accounted for
  broken = 1,   // anything unexpected, such as a lost connection
  usage = 2,    // wrong use
  refused = 3,  // nothing was loaded or written
  differs = 4,  // the two sides are not equal
};

enum class Switch { off, on };

struct Arguments {
  std::string verb;
  std::vector<std::string> operands;
  std::optional<std::string> to;      // postgres, libsql, sqlite
  std::optional<std::string> into;    // a URL
  std::optional<std::string> out;     // a file
  std::optional<std::string> plan;    // a file
  std::optional<std::string> schema;  // of PostgreSQL
  std::optional<std::string> over;    // http, the way to PostgreSQL
  Switch json = Switch::off;
  Switch inserts = Switch::off;
  Switch image = Switch::off;
  Switch yes = Switch::off;      // changes of production that lose something
  Switch replace = Switch::off;  // production's rows by the preview's
  Switch help = Switch::off;
};

// Fails with fix_input `usage`, naming the word that is wrong and the nearest that is right.
Outcome<Arguments> read_arguments(const std::vector<std::string>& words);

const std::vector<std::string>& all_verbs();

// The manual page of a verb, or of the whole command for "".
std::string manual(std::string_view verb);
// A script for bash, zsh or fish that completes verbs, options and their values.
Outcome<std::string> completion(std::string_view shell);

}  // namespace fairway::cli
