// A device for tests of what a campaign does when things go wrong: it computes on the CPU, has as much memory
// as a test says, and fails when a test wants it.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "kernels/backend.h"

namespace mayfly::tests {

/// Networks are told apart by their batch size; the self-check's is kSelfCheckBatch.
inline constexpr int kSelfCheckBatch = 15;

struct FakeTraits {
  std::string name = "fake:0";
  std::string numerics;
  bool cuda = false;
  std::size_t memory = std::numeric_limits<std::size_t>::max();
  int good_resets = 1000;  ///< resets that help; later ones throw
};

class FakeDevice : public Device, public std::enable_shared_from_this<FakeDevice> {
 public:
  explicit FakeDevice(FakeTraits traits = {}) : traits_(std::move(traits)) {}

  std::string name() const override { return traits_.name; }
  std::string numerics() const override { return traits_.numerics; }
  std::size_t free_memory() const override;
  std::size_t total_memory() const override { return traits_.memory; }
  std::unique_ptr<Backend> make_backend(int threads) override;
  void reset() override;

  /// Called at every step of every network but the self-check's, before it counts; may throw. DeviceLost
  /// makes every later step on the device throw it too, until it is reset.
  std::function<void(int batch)> on_step;

  /// The same at every training step.
  std::function<void(int batch)> on_training_step;

  /// Called after every SGD step of networks that keep their gradients with the new weights, which it may
  /// spoil, and how many there were in this network's life.
  std::function<void(std::span<float> weights, int steps)> after_sgd;

  /// How much of its memory other processes have.
  void set_taken_by_others(std::size_t bytes);

  int networks() const;       ///< that live on it now
  int most_networks() const;  ///< at once, so far
  int self_checks() const;    ///< begun so far
  int resets() const;
  bool lost() const;
  bool reset_too_early() const;  ///< while a backend was alive

  // For its backends.
  void take_memory(std::size_t bytes);
  void began(int batch);
  void step(int batch, bool trained);
  void gone(int batch, std::size_t bytes);
  bool cuda() const { return traits_.cuda; }

 private:
  void require_not_lost() const;

  FakeTraits traits_;
  mutable std::mutex mutex_;
  std::size_t used_ = 0, others_ = 0;
  int backends_ = 0, networks_ = 0, most_networks_ = 0, self_checks_ = 0, resets_ = 0;
  bool lost_ = false, reset_too_early_ = false;
};

}  // namespace mayfly::tests
