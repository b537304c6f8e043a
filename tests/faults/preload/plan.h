// What is to go wrong, and where: read from the environment.
//
//   MAYFLY_FAULTS_AT=K:WHAT    at the Kth operation (from 1); K+:WHAT at it and all after it
//     WHAT: ENOSPC, EDQUOT, EIO, EINTR, EACCES   it fails with this reason
//           short                                a write takes half of its bytes
//           kill-before, kill-after              SIGKILL
//   MAYFLY_FAULTS_HOLD=K:FILE  waits before the Kth operation until FILE is there
//
// A disk that is full from K on (K+:ENOSPC, K+:EDQUOT) still lets files be closed, synchronised and removed.
#pragma once

#include <string>

namespace faults {

enum class Fate { as_asked, fails, cut_short, killed_before, killed_after };

class Plan {
 public:
  Plan();

  /// The next operation, of this kind; waits where that was asked for.
  Fate next(const std::string& kind);

  /// Number of the operation that next() was last called for.
  int number() const { return number_; }
  /// errno of those that fail.
  int reason() const { return reason_; }

 private:
  bool concerns(const std::string& kind) const;

  int number_ = 0;
  int at_ = 0;
  bool ever_after_ = false;
  Fate fate_ = Fate::as_asked;
  int reason_ = 0;
  int hold_at_ = 0;
  std::string hold_for_;
};

}  // namespace faults
