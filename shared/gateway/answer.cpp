#include "shared/gateway/answer.h"

#include "shared/base/json.h"
#include "shared/base/text.h"

namespace fairway {

namespace {

constexpr size_t event_bytes_max = 4 << 20;
constexpr size_t text_bytes_max = 1 << 20;

void add_text(std::string& text, std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || text.size() > text_bytes_max) return;
  text += unescaped_json_text(value.substr(1, value.size() - 2));
}

// Everything that was generated in one choice, message or item, found by the names it goes under.
void collect_text(const Json& json, std::string& text) {
  constexpr std::string_view names[] = {"content",  "text", "arguments", "partial_json", "refusal",
                                        "thinking", "name", "input",     "delta"};
  if (text.size() > text_bytes_max) return;
  if (json.is_array()) {
    for (const auto& item : json) collect_text(item, text);
    return;
  }
  if (!json.is_object()) return;
  for (const auto& [name, value] : json.items()) {
    bool is_text = false;
    for (auto wanted : names) is_text |= name == wanted;
    if (value.is_string()) {
      if (is_text) text += value.get_ref<const std::string&>();
    } else {
      collect_text(value, text);
    }
  }
}

std::optional<TokenUsage> usage_of(ModelEndpoint endpoint, const Json& usage) {
  return endpoint == ModelEndpoint::messages ? anthropic_usage(usage) : openai_usage(usage);
}

std::string_view text_member(const JsonObjectText& object, std::string_view name) {
  return plain_json_text(object.value(name)).value_or("");
}

}  // namespace

AnswerFacts read_answer(ModelEndpoint endpoint, std::string_view body) {
  AnswerFacts facts;
  auto object = scan_json_object(body);
  if (!object.ok()) return facts;
  facts.is_complete = true;
  auto usage = parse_json(object->value("usage"));
  if (usage.ok()) facts.usage = usage_of(endpoint, *usage);
  facts.tier = service_tier_of(text_member(*object, "service_tier"));
  if (endpoint == ModelEndpoint::responses) facts.response_id = text_member(*object, "id");
  if (!facts.usage) {
    for (auto name : {"choices", "content", "output"}) {
      auto generated = parse_json(object->value(name));
      if (generated.ok()) collect_text(*generated, facts.text);
    }
  }
  return facts;
}

void AnswerStream::feed(std::string_view bytes, std::string& passed) {
  if (!hides_usage_) passed += bytes;
  while (!bytes.empty()) {
    size_t end = bytes.find('\n');
    bool is_line = end != std::string_view::npos;
    auto piece = bytes.substr(0, is_line ? end + 1 : bytes.size());
    bytes.remove_prefix(piece.size());
    event_ += piece;
    if (event_.size() > event_bytes_max) {
      is_too_long_ = true;
      if (hides_usage_) passed += event_;
      event_.clear();
      line_at_ = 0;
    }
    if (!is_line) continue;
    std::string_view line = std::string_view(event_).substr(line_at_);
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    bool is_end = line.empty();
    if (!is_end) take_line(line);
    line_at_ = event_.size();
    if (is_end) end_event(passed);
  }
}

void AnswerStream::end(std::string& passed) {
  // An event without its empty line is dispatched to nobody; its bytes still belong to the caller.
  if (hides_usage_) passed += event_;
  event_.clear();
}

void AnswerStream::take_line(std::string_view line) {
  if (is_too_long_ || !line.starts_with("data:")) return;
  line.remove_prefix(5);
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (has_data_) data_ += '\n';
  data_ += line;
  has_data_ = true;
}

void AnswerStream::end_event(std::string& passed) {
  if (has_data_ && !is_too_long_) read_event(data_);
  if (hides_usage_ && !is_hidden_) passed += cut_ ? shown_event() : event_;
  event_.clear();
  data_.clear();
  line_at_ = 0;
  has_data_ = is_too_long_ = is_hidden_ = false;
  cut_.reset();
}

void AnswerStream::read_event(std::string_view data) {
  if (data == "[DONE]") {
    facts_.is_complete = true;
    return;
  }
  auto object = scan_json_object(data);
  if (!object.ok()) return;
  if (endpoint_ == ModelEndpoint::messages) return read_message(*object);
  if (endpoint_ == ModelEndpoint::responses) return read_response(*object);
  read_chat(*object);
}

void AnswerStream::read_usage(std::string_view text) {
  auto usage = parse_json(text);
  if (!usage.ok() || !usage->is_object()) return;
  overwrite_usage(usage_, *usage);
  if (auto read = usage_of(endpoint_, usage_)) facts_.usage = read;
}

void AnswerStream::read_chat(const JsonObjectText& chunk) {
  if (!chunk.value("error").empty()) {
    auto error = parse_json(chunk.value("error"));
    facts_.error = error.ok() ? text_or(*error, "type", "error") : "error";
  }
  if (auto tier = service_tier_of(text_member(chunk, "service_tier"))) facts_.tier = tier;
  auto choices = chunk.value("choices");
  if (choices.size() > 2) {
    auto list = parse_json(choices);
    if (list.ok()) collect_text(*list, facts_.text);
  }
  const JsonMember* usage = chunk.find("usage");
  if (usage == nullptr) return;
  if (usage->value != "null") read_usage(usage->value);
  is_hidden_ = hides_usage_ && choices == "[]" && usage->value != "null";
  cut_ = remove_json_member(chunk, *usage);
}

void AnswerStream::read_message(const JsonObjectText& event) {
  auto type = text_member(event, "type");
  if (type == "message_start") {
    auto message = scan_json_object(event.value("message"));
    if (message.ok()) read_usage(message->value("usage"));
  } else if (type == "message_delta") {
    read_usage(event.value("usage"));
  } else if (type == "content_block_delta") {
    auto delta = scan_json_object(event.value("delta"));
    if (!delta.ok()) return;
    for (auto name : {"text", "partial_json", "thinking"}) {
      add_text(facts_.text, delta->value(name));
    }
  } else if (type == "message_stop") {
    facts_.is_complete = true;
  } else if (type == "error") {
    auto error = scan_json_object(event.value("error"));
    facts_.error = error.ok() ? text_member(*error, "type") : "error";
  }
}

void AnswerStream::read_response(const JsonObjectText& event) {
  auto type = text_member(event, "type");
  if (type.ends_with(".delta")) {
    add_text(facts_.text, event.value("delta"));
    return;
  }
  if (type == "error") {
    facts_.error = "error";
    facts_.is_complete = true;
  }
  auto response = scan_json_object(event.value("response"));
  if (!response.ok()) return;
  facts_.response_id = text_member(*response, "id");
  if (auto tier = service_tier_of(text_member(*response, "service_tier"))) facts_.tier = tier;
  bool is_last =
      type == "response.completed" || type == "response.incomplete" || type == "response.failed";
  if (!is_last) return;
  facts_.is_complete = true;
  if (type == "response.failed") facts_.error = "response_failed";
  read_usage(response->value("usage"));
}

// The event with its data changed. Events of chat have one line of data.
std::string AnswerStream::shown_event() const {
  size_t at = event_.find(data_);
  if (at == std::string::npos) return event_;
  return cat({std::string_view(event_).substr(0, at), spliced(data_, {*cut_}),
              std::string_view(event_).substr(at + data_.size())});
}

}  // namespace fairway
