// One operation on a file: counted, made to fail where the plan says so, and written down.
//
// MAYFLY_FAULTS_RECORD=FILE: a line for each, fields between tabs:
//   number  kind  handle  offset  outcome  path  other  data
// kind: create, open, write, sync, truncate, close, rename, link, unlink, mkdir. handle: of the open file.
// offset: of a write, or the length that a file is cut to. outcome: 0 or errno. other: the new name. data: of
// a write, in hexadecimal.
#pragma once

#include <cerrno>
#include <csignal>
#include <mutex>
#include <string>
#include <string_view>

#include "open_files.h"
#include "plan.h"

namespace faults {

struct Operation {
  const char* kind;
  std::string path;
  std::string other = {};
  int handle = 0;
  long offset = 0;
  std::string_view data = {};
};

/// The lock, the plan and the open files of this process.
struct Workshop {
  std::mutex mutex;
  Plan plan;
  OpenFiles files;
};
Workshop& workshop();

void write_down(int number, const Operation& operation, int outcome);

/// Does `action` (returns -1 and sets errno where it fails) as the plan has it. Holds the lock: operations
/// come one by one. `after(operation, result)` completes what is written down.
template <class Action, class After>
auto perform(Workshop& shop, Operation operation, const Action& action, const After& after) {
  const Fate fate = shop.plan.next(operation.kind);
  if (fate == Fate::killed_before) ::raise(SIGKILL);
  decltype(action(false)) result = -1;
  if (fate == Fate::fails)
    errno = shop.plan.reason();
  else
    result = action(fate == Fate::cut_short);
  const int outcome = result < 0 ? errno : 0;
  if (outcome == 0) after(operation, result);
  write_down(shop.plan.number(), operation, outcome);
  if (fate == Fate::killed_after) ::raise(SIGKILL);
  errno = outcome;
  return result;
}

template <class Action>
auto perform(Workshop& shop, const Operation& operation, const Action& action) {
  return perform(shop, operation, action, [](Operation&, auto) {});
}

}  // namespace faults
