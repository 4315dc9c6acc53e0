// A cell of SQLite as the text that PostgreSQL prints for the column's type (see plan.h): the one
// text that is sent and that both sides sum.
//
// Pure. Texts and blobs are not copied: the answer views them, and stays good as long as they do.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "shared/postgres/moments.h"
#include "shared/postgres/plan.h"
#include "shared/postgres/real_text.h"

namespace fairway::postgres {

struct Cell {
  enum class Kind { null, integer, real, text, blob };
  Kind kind = Kind::null;
  int64_t integer = 0;
  double real = 0;
  std::string_view bytes = {};  // of text and blob
};

// Where the text of a cell is made; used again for the next cell.
struct CanonicalText {
  enum class Form { plain, hex };  // hex: `text` has the bytes, "\x" and two digits each are meant
  std::string_view text;
  Form form = Form::plain;

  std::array<char, plain_text_bytes_max> small;
  std::string large;
};

enum class Carried {
  null,
  whole,
  stray,         // stands for no value of the type: loaded as NULL, its text is declared
  repaired,      // NUL became U+2400, bytes that are no UTF-8 became U+FFFD: declared and kept
  inconvertible  // the plan did not foresee it
};

Carried make_canonical(const ColumnPlan& column, const Cell& cell, CanonicalText& out);

// NUL becomes U+2400, every maximal part of a broken sequence U+FFFD (as Unicode recommends).
std::string repaired_text(std::string_view bytes);

}  // namespace fairway::postgres
