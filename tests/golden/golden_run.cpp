#include "tests/golden/golden_run.h"

#include <span>

#include "kernels/backend.h"
#include "nn/network.h"
#include "nn/normalize.h"
#include "tests/reference/exact_network.h"

namespace mayfly::golden {
namespace {

class CpuRun : public GoldenRun {
 public:
  CpuRun(const GoldenSteps& golden, const NetworkSpec& spec)
      : backend_(make_backend("cpu", 1)),
        dataset_(backend_->make_dataset(golden.pixels, golden.labels, golden.image)),
        network_(*backend_, spec, golden.image, pixel_table(Normalize::half, golden.pixels, golden.image),
                 {.keep_gradients = true}),
        batches_(golden.evaluation_losses.size()) {
    network_.import_parameters(golden.initial_parameters);
    network_.set_order(golden.order);
  }

  float train() override {
    backend_->reset_sums();
    network_.train_step(*dataset_);
    return static_cast<float>(backend_->read_sums().trained.loss);
  }

  std::vector<float> gradients() override { return network_.export_gradients(); }
  std::vector<float> parameters() override { return network_.export_parameters(); }

  Evaluation evaluate(const std::vector<float>& parameters) override {
    network_.import_parameters(parameters);
    backend_->set_counters({});
    Evaluation result;
    for (std::size_t batch = 0; batch < batches_; ++batch) {
      backend_->reset_sums();
      network_.evaluate_step(*dataset_);
      const LossSums sums = backend_->read_sums().evaluated;
      result.losses.push_back(static_cast<float>(sums.loss));
      result.correct += sums.correct;
    }
    return result;
  }

 private:
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<DeviceDataset> dataset_;
  Network network_;
  std::size_t batches_;
};

class ExactRun : public GoldenRun {
 public:
  ExactRun(const GoldenSteps& golden, const NetworkSpec& spec)
      : golden_(golden), network_(spec, golden.image) {
    network_.parameters = golden.initial_parameters;
  }

  float train() override {
    const Batch batch = gather(network_.step, golden_.order);
    return network_.train_step(batch.pixels, batch.labels).batch_loss;
  }

  std::vector<float> logits() const { return network_.trace.back().output; }
  std::vector<float> gradients() override { return network_.gradients; }
  std::vector<float> parameters() override { return network_.parameters; }

  Evaluation evaluate(const std::vector<float>& parameters) override {
    network_.parameters = parameters;
    Evaluation result;
    for (std::uint32_t step = 0; step < golden_.evaluation_losses.size(); ++step) {
      const Batch batch = gather(step, {});
      const exact::Loss loss = network_.evaluate_step(batch.pixels, batch.labels);
      result.losses.push_back(loss.batch_loss);
      result.correct += loss.correct;
    }
    return result;
  }

 private:
  struct Batch {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint32_t> labels;
  };

  /// Batch `step` in `order`; an empty one is file order.
  Batch gather(std::uint32_t step, const std::vector<std::uint32_t>& order) const {
    const std::size_t size = golden_.pixels.size() / golden_.labels.size();
    const auto count = static_cast<std::size_t>(golden_.spec.batch_size);
    Batch batch;
    for (std::size_t slot = step * count; slot < (step + 1) * count; ++slot) {
      const std::size_t image = order.empty() ? slot : order[slot];
      const auto pixels = std::span(golden_.pixels).subspan(image * size, size);
      batch.pixels.insert(batch.pixels.end(), pixels.begin(), pixels.end());
      batch.labels.push_back(golden_.labels[image]);
    }
    return batch;
  }

  const GoldenSteps& golden_;
  exact::ExactNetwork network_;
};

}  // namespace

std::string to_string(Engine engine) {
  return engine == Engine::cpu ? "cpu" : "exact_reference";
}

std::unique_ptr<GoldenRun> make_run(Engine engine, const GoldenSteps& golden, const NetworkSpec& spec) {
  if (engine == Engine::cpu) return std::make_unique<CpuRun>(golden, spec);
  return std::make_unique<ExactRun>(golden, spec);
}

std::vector<float> exact_first_logits(const GoldenSteps& golden) {
  ExactRun run(golden, golden.spec);
  run.train();
  return run.logits();
}

}  // namespace mayfly::golden
