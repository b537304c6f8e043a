#include "kept_campaign.h"

#include <unistd.h>

#include "tiny_campaign.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

fs::path kept_folder() {
  return fs::path(testing::TempDir()) / ("kept_campaign_" + std::to_string(::getpid()));
}

}  // namespace

void KeptCampaign::SetUpTestSuite() {
  write_tiny_fashion_mnist(data());
  ASSERT_EQ(mayfly(init_arguments(kept_folder() / "trial", 4)).exit_code, 0);
  const Outcome run = mayfly({"run", kept_folder() / "trial", "--data-root", data(), "--jobs", "2"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
}

void KeptCampaign::TearDownTestSuite() {
  fs::remove_all(kept_folder());
}

void KeptCampaign::copy_to(const fs::path& target) {
  fs::copy(kept_folder() / "trial", target, fs::copy_options::recursive);
}

const fs::path& KeptCampaign::data() {
  static const fs::path path = kept_folder() / "data";
  return path;
}

void KeptCampaign::replace_in(const fs::path& file, const std::string& from, const std::string& to) {
  std::string text = read_text(file);
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << file << " has no '" << from << "'";
  write_text(file, text.replace(at, from.size(), to));
}

fs::path KeptCampaign::table(std::size_t i) const {
  return tables_of(folder).at(i);
}

}  // namespace mayfly
