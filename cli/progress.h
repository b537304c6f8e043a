// What a person, a log or a machine sees of a run: observers of trainer/progress.h that write to stderr.
#pragma once

#include <memory>
#include <string>

#include "trainer/progress.h"

namespace mayfly::cli {

/// `kind`: auto (tty where stderr is a terminal, else plain), tty, plain, json or none.
std::unique_ptr<CampaignObserver> make_progress(const std::string& kind);

/// Lines redrawn in place, at most five times a second.
std::unique_ptr<CampaignObserver> make_tty_progress();
/// One whole line per finished network and at least every 60 s; never a carriage return.
std::unique_ptr<CampaignObserver> make_plain_progress();
/// One JSON object per event.
std::unique_ptr<CampaignObserver> make_json_progress();

}  // namespace mayfly::cli
