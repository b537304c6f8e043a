// Descriptors of cuDNN's graph API: typed, owned, every status checked. A descriptor is given its attributes,
// then finalized, and from then on only read.
// https://docs.nvidia.com/deeplearning/cudnn/backend/latest/api/cudnn-graph-library.html
#pragma once

#include <cudnn.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>

namespace mayfly::cuda {

/// The number that cuDNN wants beside a pointer to values of this type.
template <class T>
constexpr cudnnBackendAttributeType_t attribute_type() {
  if constexpr (std::is_same_v<T, std::int64_t>) return CUDNN_TYPE_INT64;
  if constexpr (std::is_same_v<T, float>) return CUDNN_TYPE_FLOAT;
  if constexpr (std::is_same_v<T, void*>) return CUDNN_TYPE_VOID_PTR;
  if constexpr (std::is_same_v<T, cudnnHandle_t>) return CUDNN_TYPE_HANDLE;
  if constexpr (std::is_same_v<T, cudnnDataType_t>) return CUDNN_TYPE_DATA_TYPE;
  if constexpr (std::is_same_v<T, cudnnConvolutionMode_t>) return CUDNN_TYPE_CONVOLUTION_MODE;
  if constexpr (std::is_same_v<T, cudnnBackendHeurMode_t>) return CUDNN_TYPE_HEUR_MODE;
  if constexpr (std::is_same_v<T, cudnnBackendNumericalNote_t>) return CUDNN_TYPE_NUMERICAL_NOTE;
  if constexpr (std::is_same_v<T, cudnnBackendBehaviorNote_t>) return CUDNN_TYPE_BEHAVIOR_NOTE;
}

class GraphDescriptor {
 public:
  /// `what` names it in errors and must stay: a literal.
  GraphDescriptor(cudnnBackendDescriptorType_t type, const char* what);

  template <class T>
  void set(cudnnBackendAttributeName_t name, const T& value) {
    set_values(name, attribute_type<T>(), 1, &value);
  }
  template <class T, std::size_t N>
  void set(cudnnBackendAttributeName_t name, const std::array<T, N>& values) {
    set_values(name, attribute_type<T>(), N, values.data());
  }
  /// cuDNN keeps what it needs of `part`, which is finalized.
  void set(cudnnBackendAttributeName_t name, const GraphDescriptor& part);

  void finalize();
  /// False where cuDNN cannot do what is described.
  bool try_finalize();

  template <class T>
  T get(cudnnBackendAttributeName_t name) const {
    T value{};
    get_values(name, attribute_type<T>(), 1, &value);
    return value;
  }
  /// How many of `values` were written.
  template <class T>
  std::size_t get(cudnnBackendAttributeName_t name, std::span<T> values) const {
    return get_values(name, attribute_type<T>(), values.size(), values.data());
  }
  /// Into descriptors of the right type; how many.
  std::size_t get(cudnnBackendAttributeName_t name, std::span<GraphDescriptor> parts) const;
  /// How many values there are.
  std::size_t count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const;

  cudnnBackendDescriptor_t raw() const { return descriptor_.get(); }

 private:
  struct Destroy {
    void operator()(cudnnBackendDescriptor_t descriptor) const;
  };

  void set_values(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::size_t count,
                  const void* values);
  std::size_t get_values(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                         std::size_t count, void* values) const;

  const char* what_;
  std::unique_ptr<void, Destroy> descriptor_;
};

}  // namespace mayfly::cuda
