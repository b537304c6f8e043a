#include "plan.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace faults {
namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

[[noreturn]] void refuse(const std::string& text) {
  std::fprintf(stderr, "faults: cannot follow '%s'\n", text.c_str());
  ::_exit(125);
}

const std::map<std::string, int>& reasons() {
  static const std::map<std::string, int> all = {
      {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EIO", EIO}, {"EINTR", EINTR}, {"EACCES", EACCES}};
  return all;
}

Fate fate_of(const std::string& what) {
  if (reasons().contains(what)) return Fate::fails;
  if (what == "short") return Fate::cut_short;
  if (what == "kill-before") return Fate::killed_before;
  if (what == "kill-after") return Fate::killed_after;
  refuse(what);
}

}  // namespace

Plan::Plan() {
  const std::string at = setting("MAYFLY_FAULTS_AT"), hold = setting("MAYFLY_FAULTS_HOLD");
  if (!at.empty()) {
    const std::string what = at.substr(at.find(':') + 1);
    at_ = std::atoi(at.c_str());
    ever_after_ = at.find("+:") != std::string::npos;
    fate_ = fate_of(what);
    reason_ = fate_ == Fate::fails ? reasons().at(what) : 0;
  }
  if (!hold.empty()) {
    hold_at_ = std::atoi(hold.c_str());
    hold_for_ = hold.substr(hold.find(':') + 1);
  }
}

bool Plan::concerns(const std::string& kind) const {
  if (!ever_after_) return number_ == at_;
  const bool needs_room = kind == "create" || kind == "write" || kind == "mkdir" || kind == "link";
  const bool full = reason_ == ENOSPC || reason_ == EDQUOT;
  return number_ >= at_ && (needs_room || !full);
}

Fate Plan::next(const std::string& kind) {
  ++number_;
  while (number_ == hold_at_ && ::access(hold_for_.c_str(), F_OK) != 0) {
  }
  return at_ > 0 && concerns(kind) ? fate_ : Fate::as_asked;
}

}  // namespace faults
