#include "recorder/durable_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(DurableFile, HoldsWhatWasWritten) {
  const ScratchFolder folder;
  const std::string bytes = std::string("a\0b\r\n", 5) + std::string(200000, 'x');
  for (const std::string& content : {std::string("old"), bytes, std::string()}) {
    write_durable_file(folder.path() / "a.txt", content);
    EXPECT_EQ(read_whole_file(folder.path() / "a.txt"), content);
    EXPECT_THAT(folder.names(), ElementsAre("a.txt"));
  }
}

TEST(DurableFile, LeftoverOfAKilledProcessIsNotTouched) {
  const ScratchFolder folder;
  char host[256] = {};
  ASSERT_EQ(::gethostname(host, sizeof host - 1), 0);
  std::vector<std::string> leftovers;
  for (int counter = 0; counter < 5; ++counter) {
    leftovers.push_back(".a.txt." + std::string(host) + "-" + std::to_string(::getpid()) + "-" +
                        std::to_string(counter) + ".part");
    std::ofstream(folder.path() / leftovers.back()) << "torn";
  }
  write_durable_file(folder.path() / "a.txt", "whole");
  EXPECT_EQ(read_whole_file(folder.path() / "a.txt"), "whole");
  for (const std::string& leftover : leftovers) EXPECT_EQ(read_whole_file(folder.path() / leftover), "torn");
}

TEST(DurableFile, ThreadsWritingOneFileLeaveOneWhole) {
  const ScratchFolder folder;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string content(10000, static_cast<char>('a' + t));
      for (int i = 0; i < 20; ++i) write_durable_file(folder.path() / "a.txt", content);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string content = read_whole_file(folder.path() / "a.txt");
  EXPECT_EQ(content, std::string(10000, content.at(0)));
  EXPECT_THAT(folder.names(), ElementsAre("a.txt"));
}

std::string error_of(const std::filesystem::path& path) {
  try {
    write_durable_file(path, "content");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

TEST(DurableFile, ErrorsNameFileOperationAndReason) {
  const ScratchFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  const std::string under_a_file = error_of(folder.path() / "file" / "a.txt");
  EXPECT_THAT(under_a_file, HasSubstr("a.txt"));
  EXPECT_THAT(under_a_file, HasSubstr("open for writing failed: Not a directory"));
  EXPECT_THAT(error_of(folder.path() / "none" / "a.txt"), HasSubstr("No such file or directory"));

  std::filesystem::create_directories(folder.path() / "taken" / "inside");
  const std::string over_a_folder = error_of(folder.path() / "taken");
  EXPECT_THAT(over_a_folder, HasSubstr("rename to"));
  EXPECT_THAT(folder.names(), testing::UnorderedElementsAre("file", "taken"));
}

TEST(DurableFile, ReadOnlyFolder) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write into any folder";
  const ScratchFolder folder;
  std::filesystem::permissions(folder.path(),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THAT(error_of(folder.path() / "a.txt"), HasSubstr("open for writing failed: Permission denied"));
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

/// In a child process that may write no more than `limit` bytes into a file; its exit status is what `test`
/// returns.
template <class Test>
int with_file_size_limit(rlim_t limit, Test test) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit size{.rlim_cur = limit, .rlim_max = limit};
    ::_exit(::setrlimit(RLIMIT_FSIZE, &size) == 0 ? test() : 9);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DurableFile, FullDiskKeepsTheOldFileAndLeavesNoTemporary) {
  const ScratchFolder folder;
  write_durable_file(folder.path() / "a.txt", "old");
  // The first write is short, the second one fails: the same course as a disk that fills up.
  const int status = with_file_size_limit(5000, [&] {
    try {
      write_durable_file(folder.path() / "a.txt", std::string(20000, 'x'));
      return 1;
    } catch (const DataError& error) {
      return std::string(error.what()).find("write failed: File too large") != std::string::npos ? 0 : 2;
    }
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_whole_file(folder.path() / "a.txt"), "old");
  EXPECT_THAT(folder.names(), ElementsAre("a.txt"));
}

TEST(DurableFile, KilledWriterLeavesAWholeFile) {
  const ScratchFolder folder;
  const auto path = folder.path() / "a.txt";
  write_durable_file(path, std::string(300000, 'a'));
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (char c = 'b';; c = c == 'z' ? 'b' : static_cast<char>(c + 1)) {
        write_durable_file(path, std::string(300000, c));
      }
    }
    ::usleep(
        static_cast<useconds_t>(500 * round));  // anywhere in the course; the claim holds wherever it falls
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string content = read_whole_file(path);
    ASSERT_FALSE(content.empty());
    ASSERT_EQ(content, std::string(300000, content[0]));
  }
}

TEST(DurableFile, OfSeveralThatCreateItOneSucceeds) {
  const ScratchFolder folder;
  const auto path = folder.path() / "file";
  std::atomic<int> created = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] { created += create_durable_file(path, std::to_string(i)) ? 1 : 0; });
  }
  EXPECT_EQ(created, 1);
  const std::string content = read_whole_file(path);
  EXPECT_FALSE(create_durable_file(path, "late"));
  EXPECT_EQ(read_whole_file(path), content);
  EXPECT_EQ(folder.names().size(), 1U);  // no temporary
}

TEST(DurableFile, FoldersAreMadeOneInAnother) {
  const ScratchFolder folder;
  create_folder(folder.path() / "a" / "b" / "c");
  create_folder(folder.path() / "a" / "b" / "c" / "");  // there already
  create_folder(std::filesystem::path());               // the working folder
  EXPECT_TRUE(std::filesystem::is_directory(folder.path() / "a" / "b" / "c"));
  write_durable_file(folder.path() / "file", "");
  EXPECT_THROW(create_folder(folder.path() / "file"), DataError);
  EXPECT_THROW(create_folder(folder.path() / "file" / "d"), DataError);
}

TEST(DurableFile, ReadingNamesTheReason) {
  const ScratchFolder folder;
  EXPECT_THROW(read_whole_file(folder.path() / "none"), DataError);
  EXPECT_THROW(read_whole_file(folder.path()), DataError);
}

}  // namespace
}  // namespace mayfly
