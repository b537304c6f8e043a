// A finished campaign, made once for all tests of a program, copied for each of them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "program.h"
#include "recorder/table.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {

/// Of 4 networks of 3 rows each; the folder `data` beside it is its data root.
class KeptCampaign : public testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

  void SetUp() override { copy_to(folder); }

  /// Copies the finished campaign.
  static void copy_to(const std::filesystem::path& target);
  static const std::filesystem::path& data();

  /// Replaces the first `from` in a file.
  static void replace_in(const std::filesystem::path& file, const std::string& from, const std::string& to);

  std::filesystem::path table(std::size_t i) const;

  ScratchFolder scratch;
  const std::filesystem::path folder = scratch.path() / "trial";
};

}  // namespace mayfly
