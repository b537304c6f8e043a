// The software cuBLAS: matrix products with plain loops. It refuses what would make a real one's results
// vary, or ask for memory in a recorded step: no stream, no workspace of its own, other math than pedantic,
// atomics.
#include <cublas_v2.h>
#include <fmt/format.h>

#include <cstdint>
#include <mutex>
#include <set>

#include "fail.h"
#include "softgpu.h"
#include "vendor_soft.h"
#include "vendor_state.h"

struct cublasContext {
  cudaStream_t stream = nullptr;
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;
  cublasMath_t math = CUBLAS_DEFAULT_MATH;
  bool atomics_set = false;
};

namespace mayfly::softgpu {
namespace {

constexpr std::size_t kLeastWorkspace = std::size_t{4} << 20;

std::set<cublasHandle_t>& handles() {
  static std::set<cublasHandle_t> living_handles;
  return living_handles;
}

cublasHandle_t known(cublasHandle_t handle) {
  if (!handles().contains(handle)) fail("cuBLAS: {} is no living handle", fmt::ptr(handle));
  return handle;
}

/// A column-major matrix: rows, columns, step from column to column.
struct Matrix {
  const float* values;
  cublasOperation_t operation;
  int rows, columns;  ///< after the operation
  int step;

  int stored_rows() const { return operation == CUBLAS_OP_N ? rows : columns; }
  int stored_columns() const { return operation == CUBLAS_OP_N ? columns : rows; }
  bool valid() const { return rows > 0 && columns > 0 && step >= stored_rows(); }
  std::size_t bytes() const {
    return sizeof(float) * (static_cast<std::size_t>(stored_columns() - 1) * static_cast<std::size_t>(step) +
                            static_cast<std::size_t>(stored_rows()));
  }
  float at(int row, int column) const {
    const int i = operation == CUBLAS_OP_N ? row : column, j = operation == CUBLAS_OP_N ? column : row;
    return values[static_cast<std::size_t>(j) * static_cast<std::size_t>(step) + static_cast<std::size_t>(i)];
  }
};

/// c = a*b, sums in binary32 from +0.
void multiply(const Matrix& a, const Matrix& b, const Matrix& c, float* out) {
  check_device_range(a.values, a.bytes());
  check_device_range(b.values, b.bytes());
  check_device_range(c.values, c.bytes());
  for (int j = 0; j < c.columns; ++j)
    for (int i = 0; i < c.rows; ++i) {
      float sum = 0.0F;
      for (int k = 0; k < a.columns; ++k) sum += a.at(i, k) * b.at(k, j);
      out[static_cast<std::size_t>(j) * static_cast<std::size_t>(c.step) + static_cast<std::size_t>(i)] = sum;
    }
}

bool ready(const cublasContext& handle) {
  return handle.stream != nullptr && handle.workspace != nullptr &&
         handle.workspace_bytes >= kLeastWorkspace && handle.math == CUBLAS_PEDANTIC_MATH &&
         handle.atomics_set;
}

template <class Work>
cublasStatus_t with(cublasHandle_t handle, const Work& work) {
  const std::lock_guard lock(vendor_lock());
  return work(*known(handle));
}

}  // namespace
}  // namespace mayfly::softgpu

using namespace mayfly::softgpu;

cublasStatus_t cublasGetProperty(libraryPropertyType type, int* value) {
  *value = type == MAJOR_VERSION ? 12 : type == MINOR_VERSION ? 0 : 7;
  return CUBLAS_STATUS_SUCCESS;
}

const char* cublasGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
  }
}

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
  const std::lock_guard lock(vendor_lock());
  *handle = new cublasContext;
  handles().insert(*handle);
  ++vendor_state().handles;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
  cudaDeviceSynchronize();  // as cuBLAS does
  return with(handle, [&](cublasContext& context) {
    handles().erase(handle);
    delete &context;
    --vendor_state().handles;
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
  return with(handle, [&](cublasContext& context) {
    context.stream = stream;
    context.workspace = nullptr;  // as the real one: the workspace has to be set again
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void* workspace, std::size_t bytes) {
  return with(handle, [&](cublasContext& context) {
    if (reinterpret_cast<std::uintptr_t>(workspace) % 256 != 0) return CUBLAS_STATUS_INVALID_VALUE;
    check_device_range(workspace, bytes);
    context.workspace = workspace;
    context.workspace_bytes = bytes;
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  return with(handle, [&](cublasContext& context) {
    context.math = mode;
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasSetAtomicsMode(cublasHandle_t handle, cublasAtomicsMode_t mode) {
  return with(handle, [&](cublasContext& context) {
    context.atomics_set = mode == CUBLAS_ATOMICS_NOT_ALLOWED;
    return CUBLAS_STATUS_SUCCESS;
  });
}

cublasStatus_t cublasSgemm_v2(cublasHandle_t handle, cublasOperation_t transa, cublasOperation_t transb,
                              int m, int n, int k, const float* alpha, const float* A, int lda,
                              const float* B, int ldb, const float* beta, float* C, int ldc) {
  return with(handle, [&](cublasContext& context) {
    if (!ready(context)) return CUBLAS_STATUS_NOT_SUPPORTED;
    const Matrix a{A, transa, m, k, lda}, b{B, transb, k, n, ldb}, c{C, CUBLAS_OP_N, m, n, ldc};
    if (!a.valid() || !b.valid() || !c.valid()) return CUBLAS_STATUS_INVALID_VALUE;
    if (*alpha != 1.0F || *beta != 0.0F) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (enqueue(context.stream, "cuBLAS sgemm", [=] { multiply(a, b, c, C); }) != cudaSuccess)
      return CUBLAS_STATUS_EXECUTION_FAILED;
    ++vendor_state().products;
    return CUBLAS_STATUS_SUCCESS;
  });
}
