// DIR/work/<ID>.ckpt: where a network's life stands (LifespanState), and whose life it is. docs/schema.md has
// the bytes. In exact arithmetic any backend goes on from what any other has written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "data/dataset.h"
#include "trainer/lifespan.h"

namespace mayfly {

/// What has to be equal for a life to go on with the same bits, and who wrote it.
struct CheckpointIdentity {
  int arithmetic_version = 0;
  std::string numerics;  ///< Device::numerics(); "" where the arithmetic is exact
  /// The network and the conventions, a line for each key: checkpoint_network_text().
  std::string network;
  std::string mayfly_version;  ///< for the records; may differ
};

/// The spec and the run's conventions as text. Without epochs: the rest of a life does not depend on its
/// length.
std::string checkpoint_network_text(const NetworkSpec& spec, const LifespanOptions& options,
                                    const Dataset& dataset);

struct Checkpoint {
  CheckpointIdentity identity;
  LifespanState state;
};

/// Takes the next bytes.
using ByteSink = std::function<void(std::string_view)>;
/// Puts the next bytes into the block; returns how many, fewer only where they end.
using ByteSource = std::function<std::size_t(std::span<char>)>;

/// The bytes of the file, a piece at a time: a large network is in memory often enough.
void write_checkpoint_bytes(const Checkpoint& checkpoint, const ByteSink& sink);
std::string checkpoint_bytes(const Checkpoint& checkpoint);

/// The other way, of `size` bytes; `name` is what errors call it. DataError (name, byte, field, expected,
/// found) where it was cut, has grown, or differs from what was written in any bit: it ends with a checksum.
/// Trusts no length before it is seen to be there.
Checkpoint parse_checkpoint(const ByteSource& source, std::uintmax_t size, const std::string& name);
Checkpoint parse_checkpoint(std::string_view bytes, const std::string& name);

/// DataError (name, what, expected, found) unless `found` can go on as `expected`; the reason for another
/// arithmetic version says that its bits would differ.
void require_same_life(const CheckpointIdentity& expected, const CheckpointIdentity& found,
                       const std::string& name);

/// CAMPAIGN/work/ID.ckpt.
std::filesystem::path checkpoint_path(const std::filesystem::path& campaign, const std::string& id);

/// Bytes that a checkpoint of such a network can take at most.
std::uintmax_t checkpoint_size_limit(std::size_t parameters, std::size_t half_epochs);

/// Reads a file of at most `size_limit` bytes (a longer one is a DataError and is not read) and parses it.
/// UnreadableFile (recorder/input_file.h) where what it holds is not known.
Checkpoint read_checkpoint(const std::filesystem::path& path, std::uintmax_t size_limit);

/// Writes durably (recorder/durable_file.h); creates the folder. DataError where that fails.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Renames a file that is of no use to PATH.bad-<n>, the first n from 1 that is free, and returns that name.
/// DataError where it cannot.
std::filesystem::path set_aside(const std::filesystem::path& path);

/// Removes the checkpoints of networks whose tables are there, and what killed processes left of temporaries
/// of them. Errors are ignored: what stays is removed by the next run.
void remove_checkpoints(const std::filesystem::path& campaign, const std::set<std::string>& ids);

}  // namespace mayfly
