// How the files of a campaign are named, as far as whoever cleans up must know: those of a network are
// ID.<what>, temporaries .<name>.<host>-<pid>-<counter>.part (recorder/durable_file.h).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mayfly {

bool is_temporary(const std::string& name);

/// ID of the network that a file, temporary or not, belongs to, if it belongs to one.
std::string network_of_file(const std::string& name);

/// Everything in a folder; nothing where there is none.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder);

/// Folders of a campaign, but for those of its tables and DIR/work, in which there may be temporaries.
std::vector<std::filesystem::path> folders_with_temporaries(const std::filesystem::path& campaign);

}  // namespace mayfly
