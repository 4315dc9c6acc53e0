#include "web/ui/ui.h"

#include <algorithm>
#include <cmath>

#include "web/ui/core.h"

namespace fairway::ui {

Ui::Ui() : core_(std::make_unique<Core>()) {}
Ui::~Ui() = default;

Rect Ui::screen() const {
  const Surroundings& around = core_->around;
  return {0, 0, around.width / around.scale, around.height / around.scale};
}

const Surroundings& Ui::surroundings() const { return core_->around; }

bool Ui::touch() const {
  return surroundings().pointer == Surroundings::Pointer::coarse ||
         width_class() == WidthClass::phone;
}

namespace {

bool is_field(const Node* node) {
  if (node == nullptr) return false;
  return node->role == Role::textbox || node->role == Role::searchbox ||
         node->role == Role::password || node->role == Role::textarea;
}

}  // namespace

bool Ui::pressed(std::string_view key, KeyPress::Command command) {
  Core& core = *core_;
  if (!core.event || core.event->kind != Event::Kind::key) return false;
  const KeyPress& press = core.event->key;
  if (press.key != key || press.command != command) return false;
  const bool plain = command == KeyPress::Command::no;
  if (plain && core.inert(uint8_t(core.layer))) return false;
  if (plain && key != "Escape" && is_field(core.find_before(core.event->node))) return false;
  return core.take_key(key);
}

void Ui::wake_at(double when_ms) { core_->wake_at_ms = std::min(core_->wake_at_ms, when_ms); }

void Ui::focus_by_name(Role role, std::string_view name) {
  core_->focus_name_wish.emplace(role, std::string(name));
}

bool Ui::has_focus(Role role, std::string_view name) const {
  const Node* node = core_->find_before(core_->attention.focused);
  return node != nullptr && node->role == role && node->name == name;
}

void Ui::scroll_into_view(const Rect& box) {
  Core& core = *core_;
  if (core.scroll_stack.empty()) return;
  ScrollMemory& memory = core.scrolls[core.scroll_stack.back()];
  const Rect& clip = core.clips.back();
  float wish = memory.offset;
  if (box.y < clip.y) wish -= clip.y - box.y;
  if (box.bottom() > clip.bottom()) wish += box.bottom() - clip.bottom();
  if (wish != memory.offset) memory.wish = std::max(0.0F, wish);
}

void Ui::announce(std::string_view sentence) { core_->said.emplace_back(sentence); }

// --- Grouping
// -------------------------------------------------------------------------------------

Scope::Scope(Ui& ui, const ScopeOptions& options) : ui_(ui) {
  Core& core = ui.core();
  const std::string_view key = options.key.empty() ? options.name : options.key;
  const bool silent = options.role == Role::group && options.name.empty();
  if (silent) {
    const uint32_t seed = core.identity(Role::group, key);
    core.push_level(seed, core.levels.back().parent);
    return;
  }
  node_ = core.emit({.role = options.role,
                     .box = options.box,
                     .name = std::string(options.name),
                     .description = std::string(options.description)},
                    key);
  core.push_level(node_, node_);
}

Scope::~Scope() { ui_.core().pop_level(); }

Clip::Clip(Ui& ui, const Rect& box) : ui_(ui) { ui.core().push_clip(box); }
Clip::~Clip() { ui_.core().pop_clip(); }

Measured::Measured(Ui& ui, std::string_view key, float first_guess)
    : ui_(ui), id_(ui.core().identity(Role::group, key)) {
  const auto found = ui.core().heights.find(id_);
  height_ = found == ui.core().heights.end() ? first_guess : found->second;
}

void Measured::took(float height) {
  Core& core = ui_.core();
  const auto [at, fresh] = core.heights.try_emplace(id_, height);
  if (std::abs(height_ - height) > 0.5F) core.again = true;
  at->second = height;
}

bool visible(Ui& ui, const Rect& box) {
  // Beyond the edge by more than half a screen: what Tab can reach next is drawn already.
  const Rect& clip = ui.core().clips.back();
  return box.bottom() > clip.y - 400 && box.y < clip.bottom() + 400 && box.right() > clip.x &&
         box.x < clip.right();
}

// --- Motion
// ---------------------------------------------------------------------------------------

namespace {

float eased(float part) { return 1 - (1 - part) * (1 - part) * (1 - part); }

float moved_value(Core& core, Motion& motion, float duration_ms) {
  motion.seen = core.frame;
  const double elapsed = core.around.now_ms - motion.start_ms;
  const bool reduced = core.around.motion == Surroundings::Motion::reduced;
  if (reduced || elapsed >= double(duration_ms)) return motion.target;
  core.animating = true;
  const auto part = float(std::max(0.0, elapsed) / double(duration_ms));
  return motion.from + (motion.target - motion.from) * eased(part);
}

float motion_toward(Core& core, uint32_t id, float first, float target, float duration_ms) {
  auto [at, fresh] = core.motions.try_emplace(id);
  Motion& motion = at->second;
  if (fresh || motion.seen + 2 < core.frame)
    motion = {first, target, core.around.now_ms, core.frame};
  if (motion.target != target) {
    const float now = moved_value(core, motion, duration_ms);
    motion = {now, target, core.around.now_ms, core.frame};
  }
  return moved_value(core, motion, duration_ms);
}

}  // namespace

float animated(Ui& ui, std::string_view key, float target, float duration_ms) {
  Core& core = ui.core();
  const uint32_t id = hash_of(hash_of(core.levels.back().seed, "motion"), key);
  return motion_toward(core, id, target, target, duration_ms);
}

float animated_for(Core& core, NodeId node, float target, float duration_ms) {
  return motion_toward(core, hash_of(node, "hover"), target, target, duration_ms);
}

float appeared(Ui& ui, std::string_view key, float duration_ms) {
  Core& core = ui.core();
  const uint32_t id = hash_of(hash_of(core.levels.back().seed, "appear"), key);
  return motion_toward(core, id, 0, 1, duration_ms);
}

}  // namespace fairway::ui
