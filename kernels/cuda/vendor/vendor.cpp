#include "kernels/cuda/vendor/vendor.h"

#include <fmt/format.h>

#include "kernels/cuda/vendor/handles.h"
#include "kernels/cuda/vendor/status.h"
#include "kernels/cuda/vendor/vendor_conv2d.h"
#include "kernels/cuda/vendor/vendor_linear.h"
#include "kernels/cuda/workspace.h"

namespace mayfly::cuda {
namespace {

class CudnnEngine final : public VendorEngine {
 public:
  explicit CudnnEngine(const Context& context)
      : context_(context), handles_(context.stream), workspace_(context.stream) {}

  std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape) override {
    if (VendorLinear::can(shape)) return std::make_unique<VendorLinear>(context_, handles_, shape);
    return std::make_unique<VendorConv2d>(context_, handles_, workspace_, shape);
  }

 private:
  const Context& context_;
  const VendorHandles handles_;
  Workspace workspace_;
};

}  // namespace

std::unique_ptr<VendorEngine> make_vendor_engine(const Context& context) {
  return std::make_unique<CudnnEngine>(context);
}

std::string vendor_numerics(const std::string& device_name) {
  return fmt::format("{}; cuDNN {}; cuBLAS {}", device_name, cudnn_version(), cublas_version());
}

}  // namespace mayfly::cuda
