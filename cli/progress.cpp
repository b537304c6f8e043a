#include "cli/progress.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace mayfly::cli {

std::unique_ptr<CampaignObserver> make_progress(const std::string& kind) {
  if (kind == "none") return std::make_unique<CampaignObserver>();
  if (kind == "json") return make_json_progress();
  const char* terminal =
      std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nothing writes the environment
  const bool dumb = terminal == nullptr || std::strcmp(terminal, "dumb") == 0;
  const bool redraws = kind == "tty" || (kind == "auto" && isatty(STDERR_FILENO) == 1 && !dumb);
  return redraws ? make_tty_progress() : make_plain_progress();
}

}  // namespace mayfly::cli
