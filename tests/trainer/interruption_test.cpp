// Campaigns that are interrupted, and what becomes of their checkpoints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/journal.h"
#include "tests/trainer/fake_device.h"
#include "tests/trainer/tiny_campaign.h"
#include "trainer/checkpoint.h"
#include "trainer/saved_life.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class InterruptionTest : public tests::TinyCampaignTest {
 protected:
  /// A device that stops the run after so many training batches of its networks.
  std::vector<std::shared_ptr<Device>> stopping_after(int batches) {
    const auto device = std::make_shared<tests::FakeDevice>();
    const auto count = std::make_shared<int>(0);
    device->on_training_step = [=, this](int) {
      if (++*count == batches) recorder_.stop = true;
    };
    return {device};
  }

  /// Runs until `batches` were trained; returns what the checkpoint of that network says.
  std::filesystem::path interrupted_after(int batches) {
    CampaignOptions how = options();
    how.devices = stopping_after(batches);
    EXPECT_EQ(run(how).exit_code(), ExitCode::interrupted);
    recorder_.stop = false;
    EXPECT_EQ(work(how).size(), 1U);
    return how.folder / "work" / *work(how).begin();
  }

  static std::set<std::string> work(const CampaignOptions& how) {
    std::set<std::string> names;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(how.folder / "work", none))
      names.insert(entry.path().filename().string());
    return names;
  }

  static std::string journals(const CampaignOptions& how) {
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(how.folder / "journal"))
      text += read_whole_file(entry.path());
    return text;
  }
};

TEST_F(InterruptionTest, AfterEveryBatchAndResumedUntilDone) {
  CampaignOptions how = options();
  how.checkpoint_every = 0;
  int runs = 0;
  ExitCode code = ExitCode::interrupted;
  while (code == ExitCode::interrupted && runs < 200) {
    how.devices = stopping_after(1);
    recorder_.stop = false;
    code = run(how).exit_code();
    ++runs;
  }
  EXPECT_EQ(code, ExitCode::complete);
  EXPECT_GT(runs, 50);  // networks of 22, 16, 13, 10 and 9 batches; the hopeless one needs fewer
  EXPECT_LT(runs, 80);  // none was trained twice
  EXPECT_EQ(tables(how), undisturbed_tables());
  EXPECT_THAT(work(how), IsEmpty());
}

TEST_F(InterruptionTest, ACheckpointAfterEveryBatchChangesNothing) {
  CampaignOptions how = options();
  how.checkpoint_every = 1e-9;
  EXPECT_EQ(run(how).exit_code(), ExitCode::complete);
  EXPECT_EQ(tables(how), undisturbed_tables());
  EXPECT_THAT(work(how), IsEmpty());
}

TEST_F(InterruptionTest, GoesOnWhereItStood) {
  const auto path = interrupted_after(7);  // of 9: the longest network, of index 4
  const Checkpoint checkpoint = read_checkpoint(path, 1 << 20);
  EXPECT_EQ(path.filename(), "2021_02_15_13_55_26_000004.ckpt");
  EXPECT_EQ(checkpoint.state.counters.updates, 7U);
  EXPECT_EQ(checkpoint.state.halves.size(), 2U);
  recorder_.halves.clear();
  EXPECT_EQ(run(options()).exit_code(), ExitCode::complete);
  EXPECT_EQ(recorder_.halves[4], 1);
  EXPECT_EQ(recorder_.resumed_at[4], 2);
  EXPECT_EQ(tables(options()), undisturbed_tables());
  EXPECT_THAT(work(options()), IsEmpty());
  EXPECT_EQ(read_journals(options().folder).networks.at("2021_02_15_13_55_26_000004").points.size(), 3U);
  EXPECT_THAT(journals(options()), HasSubstr("goes on after 2 half epochs and 7 SGD steps"));
}

TEST_F(InterruptionTest, ADamagedCheckpointIsSetAside) {
  const auto path = interrupted_after(7);
  std::string bytes = read_whole_file(path);
  bytes[bytes.size() / 2] ^= 4;
  write_durable_file(path, bytes);
  EXPECT_EQ(run(options()).exit_code(), ExitCode::complete);
  EXPECT_EQ(tables(options()), undisturbed_tables());
  const std::string aside = path.filename().string() + ".bad-1";
  EXPECT_EQ(work(options()), std::set<std::string>{aside});
  EXPECT_EQ(read_whole_file(options().folder / "work" / aside), bytes);
  EXPECT_THAT(journals(options()), AllOf(HasSubstr("begins anew"), HasSubstr(aside), HasSubstr("checksum")));
}

