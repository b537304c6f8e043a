// What two lives have in common if they are the same one.
#pragma once

#include <string>
#include <vector>

#include "recorder/number_text.h"
#include "trainer/lifespan.h"

namespace mayfly::tests {

/// Rows as a table and a journal print them: equal texts are equal numbers.
inline std::string text_of(const std::vector<HalfEpoch>& halves) {
  std::string text;
  for (const HalfEpoch& half : halves) {
    for (const double number : {half.point.epoch, half.point.train_loss, half.point.val_loss,
                                half.point.val_acc, half.val_loss_mean})
      text += number_text(number) + ' ';
    text += std::to_string(half.correct) + " of " + std::to_string(half.seen) +
            (half.trained ? "\n" : " known\n");
  }
  return text;
}

inline std::vector<unsigned char> bytes_of(const std::vector<float>& values) {
  const auto* begin = reinterpret_cast<const unsigned char*>(values.data());
  return {begin, begin + values.size() * sizeof(float)};
}

/// Rows, parameters and momentum of a whole life.
struct LifeBits {
  std::string rows;
  std::vector<unsigned char> parameters, momentum;
  bool operator==(const LifeBits&) const = default;
};

inline LifeBits bits_of(Lifespan& life) {
  const LifespanState state = life.save();
  return {text_of(state.halves), bytes_of(state.parameters), bytes_of(state.momentum)};
}

}  // namespace mayfly::tests
