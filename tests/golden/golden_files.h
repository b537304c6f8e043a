// The committed golden values, read. What they mean: generate/README.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"
#include "kernels/backend.h"
#include "recorder/table.h"

namespace mayfly::golden {

/// Names of the files under steps/, without ending.
inline constexpr std::array kStepNames = {"plain",           "padding_beyond_kernel", "stride",
                                          "padded_pooling",  "unread_rows",           "deep_head",
                                          "published_small", "gaps_and_overlaps"};

/// steps/<name>.json: three training steps and an evaluation.
struct GoldenSteps {
  NetworkSpec spec;
  ImageShape image;
  std::vector<std::uint8_t> pixels, labels;
  std::vector<std::uint32_t> order;
  std::vector<float> initial_parameters, first_logits, first_gradients, losses, final_parameters,
      evaluation_losses;
  std::uint64_t evaluation_correct = 0;
};
GoldenSteps read_golden_steps(const std::string& name);

/// One trajectory of sgd.json.
struct SgdTrajectory {
  SgdScalars scalars;
  std::map<int, std::vector<float>> parameters_after;  ///< by number of steps
};
std::vector<SgdTrajectory> read_sgd_trajectories();

/// replay/<name>.json; val_loss as published: divided by floor(N/b) + 1.
struct GoldenReplay {
  NetworkSpec spec;
  std::size_t train_images = 0, validation_images = 0;
  std::vector<Point> rows;
};
GoldenReplay read_golden_replay(const std::string& name);

}  // namespace mayfly::golden
