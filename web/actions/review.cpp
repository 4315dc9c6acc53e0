#include "web/actions/review.h"

#include <algorithm>
#include <utility>

#include "shared/base/text.h"

namespace fairway {
namespace {

constexpr int64_t toast_ms = 6'000;
// How much is read between two frames: more would be felt, fewer would only wait.
constexpr int64_t rows_a_frame = 20'000;
constexpr int64_t tables_a_frame = 40;

Review* review_of(Dashboard& dashboard, const std::string& project_id) {
  auto& review = dashboard.state.review;
  return review && review->project_id == project_id ? &*review : nullptr;
}

bool is_missing_part(const Failure& failure) {
  return failure.code == "preview_module_missing" || failure.code == "preview_collation_missing" ||
         failure.code == "preview_function_missing";
}

// --- Looking

Task<Done> profile_in_frames(Dashboard& dashboard, std::string project_id,
                             std::shared_ptr<ReviewSource> source) {
  ProfileSteps steps(source->preview);
  const auto total = static_cast<int64_t>(steps.tables_left());
  int64_t done = 0;
  int64_t done_before = 0;
  int64_t rows_before = 0;
  while (steps.tables_left() > 0) {
    if (auto failure = steps.read_table()) co_return *failure;
    ++done;
    const bool is_enough =
        steps.rows() - rows_before >= rows_a_frame || done - done_before >= tables_a_frame;
    if (!is_enough) continue;
    rows_before = steps.rows();
    done_before = done;
    if (Review* review = review_of(dashboard, project_id)) {
      review->tables_done = done;
      review->tables_total = total;
    }
    co_await dashboard.host.clock.sleep_ms(0);
  }
  source->profile = steps.finish();
  co_return Done{};
}

Task<std::shared_ptr<ReviewSource>> open_source(Dashboard& dashboard, std::string project_id) {
  const LocalProject* local = find_local(dashboard.state, project_id);
  if (local != nullptr && local->database_size_bytes < 0) {
    co_return fix_input("preview_missing", "The project has no preview database.",
                        "You must act: open the project in the Builder, let it run once, and save "
                        "it.");
  }
  const PreviewLimits limits{.foreign_parts = ForeignParts::leave_out};
  if (local != nullptr) {
    if (auto failure = why_too_large(local->database_size_bytes, limits)) co_return *failure;
  }
  // The page shows that it is at work before SQLite takes its time.
  co_await dashboard.host.clock.sleep_ms(0);
  auto bytes = co_await dashboard.browser.read_database(project_id);
  auto preview = open_preview(std::move(bytes), limits);
  if (!preview.ok()) co_return preview.failure();
  if (Review* review = review_of(dashboard, project_id)) review->stage = Review::Stage::profiling;
  auto source = std::make_shared<ReviewSource>(ReviewSource{std::move(*preview), {}, {}});
  co_await profile_in_frames(dashboard, project_id, source);
  // A frame before the planning, too: with many columns it takes its time.
  co_await dashboard.host.clock.sleep_ms(0);
  co_return source;
}

// Plans by the choices of the review. When they do not fit, the review stays as it is.
std::optional<Failure> plan_anew(Review& review, std::vector<postgres::Choice> choices) {
  ReviewSource& source = *review.source;
  auto plan = postgres::make_plan(source.profile, choices);
  if (!plan.ok()) return plan.failure();
  source.plan = std::move(*plan);
  review.choices = std::move(choices);
  review.postgres = review_for_postgres(source.profile, source.plan);
  return std::nullopt;
}

void show_source(Dashboard& dashboard, Review& review, std::shared_ptr<ReviewSource> source) {
  review.source = std::move(source);
  const DatabaseProfile& profile = review.source->profile;
  review.rows = profile.rows;
  review.tables.clear();
  for (const TableProfile& table : profile.tables)
    review.tables.push_back({table.name, table.rows});
  review.turso = review_for_turso(profile);
  const LocalProject* local = find_local(dashboard.state, review.project_id);
  if (local != nullptr && local->preview.failed() && is_missing_part(local->preview.failure)) {
    review.turso.refusal = local->preview.failure;
  }
  const auto accepted = dashboard.state.accepted_reviews.find(review.project_id);
  bool was_accepted = accepted != dashboard.state.accepted_reviews.end();
  auto failure = plan_anew(review, was_accepted ? accepted->second.choices : review.choices);
  if (failure) {
    // The preview is another one than that which was decided about.
    if (was_accepted) dashboard.state.accepted_reviews.erase(accepted);
    was_accepted = false;
    add_toast(dashboard.state, {ToastMessage::Mood::warn, "Earlier choices do not fit any more",
                                failure->message, dashboard.host.clock.now_ms() + toast_ms});
    failure = plan_anew(review, {});
  }
  if (failure) {
    review.stage = Review::Stage::failed;
    review.problem = *failure;
    return;
  }
  const bool has_questions = review.postgres.decisions > 0 || review.turso.refusal;
  review.target = has_questions ? ReviewTarget::postgres : ReviewTarget::turso;
  if (was_accepted) review.target = accepted->second.target;
  review.stage = Review::Stage::ready;
}

Task<Done> look(Dashboard& dashboard, std::string project_id) {
  auto source = co_await outcome_of(open_source(dashboard, project_id));
  Review* review = review_of(dashboard, project_id);
  if (review == nullptr) co_return Done{};
  if (source.ok()) {
    show_source(dashboard, *review, std::move(*source));
  } else {
    review->stage = Review::Stage::failed;
    review->problem = source.failure();
  }
  co_return Done{};
}

void say(Dashboard& dashboard, const Failure& failure) {
  add_toast(dashboard.state, {ToastMessage::Mood::warn, failure.message, failure.hint,
                              dashboard.host.clock.now_ms() + toast_ms});
}

}  // namespace

void open_review(Dashboard& dashboard, const std::string& project_id) {
  if (review_of(dashboard, project_id) != nullptr) return;
  Review review;
  review.project_id = project_id;
  review.asked_at_ms = dashboard.host.clock.now_ms();
  dashboard.state.review = std::move(review);
  dashboard.browser.show_address(cat({"/app/dashboard?deploy=", project_id, "&review=data"}));
  dashboard.running.restart("review", look(dashboard, project_id));
}

void look_again(Dashboard& dashboard) {
  if (!dashboard.state.review) return;
  const std::string project_id = dashboard.state.review->project_id;
  dashboard.state.review.reset();
  open_review(dashboard, project_id);
}

void close_review(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.review) return;
  dashboard.running.stop("review");
  dashboard.running.stop("export");
  dashboard.browser.drop_pieces();
  dashboard.browser.show_address(cat({"/app/dashboard?deploy=", state.review->project_id}));
  state.review.reset();
}

void choose_in_review(Dashboard& dashboard, const ReviewRow& row, const std::string& choice) {
  auto& review = dashboard.state.review;
  if (!review || !review->source || choice == row.choice) return;
  auto failure = plan_anew(*review, with_choice(review->choices, row, choice));
  if (failure) say(dashboard, *failure);
}

void use_safe_choices(Dashboard& dashboard) {
  auto& review = dashboard.state.review;
  if (!review || !review->source) return;
  if (auto failure = plan_anew(*review, {})) say(dashboard, *failure);
}

void accept_review(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.review || state.review->stage != Review::Stage::ready) return;
  const Review& review = *state.review;
  if (review.of_target().refusal) return;
  state.accepted_reviews[review.project_id] = {review.target, review.of_target().decisions,
                                               review.choices};
  close_review(dashboard);
}

}  // namespace fairway
