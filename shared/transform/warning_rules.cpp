#include <algorithm>

#include "shared/base/text.h"
#include "shared/transform/module_rules.h"

namespace fairway {

namespace {

// How keys of well-known services begin, how many more letters make one, and whose they are.
struct KeyForm {
  std::string_view start;
  size_t letters_min;
  std::string_view owner;
};
constexpr KeyForm key_forms[] = {
    {"sk-ant-", 20, "Anthropic"},
    {"sk-proj-", 20, "OpenAI"},
    {"sk_live_", 16, "Stripe"},
    {"rk_live_", 16, "Stripe"},
    {"ghp_", 36, "GitHub"},
    {"github_pat_", 22, "GitHub"},
    {"AKIA", 16, "Amazon"},
    {"xoxb-", 20, "Slack"},
    {"SG.", 40, "SendGrid"},
    {"-----BEGIN PRIVATE KEY", 0, "a private key"},
    {"-----BEGIN RSA PRIVATE KEY", 0, "a private key"},
};

bool is_key_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

bool is_key_at(std::string_view text, size_t at, const KeyForm& form) {
  if (at > 0 && is_key_letter(text[at - 1]) && form.letters_min > 0) return false;
  size_t end = at + form.start.size();
  while (end < text.size() && is_key_letter(text[end])) ++end;
  return end - at - form.start.size() >= form.letters_min;
}

}  // namespace

std::vector<TransformWarning> secret_warnings(const std::string& file, std::string_view text) {
  std::vector<TransformWarning> warnings;
  bool everyone = file.starts_with("public/");
  for (const KeyForm& form : key_forms) {
    for (size_t at = text.find(form.start); at != std::string_view::npos;
         at = text.find(form.start, at + 1)) {
      if (!is_key_at(text, at, form)) continue;
      int64_t line = 1 + std::count(text.begin(), text.begin() + ptrdiff_t(at), '\n');
      warnings.push_back(
          {"secret_in_source", file, line,
           everyone ? cat({"This looks like a key (", form.owner, ") that everyone can read."})
                    : cat({"This looks like a key (", form.owner, ") written into the code."}),
           "You: make it a variable of the environment, and replace the key at its owner."});
      break;
    }
  }
  return warnings;
}

std::vector<TransformWarning> name_warnings(const std::vector<std::string>& names) {
  std::vector<TransformWarning> warnings;
  for (const auto& name : names) {
    if (!is_public_name(name) || !looks_secret(name)) continue;
    warnings.push_back({"public_secret_name", "", 0,
                        cat({name,
                             " looks like a secret, but names that begin so are copied into "
                             "what everyone can read."}),
                        "You: give it a name without that beginning and read it in server.js."});
  }
  return warnings;
}

}  // namespace fairway
