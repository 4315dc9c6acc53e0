#include "shared/metering/tokens.h"

#include <algorithm>
#include <cstring>

#include "shared/base/text.h"
#include "shared/metering/token_pieces.h"

namespace fairway {

namespace {

constexpr std::string_view ranks_mark = "fwranks1";
constexpr size_t rank_bytes = 3;
constexpr size_t piece_bytes_max = 16'384;

uint32_t little_endian(std::string_view bytes, size_t at, size_t size) {
  uint32_t number = 0;
  for (size_t i = 0; i < size; ++i) number |= uint32_t(uint8_t(bytes[at + i])) << (8 * i);
  return number;
}

Failure invalid_token_ranks() {
  return fix_input("invalid_token_ranks", "The bytes are no vocabulary of tokens.");
}

// Merges the bytes of one piece, always the pair of the lowest rank and of those the first.
class Merger {
 public:
  explicit Merger(const TokenRanks& ranks) : ranks_(ranks) {}

  // Appends the piece's tokens.
  void merge(std::string_view piece, std::vector<uint32_t>& tokens) {
    if (uint32_t rank = ranks_.find(piece); rank != TokenRanks::no_token) {
      tokens.push_back(rank);
      return;
    }
    begin(piece);
    while (!pairs_.empty()) {
      std::pop_heap(pairs_.begin(), pairs_.end(), is_behind);
      Pair pair = pairs_.back();
      pairs_.pop_back();
      if (!is_current(pair)) continue;
      uint32_t right = next_[pair.left];
      uint32_t end = next_[right];
      next_[pair.left] = end;
      next_[right] = gone;
      if (end < piece_.size()) previous_[end] = pair.left;
      add_pair(pair.left);
      if (pair.left > 0) add_pair(previous_[pair.left]);
    }
    for (uint32_t at = 0; at < piece_.size(); at = next_[at]) {
      tokens.push_back(ranks_.find(piece_.substr(at, next_[at] - at)));
    }
  }

 private:
  struct Pair {
    uint32_t rank;
    uint32_t left;  // where its left part begins
    uint32_t end;   // where its right part ends
  };
  static constexpr uint32_t gone = UINT32_MAX;

  static bool is_behind(const Pair& one, const Pair& other) {
    return one.rank != other.rank ? one.rank > other.rank : one.left > other.left;
  }

  void begin(std::string_view piece) {
    piece_ = piece;
    auto size = uint32_t(piece.size());
    next_.resize(size);
    previous_.resize(size);
    pairs_.clear();
    for (uint32_t i = 0; i < size; ++i) {
      next_[i] = i + 1;
      previous_[i] = i == 0 ? 0 : i - 1;
    }
    for (uint32_t i = 0; i + 1 < size; ++i) add_pair(i);
  }

  void add_pair(uint32_t left) {
    uint32_t right = next_[left];
    if (right >= piece_.size()) return;
    uint32_t end = next_[right];
    uint32_t rank = ranks_.find(piece_.substr(left, end - left));
    if (rank == TokenRanks::no_token) return;
    pairs_.push_back({rank, left, end});
    std::push_heap(pairs_.begin(), pairs_.end(), is_behind);
  }

  // Whether both parts are still there, and as they were.
  bool is_current(const Pair& pair) const {
    uint32_t right = next_[pair.left];
    return right != gone && right < piece_.size() && next_[right] == pair.end;
  }

