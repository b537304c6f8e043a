// The bytes of a checkpoint: little-endian, fields one after the other, no padding.
#define XXH_INLINE_ALL  // the header alone, no library
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <string>
#include <type_traits>

#include "core/error.h"
#include "trainer/checkpoint.h"

namespace mayfly {
namespace {

constexpr std::string_view kMagic = "MAYFLYCK";
constexpr std::uint32_t kFormat = 1;

template <std::size_t size>
struct WordOf {
  using Type = std::uint64_t;
};
template <>
struct WordOf<4> {
  using Type = std::uint32_t;
};
template <>
struct WordOf<1> {
  using Type = std::uint8_t;
};

constexpr std::size_t kPiece = std::size_t{1} << 16;  // bytes handed over at once

class Checksum {
 public:
  Checksum() { XXH3_64bits_reset(&state_); }
  void add(std::string_view bytes) { XXH3_64bits_update(&state_, bytes.data(), bytes.size()); }
  std::uint64_t value() const { return XXH3_64bits_digest(&state_); }

 private:
  XXH3_state_t state_;
};

class Writer {
 public:
  explicit Writer(const ByteSink& sink) : sink_(sink) {}

  template <class Value>
  requires std::is_arithmetic_v<Value>
  void visit(const char*, const Value& value) {
    auto word = std::bit_cast<typename WordOf<sizeof(Value)>::Type>(value);
    char out[sizeof(Value)];
    for (std::size_t i = 0; i < sizeof(Value); ++i) out[i] = static_cast<char>(word >> (8 * i) & 0xFF);
    append({out, sizeof(Value)});
  }
  void visit(const char* field, const std::string& text) {
    visit(field, std::uint64_t{text.size()});
    append(text);
  }
  void visit(const char* field, const std::vector<float>& values) {
    visit(field, std::uint64_t{values.size()});
    for (const float value : values) visit(field, value);
  }
  template <class Entry, class Visit>
  void visit_list(const char* field, const std::vector<Entry>& entries, std::size_t,
                  const Visit& visit_entry) {
    visit(field, std::uint64_t{entries.size()});
    for (const Entry& entry : entries) visit_entry(entry);
  }
  void append(std::string_view bytes) {
    piece_ += bytes;
    if (piece_.size() >= kPiece) hand_over();
  }
  /// The last bytes: the checksum of all before them.
  void finish() {
    checksum_.add(piece_);
    visit("checksum", checksum_.value());
    sink_(piece_);
  }

 private:
  void hand_over() {
    checksum_.add(piece_);
    sink_(piece_);
    piece_.clear();
  }

  const ByteSink& sink_;
  std::string piece_;
  Checksum checksum_;
};

class Reader {
 public:
  /// Of `size` bytes in all.
  Reader(const ByteSource& source, std::uintmax_t size, const std::string& name)
      : source_(source), size_(size), name_(name) {}

  template <class Value>
  requires std::is_arithmetic_v<Value>
  void visit(const char* field, Value& value) {
    using Word = typename WordOf<sizeof(Value)>::Type;
    const std::string_view from = take(field, sizeof(Value));
    Word word = 0;
    for (std::size_t i = 0; i < sizeof(Value); ++i)
      word |= static_cast<Word>(static_cast<Word>(static_cast<unsigned char>(from[i])) << (8 * i));
    if constexpr (std::is_same_v<Value, bool>) {
      if (word > 1) fail(field, "0 or 1", std::to_string(word));
      value = word == 1;
    } else {
      value = std::bit_cast<Value>(word);
    }
  }
  void visit(const char* field, std::string& text) { text = take(field, count(field, 1)); }
  void visit(const char* field, std::vector<float>& values) {
    values.resize(count(field, sizeof(float)));
    for (float& value : values) visit(field, value);
  }
  template <class Entry, class Visit>
  void visit_list(const char* field, std::vector<Entry>& entries, std::size_t least_bytes,
                  const Visit& visit_entry) {
    entries.resize(count(field, least_bytes));
    for (Entry& entry : entries) visit_entry(entry);
  }

  /// Valid until the next call.
  std::string_view take(const char* field, std::size_t size) {
    field_at_ = at_;
    if (size > left()) fail(field, fmt::format("{} bytes", size), fmt::format("{} left", left()));
    if (size > piece_.size() - used_) fetch(field, size);
    at_ += size;
    used_ += size;
    return std::string_view(piece_).substr(used_ - size, size);
  }
  std::uint64_t checksum_so_far() {
    drop_used();
    return checksum_.value();
  }
  std::uintmax_t left() const { return size_ - at_; }
  [[noreturn]] void fail(const char* field, const std::string& expected, const std::string& found) const {
    throw DataError(
        fmt::format("{}: byte {}: {}: expected {}, found {}", name_, field_at_, field, expected, found));
  }

