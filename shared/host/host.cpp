#include "shared/host/host.h"

#include "shared/base/id.h"

namespace fairway {

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

bool Row::is_null(size_t column) const {
  return std::holds_alternative<std::monostate>(values_.at(column));
}

int64_t Row::integer(size_t column) const {
  auto* number = std::get_if<int64_t>(&values_.at(column));
  FAIRWAY_ASSERT(number != nullptr);
  return *number;
}

int64_t Row::integer_or(size_t column, int64_t otherwise) const {
  return is_null(column) ? otherwise : integer(column);
}

const std::string& Row::text(size_t column) const {
  auto* text = std::get_if<std::string>(&values_.at(column));
  FAIRWAY_ASSERT(text != nullptr);
  return *text;
}

std::string Row::text_or(size_t column, std::string_view otherwise) const {
  return is_null(column) ? std::string(otherwise) : text(column);
}

std::string new_id(Host& host, std::string_view kind) {
  return make_id(kind, host.random.bytes(id_random_bytes));
}

BodyPiece bytes_piece(std::string bytes) { return {BodyPiece::Kind::bytes, std::move(bytes)}; }
BodyPiece blob_piece(std::string key) { return {BodyPiece::Kind::blob, std::move(key)}; }
BodyPiece blob_part_piece(std::string key, int64_t offset, int64_t size_bytes) {
  return {BodyPiece::Kind::blob_part, std::move(key), offset, size_bytes};
}
BodyPiece blob_base64_piece(std::string key) {
  return {BodyPiece::Kind::blob_base64, std::move(key)};
}

}  // namespace fairway
