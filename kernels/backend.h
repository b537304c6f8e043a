// The only door to a device. A Backend is the context of one network on one worker: its memory, its
// operations and where in the network's life it stands. Operations are made once from their shape (a plan)
// and run many times; in steady state nothing is allocated.
//
// What the operations compute, to the bit, is kernels/arithmetic.md. Physical layout is the backend's
// business: activations and weights never leave it but through the import and export functions, in logical
// order (weights O,I,kh,kw). Pointers named `float*` below are device memory of this backend unless a comment
// says host; outputs are overwritten, never added to, and need no preparation.
//
// Errors: DeviceError where memory or the device fails; std::logic_error on misuse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/shape.h"

namespace mayfly {

/// Version of kernels/arithmetic.md that the exact backends follow.
inline constexpr int kArithmeticVersion = 1;

/// `exact`: kernels/arithmetic.md, the same bits everywhere. `fast`: the vendor's convolutions and Linears,
/// CUDA only, the same bits only on the same kind of device with the same libraries.
enum class Arithmetic { exact, fast };

/// Move-only owner of device memory, zero when allocated.
class Buffer {
 public:
  using Deleter = void (*)(void* memory, std::size_t bytes);
  Buffer() = default;
  Buffer(void* memory, std::size_t bytes, Deleter deleter)
      : memory_(memory), bytes_(bytes), deleter_(deleter) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (memory_ != nullptr) deleter_(memory_, bytes_);
  }

  float* floats() const { return static_cast<float*>(memory_); }
  void* data() const { return memory_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(bytes_, other.bytes_);
    std::swap(deleter_, other.deleter_);
  }
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
  Deleter deleter_ = nullptr;
};

/// Where a network stands in its life. Operations that depend on it read it from the backend.
struct StepCounters {
  std::uint32_t epoch = 0;
  std::uint32_t step = 0;     ///< within the epoch or the validation pass: selects the batch
  std::uint64_t updates = 0;  ///< SGD steps so far in the network's whole life
  bool operator==(const StepCounters&) const = default;
};

/// Sums over batches, in the order they ran.
struct LossSums {
  double loss = 0;            ///< sum of the batch losses (each a binary32 mean over its batch), in binary64
  std::uint64_t correct = 0;  ///< images whose prediction is their label
  std::uint64_t seen = 0;     ///< images
  std::uint64_t batches = 0;
  bool operator==(const LossSums&) const = default;
};

/// What a batch was for.
enum class BatchKind { trained, evaluated };

/// The sums of both kinds of batches, which a device holds apart so that one read gives them.
struct BatchSums {
  LossSums trained;
  LossSums evaluated;
  bool operator==(const BatchSums&) const = default;
};

/// Measures by the device's own clock what was asked for between start() and stop(). Neither of them waits.
class DeviceTimer {
 public:
  virtual ~DeviceTimer() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
  /// From when the device came to start() to when it came to stop(). Requires that it has been waited for
  /// since (synchronise(), or any copy to the host); a GPU: DeviceError where it has not.
  virtual double seconds() const = 0;
};

/// ReLU and dropout after a layer's bias. The mask holds 0 (dropped) or the scale 1/(1-p).
struct Activation {
  bool relu = false;
  const float* mask = nullptr;  ///< nullptr: no dropout (or evaluation)
  bool mask_per_position =
      false;  ///< false: (batch, channels), one draw per image and channel; true: one per element
};

/// SGD scalars in binary64, as a table has them (0: switched off).
struct SgdScalars {
  double learning_rate = 0;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
};

/// Convolution or Linear layer over kept maps.
class Conv2d {
 public:
  virtual ~Conv2d() = default;
  /// Floats of the physical weights. Those beyond the logical ones (padding of the layout) are written by
  /// initialise and import_weights and never change.
  virtual std::size_t weight_floats() const = 0;
  /// y = activation(conv(x, weights) + bias). x is the gathered batch where the shape says input_is_image.
  virtual void forward(const float* x, const float* weights, const float* bias, const Activation& activation,
                       float* y) = 0;
  /// dx from dy, the gradient at the convolution's output.
  virtual void data_gradient(const float* dy, const float* weights, float* dx) = 0;
  /// dw in the physical layout of the weights; dw must start as +0 in the layout's padding, where
  /// nothing else is written (fast arithmetic: NaN where dy is not finite).
  virtual void weight_gradient(const float* x, const float* dy, float* dw) = 0;
  /// Whether there is update_weights().
  virtual bool updates_weights() const { return false; }
  /// weight_gradient() and the SGD step of the weights in one; dw is used up. `momentum` in the physical
  /// layout too; nullptr where the scalar is 0. Requires that data_gradient() has read the old weights.
  virtual void update_weights(const float* /*x*/, const float* /*dy*/, const SgdScalars& /*scalars*/,
                              float* /*dw*/, float* /*weights*/, float* /*momentum*/) {
    throw std::logic_error("conv2d: no update of the weights with their gradient");
  }
  /// Draws the initial weights and biases (out_channels) of the network's layer `layer`; the layout's padding
  /// is as import_weights leaves it.
  virtual void initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) = 0;
  /// Logical (O,I,kh,kw), host -> physical, device.
  virtual void import_weights(std::span<const float> logical, float* weights) = 0;
  /// Physical, device -> logical (O,I,kh,kw), host, NaNs canonical.
  virtual void export_weights(const float* weights, std::span<float> logical) = 0;
};

