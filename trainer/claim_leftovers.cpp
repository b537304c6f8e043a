#include "trainer/claim_leftovers.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

#include "core/error.h"
#include "recorder/output_file.h"
#include "trainer/campaign_files.h"
#include "trainer/claim_file.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

/// Whether a temporary file is of a process of this host that lives no more.
bool abandoned(std::string_view name) {
  name.remove_suffix(std::string_view(".part").size());
  const std::size_t counter = name.rfind('-');
  const std::size_t pid_begin = counter == std::string_view::npos ? counter : name.rfind('-', counter - 1);
  if (pid_begin == std::string_view::npos ||
      !name.substr(0, pid_begin).ends_with(fmt::format(".{}", host_name())))
    return false;
  pid_t pid = 0;
  const auto read = std::from_chars(name.data() + pid_begin + 1, name.data() + counter, pid);
  return read.ec == std::errc() && read.ptr == name.data() + counter && pid > 0 && ::kill(pid, 0) != 0 &&
         errno == ESRCH;
}

void remove_dead_claim(const fs::path& path) {
  try {
    const std::optional<std::string> line = read_if_there(path);
    const std::optional<ClaimText> claim = line ? parse_claim(*line) : std::nullopt;
    if (claim && known_dead(claim->owner)) take_over_claim(path, *line);
  } catch (const DataError&) {  // whoever wants the network will say so
  }
}

}  // namespace

void remove_leftovers(const fs::path& campaign, const std::vector<fs::path>& folders,
                      const std::function<bool(const std::string& id)>& complete) {
  std::error_code ignored;
  for (const fs::path& folder : folders)
    for (const fs::path& file : files_in(folder)) {
      const std::string name = file.filename().string();
      if (is_temporary(name) && (abandoned(name) || complete(network_of_file(name))))
        fs::remove(file, ignored);
    }
  for (const fs::path& file : files_in(work_folder(campaign))) {
    const std::string name = file.filename().string();
    if (name.find(".ckpt.bad-") != std::string::npos) continue;  // set aside to be looked at
    if (complete(network_of_file(name)) || (is_temporary(name) && abandoned(name)))
      fs::remove(file, ignored);
    else if (file.extension() == ".claim")
      remove_dead_claim(file);
  }
}

}  // namespace mayfly
