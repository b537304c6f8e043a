// Archives that people put where the unpacked files of a data set are expected.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mayfly {

/// What to do with an archive of the data set `name` (.tar.gz, .tgz, .tar or .zip, known by its own name) in
/// one of `folders`: the command that unpacks it, or that it is not the version which Mayfly reads. Empty
/// where there is none.
std::optional<std::string> archive_advice(const std::string& name,
                                          const std::vector<std::filesystem::path>& folders);

}  // namespace mayfly