/// Max pooling; `winners` is a buffer of winner_bytes() that carries the winners from forward to backward.
class MaxPool2d {
 public:
  virtual ~MaxPool2d() = default;
  virtual std::size_t winner_bytes() const = 0;
  virtual void forward(const float* x, float* y, void* winners) = 0;
  virtual void backward(const float* dy, const void* winners, float* dx) = 0;
};

/// Where a dropout mask is drawn: index = n*C + c, or with `per_element` ((n*C + c)*H + h)*W + w over the
/// full map.
struct DropoutShape {
  int batch = 0;
  int channels = 0;
  bool per_element = false;
  int full_height = 1, full_width = 1;  ///< of the whole map
  int height = 1, width = 1;            ///< kept positions
};

/// A data set as the device holds it: uint8 pixels (image, channel, height, width) and labels.
class DeviceDataset {
 public:
  virtual ~DeviceDataset() = default;
};

/// What gather does: batch `counters().step` of the data set, in the set order, as the input of the first
/// convolution.
struct GatherShape {
  int batch = 0;
  ImageShape image;
  int padding = 0;  ///< of the first convolution
};

/// Gathers and normalises a batch of images, and its labels.
class Gather {
 public:
  virtual ~Gather() = default;
  virtual std::size_t image_floats()
      const = 0;  ///< size of `x`, which starts zeroed and is not written otherwise
  /// `order`: nullptr for file order, else device memory of uint32 indices. Overwrites x and labels (batch of
  /// uint32).
  virtual void run(const DeviceDataset& dataset, const std::uint32_t* order, float* x,
                   std::uint32_t* labels) = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  /// e.g. "cpu: AVX-512, 2 threads".
  virtual std::string description() const = 0;
  virtual bool is_cuda() const = 0;

  // Memory.
  virtual Buffer allocate(std::size_t bytes) = 0;
  virtual void upload(const void* host, void* device, std::size_t bytes) = 0;
  virtual void download(const void* device, void* host, std::size_t bytes) = 0;
  /// Pixels (count, channels, height, width) and labels; the spans must outlive the result.
  virtual std::unique_ptr<DeviceDataset> make_dataset(std::span<const std::uint8_t> pixels,
                                                      std::span<const std::uint8_t> labels,
                                                      ImageShape image) = 0;

  /// Floats that the activations or gradients of `positions` map positions take in this backend's layout.
  virtual std::size_t map_floats(int positions, int batch, int channels) const = 0;

