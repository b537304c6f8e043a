#include "recorder/journal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

JournalPoint point_at(double epoch, double loss) {
  return {.index = 7,
          .point = {.epoch = epoch, .train_loss = loss, .val_loss = loss, .val_acc = 10},
          .correct = 1000,
          .seen = 10000,
          .train_seconds = 2,
          .val_seconds = 0.5,
          .device = "cpu"};
}

void append_raw(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::app) << text;
}

TEST(Journal, NoFolderIsAnEmptyRecord) {
  const ScratchFolder folder;
  const JournalRecord record = read_journals(folder.path());
  EXPECT_EQ(record.files, 0U);
  EXPECT_TRUE(record.networks.empty());
}

TEST(Journal, TellsTheLifeOfANetwork) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  writer.claimed("a", 7);
  JournalPoint first = point_at(0.5, 2.25);
  first.val_loss_published = 2.225;
  writer.point("a", first);
  writer.point("a", point_at(1.0, 0.1 + 0.2));
  writer.note("half of it");
  JournalRecord record = read_journals(folder.path());
  EXPECT_EQ(record.networks.at("a").state, NetworkState::running);
  writer.complete("a");
  record = read_journals(folder.path());
  const NetworkRecord& network = record.networks.at("a");
  EXPECT_EQ(network.state, NetworkState::complete);
  EXPECT_EQ(network.index, 7U);
  EXPECT_EQ(network.pid, ::getpid());
  EXPECT_FALSE(network.host.empty());
  EXPECT_EQ(network.seconds(), 5.0);
  ASSERT_EQ(network.points.size(), 2U);
  EXPECT_EQ(network.points.at(0.5).point, first.point);
  EXPECT_EQ(network.points.at(0.5).val_loss_published, 2.225);
  EXPECT_EQ(network.last_point()->point.train_loss, 0.1 + 0.2);
  EXPECT_FALSE(network.last_point()->val_loss_published.has_value());
  EXPECT_EQ(network.last_point()->correct, 1000);
  EXPECT_EQ(network.last_point()->device, "cpu");
  EXPECT_EQ(record.networks.size(), 1U);
  EXPECT_EQ(record.unreadable_lines, 0U);
}

TEST(Journal, KeepsNaNAndInfinity) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  JournalPoint point = point_at(3.5, -kNaN);
  point.point.val_loss = std::numeric_limits<double>::infinity();
  writer.point("a", point);
  writer.diverged("a", 3.5);
  EXPECT_THAT(read_whole_file(writer.path()),
              testing::HasSubstr("\"train_loss\":\"nan\",\"val_loss\":\"inf\""));
  const JournalRecord record = read_journals(folder.path());
  const NetworkRecord& network = record.networks.at("a");
  EXPECT_TRUE(std::isnan(network.last_point()->point.train_loss));
  EXPECT_TRUE(std::isinf(network.last_point()->point.val_loss));
  EXPECT_EQ(network.diverged_since, 3.5);
  EXPECT_EQ(network.state, NetworkState::running);
}

TEST(Journal, TornLastLineIsPassedOver) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  writer.point("a", point_at(0.5, 2));
  const std::string whole = read_whole_file(writer.path());
  for (std::size_t length = 1; length + 1 < whole.size(); ++length) {
    std::ofstream(folder.path() / "journal" / "other-1-2.jsonl") << whole.substr(0, length);
    const JournalRecord record = read_journals(folder.path());
    ASSERT_EQ(record.files, 2U);
    ASSERT_EQ(record.unreadable_lines, 1U) << length;
    ASSERT_EQ(record.networks.size(), 1U);
    ASSERT_EQ(record.networks.at("a").points.size(), 1U);
  }
}

/// Files of this process can grow no further than so many bytes.
void limit_files(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = std::min(bytes, limit.rlim_max);
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST(Journal, WhatCouldNotBeWrittenIsWrittenWithTheNextEvent) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  writer.point("a", point_at(0.5, 2));
  limit_files(std::filesystem::file_size(writer.path()) + 20);
  EXPECT_THROW(writer.point("a", point_at(1.0, 3)), DataError);  // torn after 20 bytes
  EXPECT_THROW(writer.point("a", point_at(1.5, 4)), DataError);
  limit_files(RLIM_INFINITY);
  writer.complete("a");
  const JournalRecord record = read_journals(folder.path());
  EXPECT_EQ(record.unreadable_lines, 1U);
  EXPECT_EQ(record.networks.at("a").points.size(), 3U);
  EXPECT_EQ(record.networks.at("a").state, NetworkState::complete);
  const auto size = std::filesystem::file_size(writer.path());
  writer.sync();
  EXPECT_EQ(std::filesystem::file_size(writer.path()), size);  // and that was all
}

TEST(Journal, TheLastChanceToCatchUpIsTheEnd) {
  const ScratchFolder folder;
  {
    JournalWriter writer(folder.path());
    limit_files(0);
    EXPECT_THROW(writer.complete("a"), DataError);
    limit_files(RLIM_INFINITY);
  }
  EXPECT_EQ(read_journals(folder.path()).networks.at("a").state, NetworkState::complete);
}

