#include "trainer/conventions.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/trainer/tiny.h"

namespace mayfly {
namespace {

TEST(ConventionsTest, OptionsSurviveCampaignJson) {
  const LifespanOptions options{.epochs = 2.5,
                                .normalize = Normalize::dataset,
                                .element_dropout = true,
                                .val_loss = ValLossConvention::published,
                                .seeds = {.init = 3, .dropout = 4000000000U},
                                .arithmetic = Arithmetic::fast};
  const LifespanOptions again = lifespan_options(run_conventions(options, tests::tiny_dataset(), "0.1"));
  EXPECT_EQ(again.epochs, options.epochs);
  EXPECT_EQ(again.normalize, options.normalize);
  EXPECT_EQ(again.element_dropout, options.element_dropout);
  EXPECT_EQ(again.val_loss, options.val_loss);
  EXPECT_EQ(again.seeds, options.seeds);
  EXPECT_EQ(again.arithmetic, Arithmetic::fast);
}

TEST(ConventionsTest, CountsOfImagesAreKept) {
  const RunConventions conventions = run_conventions({}, tests::tiny_dataset(12, 9), "0.1");
  EXPECT_EQ(conventions.train_images, 12);
  EXPECT_EQ(conventions.validation_images, 9);
  EXPECT_EQ(conventions.mayfly_version, "0.1");
}

TEST(ConventionsTest, WhatThisVersionDoesNotDoIsRefused) {
  EXPECT_NO_THROW(lifespan_options({}));
  EXPECT_THROW(lifespan_options({.drop_last = false}), UsageError);
  EXPECT_THROW(lifespan_options({.arithmetic = "quick"}), UsageError);
  EXPECT_THROW(lifespan_options({.normalize = "hlaf"}), UsageError);
  EXPECT_THROW(lifespan_options({.conv_dropout = "row"}), UsageError);
  EXPECT_THROW(lifespan_options({.val_loss = "median"}), UsageError);
}

}  // namespace
}  // namespace mayfly
