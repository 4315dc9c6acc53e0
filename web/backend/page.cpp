#include "web/backend/page.h"

#include <emscripten.h>

#include <cstdlib>

// JavaScript, not C++: the formatter keeps its hands off, and the macros end with a semicolon.
// clang-format off
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wextra-semi"

// The page object is given to the module when it is made (public/boot/main.mjs).
EM_JS(void, page_ask, (uint32_t call, const char* frame, size_t size),
      { Module.page.ask(call, HEAPU8.slice(frame, frame + size)); });
EM_JS(void, page_abandon, (uint32_t call), { Module.page.abandon(call); });
EM_JS(double, page_now, (), { return Date.now(); });
EM_JS(void, page_random, (char* to, size_t size),
      { crypto.getRandomValues(HEAPU8.subarray(to, to + size)); });
// One door for the short calls: verb and two texts; the answer is a text that the caller frees.
EM_JS(char*, page_call, (const char* verb, const char* first, const char* second), {
  const answer = Module.page.call(UTF8ToString(verb), UTF8ToString(first), UTF8ToString(second));
  return stringToNewUTF8(answer ?? "");
});
EM_JS(void, page_download, (const char* name, const char* type, const char* bytes, size_t size), {
  Module.page.download(UTF8ToString(name), UTF8ToString(type), HEAPU8.slice(bytes, bytes + size));
});
EM_JS(void, page_download_piece, (const char* bytes, size_t size),
      { Module.page.addPiece(HEAPU8.slice(bytes, bytes + size)); });
// Draws the text and answers where its premultiplied pixels lie; the six numbers of ForeignImage
// come first, as floats.
EM_JS(char*, page_glyphs, (const char* text, float size, int face), {
  const image = Module.page.rasterize(UTF8ToString(text), size, face);
  const at = _malloc(24 + image.pixels.length);
  new Float32Array(HEAPU8.buffer, at, 6).set(image.numbers);
  HEAPU8.set(image.pixels, at + 24);
  return at;
});

#pragma clang diagnostic pop
// clang-format on

namespace fairway {

namespace {

std::string call_page(const char* verb, std::string_view first = "", std::string_view second = "") {
  char* answer = page_call(verb, std::string(first).c_str(), std::string(second).c_str());
  std::string text(answer);
  std::free(answer);
  return text;
}

BuilderProject stored_project(const Json& json) {
  BuilderProject project;
  project.id = text_or(json, "id", "");
  project.name = text_or(json, "name", project.id);
  project.description = text_or(json, "description", "");
  project.saved_at_ms = integer_or(json, "saved_at_ms", 0);
  project.database_size_bytes = integer_or(json, "database_size_bytes", -1);
  project.database_saved_at_ms = integer_or(json, "database_saved_at_ms", 0);
  for (const Json& file : member(json, "files"))
    project.files.push_back({text_or(file, "path", ""), integer_or(file, "size_bytes", 0)});
  return project;
}

}  // namespace

Wall::Doors page_doors() {
  return {.ask = page_ask, .abandon = page_abandon, .now_ms = [] { return int64_t(page_now()); }};
}

Task<std::vector<BuilderProject>> PageBrowser::list_projects() {
  Json control{{"port", "preview"}, {"verb", "list"}};
  const Frame answer = co_await wall_.call(std::move(control), "");
  std::vector<BuilderProject> projects;
  for (const Json& json : member(answer.control, "projects"))
    projects.push_back(stored_project(json));
  co_return projects;
}

Task<std::string> PageBrowser::read_file(std::string project_id, std::string path) {
  Json control{{"port", "preview"}, {"verb", "read_file"}, {"id", project_id}, {"path", path}};
  Frame answer = co_await wall_.call(std::move(control), "");
  co_return std::move(answer.bytes);
}

Task<std::string> PageBrowser::read_database(std::string project_id) {
  Json control{{"port", "preview"}, {"verb", "read_database"}, {"id", project_id}};
  Frame answer = co_await wall_.call(std::move(control), "");
  co_return std::move(answer.bytes);
}

std::string PageBrowser::recall(std::string_view key) { return call_page("recall", key); }
void PageBrowser::keep(std::string_view key, std::string_view text) {
  call_page("keep", key, text);
}
void PageBrowser::forget(std::string_view key) { call_page("forget", key); }
std::string PageBrowser::address() { return call_page("address"); }
void PageBrowser::show_address(std::string_view path) { call_page("show_address", path); }
void PageBrowser::go_to(std::string_view url) { call_page("go_to", url); }
void PageBrowser::open_tab(std::string_view url) { call_page("open_tab", url); }
void PageBrowser::set_title(std::string_view title) { call_page("set_title", title); }
void PageBrowser::copy(std::string_view text) { call_page("copy", text); }
void PageBrowser::download(std::string_view file_name, std::string_view media_type,
                           std::string_view text) {
  page_download(std::string(file_name).c_str(), std::string(media_type).c_str(), text.data(),
                text.size());
}
void PageBrowser::download_piece(std::string_view bytes) {
  page_download_piece(bytes.data(), bytes.size());
}
void PageBrowser::drop_pieces() { call_page("drop_pieces"); }

ui::ForeignImage PageGlyphs::rasterize(std::string_view text, float size_px, ui::Face face) {
  char* answer = page_glyphs(std::string(text).c_str(), size_px, int(face));
  const float* numbers = reinterpret_cast<const float*>(answer);
  ui::ForeignImage image{.advance = numbers[0],
                         .left = numbers[1],
                         .top = numbers[2],
                         .width = int(numbers[3]),
                         .height = int(numbers[4]),
                         .rgba = {},
                         .coloured = numbers[5] != 0};
  const auto* pixels = reinterpret_cast<const uint8_t*>(answer + 24);
  image.rgba.assign(pixels, pixels + size_t(image.width) * size_t(image.height) * 4);
  std::free(answer);
  return image;
}

std::string PageRandom::bytes(size_t size) {
  std::string bytes(size, '\0');
  page_random(bytes.data(), size);
  return bytes;
}

void ask_page_for_file(std::string_view accept) { call_page("ask_for_file", accept); }

void keep_page_settings(std::string_view theme, float scale) {
  call_page("keep_settings", theme, std::to_string(int(scale * 100 + 0.5F)));
}

}  // namespace fairway