  // Plans.
  virtual std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape) = 0;
  /// Names of the kernels that make_conv2d() chooses from by the shape; all give the same bits. Empty: no
  /// choice.
  virtual std::vector<std::string> conv2d_variants() const { return {}; }
  /// With one of them, an index of conv2d_variants(), whatever the shape: for tests of each. A direction that
  /// does not have it gets another one.
  virtual std::unique_ptr<Conv2d> make_conv2d_variant(const Conv2dShape& shape, std::size_t /*variant*/) {
    return make_conv2d(shape);
  }
  virtual std::unique_ptr<MaxPool2d> make_max_pool2d(const Pool2dShape& shape) = 0;
  /// `pixel_table`: 256 normalised values per channel, (channels, 256), host; copied.
  virtual std::unique_ptr<Gather> make_gather(const GatherShape& shape,
                                              std::span<const float> pixel_table) = 0;

  // Operations without a plan.
  /// Backward of ReLU and dropout, in place on dy, and the bias gradient. y is what forward wrote: (height,
  /// width, batch, channels) positions in the layout of conv's output.
  virtual void activation_backward(const Conv2dShape& shape, const Activation& activation, const float* y,
                                   float* dy, float* dbias) = 0;
  /// Mask of `layer` at counters(): 0 or 1/(1-rate), (batch, channels) or one per kept element.
  /// `mask` must be a buffer of its own: the CPU writes whole vectors, into the slack behind its end.
  virtual void dropout_mask(const DropoutShape& shape, double rate, std::uint32_t seed, std::uint32_t layer,
                            float* mask) = 0;
  /// logits (batch, classes) -> gradient of the mean loss, and the batch's loss and hits into the sums of
  /// trained batches. Where dlogits is nullptr this is evaluation, into the sums of evaluated ones.
  virtual void softmax_cross_entropy(int batch, int classes, const float* logits, const std::uint32_t* labels,
                                     float* dlogits) = 0;
  /// One SGD step over `count` parameters; momentum may be nullptr where the scalar is 0.
  virtual void sgd(const SgdScalars& scalars, std::size_t count, const float* gradients, float* weights,
                   float* momentum) = 0;

  // The life of the network.
  virtual StepCounters counters() const = 0;
  virtual void set_counters(const StepCounters& counters) = 0;
  /// Next step; `updates` grows too where `trained`.
  virtual void advance(bool trained) = 0;
  /// Both sums begin anew.
  virtual void reset_sums() = 0;
  /// The sums of this kind go on from these (none: anew); the others stay.
  virtual void set_sums(BatchKind kind, const LossSums& sums) = 0;
  /// Waits for all that was asked for, and is one copy from the device.
  virtual BatchSums read_sums() = 0;

  /// A sequence of operations that is run many times. A GPU records it once and replays it, so `body` must
  /// not depend on anything that changes but what the backend holds; the CPU calls it.
  virtual std::function<void()> record(std::function<void()> body) = 0;

  /// Returns when all operations asked for so far are done.
  virtual void synchronise() = 0;
  /// A timer of what this backend is asked for. The backend must outlive it.
  virtual std::unique_ptr<DeviceTimer> make_timer() = 0;
};

/// The most a device can do, from its properties (the CPU: one core, measured when it is asked for); 0 where
/// that is not known.
struct DevicePeak {
  double flops = 0;  ///< binary32 operations per second; an FMA counts as two
  double bytes = 0;  ///< of its memory, per second
};

/// A processor or GPU on which networks live, each on a backend of its own. What they can share (data sets in
/// device memory) they share. Safe to use from several threads; its backends keep it alive.
class Device {
 public:
  virtual ~Device() = default;
  /// "cpu", "cuda:0".
  virtual std::string name() const = 0;
  /// What decides the bits: "" where the arithmetic is exact, else the kind of GPU and the versions of the
  /// vendor's libraries.
  virtual std::string numerics() const = 0;
  /// Bytes that networks may still take; the largest number where that is not known (the CPU).
  virtual std::size_t free_memory() const = 0;
  /// Bytes that it has, whoever uses them; the largest number where that is not known.
  virtual std::size_t total_memory() const = 0;
  /// `threads`: cores this backend may use, 1 or more; the bits do not depend on it.
  virtual std::unique_ptr<Backend> make_backend(int threads) = 0;
  /// Begins anew after DeviceLost, once all its backends are gone; DeviceLost where that does not help.
  virtual void reset() = 0;
  /// One line for a bug report: name, kind of GPU, compute capability, memory, versions of driver and
  /// libraries.
  virtual std::string information() const { return name(); }
  virtual DevicePeak peak() const { return {}; }
};

/// `devices`: "cpu", "cuda" (all visible GPUs) or "cuda:0,2" (those, counted from 0 as CUDA does).
/// UsageError on any other text, and on fast arithmetic without CUDA; DeviceError, saying what is missing,
/// where a device is not there.
std::vector<std::shared_ptr<Device>> open_devices(const std::string& devices,
                                                  Arithmetic arithmetic = Arithmetic::exact);

/// The first of them, and no other is touched; "": the CPU, or a GPU where the arithmetic is fast.
std::shared_ptr<Device> open_device(const std::string& devices, Arithmetic arithmetic = Arithmetic::exact);

/// How many GPUs CUDA shows; DeviceError, saying what is missing, where there are none.
int visible_gpus();

/// What this program was built with: "CUDA 13.0.88 for 80-real 120, headers of cuDNN 9.19.0", or "no CUDA".
std::string cuda_build();

/// A backend on the first of these devices.
std::unique_ptr<Backend> make_backend(const std::string& devices, int threads);

}  // namespace mayfly
