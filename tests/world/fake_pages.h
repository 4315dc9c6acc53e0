// A model of Cloudflare Pages for World: projects, variables, assets, deployments that take a
// while, and the sites themselves, which answer by the database that their variables name.
//
// Quirks: deployments are listed only after a moment; a removed project stays for a moment; the
// live deployment cannot be removed without its project; variables apply to the next deployment.
#pragma once

#include <map>
#include <set>

#include "shared/base/json.h"
#include "tests/world/fake_turso.h"

namespace fairway::test {

class FakePages final : public Provider {
 public:
  FakePages(World& world, FakeTurso& turso) : world_(world), turso_(turso) {}

  bool owns(std::string_view url) const override;
  HttpResponse answer(const HttpRequest& request, const std::string& bytes) override;

  struct Release {
    std::string id;
    std::string release;                       // its commit message
    std::map<std::string, std::string> files;  // path -> hash
    std::map<std::string, std::string> variables;
    int64_t listed_from_ms = 0;
    int64_t done_at_ms = 0;
    bool fails = false;
  };
  struct Site {
    bool is_strangers = false;
    int64_t gone_from_ms = 0;
    std::map<std::string, std::string> variables;
    std::vector<Release> releases;
    std::string canonical;  // id of the release that visitors get
    bool stands_at(int64_t now_ms) const { return gone_from_ms == 0 || now_ms < gone_from_ms; }
  };
  std::map<std::string, const Site*> standing() const;
  void add_stranger(const std::string& name) { sites_[name].is_strangers = true; }

  static constexpr std::string_view token = "CANARY-cloudflare-token";
  bool is_quirky = true;
  int64_t fail_deployments_percent = 0;

 private:
  HttpResponse api(const HttpRequest& request, std::string_view path, const std::string& bytes);
  HttpResponse project(const HttpRequest& request, const std::string& name,
                       const std::vector<std::string_view>& rest, const std::string& bytes);
  HttpResponse deployments(const HttpRequest& request, Site& site,
                           const std::vector<std::string_view>& rest, const std::string& bytes);
  HttpResponse create_release(Site& site, const std::string& form);
  HttpResponse assets(std::string_view path, const Json& body);
  HttpResponse visit(const std::string& url);
  std::string release_json(Site& site, Release& release);
  void settle(Site& site);
  Site* find(const std::string& name);

  World& world_;
  FakeTurso& turso_;
  std::map<std::string, Site> sites_;
  std::map<std::string, std::string> contents_;  // hash -> bytes
  int64_t made_ = 0;
};

}  // namespace fairway::test