  const TokenRanks& ranks_;
  std::string_view piece_;
  std::vector<uint32_t> next_;  // where a part's successor begins, by where it begins
  std::vector<uint32_t> previous_;
  std::vector<Pair> pairs_;  // a heap
};

// The size of a piece that is not longer than what is merged at once; cut between characters.
size_t bounded_size(std::string_view text, size_t size) {
  if (size <= piece_bytes_max) return size;
  size = piece_bytes_max;
  while ((uint8_t(text[size]) & 0xc0) == 0x80) --size;
  return size;
}

template <typename UseTokens>
void each_piece(const TokenRanks& ranks, std::string_view utf8, UseTokens use) {
  std::string repaired;
  if (!is_utf8(utf8)) {
    repaired = to_utf8(utf8, utf8.size() * 3);
    utf8 = repaired;
  }
  Merger merger(ranks);
  std::vector<uint32_t> tokens;
  while (!utf8.empty()) {
    size_t whole = piece_size(ranks.encoding(), utf8);
    while (whole > 0) {
      size_t size = bounded_size(utf8, whole);
      tokens.clear();
      merger.merge(utf8.substr(0, size), tokens);
      use(tokens);
      utf8.remove_prefix(size);
      whole -= size;
    }
  }
}

}  // namespace

std::string_view name_of(TokenEncoding encoding) {
  return encoding == TokenEncoding::cl100k_base ? "cl100k_base" : "o200k_base";
}

TokenEncoding token_encoding_of(std::string_view openai_model) {
  for (std::string_view newer : {"gpt-4o", "gpt-4.1", "gpt-4.5"}) {
    if (openai_model.starts_with(newer)) return TokenEncoding::o200k_base;
  }
  for (std::string_view older : {"gpt-3", "gpt-4", "text-embedding-"}) {
    if (openai_model.starts_with(older)) return TokenEncoding::cl100k_base;
  }
  return TokenEncoding::o200k_base;
}

Outcome<TokenRanks> TokenRanks::open(std::string bytes) {
  // The mark, the encoding, three bytes of nothing, and how many tokens there are of each size.
  size_t counts_at = ranks_mark.size() + 4;
  size_t at = counts_at + token_bytes_max * 4;
  if (bytes.size() < at || !bytes.starts_with(ranks_mark)) return invalid_token_ranks();
  TokenRanks ranks;
  uint32_t encoding = little_endian(bytes, ranks_mark.size(), 4);
  if (encoding > uint32_t(TokenEncoding::o200k_base)) return invalid_token_ranks();
  ranks.encoding_ = TokenEncoding(encoding);
  for (size_t size = 1; size <= token_bytes_max; ++size) {
    Group& group = ranks.groups_[size];
    group.count = little_endian(bytes, counts_at + (size - 1) * 4, 4);
    if (group.count > (bytes.size() - at) / (size + rank_bytes)) return invalid_token_ranks();
    group.tokens_at = at;
    group.ranks_at = at + group.count * size;
    at = group.ranks_at + group.count * rank_bytes;
  }
  // Every byte has to be a token: then every text has tokens.
  if (at != bytes.size() || ranks.groups_[1].count != 256) return invalid_token_ranks();
  ranks.bytes_ = std::move(bytes);
  return ranks;
}

uint32_t TokenRanks::find(std::string_view token) const {
  size_t size = token.size();
  if (size == 0 || size > token_bytes_max) return no_token;
  const Group& group = groups_[size];
  const char* tokens = bytes_.data() + group.tokens_at;
  size_t first = 0;
  size_t end = group.count;
  while (first < end) {
    size_t middle = first + (end - first) / 2;
    int order = std::memcmp(tokens + middle * size, token.data(), size);
    if (order == 0) return little_endian(bytes_, group.ranks_at + middle * rank_bytes, rank_bytes);
    if (order < 0) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return no_token;
}

int64_t count_tokens(const TokenRanks& ranks, std::string_view utf8) {
  int64_t count = 0;
  each_piece(ranks, utf8, [&](const auto& tokens) { count += int64_t(tokens.size()); });
  return count;
}

std::vector<uint32_t> encode_tokens(const TokenRanks& ranks, std::string_view utf8) {
  std::vector<uint32_t> all;
  each_piece(ranks, utf8,
             [&](const auto& tokens) { all.insert(all.end(), tokens.begin(), tokens.end()); });
  return all;
}

}  // namespace fairway
