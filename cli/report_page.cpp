#include "cli/report_page.h"

#include <vector>

#include "shared/base/text.h"

namespace fairway::cli {
namespace {

constexpr std::string_view page_start = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Migration report</title><style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 2rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .85em; overflow-wrap: anywhere; }
.good { color: light-dark(#136f3a, #5bd08c); } .bad { color: light-dark(#b3261e, #ff8a80); }
.scroll { overflow-x: auto; }
</style></head><body>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string text_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_integer()) return grouped(json.get<int64_t>());
  return json.is_null() ? "" : to_text(json);
}

std::string cell(const Json& json, std::string_view name) {
  return cat({"<td>", escaped(text_of(member(json, name))), "</td>"});
}

std::string number_cell(const Json& json, std::string_view name) {
  return cat({"<td class=\"number\">", escaped(text_of(member(json, name))), "</td>"});
}

std::vector<Json> list_of(const Json& report, std::string_view name) {
  const Json& list = member(report, name);
  if (!list.is_array()) return {};
  return {list.begin(), list.end()};
}

// Columns whose sums differ, or "every column": only where both sides were summed.
std::string sums_words(const Json& table) {
  std::vector<std::string> differing;
  bool is_summed = false;
  for (const Json& column : list_of(table, "columns")) {
    const Json& there = member(column, "checksum_target");
    is_summed |= !there.is_null();
    if (!there.is_null() && there != member(column, "checksum_source")) {
      differing.push_back(text_of(member(column, "name")));
    }
  }
  if (!is_summed) return "<td>not compared</td>";
  if (differing.empty()) return "<td class=\"good\">equal in every column</td>";
  return cat({"<td class=\"bad\">differs: ", escaped(join(differing, ", ")), "</td>"});
}

std::string tables_part(const Json& report) {
  std::string part =
      "<h2>Tables</h2><div class=\"scroll\"><table><tr><th>Table</th><th class=\"number\">Rows "
      "here</th><th class=\"number\">Rows there</th><th>Checksums</th></tr>";
  for (const Json& table : list_of(report, "tables")) {
    part += cat({"<tr>", cell(table, "name"), number_cell(table, "rows_source"),
                 number_cell(table, "rows_target"), sums_words(table), "</tr>"});
  }
  return part + "</table></div>";
}

std::string place_of(const Json& decision) {
  std::vector<std::string> names;
  for (std::string_view name : {"table", "column", "object"}) {
    std::string text = text_of(member(decision, name));
    if (!text.empty()) names.push_back(std::move(text));
  }
  return names.empty() ? "the database" : join(names, ".");
}

std::string examples_of(const Json& decision) {
  std::vector<std::string> examples;
  for (const Json& example : list_of(decision, "examples")) examples.push_back(text_of(example));
  if (examples.empty()) return "";
  return cat({"<br><code>", escaped(join(examples, "; ")), "</code>"});
}

std::string decisions_part(const Json& report) {
  const auto decisions = list_of(report, "decisions");
  if (decisions.empty()) return "";
  std::string part =
      "<h2>What is not the same over there</h2><div class=\"scroll\"><table><tr><th>Outcome</th>"
      "<th>Where</th><th>What and why</th><th class=\"number\">Count</th><th>Taken</th></tr>";
  for (const Json& decision : decisions) {
    part += cat({"<tr>", cell(decision, "outcome"), "<td>", escaped(place_of(decision)),
                 "</td><td>", escaped(text_of(member(decision, "why"))), examples_of(decision),
                 "</td>", number_cell(decision, "count"), cell(decision, "choice"), "</tr>"});
  }
  return part + "</table></div>";
}

std::string declared_part(const Json& report) {
  const auto declared = list_of(report, "declared");
  if (declared.empty()) return "";
  std::string part =
      "<h2>Cells that could not be carried exactly</h2><div class=\"scroll\"><table><tr>"
      "<th>Table</th><th>Column</th><th>Row</th><th>Why</th></tr>";
  for (const Json& one : declared) {
    part += cat({"<tr>", cell(one, "table"), cell(one, "column"), cell(one, "rowid"),
                 cell(one, "why"), "</tr>"});
  }
  return part + "</table></div>";
}

std::string renames_part(const Json& report) {
  std::string rows;
  const Json& renames = member(report, "renames");
  auto add = [&](const std::string& old_name, const Json& name) {
    rows += cat({"<tr><td>", escaped(old_name), "</td><td>", escaped(text_of(name)), "</td></tr>"});
  };
  const Json& tables = member(renames, "tables");
  if (tables.is_object()) {
    for (const auto& [name, there] : tables.items()) add(name, there);
  }
  const Json& columns = member(renames, "columns");
  if (columns.is_object()) {
    for (const auto& [table, names] : columns.items()) {
      if (!names.is_object()) continue;
      for (const auto& [name, there] : names.items()) add(cat({table, ".", name}), there);
    }
  }
  if (rows.empty()) return "";
  return cat({"<h2>Other names</h2><table><tr><th>Here</th><th>There</th></tr>", rows, "</table>"});
}

std::string seal_part(const Json& report, Seal seal) {
  return cat({"<h2>Seal</h2><p>Snapshot of the source, SHA-256: <code>",
              escaped(text_of(member(report, "snapshot_sha256"))),
              "</code><br>Content of this report, SHA-256: <code>",
              escaped(text_of(member(report, "content_sha256"))), "</code><br>",
              seal == Seal::unbroken
                  ? "<span class=\"good\">The report is as it was written.</span>"
                  : "<span class=\"bad\">The report was changed after it was written.</span>",
              "</p>"});
}

}  // namespace

std::string report_page(const Json& report, Seal seal) {
  const int64_t differences = integer_or(report, "differences", 0);
  const std::string verdict =
      differences == 0
          ? "<p class=\"good\">No difference was found.</p>"
          : cat({"<p class=\"bad\">", counted(differences, "difference", "differences"), ".</p>"});
  return cat({page_start, "<h1>Migration to ", escaped(text_or(report, "target", "a database")),
              "</h1>", verdict, tables_part(report), declared_part(report), decisions_part(report),
              renames_part(report), seal_part(report, seal), "</body></html>\n"});
}

}  // namespace fairway::cli