 private:
  /// A number of things of which each takes so many bytes or more; they must be there.
  std::size_t count(const char* field, std::size_t bytes_each) {
    std::uint64_t count = 0;
    visit(field, count);
    if (count > left() / bytes_each)
      fail(field, fmt::format("at most the {} that there is room for", left() / bytes_each),
           std::to_string(count));
    return static_cast<std::size_t>(count);
  }

  void drop_used() {
    checksum_.add(std::string_view(piece_).substr(0, used_));
    piece_.erase(0, used_);
    used_ = 0;
  }

  /// So many bytes at least.
  void fetch(const char* field, std::size_t size) {
    drop_used();
    const std::size_t had = piece_.size();
    const std::uintmax_t wanted = std::min<std::uintmax_t>(left(), std::max(size, kPiece));
    piece_.resize(static_cast<std::size_t>(wanted));
    const std::size_t got = source_(std::span(piece_).subspan(had));
    piece_.resize(had + got);
    if (piece_.size() < size)
      fail(field, fmt::format("{} bytes", size), fmt::format("{}: it shrank meanwhile", piece_.size()));
  }

  const ByteSource& source_;
  std::uintmax_t size_;
  const std::string& name_;
  std::string piece_;     // of the bytes
  std::size_t used_ = 0;  // in piece_
  std::uintmax_t at_ = 0;
  std::uintmax_t field_at_ = 0;
  Checksum checksum_;
};

template <class Stream, class Half>
void visit_half(Stream& stream, Half& half) {
  stream.visit("epoch of a row", half.point.epoch);
  stream.visit("train_loss", half.point.train_loss);
  stream.visit("val_loss", half.point.val_loss);
  stream.visit("val_acc", half.point.val_acc);
  stream.visit("val_loss_mean", half.val_loss_mean);
  stream.visit("correct of a row", half.correct);
  stream.visit("seen of a row", half.seen);
  stream.visit("train_seconds of a row", half.train_seconds);
  stream.visit("validation_seconds", half.validation_seconds);
  stream.visit("trained", half.trained);
}
constexpr std::size_t kHalfBytes = 9 * 8 + 1;

/// The one list of fields, in their order, for reading and writing.
template <class Stream, class Identity, class State>
void visit_fields(Stream& stream, Identity& identity, State& state) {
  stream.visit("arithmetic version", identity.arithmetic_version);
  stream.visit("numerics", identity.numerics);
  stream.visit("mayfly version", identity.mayfly_version);
  stream.visit("network", identity.network);
  stream.visit_list("half epochs", state.halves, kHalfBytes, [&](auto& half) { visit_half(stream, half); });
  stream.visit("hopeless", state.hopeless);
  stream.visit("train_gpu", state.train_gpu);
  stream.visit("epoch", state.counters.epoch);
  stream.visit("step", state.counters.step);
  stream.visit("updates", state.counters.updates);
  stream.visit("loss", state.sums.loss);
  stream.visit("correct", state.sums.correct);
  stream.visit("seen", state.sums.seen);
  stream.visit("batches", state.sums.batches);
  stream.visit("train_seconds", state.train_seconds);
  stream.visit("parameters", state.parameters);
  stream.visit("momentum", state.momentum);
}

}  // namespace

void write_checkpoint_bytes(const Checkpoint& checkpoint, const ByteSink& sink) {
  Writer writer(sink);
  writer.append(kMagic);
  writer.visit("format", kFormat);
  visit_fields(writer, checkpoint.identity, checkpoint.state);
  writer.finish();
}

std::string checkpoint_bytes(const Checkpoint& checkpoint) {
  std::string bytes;
  write_checkpoint_bytes(checkpoint, [&](std::string_view piece) { bytes += piece; });
  return bytes;
}

Checkpoint parse_checkpoint(const ByteSource& source, std::uintmax_t size, const std::string& name) {
  Reader reader(source, size, name);
  if (reader.take("beginning", kMagic.size()) != kMagic)
    reader.fail("beginning", "\"MAYFLYCK\"", "something else: it is no checkpoint");
  std::uint32_t format = 0;
  reader.visit("format", format);
  if (format != kFormat) reader.fail("format", std::to_string(kFormat), std::to_string(format));
  Checkpoint checkpoint;
  visit_fields(reader, checkpoint.identity, checkpoint.state);
  const std::uint64_t expected = reader.checksum_so_far();
  std::uint64_t found = 0;
  reader.visit("checksum", found);
  if (found != expected)
    reader.fail("checksum", fmt::format("{:016x} of what precedes it", expected),
                fmt::format("{:016x}: it was damaged", found));
  if (reader.left() > 0) reader.fail("end", "no more bytes", fmt::format("{}", reader.left()));
  return checkpoint;
}

Checkpoint parse_checkpoint(std::string_view bytes, const std::string& name) {
  const auto source = [rest = bytes](std::span<char> block) mutable {
    const std::size_t count = rest.copy(block.data(), block.size());
    rest.remove_prefix(count);
    return count;
  };
  return parse_checkpoint(source, bytes.size(), name);
}

}  // namespace mayfly
