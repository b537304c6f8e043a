// A life that is stopped, saved and restored has the bits of one that never stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/trainer/life_bits.h"
#include "tests/trainer/tiny.h"
#include "trainer/checkpoint.h"

namespace mayfly {
namespace {

using tests::LifeBits;
using tests::tiny_dataset;
using tests::tiny_spec;

struct Case {
  std::string name;
  NetworkSpec spec;
  LifespanOptions options;
};

void PrintTo(const Case& what, std::ostream* out) {
  *out << what.name;
}

NetworkSpec without_momentum() {
  NetworkSpec spec = tiny_spec();
  spec.sgd.momentum = 0;
  return spec;
}

/// Losses are no numbers from some batch on, but the network is trained on to its end.
LifespanOptions training_on() {
  return {.epochs = 2, .fill_known_rows = false};
}

class ResumeTest : public testing::TestWithParam<Case> {
 protected:
  /// A life on a backend of its own, from `state` where there is one.
  struct Life {
    Life(const Case& what, const Dataset& dataset, const LifespanState* state = nullptr)
        : backend(make_backend("cpu", 1)), life(*backend, what.spec, dataset, what.options) {
      if (state != nullptr) life.restore(*state);
    }
    /// False where it was stopped.
    bool go_on(const StopCheck& stop = {}, const StopCheck& pause = {}) {
      while (!life.finished())
        if (!life.next(stop, pause)) return false;
      return true;
    }
    std::unique_ptr<Backend> backend;
    Lifespan life;
  };

  LifeBits undisturbed() const {
    Life life(GetParam(), dataset_);
    life.go_on();
    return tests::bits_of(life.life);
  }

  /// Through the bytes of a checkpoint.
  static LifespanState saved(Life& life) {
    return parse_checkpoint(checkpoint_bytes({{}, life.life.save()}), "checkpoint").state;
  }

  const Dataset dataset_ = tiny_dataset();
};

INSTANTIATE_TEST_SUITE_P(
    Networks, ResumeTest,
    testing::Values(Case{"plain", tiny_spec(), {.epochs = 2}},
                    Case{"elements", tiny_spec(), {.epochs = 2, .element_dropout = true}},
                    Case{"published", tiny_spec(), {.epochs = 1.5, .val_loss = ValLossConvention::published}},
                    Case{"seeds", tiny_spec(), {.epochs = 1, .seeds = {.init = 1, .order = 2, .dropout = 3}}},
                    Case{"no_momentum", without_momentum(), {.epochs = 1.5}},
                    Case{"hopeless", tests::hopeless_spec(), {.epochs = 2}},
                    Case{"nan", tests::hopeless_spec(), training_on()}),
    [](const auto& one) { return one.param.name; });

TEST_P(ResumeTest, FromEveryPlace) {
  const LifeBits expected = undisturbed();
  bool ended = false;
  int places = 0;
  for (; !ended; ++places) {
    Life first(GetParam(), dataset_);
    int asked = 0;
    ended = first.go_on([&] { return asked++ == places; });
    const LifespanState state = saved(first);
    Life second(GetParam(), dataset_, &state);
    EXPECT_TRUE(second.go_on());
    EXPECT_EQ(tests::bits_of(second.life), expected) << "stopped at place " << places;
  }
  EXPECT_GE(places, 5 + 7);  // the batches of half an epoch, after which the hopeless one is done
}

TEST_P(ResumeTest, AgainAndAgain) {
  LifespanState state;
  bool ended = false, begun = false;
  while (!ended) {
    Life life(GetParam(), dataset_, begun ? &state : nullptr);
    int asked = 0;
    ended = life.go_on({}, [&] { return asked++ == 1; });  // after one batch
    state = saved(life);
    begun = true;
    if (ended) {
      EXPECT_EQ(tests::bits_of(life.life), undisturbed());
    }
  }
}

TEST_P(ResumeTest, PausingChangesNothing) {
  Life life(GetParam(), dataset_);
  int asked = 0;
  const StopCheck every_third = [&] { return ++asked % 3 == 0; };
  while (!life.go_on({}, every_third)) life.life.save();
  EXPECT_EQ(tests::bits_of(life.life), undisturbed());
}

TEST(LifespanStateTest, TimesOfTheHalfEpochAddUp) {
  const Dataset dataset = tiny_dataset();
  const auto backend = make_backend("cpu", 1);
  Lifespan life(*backend, tiny_spec(), dataset, {.epochs = 0.5});
  LifespanState state = life.save();
  int asked = 0;
  EXPECT_FALSE(life.next([&] { return asked++ == 2; }));
  state = life.save();
  EXPECT_GT(state.train_seconds, 0);
  state.train_seconds = 1000;
  const auto other = make_backend("cpu", 1);
  Lifespan rest(*other, tiny_spec(), dataset, {.epochs = 0.5});
  rest.restore(state);
  EXPECT_GT(rest.next({})->train_seconds, 1000);
}

/// What restoring such a state says; the life has to be as new afterwards.
std::string refusal(const std::function<void(LifespanState&)>& spoil) {
  const Dataset dataset = tiny_dataset();
  const auto backend = make_backend("cpu", 1);
  Lifespan life(*backend, tiny_spec(), dataset, {.epochs = 1.5});
  life.next({});
  int asked = 0;
  life.next([&] { return asked++ == 2; });
  LifespanState state = life.save();
  spoil(state);
  const auto other = make_backend("cpu", 1);
  Lifespan rest(*other, tiny_spec(), dataset, {.epochs = 1.5});
  const LifeBits before = tests::bits_of(rest);
  try {
    rest.restore(state);
  } catch (const DataError& error) {
    EXPECT_EQ(tests::bits_of(rest), before);
    return error.what();
  }
  return "none";
}

TEST(LifespanStateTest, WhatCannotBeIsRefused) {
  using testing::HasSubstr;
  const auto parameters = refusal([](LifespanState& s) { s.parameters.pop_back(); });
  EXPECT_THAT(parameters, HasSubstr("parameters: expected "));
  EXPECT_THAT(refusal([](LifespanState& s) { s.momentum.clear(); }), HasSubstr("momentum: expected "));
  EXPECT_THAT(refusal([](LifespanState& s) { s.halves.resize(4); }),
              HasSubstr("half epochs: expected at most 3"));
  EXPECT_THAT(refusal([](LifespanState& s) { s.halves[0].point.epoch = 1; }), HasSubstr("epoch of a row"));
  EXPECT_THAT(refusal([](LifespanState& s) { s.sums.batches = 7; }), HasSubstr("batches of the half epoch"));
  EXPECT_THAT(refusal([](LifespanState& s) { s.counters.updates++; }),
              HasSubstr("SGD steps: expected 7, found 8"));
  EXPECT_THAT(refusal([](LifespanState& s) { s.counters.step++; }), HasSubstr("batch: expected 7, found 8"));
  EXPECT_THAT(refusal([](LifespanState& s) { s.counters.epoch++; }), HasSubstr("epoch: expected 0, found 1"));
  EXPECT_EQ(refusal([](LifespanState&) {}), "none");
}

}  // namespace
}  // namespace mayfly
