#include "kernels/cuda/softmax_cross_entropy.h"

#include "core/exp_log.h"
#include "kernels/cuda/device_code.h"
#include "kernels/cuda/index_limit.h"
#include "kernels/cuda/last_block.h"
#include "kernels/cuda/state.h"
#include "kernels/valid_taps.h"

namespace mayfly::cuda {
namespace {

constexpr int kLanes = 32;
constexpr int kImages = 4;   // of a block, a warp each
constexpr int kPiece = 128;  // classes, or images, that are in shared memory at once
constexpr dim3 kBlock(kLanes, kImages);
constexpr int kThreads = threads_of(kBlock);

struct SoftmaxArguments {
  const float* logits;
  const std::uint32_t* labels;
  float* dlogits;
  SoftmaxScratch scratch;
  LossSums* sums;
  int batch, classes, padded_classes;
};

using Pieces = float[kImages][kPiece];

/// Calls visit(class, value(class)) for every class in order, on all lanes; value is computed by one of them.
template <class Value, class Visit>
__device__ void in_order(int classes, Pieces& pieces, const Value& value, const Visit& visit) {
  float* piece = pieces[threadIdx.y];
  for (int first = 0; first < classes; first += kPiece) {
    const int count = smaller(kPiece, classes - first);
    __syncthreads();  // the piece before has been read
    for (int j = static_cast<int>(threadIdx.x); j < count; j += kLanes) piece[j] = value(first + j);
    __syncthreads();
    for (int j = 0; j < count; ++j) visit(first + j, piece[j]);
  }
}

/// The maximum and where it is: the lowest index, or that of the first NaN.
struct Maximum {
  float value;
  int at;
};

__device__ Maximum maximum_of(const float* x, int classes, Pieces& pieces) {
  Maximum max{x[0], 0};
  in_order(
      classes, pieces, [&](int j) { return x[j]; },
      [&](int j, float value) {
        if (value > max.value || (value != value && max.value == max.value)) max = {value, j};
      });
  return max;
}

__device__ void write_gradient(const SoftmaxArguments& a, int n, float max, float sum, int label) {
  const float* x = a.logits + n * a.padded_classes;
  float* gradient = a.dlogits + n * a.padded_classes;
  for (int j = static_cast<int>(threadIdx.x); j < a.padded_classes; j += kLanes) {
    if (j < a.classes) {
      const float p = exp_f32(x[j] - max) / sum;
      gradient[j] = (p - (j == label ? 1.0F : 0.0F)) / static_cast<float>(a.batch);
    } else {
      gradient[j] = 0.0F;
    }
  }
}

/// Loss, hit and gradient of the images of this block. Warps beyond the batch do the last image again, for
/// nothing.
__device__ void losses_of_images(const SoftmaxArguments& a, Pieces& pieces) {
  const int image = static_cast<int>(blockIdx.x) * kImages + static_cast<int>(threadIdx.y);
  const int n = smaller(image, a.batch - 1);
  const float* x = a.logits + n * a.padded_classes;
  const Maximum max = maximum_of(x, a.classes, pieces);
  float sum = 0.0F;
  in_order(
      a.classes, pieces, [&](int j) { return exp_f32(x[j] - max.value); }, [&](int, float e) { sum += e; });
  if (image >= a.batch) return;
  const int label = static_cast<int>(a.labels[n]);
  if (threadIdx.x == 0) {
    a.scratch.image_losses[n] = (max.value - x[label]) + log_f32(sum);
    a.scratch.hits[n] = max.at == label ? 1 : 0;
  }
  if (a.dlogits != nullptr) write_gradient(a, n, max.value, sum, label);
}

/// All images' losses in order and their hits, into the network's sums.
__device__ void add_images(const SoftmaxArguments& a, Pieces& pieces) {
  MAYFLY_SHARED(unsigned[kThreads], hits);
  const int thread = static_cast<int>(threadIdx.y) * kLanes + static_cast<int>(threadIdx.x);
  float* piece = pieces[0];
  unsigned own_hits = 0;
  double total = 0.0;
  for (int first = 0; first < a.batch; first += kThreads) {
    const int count = smaller(kThreads, a.batch - first);
    __syncthreads();
    if (thread < count) {
      piece[thread] = a.scratch.image_losses[first + thread];
      own_hits += a.scratch.hits[first + thread];
    }
    __syncthreads();
    if (thread == 0)
      for (int i = 0; i < count; ++i) total += static_cast<double>(piece[i]);
  }
  hits[thread] = own_hits;
  __syncthreads();
  if (thread != 0) return;
  unsigned correct = 0;
  for (int i = 0; i < kThreads; ++i) correct += hits[i];
  a.sums->loss += static_cast<double>(static_cast<float>(total / static_cast<double>(a.batch)));
  a.sums->correct += correct;
  a.sums->seen += static_cast<unsigned>(a.batch);
  a.sums->batches += 1;
}

__global__ void __launch_bounds__(kThreads)
    softmax_cross_entropy_kernel(MAYFLY_GRID_CONSTANT const SoftmaxArguments a) {
  MAYFLY_SHARED(Pieces, pieces);
  losses_of_images(a, pieces);
  if (is_last_block(a.scratch.ticket, gridDim.x)) add_images(a, pieces);
}

static_assert(kThreads <= kImages * kPiece);

}  // namespace

void softmax_cross_entropy(const Context& context, int batch, int classes, const float* logits,
                           const std::uint32_t* labels, float* dlogits, const SoftmaxScratch& scratch) {
  const int padded = padded_to_four(classes);
  check_index(std::int64_t{batch} * padded, "the logits");
  const BatchKind kind = dlogits != nullptr ? BatchKind::trained : BatchKind::evaluated;
  const SoftmaxArguments arguments{logits, labels,  dlogits, scratch, device_sums(context, kind),
                                   batch,  classes, padded};
  launch(softmax_cross_entropy_kernel, dim3(static_cast<unsigned>((batch + kImages - 1) / kImages)), kBlock,
         context.stream, arguments);
}

}  // namespace mayfly::cuda
