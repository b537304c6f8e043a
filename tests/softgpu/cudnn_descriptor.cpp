#include "cudnn_descriptor.h"

#include <fmt/format.h>

#include <memory>

#include "fail.h"

namespace mayfly::softgpu {
namespace {

/// An attribute that a kind of descriptor must be given before it is finalized.
struct Rule {
  int name;
  cudnnBackendAttributeType_t type;
  std::int64_t least, most;  ///< values
};

constexpr auto kPart = CUDNN_TYPE_BACKEND_DESCRIPTOR;

/// Attributes alpha .. y of the three operations follow one another in the same pattern.
std::vector<Rule> operation_rules(int alpha) {
  return {{alpha, CUDNN_TYPE_FLOAT, 1, 1}, {alpha + 1, CUDNN_TYPE_FLOAT, 1, 1},
          {alpha + 2, kPart, 1, 1},        {alpha + 3, kPart, 1, 1},
          {alpha + 4, kPart, 1, 1},        {alpha + 5, kPart, 1, 1}};
}

std::vector<Rule> rules_of(cudnnBackendDescriptorType_t type) {
  switch (type) {
    case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
      return {{CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, 1},
              {CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, 1},
              {CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, 4},
              {CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, 4},
              {CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, 1}};
    case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR:
      return {{CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, 1, 1},
              {CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, 1, 1},
              {CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, 1},
              {CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 2, 2},
              {CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 2, 2},
              {CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 2, 2},
              {CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, 2, 2}};
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
      return operation_rules(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA);
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
      return operation_rules(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA);
    case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
      return operation_rules(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA);
    case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR:
      return {{CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, 1},
              {CUDNN_ATTR_OPERATIONGRAPH_OPS, kPart, 1, 1}};
    case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR:
      return {{CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, kPart, 1, 1},
              {CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, 1}};
    case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR:
      return {{CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, 1},
              {CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, kPart, 1, 1}};
    case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR:
      return {{CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, 1, 64},
              {CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 1, 64},
              {CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, 1}};
    case CUDNN_BACKEND_ENGINE_DESCRIPTOR:
    case CUDNN_BACKEND_ENGINECFG_DESCRIPTOR:
      return {};  // these only come from the heuristics
  }
  throw CudnnFailure{CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE, "the software cuDNN has no such descriptor"};
}

std::size_t size_of(cudnnBackendAttributeType_t type) {
  switch (type) {
    case CUDNN_TYPE_INT64:
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_VOID_PTR:
    case CUDNN_TYPE_BACKEND_DESCRIPTOR:
      return 8;
    default:
      return 4;  // float, and enumerations
  }
}

using Descriptors = std::map<cudnnBackendDescriptor_t, std::unique_ptr<Descriptor>>;
Descriptors& all() {
  static Descriptors descriptors;
  return descriptors;
}

}  // namespace

Descriptor& living(cudnnBackendDescriptor_t handle) {
  const auto found = all().find(handle);
  if (found == all().end()) fail("cuDNN: {} is no living descriptor", fmt::ptr(handle));
  return *found->second;
}

Descriptor& finalized(cudnnBackendDescriptor_t handle, cudnnBackendDescriptorType_t type) {
  Descriptor& descriptor = living(handle);
  if (descriptor.type != type)
    throw CudnnFailure{CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE, "a descriptor of another type"};
  if (!descriptor.finalized)
    throw CudnnFailure{CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "a descriptor that is not finalized"};
  return descriptor;
}

Descriptor& part(const Descriptor& whole, cudnnBackendAttributeName_t name,
                 cudnnBackendDescriptorType_t type) {
  return finalized(whole.value<cudnnBackendDescriptor_t>(name), type);
}

cudnnBackendDescriptor_t add_descriptor(cudnnBackendDescriptorType_t type) {
  rules_of(type);
  auto made = std::make_unique<Descriptor>(Descriptor{.type = type});
  cudnnBackendDescriptor_t handle = made.get();
  all()[handle] = std::move(made);
  return handle;
}

void remove_descriptor(cudnnBackendDescriptor_t handle) {
  living(handle);
  all().erase(handle);
}

std::size_t descriptor_count() {
  return all().size();
}

void set_attribute(Descriptor& descriptor, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                   std::int64_t count, const void* values) {
  if (descriptor.finalized) throw CudnnFailure{CUDNN_STATUS_BAD_PARAM, "the descriptor is finalized already"};
  if (values == nullptr) throw CudnnFailure{CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "no values"};
  for (const Rule& rule : rules_of(descriptor.type)) {
    if (rule.name != name) continue;
    if (rule.type != type) throw CudnnFailure{CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE, "the wrong type"};
    if (count < rule.least || count > rule.most)
      throw CudnnFailure{CUDNN_STATUS_BAD_PARAM_OUT_OF_BOUND, "the wrong number of values"};
    Attribute attribute{type, count, std::vector<std::byte>(size_of(type) * static_cast<std::size_t>(count))};
    std::memcpy(attribute.bytes.data(), values, attribute.bytes.size());
    if (type == kPart) {
      cudnnBackendDescriptor_t named = nullptr;
      std::memcpy(&named, values, sizeof named);
      finalized(named, living(named).type);
    }
    descriptor.attributes[name] = std::move(attribute);
    return;
  }
  throw CudnnFailure{CUDNN_STATUS_BAD_PARAM,
                     fmt::format("attribute {} is not of this descriptor", static_cast<int>(name))};
}

void require_complete(const Descriptor& descriptor) {
  for (const Rule& rule : rules_of(descriptor.type))
    if (!descriptor.attributes.contains(rule.name))
      throw CudnnFailure{CUDNN_STATUS_BAD_PARAM, fmt::format("attribute {} is not set", rule.name)};
}

}  // namespace mayfly::softgpu
