// What production would lose: what a yes is said to, and the words while there is none.
#include "shared/base/hash.h"
#include "shared/base/text.h"
#include "shared/migration/difference.h"

namespace fairway {
namespace {

constexpr size_t losses_told_max = 20;

}  // namespace

std::string digest_of(const std::vector<SchemaLoss>& losses) {
  if (losses.empty()) return "";
  // With their lengths: names may hold anything, and must not pass for another loss.
  std::string text;
  for (const auto& loss : losses) {
    for (const auto* part : {&loss.kind, &loss.table, &loss.column, &loss.words}) {
      text += cat({decimal(static_cast<int64_t>(part->size())), ":", *part});
    }
  }
  return blake3_hex(text, 32);
}

std::optional<Failure> refusal_of(const SchemaDifference& difference, std::string_view accepted) {
  if (!difference.refused.empty()) {
    const auto others = static_cast<int64_t>(difference.refused.size()) - 1;
    const std::string more =
        others > 0 ? cat({" (and ", counted(others, "other change", "other changes"), ")"}) : "";
    return fix_input("schema_change_refused", cat({difference.refused.front(), more}),
                     "You: undo the change in the builder, or make it in another way. Production "
                     "and its rows are unchanged.");
  }
  if (digest_of(difference.losses) == accepted || difference.losses.empty()) return std::nullopt;
  std::vector<std::string> words;
  for (const auto& loss : difference.losses) {
    if (words.size() < losses_told_max) words.push_back(loss.words);
  }
  const auto count = static_cast<int64_t>(difference.losses.size());
  const int64_t more = count - static_cast<int64_t>(words.size());
  if (more > 0) words.push_back(cat({"And ", decimal(more), " more."}));
  return fix_input("schema_change_waits",
                   cat({counted(count, "change", "changes"),
                        " would lose something in production. ", join(words, " ")}),
                   "You: say yes to exactly these changes, or undo them in the builder. Production "
                   "and its rows are unchanged.");
}

}  // namespace fairway