TEST_F(InterruptionTest, ACheckpointOfAnotherArithmeticIsRefused) {
  const auto path = interrupted_after(7);
  Checkpoint other = read_checkpoint(path, 1 << 20);
  other.identity.arithmetic_version = kArithmeticVersion + 1;
  other.state.parameters[0] += 1;  // it would show
  write_checkpoint(path, other);
  EXPECT_EQ(run(options()).exit_code(), ExitCode::complete);
  EXPECT_EQ(tables(options()), undisturbed_tables());
  EXPECT_THAT(journals(options()), HasSubstr("arithmetic version: expected 1, found 2"));
}

TEST_F(InterruptionTest, ACheckpointOfAnotherBuildIsGoneOnWith) {
  const auto path = interrupted_after(7);
  Checkpoint other = read_checkpoint(path, 1 << 20);
  other.identity.mayfly_version = "9.9.9";
  write_checkpoint(path, other);
  EXPECT_EQ(run(options()).exit_code(), ExitCode::complete);
  EXPECT_EQ(recorder_.resumed_at[4], 2);
  EXPECT_EQ(tables(options()), undisturbed_tables());
  EXPECT_THAT(journals(options()), HasSubstr("from a checkpoint of mayfly 9.9.9, arithmetic version 1"));
}

TEST_F(InterruptionTest, AStateThatCannotBeIsSetAside) {
  const auto path = interrupted_after(7);
  Checkpoint other = read_checkpoint(path, 1 << 20);
  other.state.halves.pop_back();
  write_checkpoint(path, other);
  EXPECT_EQ(run(options()).exit_code(), ExitCode::complete);
  EXPECT_EQ(tables(options()), undisturbed_tables());
  EXPECT_THAT(journals(options()), HasSubstr("begins anew"));
}

TEST_F(InterruptionTest, WhatAKillLeftBesideATableIsRemoved) {
  const auto path = interrupted_after(7);
  const std::string bytes = read_whole_file(path);
  run(options());
  write_durable_file(path, bytes);  // killed after the table, before the checkpoint was removed
  std::ofstream(path.parent_path() / ("." + path.filename().string() + ".host-1-0.part")) << "x";
  EXPECT_EQ(run(options()).skipped, 5U);
  EXPECT_THAT(work(options()), IsEmpty());
}

TEST_F(InterruptionTest, NoCheckpointBeforeTheFirstBatch) {
  CampaignOptions how = options();
  int asked = 0;
  DatasetStore store = tests::tiny_store();
  run_campaign(tests::tiny_campaign(1), store, how, recorder_, [&] { return ++asked > 1; });
  EXPECT_FALSE(recorder_.stopped.empty());
  EXPECT_THAT(work(how), IsEmpty());
}

TEST_F(InterruptionTest, ACheckpointIsLeftToTheNewOwner) {
  const Dataset dataset = tests::tiny_dataset();
  const auto backend = make_backend("cpu", 1);
  JournalWriter journal(scratch_.path());
  bool taken_over = false;
  SavedLife life(
      *backend, tests::tiny_spec(), dataset, {.epochs = 3},
      {.campaign = scratch_.path(), .checkpoint_every = 1e-9, .taken_over = [&] { return taken_over; }},
      journal);
  const auto path = checkpoint_path(scratch_.path(), tests::tiny_spec().id);
  std::string theirs;
  life.live(
      [&](const HalfEpoch& half) {
        if (half.point.epoch != 1.5) return;
        taken_over = true;
        theirs = read_whole_file(path);
      },
      [&] { return taken_over; });
  EXPECT_FALSE(theirs.empty());
  EXPECT_EQ(read_whole_file(path), theirs);
}

TEST_F(InterruptionTest, ACheckpointThatCannotBeWrittenIsWarnedOf) {
  const Dataset dataset = tests::tiny_dataset();
  const auto backend = make_backend("cpu", 1);
  JournalWriter journal(scratch_.path());
  std::vector<std::string> warnings;
  SavedLife life(*backend, tests::tiny_spec(), dataset, {.epochs = 3},
                 {.campaign = scratch_.path(),
                  .checkpoint_every = 1e-9,
                  .warn = [&](const std::string& text) { warnings.push_back(text); }},
                 journal);
  std::filesystem::create_directories(checkpoint_path(scratch_.path(), tests::tiny_spec().id) / "in the way");
  EXPECT_EQ(life.live({}, {}).points.size(), 6U);
  ASSERT_FALSE(warnings.empty());
  EXPECT_THAT(warnings.front(), HasSubstr("its checkpoint could not be written"));
}

TEST_F(InterruptionTest, ShortHalfEpochsWriteNone) {
  const Dataset dataset = tests::tiny_dataset();
  const auto backend = make_backend("cpu", 1);
  JournalWriter journal(scratch_.path());
  SavedLife life(*backend, tests::tiny_spec(), dataset, {.epochs = 3}, {.campaign = scratch_.path()},
                 journal);
  EXPECT_EQ(life.live({}, {}).points.size(), 6U);
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "work"));
}

}  // namespace
}  // namespace mayfly
