// How many tokens a text has: byte pair encoding as OpenAI's models do it (o200k_base,
// cl100k_base).
//
// For estimates only, when a provider reported nothing: hidden reasoning, images and what a chat
// adds around its messages are not in the text. What was reported is never counted again.
// Anthropic's tokenizer is not public.
//
// The vocabulary is given by the caller, as bytes that tools/serve/token_ranks.mjs laid out; it is
// used where it lies, nothing is built from it. Special tokens in the text count as plain text.
// Time is bounded: a piece without any place to split it (a long run of one letter) takes time in
// proportion to its size, since one above 16 KiB is cut there.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/outcome.h"

namespace fairway {

enum class TokenEncoding : uint8_t { cl100k_base, o200k_base };

// "cl100k_base", "o200k_base"
std::string_view name_of(TokenEncoding encoding);

// The encoding of OpenAI's model: cl100k_base up to GPT-4 and for embeddings, o200k_base since.
TokenEncoding token_encoding_of(std::string_view openai_model);

// A vocabulary: tokens as bytes, each with its rank (which is its number, too).
class TokenRanks {
 public:
  static constexpr size_t token_bytes_max = 128;
  static constexpr uint32_t no_token = UINT32_MAX;

  // Fails with fix_input `invalid_token_ranks` when the bytes are something else or not whole.
  static Outcome<TokenRanks> open(std::string bytes);

  TokenEncoding encoding() const { return encoding_; }
  // The rank of these bytes, or no_token.
  uint32_t find(std::string_view token) const;

 private:
  // Tokens of one size, in the order of their bytes, and their ranks in three bytes each.
  struct Group {
    size_t tokens_at = 0;
    size_t ranks_at = 0;
    size_t count = 0;
  };

  std::string bytes_;
  TokenEncoding encoding_ = TokenEncoding::o200k_base;
  std::array<Group, token_bytes_max + 1> groups_;
};

int64_t count_tokens(const TokenRanks& ranks, std::string_view utf8);
std::vector<uint32_t> encode_tokens(const TokenRanks& ranks, std::string_view utf8);

}  // namespace fairway
