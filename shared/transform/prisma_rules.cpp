// Prisma against Turso: the provider stays "sqlite", the client gets a driver adapter.
// Facts of the packages: since 7 the adapter is required and its class is PrismaLibSql; in 6 it is
// PrismaLibSQL, made from the connection settings since 6.6, and a preview feature before 6.16.
// Dates: a preview made by Prisma's own engine holds integer milliseconds, one made through an
// adapter ISO texts; the adapter goes on writing what the rows have.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/transform/module_rules.h"

namespace fairway {

namespace {

struct Version {
  int major = 0;
  int minor = 0;
};

// "^6.19.0" gives 6 and 19; a range without digits ("latest") means the newest that we know.
Version version_of(std::string_view range) {
  size_t digit = range.find_first_of("0123456789");
  if (digit == std::string_view::npos) return {7, 0};
  auto parts = split(range.substr(digit), '.');
  auto number = [&parts](size_t index) {
    if (index >= parts.size()) return 0;
    std::string_view text = parts[index];
    size_t end = text.find_first_not_of("0123456789");
    return int(parse_decimal(text.substr(0, end)).value_or(0) % 1000);
  };
  return {number(0), number(1)};
}

std::string_view adapter_class(const PrismaProject& prisma) {
  return prisma.major >= 7 ? "PrismaLibSql" : "PrismaLibSQL";
}

bool takes_settings(const PrismaProject& prisma) {
  return prisma.major >= 7 || (prisma.major == 6 && prisma.minor >= 6);
}

bool mentions(const TokenText& tokens, size_t first, size_t last, std::string_view word) {
  for (size_t index = first; index < last; ++index) {
    if (tokens.is_free_word(index, word)) return true;
  }
  return false;
}

void add_adapter(const TokenText& tokens, size_t name, std::string_view adapter,
                 std::vector<Replacement>& replacements) {
  constexpr std::string_view why =
      "Prisma reaches Turso through its driver adapter; the provider stays sqlite";
  auto insert = [&replacements, why](size_t at, std::string text) {
    replacements.push_back({at, at, std::move(text), std::string(why), true});
  };
  size_t open = name + 1;
  if (!tokens.is(open, "(")) {
    return insert(tokens.at(name).end, cat({"({ adapter: ", adapter, " })"}));
  }
  size_t close = tokens.closing(open);
  if (close >= tokens.size() || mentions(tokens, open, close, "adapter")) return;
  if (close == open + 1) {
    insert(tokens.at(open).end, cat({"{ adapter: ", adapter, " }"}));
  } else if (tokens.is(open + 1, "{") && tokens.closing(open + 1) + 1 == close) {
    insert(tokens.at(open + 1).end, cat({" adapter: ", adapter, ","}));
  } else {
    insert(tokens.at(open).end, "{ ...(");
    insert(tokens.at(close).begin, cat({"), adapter: ", adapter, " }"}));
  }
}

// The text between the braces of "<kind> name {": where it begins, and what it is.
std::pair<size_t, std::string_view> schema_block(std::string_view schema, std::string_view kind) {
  for (size_t at = 0; at < schema.size(); ++at) {
    size_t end = schema.find('\n', at);
    if (end == std::string_view::npos) end = schema.size();
    std::string_view line = trim(schema.substr(at, end - at));
    if (line.starts_with(kind) && line.ends_with('{')) {
      size_t close = schema.find('}', end);
      if (close == std::string_view::npos) break;
      return {end, schema.substr(end, close - end)};
    }
    at = end;
  }
  return {0, {}};
}

// The value of `name = "value"` in a block.
std::string_view schema_value(std::string_view block, std::string_view name) {
  for (std::string_view line : split(block, '\n')) {
    line = trim(line);
    if (!line.starts_with(name)) continue;
    line = trim(line.substr(name.size()));
    if (!line.starts_with('=')) continue;
    size_t open = line.find('"');
    size_t close = open == std::string_view::npos ? open : line.find('"', open + 1);
    if (close != std::string_view::npos) return line.substr(open + 1, close - open - 1);
  }
  return {};
}

}  // namespace

PrismaProject read_prisma_project(const Json& package_json, std::string schema) {
  PrismaProject prisma;
  prisma.schema = std::move(schema);
  for (std::string_view list : {"devDependencies", "dependencies"}) {
    for (std::string_view name : {"prisma", "@prisma/client"}) {
      const Json& range = member(member(package_json, list), name);
      if (!range.is_string()) continue;
      Version version = version_of(range.get_ref<const std::string&>());
      prisma.major = version.major;
      prisma.minor = version.minor;
    }
  }
  return prisma;
}

namespace {

bool has_form(const PrismaProject& prisma, std::string_view form) {
  return std::ranges::any_of(prisma.dates,
                             [&](const DateColumn& column) { return column.form == form; });
}

std::string_view timestamp_format(const PrismaProject& prisma) {
  const bool is_text = has_form(prisma, "ISO text") && !has_form(prisma, "milliseconds") &&
                       !has_form(prisma, "mixed");
  return is_text ? "iso8601" : "unixepoch-ms";
}

}  // namespace

std::vector<Replacement> prisma_replacements(const TokenText& tokens, const PrismaProject& prisma,
                                             std::string_view env) {
  std::vector<Replacement> replacements;
  if (!takes_settings(prisma)) return replacements;
  std::string adapter =
      cat({"new ", adapter_class(prisma), "({ url: ", env, ".TURSO_DATABASE_URL, authToken: ", env,
           ".TURSO_AUTH_TOKEN }, { timestampFormat: '", timestamp_format(prisma), "' })"});
  for (size_t index = 0; index + 1 < tokens.size(); ++index) {
    if (!tokens.is_free_word(index, "new") || !tokens.is(index + 1, "PrismaClient")) continue;
    add_adapter(tokens, index + 1, adapter, replacements);
  }
  bool imported = mentions(tokens, 0, tokens.size(), adapter_class(prisma));
  if (!replacements.empty() && !imported) {
    size_t top = tokens.at(0).begin;
    replacements.push_back(
        {top, top,
         cat({"import { ", adapter_class(prisma), " } from '@prisma/adapter-libsql/web';\n"}),
         "the adapter of Prisma for Turso", false});
  }
  return replacements;
}

std::vector<Replacement> prisma_schema_replacements(const PrismaProject& prisma) {
  bool preview = prisma.major == 6 && prisma.minor < 16;
  auto [begin, block] = schema_block(prisma.schema, "generator");
  if (!preview || block.empty() || block.find("driverAdapters") != std::string_view::npos) {
    return {};
  }
  constexpr std::string_view why = "driver adapters are a preview feature before Prisma 6.16";
  size_t features = block.find("previewFeatures");
  size_t list = features == std::string_view::npos ? features : block.find('[', features);
  if (list != std::string_view::npos) {
    size_t at = begin + list + 1;
    return {{at, at, "\"driverAdapters\", ", std::string(why), false}};
  }
  size_t at = begin + 1;
  return {{at, at, "  previewFeatures = [\"driverAdapters\"]\n", std::string(why), false}};
}

std::vector<TransformWarning> prisma_warnings(const PrismaProject& prisma) {
  constexpr std::string_view file = "prisma/schema.prisma";
  std::vector<TransformWarning> warnings;
  auto block = schema_block(prisma.schema, "datasource").second;
  std::string_view provider = schema_value(block, "provider");
  if (provider == "libsql") {
    warnings.push_back({"prisma_provider", std::string(file), 0,
                        "\"libsql\" is no provider of Prisma.",
                        "You: write provider = \"sqlite\"; the adapter reaches Turso."});
  } else if (!provider.empty() && provider != "sqlite") {
    warnings.push_back({"prisma_provider", std::string(file), 0,
                        cat({"The schema is written for ", provider, ", the preview is SQLite."}),
                        "You: write provider = \"sqlite\" for a database at Turso."});
  }
  bool has_url = block.find("url") != std::string_view::npos;
  if (prisma.major >= 7 && has_url) {
    warnings.push_back({"prisma_url", std::string(file), 0,
                        "Since Prisma 7 the address of the database is no part of the schema.",
                        "You: move url to prisma.config.ts."});
  }
  for (const DateColumn& column : prisma.dates) {
    if (prisma.major == 0 || column.form != "mixed") continue;
    warnings.push_back({"dates_mixed", std::string(file), 0,
                        cat({column.table, ".", column.column,
                             " holds dates in more than one form; new rows get milliseconds, and "
                             "comparing or sorting by that column goes wrong."}),
                        "You: bring the column to one form in the builder."});
  }
  if (prisma.major > 0 && !takes_settings(prisma)) {
    warnings.push_back({"prisma_too_old", "package.json", 0,
                        cat({"Prisma ", decimal(prisma.major), ".", decimal(prisma.minor),
                             " cannot be connected to Turso by Fairway."}),
                        "You: update prisma and @prisma/client to 6.6 or newer."});
  }
  return warnings;
}

}  // namespace fairway