TEST(Journal, PointsOfACompleteNetworkDoNotHangOnClocks) {
  const ScratchFolder folder;
  const JournalWriter first(folder.path()), second(folder.path());
  const auto point = [](const char* time, double epoch) {
    return fmt::format(R"({{"event":"point","time":"{}","id":"a","index":7,"epoch":{},"train_loss":"2.0",)"
                       R"("val_loss":"2.0","val_acc":"10.0","correct":1,"seen":10,"train_seconds":1,)"
                       R"("val_seconds":1,"device":"cpu"}})"
                       "\n",
                       time, epoch);
  };
  const auto claimed = [](const char* time, double from) {
    return fmt::format(R"({{"event":"claimed","time":"{}","id":"a","index":7,"host":"h","pid":1,"from":{}}})"
                       "\n",
                       time, from);
  };
  append_raw(first.path(), claimed("2030", 0) + point("2030", 0.5) + point("2030", 1.0));
  append_raw(second.path(), claimed("2020", 1.0) + point("2020", 1.5));  // later, by a clock that is behind
  EXPECT_EQ(read_journals(folder.path()).networks.at("a").points.size(), 2U);
  append_raw(second.path(), R"({"event":"complete","time":"2020","id":"a"})"
                            "\n");
  EXPECT_EQ(read_journals(folder.path()).networks.at("a").points.size(), 3U);
}

TEST(Journal, ManyWritersLastPointWins) {
  const ScratchFolder folder;
  JournalWriter first(folder.path());
  JournalWriter second(folder.path());
  EXPECT_NE(first.path(), second.path());
  second.point("a", point_at(0.5, 9));
  first.point("a", point_at(0.5, 2));
  first.point("a", point_at(0.5, 3));
  second.point("b", point_at(0.5, 4));
  first.failed("b", "out of memory \xFF");
  const JournalRecord record = read_journals(folder.path());
  EXPECT_EQ(record.files, 2U);
  EXPECT_EQ(record.networks.at("a").last_point()->point.train_loss, 3.0);
  EXPECT_EQ(record.networks.at("b").state, NetworkState::failed);
  EXPECT_THAT(record.networks.at("b").failure, testing::StartsWith("out of memory "));
}

TEST(Journal, ThreadsShareAWriter) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&writer, t] {
      for (int row = 1; row <= 80; ++row)
        writer.point("network" + std::to_string(t), point_at(0.5 * row, row));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const JournalRecord record = read_journals(folder.path());
  ASSERT_EQ(record.networks.size(), 4U);
  for (const auto& [id, network] : record.networks) EXPECT_EQ(network.points.size(), 80U) << id;
  EXPECT_EQ(record.unreadable_lines, 0U);
}

TEST(Journal, UnknownEventsAndKeysAreIgnored) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  append_raw(writer.path(), R"({"event":"moon","time":"2030","id":"x","phase":3})"
                            "\n"
                            R"({"event":"complete","time":"2030","id":"a","colour":"red"})"
                            "\n");
  const JournalRecord record = read_journals(folder.path());
  EXPECT_EQ(record.networks.size(), 1U);
  EXPECT_EQ(record.networks.at("a").state, NetworkState::complete);
  EXPECT_EQ(record.unreadable_lines, 0U);
}

TEST(Journal, AClaimKeepsThePointsItGoesOnFrom) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  for (const double epoch : {0.5, 1.0, 1.5}) writer.point("a", point_at(epoch, 2));
  writer.diverged("a", 1.5);
  const auto points = [&] { return read_journals(folder.path()).networks.at("a").points.size(); };
  const auto diverged = [&] { return read_journals(folder.path()).networks.at("a").diverged_since; };
  writer.claimed("a", 7, 1.5);
  EXPECT_EQ(points(), 3U);
  EXPECT_TRUE(diverged());
  writer.claimed("a", 7, 1.0);
  EXPECT_EQ(points(), 2U);
  EXPECT_FALSE(diverged());
  writer.sync();
  writer.claimed("a", 7);
  EXPECT_EQ(points(), 0U);
}

TEST(Journal, DamagedEventsAreCounted) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  writer.point("a", point_at(0.5, 2));
  append_raw(writer.path(), R"({"event":"point","time":"2030","id":"a","epoch":1.0})"
                            "\n"
                            R"({"event":"failed","time":"2030","id":"a","reason":5})"
                            "\n[1]\n{}\nnull\nnot json\n");
  const JournalRecord record = read_journals(folder.path());
  EXPECT_EQ(record.unreadable_lines, 6U);
  EXPECT_EQ(record.networks.at("a").points.size(), 1U);
}

TEST(Journal, NumbersThatAreNoIntegersOfTheirKindAreDamage) {
  const ScratchFolder folder;
  JournalWriter writer(folder.path());
  writer.claimed("a", 7);
  const NetworkRecord before = read_journals(folder.path()).networks.at("a");
  const auto claim = [&](const char* index, const char* pid) {
    append_raw(writer.path(),
               fmt::format(R"({{"event":"claimed","time":"2030","id":"a","index":{},"host":"h","pid":{}}})",
                           index, pid) +
                   "\n");
  };
  for (const char* pid : {"6.7e95", "1.5", "18446744073709551615", "-9223372036854775809", "true"})
    claim("8", pid);
  claim("4294967296", "1");
  const JournalRecord record = read_journals(folder.path());
  EXPECT_EQ(record.unreadable_lines, 6U);
  EXPECT_EQ(record.networks.at("a").index, 7U);
  EXPECT_EQ(record.networks.at("a").host, before.host);
  EXPECT_EQ(record.networks.at("a").pid, before.pid);
}

TEST(Journal, FolderThatCannotBeMade) {
  const ScratchFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_THROW(JournalWriter(folder.path() / "file"), DataError);
}

}  // namespace
}  // namespace mayfly
