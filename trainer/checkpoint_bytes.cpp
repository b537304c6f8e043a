// The bytes of a checkpoint: little-endian, fields one after the other, no padding.
#define XXH_INLINE_ALL  // the header alone, no library
#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <string>
#include <type_traits>
#include <utility>

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

class Writer {
 public:
  template <class Value>
  requires std::is_arithmetic_v<Value>
  void visit(const char*, const Value& value) {
    auto word = std::bit_cast<typename WordOf<sizeof(Value)>::Type>(value);
    char out[sizeof(Value)];
    for (std::size_t i = 0; i < sizeof(Value); ++i) out[i] = static_cast<char>(word >> (8 * i) & 0xFF);
    bytes_.append(out, sizeof(Value));
  }
  void visit(const char* field, const std::string& text) {
    visit(field, std::uint64_t{text.size()});
    bytes_ += text;
  }
  void visit(const char* field, const std::vector<float>& values) {
    visit(field, std::uint64_t{values.size()});
    bytes_.reserve(bytes_.size() + values.size() * sizeof(float) + sizeof(std::uint64_t));
    for (const float value : values) visit(field, value);
  }
  template <class Entry, class Visit>
  void visit_list(const char* field, const std::vector<Entry>& entries, std::size_t,
                  const Visit& visit_entry) {
    visit(field, std::uint64_t{entries.size()});
    for (const Entry& entry : entries) visit_entry(entry);
  }
  std::string take() { return std::move(bytes_); }
  void append(std::string_view text) { bytes_ += text; }
  std::uint64_t checksum() const { return XXH3_64bits(bytes_.data(), bytes_.size()); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

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

  std::string_view take(const char* field, std::size_t size) {
    field_at_ = at_;
    if (size > left()) fail(field, fmt::format("{} bytes", size), fmt::format("{} left", left()));
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  std::uint64_t checksum_so_far() const { return XXH3_64bits(bytes_.data(), at_); }
  std::size_t left() const { return bytes_.size() - at_; }
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

  std::string_view bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t field_at_ = 0;
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

std::string checkpoint_bytes(const Checkpoint& checkpoint) {
  Writer writer;
  writer.append(kMagic);
  writer.visit("format", kFormat);
  visit_fields(writer, checkpoint.identity, checkpoint.state);
  writer.visit("checksum", writer.checksum());
  return writer.take();
}

Checkpoint parse_checkpoint(std::string_view bytes, const std::string& name) {
  Reader reader(bytes, name);
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

}  // namespace mayfly
