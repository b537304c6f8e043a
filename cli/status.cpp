#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/campaign_status.h"
#include "cli/commands.h"
#include "cli/signals.h"
#include "cli/text.h"

namespace mayfly::cli {
namespace {

constexpr std::array kStandings{Standing::planned, Standing::running, Standing::complete, Standing::failed,
                                Standing::interrupted};

/// " on node7, process 4711".
std::string holder_text(const NetworkStatus& network) {
  if (!network.holder) return "";
  return fmt::format("{} {}, process {}", network.stale ? "; stale claim of" : " on", network.holder->host,
                     network.holder->pid);
}

void print_unfinished(const NetworkStatus& network) {
  if (network.standing == Standing::running)
    fmt::print("  running     {} ({}){}: epoch {:.1f}{}\n", network.id, network.index, holder_text(network),
               network.epoch, network.val_acc ? fmt::format(", valAcc {:.2f} %", *network.val_acc) : "");
  if (network.standing == Standing::interrupted)
    fmt::print("  interrupted {} ({}): after epoch {:.1f}{}\n", network.id, network.index, network.epoch,
               holder_text(network));
  if (network.standing == Standing::failed)
    fmt::print("  failed      {} ({}): {}\n", network.id, network.index, network.failure);
}

void print_check(const EstimateCheck& check) {
  if (check.networks == 0) return;
  fmt::print(
      "Estimates: {} of {} complete networks took between half and twice the plan's time;\n"
      "           {} in all where {} were planned (a factor of {:.2f})\n",
      check.within_factor_2, check.networks, duration_text(check.seconds),
      duration_text(check.estimated_seconds), check.ratio());
}

void print_status(const Campaign& campaign, const CampaignStatus& status) {
  fmt::print("{}: {}\n", campaign.folder.string(), counted(status.networks.size(), "network"));
  for (const Standing standing : kStandings)
    fmt::print("  {:<12} {:>6}{}\n", to_string(standing), status.count(standing),
               standing == Standing::complete ? fmt::format("  ({} diverged)", status.diverged) : "");
  for (const NetworkStatus& network : status.networks) print_unfinished(network);
  if (status.networks_per_hour) fmt::print("Rate: {}\n", rate_text(*status.networks_per_hour));
  if (status.seconds_left)
    fmt::print("Time left: {}\n", duration_text(*status.seconds_left));
  else if (status.remaining_seconds > 0)
    fmt::print("To do: about {}{}\n", duration_text(status.remaining_seconds),
               status.check.networks > 0 ? ", if one ran after the other" : " of one core");
  print_check(status.check);
  if (status.unreadable_journal_lines > 0)
    fmt::print("Journal: {} left out\n", counted(status.unreadable_journal_lines, "torn line"));
}

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

nlohmann::json network_json(const NetworkStatus& network) {
  return {{"index", network.index},
          {"id", network.id},
          {"standing", to_string(network.standing)},
          {"epoch", network.epoch},
          {"val_acc", or_null(network.val_acc)},
          {"diverged_since", or_null(network.diverged_since)},
          {"failure", network.failure.empty() ? nlohmann::json(nullptr) : nlohmann::json(network.failure)},
          {"host", network.holder ? nlohmann::json(network.holder->host) : nlohmann::json(nullptr)},
          {"pid", network.holder ? nlohmann::json(network.holder->pid) : nlohmann::json(nullptr)},
          {"stale", network.stale},
          {"estimated_seconds", network.estimated_seconds},
          {"seconds", network.seconds}};
}

void print_json(const CampaignStatus& status) {
  nlohmann::json all;
  for (const Standing standing : kStandings) all[to_string(standing)] = status.count(standing);
  all["diverged"] = status.diverged;
  all["networks_per_hour"] = or_null(status.networks_per_hour);
  all["seconds_left"] = or_null(status.seconds_left);
  all["remaining_core_seconds"] = status.remaining_seconds;
  all["estimates"] = {{"networks", status.check.networks},
                      {"within_factor_2", status.check.within_factor_2},
                      {"estimated_seconds", status.check.estimated_seconds},
                      {"seconds", status.check.seconds}};
  all["networks"] = nlohmann::json::array();
  for (const NetworkStatus& network : status.networks) all["networks"].push_back(network_json(network));
  fmt::print("{}\n", all.dump(1));
}

struct StatusOptions {
  std::string folder;
  bool json = false;
  int watch = 0;  ///< seconds; 0: once
  std::string data_root;
};

CampaignStatus show(const StatusOptions& options) {
  const Campaign campaign = open_locked_campaign(options.folder, options.data_root);
  CampaignStatus status = campaign_status(campaign);
  if (options.json)
    print_json(status);
  else
    print_status(campaign, status);
  std::fflush(stdout);
  return status;
}

bool is_over(const CampaignStatus& status) {
  return status.count(Standing::complete) + status.count(Standing::failed) == status.networks.size();
}

/// Again and again, until nothing is left to train or a signal comes.
ExitCode watch(const StatusOptions& options) {
  watch_signals();
  const bool redraws = !options.json && ::isatty(STDOUT_FILENO) == 1;
  while (!signalled()) {
    if (redraws) fmt::print("\x1b[H\x1b[J");
    if (is_over(show(options))) break;
    for (int tenths = 0; tenths < 10 * options.watch && !signalled(); ++tenths)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return ExitCode::complete;
}

}  // namespace

void add_status(Commands& commands) {
  const auto options = std::make_shared<StatusOptions>();
  CLI::App* command = commands.add("status", "Where a campaign stands; estimates against what networks took",
                                   "  mayfly status trial\n"
                                   "  mayfly status trial --watch 10\n"
                                   "  mayfly status trial --json",
                                   [options] {
                                     if (options->watch > 0) return watch(*options);
                                     show(*options);
                                     return ExitCode::complete;
                                   });
  command->add_option("DIR", options->folder, "Folder of the campaign")->required();
  command->add_flag("--json", options->json, "For machines");
  command
      ->add_option("--watch", options->watch, "Again every so many seconds, until nothing is left to train")
      ->check(CLI::Range(1, 86400));
  command->add_option("--data-root", options->data_root, "Where folders of images lie");
}

}  // namespace mayfly::cli
