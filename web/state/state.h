// State: everything that is on screen, as plain data.
//
// Views read it and change only the parts that say "of the person" (what is open, typed, chosen);
// actions change the rest. Nothing here asks anybody, draws, or knows a browser. One State for a
// tab. Times are milliseconds of the Clock; `now_ms` is set once before each frame.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "web/api_client/messages.h"
#include "web/state/environment.h"
#include "web/state/palette.h"
#include "web/state/preview.h"
#include "web/state/projects.h"
#include "web/state/remote.h"
#include "web/state/review.h"
#include "web/state/usage.h"
#include "web/ui/theme.h"

namespace fairway {

struct Session {
  enum class Stage : uint8_t { unknown, signed_out, signed_in, expired };
  Stage stage = Stage::unknown;
  message::Person person;
  // Why signing in did not work the last time; empty message when nothing is wrong.
  Failure problem;
  bool entering = false;  // A token that came with the address is being exchanged.
};

enum class Page : uint8_t { projects, usage, activity, app };

// The connection to Fairway, as the last requests found it.
struct EdgeConnection {
  bool lost = false;
  int attempts = 0;
  int64_t next_try_at_ms = 0;
  bool trying = false;
};

struct ToastMessage {
  enum class Mood : uint8_t { ok, warn };
  Mood mood = Mood::ok;
  std::string title;
  std::string detail;
  int64_t until_ms = 0;
};

// What happens between pressing Deploy and the deployment's id.
struct Upload {
  enum class Stage : uint8_t {
    none,
    reading,
    preparing,
    comparing,
    sending,
    describing,
    starting,
    failed
  };
  Stage stage = Stage::none;
  int64_t bytes_done = 0;
  int64_t bytes_total = 0;
  int64_t parts_kept = 0;  // Parts that were there already, from an earlier try.
  int64_t parts_total = 0;
  Failure problem;  // Meaningful when failed.

  [[nodiscard]] bool active() const { return stage != Stage::none && stage != Stage::failed; }
};

// What is typed or shown in the Environment section.
struct EnvironmentEditor {
  bool open = false;
  std::string pasted_text;  // Of the person.
  bool paste_open = false;
  std::string name;  // The one variable being added or replaced, of the person.
  std::string value;
  bool adding = false;
  bool name_is_given = false;  // A sealed one is replaced: only the value is asked.
  bool saving = false;
  Failure problem;
  SealedMarks marks;
};

enum class CancelStage : uint8_t { none, asked, sending };
// Rows of the phone's deploy screen that open their own sheet.
enum class Sheet : uint8_t {
  none,
  database,
  hosting,
  data,
  environment,
  services,
  domain,
  steps,
  log
};

struct DeployDialog {
  std::string project_id;
  std::string project_name;
  Remote<message::Plan> plan;
  // Of a redeployment: what the preview's schema would change in production.
  Remote<message::Changes> changes;
  bool accepts_losses = false;  // Of the person: the yes to exactly the changes shown.
  bool replaces_rows = false;   // Of the person.
  EnvironmentEditor environment;
  ServicesEditor services;
  // Empty while nothing has been started: the choices are shown. Else the work or its result.
  std::string deployment_id;
  Remote<message::Deployment> deployment;
  Remote<message::Report> report;
  CancelStage cancel = CancelStage::none;
  bool retrying = false;
  bool choosing_again = false;  // Back at the choices after a deployment that ended.
  bool tables_open = false;     // Of the person: the list of tables to carry.
  bool report_open = false;     // Of the person.
  std::string report_table;     // Whose columns are unfolded, of the person.
  bool log_open = false;        // Of the person: the log of the step that stopped.
  Sheet sheet = Sheet::none;    // Of the person.
  Failure problem;              // Of cancelling, retrying or loading the report.
};

// Whether the preview's rows are going to take the place of production's.
bool replaces_rows(const DeployDialog& dialog);

struct State {
  int64_t now_ms = 0;
  Session session;
  Remote<message::Health> health;
  Remote<std::vector<message::Project>> projects;
  Remote<std::vector<LocalProject>> builder;
  Remote<std::vector<message::DeploymentSummary>> deployments;
  Remote<std::vector<message::Activity>> activity;
  UsageView usage;
  AppView app;
  std::vector<Card> cards;  // join_projects of the two, kept in step by refresh_cards.
  EdgeConnection connection;
  std::vector<ToastMessage> toasts;
  // By project: what is being sent, or what stopped the sending. Goes on behind a closed dialog.
  std::map<std::string, Upload> uploads;
  // By project: what was decided in this tab about its data.
  std::map<std::string, AcceptedReview> accepted_reviews;

  // Of the person.
  Page page = Page::projects;
  ProjectChoice choice;
  ui::ThemeChoice theme = ui::ThemeChoice::system;
  int scale_percent = 100;
  Palette palette;
  bool account_open = false;
  bool search_open = false;
  std::string menu_card;  // Whose dots menu is open.
  std::optional<DeployDialog> deploy;
  std::optional<Review> review;  // Shown in place of page and dialog.
};

// The figures over the list of projects; only what is known.
struct Figures {
  int64_t live = 0;
  int64_t not_deployed = 0;
  int64_t waiting_for_you = 0;
  int64_t rows = 0;
  int64_t tables = 0;
  std::optional<int64_t> deployments_this_month;
  int64_t month_live = 0;
  int64_t month_stopped = 0;
  int64_t month_running = 0;
};
Figures figures_of(const State& state);

// Joins `projects` and `builder` anew; after either changed.
void refresh_cards(State& state);

// The upload of a project, or one at stage `none`.
const Upload& find_upload(const State& state, const std::string& project_id);

const Card* find_card(const State& state, const std::string& project_id);
LocalProject* find_local(State& state, const std::string& project_id);
const LocalProject* find_local(const State& state, const std::string& project_id);

// True when no project can be shown yet: neither list has ever arrived.
bool projects_are_unknown(const State& state);

// How long a list may be awaited before blocks of its shape are drawn.
inline constexpr int64_t skeleton_after_ms = 300;

// The tab's title: "Fairway", or "3 of 8, Guestbook - Fairway" while a deployment goes on.
std::string tab_title(const State& state);

void add_toast(State& state, ToastMessage toast);

}  // namespace fairway
