// A campaign's folder with tables that have whatever an export may meet.
#pragma once

#include <filesystem>
#include <optional>

#include "core/network_spec.h"
#include "core/shape.h"
#include "export/collect.h"
#include "recorder/table.h"

namespace mayfly {

/// A network of two blocks, of which the second pools, with two hidden Linears.
Table plain_table(const std::string& id);

/// A single block without pooling, no hidden Linear; its losses are inf, then nan.
Table diverged_table(const std::string& id);

/// CAMPAIGN/tables/FashionMNIST: both, with campaign.json; the journal knows the first, of which one row with
/// another loss. CAMPAIGN/tables/MNIST-trial: one more, without campaign.json.
void write_campaign_of_all_kinds(const std::filesystem::path& campaign);

/// 28 x 28 in gray for FashionMNIST; not known for others.
std::optional<ImageShape> known_shape(const NetworkSpec& spec, const RunConventions* conventions);

inline constexpr const char* kPlainId = "2026_01_02_03_04_05_000000";
inline constexpr const char* kDivergedId = "2026_01_02_03_04_05_000001";
inline constexpr const char* kTrialId = "2026_01_02_03_04_05_000002";

}  // namespace mayfly
