#include "trainer/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "tests/support/scratch_folder.h"
#include "tests/trainer/life_bits.h"
#include "tests/trainer/tiny.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Checkpoint small_checkpoint() {
  Checkpoint checkpoint{.identity = {.arithmetic_version = 1,
                                     .numerics = "",
                                     .network = "a = 1\nb = 2\n",
                                     .mayfly_version = "0.1.0"},
                        .state = {.hopeless = false,
                                  .train_gpu = true,
                                  .counters = {.epoch = 0, .step = 7, .updates = 0x123456789},
                                  .sums = {.loss = std::nan(""), .correct = 5, .seen = 8, .batches = 2},
                                  .train_seconds = 0.25,
                                  .parameters = {1.5F, -0.0F, std::nanf(""), 1e-45F},
                                  .momentum = {}}};
  checkpoint.state.halves = {{.point = {0.5, 2.25, 2.5, 12.5}, .val_loss_mean = 3, .correct = 1, .seen = 8}};
  return checkpoint;
}

template <class Action>
std::string data_error(const Action& action) {
  try {
    action();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

std::string refusal(const std::string& bytes) {
  return data_error([&] { parse_checkpoint(bytes, "x.ckpt"); });
}

TEST(CheckpointTest, ReadsBackWhatWasWritten) {
  const Checkpoint written = small_checkpoint();
  const std::string bytes = checkpoint_bytes(written);
  const Checkpoint read = parse_checkpoint(bytes, "x.ckpt");
  EXPECT_EQ(checkpoint_bytes(read), bytes);
  EXPECT_EQ(read.identity.network, written.identity.network);
  EXPECT_EQ(read.identity.mayfly_version, "0.1.0");
  EXPECT_EQ(tests::text_of(read.state.halves), tests::text_of(written.state.halves));
  EXPECT_EQ(read.state.counters, written.state.counters);
  EXPECT_EQ(read.state.sums.seen, 8U);
  EXPECT_TRUE(read.state.train_gpu);
  EXPECT_EQ(tests::bytes_of(read.state.parameters), tests::bytes_of(written.state.parameters));
  EXPECT_TRUE(read.state.momentum.empty());
}

/// The bytes are a promise to other builds and other machines (docs/schema.md).
TEST(CheckpointTest, TheBytesAreTheseOnes) {
  const std::string bytes = checkpoint_bytes(small_checkpoint());
  EXPECT_EQ(bytes.substr(0, 16), std::string("MAYFLYCK\1\0\0\0\1\0\0\0", 16));
  EXPECT_EQ(bytes.size(),
            8 + 4 + 4 + (8 + 0) + (8 + 5) + (8 + 12) + (8 + 73) + 2 + 16 + 32 + 8 + (8 + 16) + 8 + 8U);
  EXPECT_EQ(bytes.substr(bytes.size() - 40, 8), std::string("\4\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(bytes.substr(bytes.size() - 32, 8), std::string("\0\0\xC0\x3F\0\0\0\x80", 8));
}

TEST(CheckpointTest, ALargeOneGoesPieceByPiece) {
  constexpr std::size_t kMostAtOnce = (1 << 16) + 8;
  Checkpoint large = small_checkpoint();
  large.state.parameters.assign(700'000, 0.5F);
  large.state.parameters.back() = 2;
  std::string bytes;
  write_checkpoint_bytes(large, [&](std::string_view piece) {
    EXPECT_LE(piece.size(), kMostAtOnce);
    bytes += piece;
  });
  EXPECT_GT(bytes.size(), 2 * kMostAtOnce);
  std::size_t at = 0;
  const auto source = [&](std::span<char> block) {
    EXPECT_LE(block.size(), kMostAtOnce);
    const std::size_t count = bytes.copy(block.data(), block.size(), at);
    at += count;
    return count;
  };
  EXPECT_EQ(parse_checkpoint(source, bytes.size(), "x.ckpt").state.parameters, large.state.parameters);
  at = 0;
  EXPECT_THAT(data_error([&] { parse_checkpoint(source, bytes.size() + 1, "x.ckpt"); }), HasSubstr("end: "));
  at = 8;
  EXPECT_THAT(data_error([&] { parse_checkpoint(source, bytes.size(), "x.ckpt"); }), HasSubstr("beginning"));
  bytes.resize(bytes.size() / 2);
  at = 0;
  EXPECT_THAT(data_error([&] { parse_checkpoint(source, 2 * bytes.size(), "x.ckpt"); }),
              HasSubstr("shrank meanwhile"));
}

TEST(CheckpointTest, EveryCutIsSeen) {
  const std::string bytes = checkpoint_bytes(small_checkpoint());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(refusal(bytes.substr(0, size)), HasSubstr("x.ckpt: byte ")) << size;
  EXPECT_THAT(refusal(bytes + "x"), HasSubstr("end: expected no more bytes, found 1"));
}

TEST(CheckpointTest, EveryFlippedBitIsSeen) {
  const std::string bytes = checkpoint_bytes(small_checkpoint());
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_THAT(refusal(damaged), HasSubstr("x.ckpt: byte ")) << "bit " << bit;
  }
}

TEST(CheckpointTest, ErrorsNameThePlace) {
  std::string bytes = checkpoint_bytes(small_checkpoint());
  EXPECT_THAT(refusal("a table?"), AllOf(HasSubstr("byte 0: beginning"), HasSubstr("no checkpoint")));
  EXPECT_THAT(refusal(bytes.substr(0, 14)),
              HasSubstr("byte 12: arithmetic version: expected 4 bytes, found 2 left"));
  std::string huge = bytes;
  huge.replace(16, 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F");
  EXPECT_THAT(refusal(huge), HasSubstr("byte 16: numerics: expected at most the "));
  bytes[bytes.size() - 20] ^= 1;  // in a parameter
  EXPECT_THAT(refusal(bytes), HasSubstr("checksum: expected "));
}

TEST(CheckpointTest, OnlyTheSameLifeGoesOn) {
  const CheckpointIdentity here = small_checkpoint().identity;
  const auto misfit = [&](auto change) {
    CheckpointIdentity found = here;
    change(found);
    return data_error([&] { require_same_life(here, found, "x.ckpt"); });
  };
  EXPECT_EQ(misfit([](CheckpointIdentity& i) { i.mayfly_version = "9.9.9"; }), "no error");
  EXPECT_THAT(misfit([](CheckpointIdentity& i) { i.arithmetic_version = 2; }),
              HasSubstr("x.ckpt: arithmetic version: expected 1, found 2 (of mayfly 0.1.0)"));
  EXPECT_THAT(misfit([](CheckpointIdentity& i) { i.numerics = "sm_70"; }), HasSubstr("found 'sm_70'"));
  EXPECT_THAT(misfit([](CheckpointIdentity& i) { i.network = "a = 1\nb = 3\n"; }),
              HasSubstr("expected b = 2, found b = 3"));
  EXPECT_THAT(misfit([](CheckpointIdentity& i) { i.network = "a = 1\n"; }),
              HasSubstr("expected b = 2, found nothing"));
  EXPECT_THAT(misfit([](CheckpointIdentity& i) { i.network = ""; }),
              HasSubstr("expected a = 1, found nothing"));
}

TEST(CheckpointTest, TheNetworksTextHoldsAllButEpochs) {
  const Dataset dataset = tests::tiny_dataset();
  const auto text = [&](const NetworkSpec& spec, const LifespanOptions& options) {
    return checkpoint_network_text(spec, options, dataset);
  };
  const std::string plain = text(tests::tiny_spec(), {});
  EXPECT_EQ(text(tests::tiny_spec(), {.epochs = 3}), plain);
  EXPECT_NE(text(tests::tiny_spec(8), {}), plain);
  EXPECT_NE(text(tests::tiny_spec(), {.normalize = Normalize::none}), plain);
  EXPECT_NE(text(tests::tiny_spec(), {.element_dropout = true}), plain);
  EXPECT_NE(text(tests::tiny_spec(), {.val_loss = ValLossConvention::published}), plain);
  EXPECT_NE(text(tests::tiny_spec(), {.seeds = {.order = 3}}), plain);
  EXPECT_NE(text(tests::tiny_spec(), {.arithmetic = Arithmetic::fast}), plain);
  EXPECT_NE(checkpoint_network_text(tests::tiny_spec(), {}, tests::tiny_dataset(44)), plain);
}

class CheckpointFileTest : public testing::Test {
 protected:
  void touch(const std::string& name) { std::ofstream(scratch_.path() / "work" / name) << "x"; }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.path() / "work"))
      found.insert(entry.path().filename().string());
    return found;
  }
  ScratchFolder scratch_;
  const std::filesystem::path path_ = checkpoint_path(scratch_.path(), "A");
};

TEST_F(CheckpointFileTest, IsWrittenReadAndReplaced) {
  Checkpoint checkpoint = small_checkpoint();
  write_checkpoint(path_, checkpoint);
  checkpoint.state.counters.step = 9;
  write_checkpoint(path_, checkpoint);
  EXPECT_EQ(read_checkpoint(path_, checkpoint_size_limit(4, 1)).state.counters.step, 9U);
  EXPECT_EQ(names(), std::set<std::string>{"A.ckpt"});
}

TEST_F(CheckpointFileTest, ALongerOneThanCanBeIsNotRead) {
  write_checkpoint(path_, small_checkpoint());
  EXPECT_THAT(data_error([&] { read_checkpoint(path_, 100); }),
              AllOf(HasSubstr(path_.string()), HasSubstr("expected at most 100 bytes")));
  EXPECT_THAT(data_error([&] { read_checkpoint(scratch_.path() / "none", 100); }), HasSubstr("none"));
}

TEST_F(CheckpointFileTest, IsSetAsideUnderAFreeName) {
  for (const char* expected : {"A.ckpt.bad-1", "A.ckpt.bad-2"}) {
    write_checkpoint(path_, small_checkpoint());
    EXPECT_EQ(set_aside(path_).filename(), expected);
  }
  EXPECT_EQ(names(), (std::set<std::string>{"A.ckpt.bad-1", "A.ckpt.bad-2"}));
  EXPECT_THAT(data_error([&] { set_aside(path_); }), HasSubstr("rename to"));
}

TEST_F(CheckpointFileTest, AreRemovedWithWhatKilledProcessesLeft) {
  remove_checkpoints(scratch_.path(), {"A"});  // no folder yet
  write_checkpoint(path_, small_checkpoint());
  const std::set<std::string> others = {"A.ckpt.bad-1",       "A.claim", "B.ckpt",
                                        ".B.ckpt.h-1-0.part", "AA.ckpt", ".A.other.h-1-0.part"};
  for (const std::string& other : others) touch(other);
  touch(".A.ckpt.host-1-0.part");
  remove_checkpoints(scratch_.path(), {"A", "C"});
  EXPECT_EQ(names(), others);
}

}  // namespace
}  // namespace mayfly
