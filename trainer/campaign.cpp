#include "trainer/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "recorder/journal.h"
#include "recorder/tables_folder.h"
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
}

std::vector<CampaignNetwork> missing_networks(const std::vector<CampaignNetwork>& networks,
                                              DatasetStore& datasets, const std::filesystem::path& folder) {
  std::vector<CampaignNetwork> missing;
  for (const CampaignNetwork& network : networks) {
    const NetworkSpec& spec = network.spec;
    if (!std::filesystem::is_regular_file(campaign_table_path(folder, spec, datasets.get(spec.dataset))))
      missing.push_back(network);
    else
      clear_failure(folder, spec.id);
  }
  return missing;
}

/// The folders of the tables to come, and in each the campaign.json that they share.
void prepare_folders(const std::vector<CampaignNetwork>& missing, DatasetStore& datasets,
                     const CampaignOptions& options) {
  std::set<std::string> names;
  for (const CampaignNetwork& network : missing) names.insert(network.spec.dataset);
  for (const std::string& name : names) {
    const Dataset& dataset = datasets.get(name);
    const std::filesystem::path folder = tables_folder(options.folder, name, !dataset.official_counts);
    create_tables_folder(folder);
    write_run_conventions(folder, run_conventions(options.lifespan, dataset, options.mayfly_version));
  }
}

CampaignResult train_all(const std::vector<CampaignNetwork>& missing, DatasetStore& datasets,
                         const CampaignOptions& options, CampaignObserver& observer, const StopCheck& stop) {
  JournalWriter journal(options.folder);
  WorkList work(missing, {.cores = options.cores, .jobs = options.jobs});
  Crew crew(work, datasets, options, observer, journal, stop);
  {
    std::vector<std::jthread> workers;
    const int count = std::min(options.jobs, static_cast<int>(missing.size()));
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

CampaignResult run_campaign(const std::vector<CampaignNetwork>& networks, DatasetStore& datasets,
                            const CampaignOptions& options, CampaignObserver& observer,
                            const StopCheck& stop) {
  check_options(options);
  const std::vector<CampaignNetwork> missing = missing_networks(networks, datasets, options.folder);
  CampaignStart start{.networks = networks.size(),
                      .complete = networks.size() - missing.size(),
                      .missing = missing.size(),
                      .workers = std::min(options.jobs, static_cast<int>(missing.size()))};
  for (const CampaignNetwork& network : missing) start.estimated_seconds += network.estimated_seconds;
  observer.campaign_started(start);
  CampaignResult result;
  if (!missing.empty()) {
    prepare_folders(missing, datasets, options);
    result = train_all(missing, datasets, options, observer, stop);
  }
  result.skipped = start.complete;
  result.interrupted = missing.size() - result.finished - result.failed;
  return result;
}

}  // namespace mayfly
