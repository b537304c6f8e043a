#include "trainer/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include "recorder/durable_file.h"
#include "recorder/journal.h"
#include "recorder/tables_folder.h"
#include "trainer/campaign_files.h"
#include "trainer/checkpoint.h"
#include "trainer/claim_leftovers.h"
#include "trainer/conventions.h"
#include "trainer/failure_file.h"
#include "trainer/work_list.h"
#include "trainer/worker.h"

namespace mayfly {
namespace {

void check_options(const CampaignOptions& options) {
  half_epoch_count(options.lifespan.epochs);
  if (options.jobs < 1) throw UsageError(fmt::format("jobs: expected at least 1, found {}", options.jobs));
  if (options.cores < 1) throw UsageError(fmt::format("cores: expected at least 1, found {}", options.cores));
  if (options.devices.empty()) throw std::logic_error("campaign: no device");
  common_numerics(options.devices);
}

/// Workers, spread over the devices by their number: one for each network that may run at once, and for each
/// device, since any of them may be the only one with the memory for what is left.
int worker_count(const CampaignOptions& options, std::size_t missing) {
  if (missing == 0) return 0;
  const std::size_t devices = options.devices.size();
  return static_cast<int>(
      std::min(devices * static_cast<std::size_t>(options.jobs), std::max(missing, devices)));
}

std::vector<CampaignNetwork> missing_networks(const std::vector<CampaignNetwork>& networks,
                                              DatasetStore& datasets, const std::filesystem::path& folder) {
  std::vector<CampaignNetwork> missing;
  std::set<std::string> complete;
  for (const CampaignNetwork& network : networks) {
    const NetworkSpec& spec = network.spec;
    if (!std::filesystem::is_regular_file(campaign_table_path(folder, spec, datasets.get(spec.dataset)))) {
      missing.push_back(network);
      continue;
    }
    complete.insert(spec.id);
  }
  for (const auto& [id, attempts] : failed_attempts(folder))
    if (complete.contains(id)) clear_failure(folder, id);
  return missing;
}

/// The folders of the tables to come, and in each the campaign.json that they share.
void prepare_folders(const std::vector<CampaignNetwork>& missing, DatasetStore& datasets,
                     const CampaignOptions& options) {
  create_folder(options.folder / "tables");
  std::set<std::string> names;
  for (const CampaignNetwork& network : missing) names.insert(network.spec.dataset);
  for (const std::string& name : names) {
    const Dataset& dataset = datasets.get(name);
    const std::filesystem::path folder = tables_folder(options.folder, name, !dataset.official_counts);
    create_tables_folder(folder);
    write_run_conventions(folder, run_conventions(options.lifespan, dataset, options.mayfly_version));
  }
}

/// What processes that were killed have left of the networks.
void clean_up(const std::vector<CampaignNetwork>& networks, DatasetStore& datasets,
              const std::filesystem::path& folder) {
  std::map<std::string, std::filesystem::path> tables;
  const std::vector<std::filesystem::path> others = folders_with_temporaries(folder);
  std::set<std::filesystem::path> folders(others.begin(), others.end());
  for (const CampaignNetwork& network : networks) {
    const auto path = campaign_table_path(folder, network.spec, datasets.get(network.spec.dataset));
    tables.emplace(network.spec.id, path);
    folders.insert(path.parent_path());
  }
  remove_leftovers(folder, {folders.begin(), folders.end()}, [&](const std::string& id) {
    const auto found = tables.find(id);
    return found != tables.end() && std::filesystem::is_regular_file(found->second);
  });
}

CampaignResult train_all(const std::vector<CampaignNetwork>& missing, DatasetStore& datasets,
                         const CampaignOptions& options, CampaignObserver& observer, const StopCheck& stop) {
  JournalWriter journal(options.folder);
  const int count = worker_count(options, missing.size());
  Claims claims(options.folder, options.claims);
  WorkList work(missing, {.cores = options.cores, .jobs = count}, options.devices, options.share);
  Crew crew(work, claims, datasets, options, observer, journal, stop);
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < count; ++worker)
      workers.emplace_back([&crew, worker] { crew.work(worker); });
  }
  return crew.result();
}

}  // namespace

ExitCode CampaignResult::exit_code() const {
  if (interrupted > 0) return ExitCode::interrupted;
  return failed > 0 ? ExitCode::some_failed : ExitCode::complete;
}

std::filesystem::path campaign_table_path(const std::filesystem::path& folder, const NetworkSpec& spec,
                                          const Dataset& dataset) {
  return table_path(tables_folder(folder, spec.dataset, !dataset.official_counts), spec.id);
}

std::string common_numerics(const std::vector<std::shared_ptr<Device>>& devices) {
  const std::string first = devices.front()->numerics();
  for (const auto& device : devices)
    if (device->numerics() != first)
      throw DeviceError(
          fmt::format("{} computes as {}, {} as {}: fast arithmetic wants one kind of GPU; name those of one "
                      "kind (--device cuda:0,2) or use arithmetic \"exact\"",
                      devices.front()->name(), first, device->name(), device->numerics()));
  return first;
}

CampaignResult run_campaign(const std::vector<CampaignNetwork>& networks, DatasetStore& datasets,
                            const CampaignOptions& options, CampaignObserver& observer,
                            const StopCheck& stop) {
  check_options(options);
  const std::vector<CampaignNetwork> missing = missing_networks(networks, datasets, options.folder);
  clean_up(networks, datasets, options.folder);
  CampaignStart start{.networks = networks.size(),
                      .complete = networks.size() - missing.size(),
                      .missing = missing.size(),
                      .workers = worker_count(options, missing.size())};
  for (const CampaignNetwork& network : missing) start.estimated_seconds += network.estimated_seconds;
  observer.campaign_started(start);
  CampaignResult result;
  if (!missing.empty()) {
    prepare_folders(missing, datasets, options);
    result = train_all(missing, datasets, options, observer, stop);
    clean_up(networks, datasets, options.folder);
  }
  result.skipped = start.complete;
  result.interrupted = missing.size() - result.finished - result.elsewhere - result.failed;
  return result;
}

}  // namespace mayfly
