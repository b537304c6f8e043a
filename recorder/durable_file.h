// Whole files: read at once, written so that they are whole or absent.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "recorder/output_file.h"

namespace mayfly {

/// Replaces or creates `path` so that at any instant, also after a crash or power cut, it holds either what
/// it held before or all of `content`: a temporary `.NAME.<host>-<pid>-<counter>.part` in the same folder
/// (created with O_EXCL: workers on other machines never share it), write, fsync, rename, fsync of the
/// folder. The folder must exist. Errors (DataError) name the file, the operation and the system's reason;
/// the temporary is then removed.
void write_durable_file(const std::filesystem::path& path, std::string_view content);

/// The same where the content is not in memory as a whole: it is written piece by piece.
using WriteContent = std::function<void(OutputFile&)>;
void write_durable_file(const std::filesystem::path& path, const WriteContent& write_content);

/// The same, but false, and nothing is changed, where `path` is there: of several processes one succeeds. On
/// file systems without hard links the last of those that begin at the same moment.
bool create_durable_file(const std::filesystem::path& path, std::string_view content);

/// Creates `folder`, and those above it, where missing. After a power cut it is there: its name is
/// synchronised in the folder above, also where another process, perhaps killed since, has made it. DataError
/// where that fails.
void create_folder(const std::filesystem::path& folder);

/// The bytes of a file; UnreadableFile (recorder/input_file.h) where it cannot be read.
std::string read_whole_file(const std::filesystem::path& path);

}  // namespace mayfly
