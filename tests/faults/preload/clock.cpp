// MAYFLY_FAULTS_CLOCK=S: the time of day is S seconds later each time that it is asked for; negative:
// earlier.
#include <time.h>

#include <atomic>
#include <cstdlib>

#include "real.h"

extern "C" int clock_gettime(clockid_t clock, struct timespec* time) {
  static const auto next = faults::real<int(clockid_t, struct timespec*)>("clock_gettime");
  static const char* const step = std::getenv("MAYFLY_FAULTS_CLOCK");
  static std::atomic<long> times = 0;
  const int result = next(clock, time);
  if (step != nullptr && clock == CLOCK_REALTIME) time->tv_sec += ++times * std::atol(step);
  return result;
}
