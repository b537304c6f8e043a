#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/campaign_folder.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/text.h"
#include "generator/search_space_keys.h"

namespace mayfly::cli {
namespace {

struct PlanOptions {
  std::string folder;
  std::optional<std::uint32_t> networks;
  bool json = false;
  std::string data_root;
  std::vector<std::string> settings;
};

struct Totals {
  double parameters = 0;
  double seconds = 0;
  std::int64_t largest_memory = 0;
  double longest = 0;
  RejectionCounts rejections;
};

Totals totals_of(const std::vector<PlannedNetwork>& networks) {
  Totals totals;
  for (const PlannedNetwork& network : networks) {
    totals.parameters += static_cast<double>(network.cost.parameters);
    totals.seconds += network.cost.seconds;
    totals.largest_memory = std::max(totals.largest_memory, network.cost.memory_bytes);
    totals.longest = std::max(totals.longest, network.cost.seconds);
    totals.rejections += network.sampled.rejections;
  }
  return totals;
}

void print_networks(const std::vector<PlannedNetwork>& networks) {
  fmt::print("{:>6}  {:<26}  {:<12} {:>6} {:>10} {:>11} {:>12} {:>9} {:>12}\n", "index", "ID", "dataset",
             "layers", "parameters", "useful MACs", "nominal MACs", "memory", "time");
  for (const PlannedNetwork& network : networks) {
    const NetworkSpec& spec = network.sampled.spec;
    const Estimate& cost = network.cost;
    fmt::print("{:>6}  {:<26}  {:<12} {:>6} {:>10} {:>11} {:>12} {:>9} {:>12}\n", network.sampled.index,
               spec.id, spec.dataset, network.sampled.shapes.layers.size(),
               count_text(static_cast<double>(cost.parameters)),
               count_text(static_cast<double>(cost.useful_macs_per_image)),
               count_text(static_cast<double>(cost.nominal_macs_per_image)),
               bytes_text(static_cast<double>(cost.memory_bytes)), duration_text(cost.seconds));
  }
}

void print_totals(const Totals& totals, const std::vector<PlannedNetwork>& networks, double epochs) {
  fmt::print(
      "\n{}, {:g} epochs each: {} parameters, at most {} of memory for one,\n"
      "about {} of one core, {} for the longest. MACs: multiply-adds per image, forward.\n",
      counted(networks.size(), "network"), epochs, count_text(totals.parameters),
      bytes_text(static_cast<double>(totals.largest_memory)), duration_text(totals.seconds),
      duration_text(totals.longest));
  fmt::print("Draws rejected: {}", totals.rejections.total());
  const char* separator = " (";
  for (std::size_t i = 0; i < kRejections; ++i) {
    const auto reason = static_cast<Rejection>(i);
    if (totals.rejections[reason] == 0) continue;
    fmt::print("{}{}: {}", separator, to_string(reason), totals.rejections[reason]);
    separator = ", ";
  }
  fmt::print("{}\n", totals.rejections.total() > 0 ? ")" : "");
}

/// Where the published range of a key comes from; "changed" where the campaign has another one.
std::string origin_text(const SearchSpaceKey& key, const SearchSpace& space) {
  const bool published = range_text(key, space) == range_text(key, SearchSpace{});
  return published ? to_string(key.origin) : "changed";
}

void print_search_space(const SearchSpace& space) {
  fmt::print(
      "\nSearch space (stated: by the paper; guessed: fits the known tables; docs/search_space.md):\n");
  for (const SearchSpaceKey& key : search_space_keys())
    fmt::print("  {:<20} {:<8} {}\n", key.name, origin_text(key, space), range_text(key, space));
}

nlohmann::json network_json(const PlannedNetwork& network) {
  const Estimate& cost = network.cost;
  return {{"index", network.sampled.index},
          {"id", network.sampled.spec.id},
          {"random_seed", network.sampled.spec.random_seed},
          {"dataset", network.sampled.spec.dataset},
          {"batch_size", network.sampled.spec.batch_size},
          {"layers", network.sampled.shapes.layers.size()},
          {"parameters", cost.parameters},
          {"useful_macs_per_image", cost.useful_macs_per_image},
          {"nominal_macs_per_image", cost.nominal_macs_per_image},
          {"memory_bytes", cost.memory_bytes},
          {"seconds", cost.seconds},
          {"rejected_draws", network.sampled.rejections.total()}};
}

void print_json(const Campaign& campaign, const std::vector<PlannedNetwork>& networks, const Totals& totals) {
  nlohmann::json rejections = nlohmann::json::object(), keys = nlohmann::json::array(),
                 rows = nlohmann::json::array();
  for (std::size_t i = 0; i < kRejections; ++i)
    rejections[to_string(static_cast<Rejection>(i))] = totals.rejections.by_reason[i];
  for (const SearchSpaceKey& key : search_space_keys())
    keys.push_back({{"key", key.name},
                    {"range", range_text(key, campaign.config.search_space)},
                    {"origin", origin_text(key, campaign.config.search_space)}});
  for (const PlannedNetwork& network : networks) rows.push_back(network_json(network));
  const nlohmann::json all = {{"epochs", campaign.lifespan.epochs},
                              {"total_seconds", totals.seconds},
                              {"total_parameters", totals.parameters},
                              {"largest_memory_bytes", totals.largest_memory},
                              {"rejections", rejections},
                              {"search_space", keys},
                              {"networks", rows}};
  fmt::print("{}\n", all.dump(1));
}

ExitCode plan(const PlanOptions& options) {
  Campaign campaign = open_campaign(options.folder, options.settings, options.data_root);
  if (options.networks) campaign.config.campaign.networks = *options.networks;
  const std::vector<PlannedNetwork> networks = plan_networks(campaign);
  const Totals totals = totals_of(networks);
  if (options.json) {
    print_json(campaign, networks, totals);
    return ExitCode::complete;
  }
  print_networks(networks);
  print_totals(totals, networks, campaign.lifespan.epochs);
  print_search_space(campaign.config.search_space);
  return ExitCode::complete;
}

}  // namespace

void add_plan(Commands& commands) {
  const auto options = std::make_shared<PlanOptions>();
  CLI::App* command = commands.add("plan", "Draw the networks and estimate what they cost; train nothing",
                                   "  mayfly plan trial\n"
                                   "  mayfly plan trial -n 6000 --json > plan.json",
                                   [options] { return plan(*options); });
  command->add_option("DIR", options->folder, "Folder of the campaign")->required();
  command->add_option("-n,--networks", options->networks, "Plan this many, instead of the campaign's number")
      ->check(CLI::Range(1U, 4000000000U));
  command->add_flag("--json", options->json, "For machines");
  command->add_option("--data-root", options->data_root, "Where folders of images lie");
  add_set_option(*command, options->settings);
}

}  // namespace mayfly::cli
