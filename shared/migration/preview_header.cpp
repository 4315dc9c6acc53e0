#include <array>
#include <cmath>

#include "shared/base/text.h"
#include "shared/migration/preview.h"

namespace fairway {
namespace {

constexpr std::string_view magic("SQLite format 3\0", 16);
constexpr size_t header_bytes = 100;

uint32_t big_endian(std::string_view bytes, size_t offset, size_t count) {
  uint32_t number = 0;
  for (size_t i = 0; i < count; ++i) {
    number = (number << 8) | static_cast<uint8_t>(bytes[offset + i]);
  }
  return number;
}

// Bits a byte of the first kilobytes: noise has nearly 8, text about 5, a database about 3.
double entropy_bits(std::string_view bytes) {
  std::array<int, 256> counts{};
  for (char byte : bytes) ++counts[static_cast<uint8_t>(byte)];
  double bits = 0;
  for (int count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(bytes.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

bool looks_encrypted(std::string_view start, int64_t size) {
  return start.size() >= 1'024 && size % 512 == 0 && entropy_bits(start.substr(0, 1'024)) > 7.5;
}

bool is_sql_text(std::string_view bytes) {
  const std::string start = lower_ascii(trim(bytes.substr(0, 200)));
  for (std::string_view word : {"pragma ", "create ", "begin", "--", "/*", "insert "}) {
    if (start.starts_with(word)) return true;
  }
  return false;
}

// What the file is instead of a database, as far as its first bytes tell.
std::string_view other_kind(std::string_view bytes) {
  struct Kind {
    std::string_view start;
    std::string_view name;
  };
  static constexpr std::array<Kind, 10> kinds = {{
      {"PK\x03\x04", "a ZIP archive"},
      {"\x1f\x8b", "a gzip file"},
      {"\x28\xb5\x2f\xfd", "a zstd file"},
      {"\x37\x7f\x06\x82", "the -wal file that lies beside a database"},
      {"\x37\x7f\x06\x83", "the -wal file that lies beside a database"},
      {"\xd9\xd5\x05\xf9", "the -journal file that lies beside a database"},
      {"%PDF", "a PDF"},
      {"\x89PNG", "a picture"},
      {"PGDMP", "a PostgreSQL dump"},
      {"** This file contains an SQLite 2", "an SQLite 2 database"},
  }};
  for (const Kind& kind : kinds) {
    if (bytes.starts_with(kind.start)) return kind.name;
  }
  if (bytes.size() > 12 && bytes.substr(8, 4) == "DUCK") return "a DuckDB database";
  if (is_sql_text(bytes)) return "an SQL text, not a database file";
  return "";
}

Failure not_a_database(std::string_view bytes, int64_t size) {
  const std::string_view kind = other_kind(bytes);
  if (kind.empty() && looks_encrypted(bytes, size)) {
    return fix_input("preview_encrypted",
                     "The preview database is encrypted: it has no SQLite header and holds only "
                     "noise.",
                     "You: export it without a password (in SQLCipher: ATTACH with an empty key, "
                     "then sqlcipher_export) and try again. Nothing was changed.");
  }
  return fix_input("preview_not_a_database",
                   kind.empty() ? std::string("The file is not a SQLite database: its first 16 "
                                              "bytes are not SQLite's.")
                                : cat({"The file is ", kind, ", but a SQLite database is needed."}),
                   "You: choose the database file that the builder wrote. Nothing was changed.");
}

Failure corrupt(std::string message) {
  return fix_input("preview_corrupt", std::move(message),
                   "You: open the project in the builder again, save, and try again; or repair a "
                   "copy with `sqlite3 broken.db .recover`. Nothing was changed.");
}

std::optional<Failure> check_fixed_fields(std::string_view bytes, int64_t page_bytes) {
  const bool power_of_two = (page_bytes & (page_bytes - 1)) == 0;
  if (page_bytes < 512 || page_bytes > 65'536 || !power_of_two) {
    return corrupt(cat({"The preview database is damaged: its header names a page size of ",
                        decimal(page_bytes), " bytes."}));
  }
  if (bytes[18] > 2 || bytes[19] > 2 || bytes[18] < 1 || bytes[19] < 1) {
    return corrupt("The preview database is damaged: its header names an unknown file format.");
  }
  if (bytes[21] != 64 || bytes[22] != 32 || bytes[23] != 32) {
    return corrupt("The preview database is damaged: fixed bytes of its header are wrong.");
  }
  if (page_bytes - static_cast<uint8_t>(bytes[20]) < 480) {
    return corrupt("The preview database is damaged: its header reserves too much of each page.");
  }
  if (big_endian(bytes, 56, 4) > 3) {
    return corrupt("The preview database is damaged: its header names an unknown text encoding.");
  }
  if (big_endian(bytes, 44, 4) > 4) {
    return corrupt("The preview database is damaged: its header names an unknown schema format.");
  }
  return std::nullopt;
}

TextEncoding encoding_of(uint32_t number) {
  if (number == 2) return TextEncoding::utf16_little;
  return number == 3 ? TextEncoding::utf16_big : TextEncoding::utf8;
}

}  // namespace

bool is_ready_for_turso(const PreviewHeader& header) {
  return header.page_bytes == 4'096 && header.reserved_bytes == 0 && header.free_pages == 0 &&
         !header.auto_vacuum && !header.bytes_behind && header.encoding == TextEncoding::utf8;
}

Outcome<PreviewHeader> read_preview_header(std::string_view bytes, int64_t size) {
  if (size == 0) {
    return fix_input("preview_empty", "The preview database is empty: it has no bytes.",
                     "You: open the project in the builder, let its preview run once, save, and "
                     "try again.");
  }
  if (!bytes.starts_with(magic)) return not_a_database(bytes, size);
  if (bytes.size() < header_bytes) {
    return corrupt("The preview database is cut off inside its header.");
  }
  const uint32_t stored = big_endian(bytes, 16, 2);
  PreviewHeader header;
  header.page_bytes = stored == 1 ? 65'536 : stored;
  if (auto failure = check_fixed_fields(bytes, header.page_bytes)) return *failure;

  // The page count in the header counts only when the last writer knew of it (file format, 1.3.7).
  const bool counted_pages = big_endian(bytes, 24, 4) == big_endian(bytes, 92, 4);
  const int64_t named = counted_pages ? big_endian(bytes, 28, 4) : 0;
  header.pages = named > 0 ? named : size / header.page_bytes;
  if (header.pages * header.page_bytes > size || header.pages == 0) {
    return corrupt(
        cat({"The preview database is cut off: its header names ",
             grouped(header.pages == 0 ? 1 : header.pages), " pages of ",
             decimal(header.page_bytes), " bytes, the file has ", grouped(size), " bytes."}));
  }
  header.bytes_behind = header.pages * header.page_bytes != size;
  if (named == 0 && header.bytes_behind) {
    return corrupt("The preview database is cut off: the file does not end where a page ends.");
  }
  header.free_pages = big_endian(bytes, 36, 4);
  header.reserved_bytes = static_cast<uint8_t>(bytes[20]);
  header.user_version = static_cast<int32_t>(big_endian(bytes, 60, 4));
  header.application_id = static_cast<int32_t>(big_endian(bytes, 68, 4));
  header.encoding = encoding_of(big_endian(bytes, 56, 4));
  header.auto_vacuum = big_endian(bytes, 52, 4) != 0;
  header.write_ahead_log = bytes[18] == 2 || bytes[19] == 2;
  return header;
}

}  // namespace fairway
