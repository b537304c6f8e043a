#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/progress.h"
#include "recorder/number_text.h"

namespace mayfly::cli {
namespace {

using nlohmann::json;

class JsonProgress final : public CampaignObserver {
 public:
  void campaign_started(const CampaignStart& start) override {
    say({{"event", "campaign"},
         {"networks", start.networks},
         {"complete", start.complete},
         {"missing", start.missing},
         {"workers", start.workers},
         {"estimated_seconds", start.estimated_seconds}});
  }
  void started(const NetworkRun& run) override { say(of(run, "started")); }
  void half_epoch(const NetworkRun& run, const HalfEpoch& half) override {
    json line = of(run, "half_epoch");
    line["epoch"] = half.point.epoch;
    line["train_loss"] = number_text(half.point.train_loss);
    line["val_loss"] = number_text(half.point.val_loss);
    line["val_acc"] = number_text(half.point.val_acc);
    say(line);
  }
  void finished(const NetworkRun& run, const LifespanResult& result) override {
    json line = of(run, "finished");
    line["seconds"] = result.seconds;
    line["diverged"] = result.diverged_since.has_value();
    say(line);
  }
  void failed(const NetworkRun& run, const std::string& reason) override {
    json line = of(run, "failed");
    line["reason"] = reason;
    say(line);
  }
  void put_back(const NetworkRun& run, const std::string& reason) override {
    json line = of(run, "put_back");
    line["reason"] = reason;
    say(line);
  }
  void elsewhere(const CampaignNetwork& network, const std::string& holder) override {
    json line = of(network, "elsewhere");
    line["holder"] = holder;
    say(line);
  }
  void done_elsewhere(const CampaignNetwork& network, bool failed) override {
    say(of(network, failed ? "failed_elsewhere" : "finished_elsewhere"));
  }
  void interrupted(const NetworkRun& run) override { say(of(run, "interrupted")); }
  void warned(const std::string& text) override { say({{"event", "warning"}, {"text", text}}); }

 private:
  static json of(const CampaignNetwork& network, const char* event) {
    return {{"event", event}, {"id", network.spec.id}, {"index", network.index}};
  }
  static json of(const NetworkRun& run, const char* event) { return of(run.network, event); }
  static void say(const json& line) {
    const auto lenient = json::error_handler_t::replace;  // a reason may quote any bytes
    std::fputs((line.dump(-1, ' ', false, lenient) + "\n").c_str(), stderr);
  }
};

}  // namespace

std::unique_ptr<CampaignObserver> make_json_progress() {
  return std::make_unique<JsonProgress>();
}

}  // namespace mayfly::cli
