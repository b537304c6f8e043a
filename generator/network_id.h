// IDs of networks: a virtual time, YYYY_MM_DD_hh_mm_ss_uuuuuu, as the published tables are named. Network i
// of a campaign bears its base time (UTC) plus i microseconds: unique, and the same on every machine.
#pragma once

#include <cstdint>
#include <string>

namespace mayfly {

/// Microseconds since 1970-01-01T00:00:00 UTC.
using MicrosecondsUtc = std::int64_t;

/// ID of network `index`. UsageError where the year leaves 1..9999.
std::string network_id(MicrosecondsUtc base_time, std::uint32_t index);

/// Reads "YYYY-MM-DDThh:mm:ss[.uuuuuu][Z]" (a blank may stand for the T); always UTC. UsageError where `text`
/// is no such time or no such day exists.
MicrosecondsUtc parse_base_time(const std::string& text);

/// "YYYY-MM-DDThh:mm:ssZ", with a fraction of six digits where it is not 0.
std::string base_time_text(MicrosecondsUtc time);

}  // namespace mayfly
