// A campaign that takes a fraction of a second, and an observer that remembers it.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "recorder/durable_file.h"
#include "recorder/tables_folder.h"
#include "tests/support/scratch_folder.h"
#include "tests/trainer/tiny.h"
#include "trainer/campaign.h"

namespace mayfly::tests {

/// Network i of a tiny campaign has this batch size.
inline int batch_of(std::uint32_t index) {
  return 3 + static_cast<int>(index);
}

/// Networks of different lengths and seeds, the third one diverging.
inline std::vector<CampaignNetwork> tiny_campaign(std::uint32_t count) {
  std::vector<CampaignNetwork> networks;
  for (std::uint32_t i = 0; i < count; ++i) {
    NetworkSpec spec = i == 2 ? hopeless_spec() : tiny_spec(100 + i);
    spec.id = "2021_02_15_13_55_26_00000" + std::to_string(i);
    spec.batch_size = batch_of(i);
    networks.push_back({.index = i, .spec = spec, .estimated_seconds = 1.0 + i});
  }
  return networks;
}

inline DatasetStore tiny_store(bool official_counts = true) {
  return DatasetStore([=](const std::string&) {
    Dataset dataset = tiny_dataset();
    dataset.official_counts = official_counts;
    return dataset;
  });
}

/// Remembers the events, and stops where a test wants it.
struct Recorder : CampaignObserver {
  void campaign_started(const CampaignStart& what) override { start = what; }
  void started(const NetworkRun& run) override {
    begun.push_back(run.network.index);
    if (throws) throw std::runtime_error("nobody wants to know");
  }
  void resumed(const NetworkRun& run, int half_epochs) override {
    resumed_at[run.network.index] = half_epochs;
  }
  void half_epoch(const NetworkRun& run, const HalfEpoch&) override {
    ++halves[run.network.index];
    stop = stop || (stops_at_half > 0 && ++total_halves == stops_at_half);
  }
  void finished(const NetworkRun& run, const LifespanResult&) override {
    complete.insert(run.network.index);
    if (throws) throw std::runtime_error("nobody wants to know");
  }
  void failed(const NetworkRun& run, const std::string& reason) override {
    reasons[run.network.index] = reason;
  }
  void put_back(const NetworkRun& run, const std::string& reason) override {
    postponed[run.network.index].push_back(reason);
  }
  void interrupted(const NetworkRun& run) override { stopped.insert(run.network.index); }
  void warned(const std::string& text) override {
    warnings.push_back(text);
    if (on_warning) on_warning();
  }

  bool throws = false;
  int stops_at_half = 0;
  int total_halves = 0;
  std::atomic<bool> stop = false;
  CampaignStart start;
  std::vector<std::uint32_t> begun;
  std::map<std::uint32_t, int> halves;
  std::map<std::uint32_t, int> resumed_at;  ///< half epochs before
  std::set<std::uint32_t> complete, stopped;
  std::map<std::uint32_t, std::string> reasons;
  std::map<std::uint32_t, std::vector<std::string>> postponed;
  std::vector<std::string> warnings;
  std::function<void()> on_warning;
};

class TinyCampaignTest : public testing::Test {
 protected:
  CampaignOptions options(const std::string& name = "c") const {
    return {.folder = scratch_.path() / name, .lifespan = {.epochs = 1.5}, .devices = open_devices("cpu")};
  }

  CampaignResult run(const CampaignOptions& options, std::uint32_t count = 5) {
    DatasetStore store = tiny_store();
    return run_campaign(tiny_campaign(count), store, options, recorder_,
                        [&] { return recorder_.stop.load(); });
  }

  /// Every table of a campaign by its file name.
  static std::map<std::string, std::string> tables(const CampaignOptions& options,
                                                   const std::string& dataset = "Tiny") {
    std::map<std::string, std::string> texts;
    for (const auto& path : complete_tables(options.folder / "tables" / dataset))
      texts[path.filename().string()] = read_whole_file(path);
    return texts;
  }

  /// What the campaign gives without any trouble.
  std::map<std::string, std::string> undisturbed_tables() {
    const CampaignOptions alone = options("undisturbed");
    Recorder recorder;
    DatasetStore store = tiny_store();
    EXPECT_EQ(run_campaign(tiny_campaign(5), store, alone, recorder).exit_code(), ExitCode::complete);
    return tables(alone);
  }

  ScratchFolder scratch_;
  Recorder recorder_;
};

}  // namespace mayfly::tests
