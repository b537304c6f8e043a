#include "kernels/cuda/vendor/cudnn_graph.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "kernels/cuda/vendor/status.h"

namespace mayfly::cuda {
namespace {

void check_attribute(cudnnStatus_t status, const char* verb, cudnnBackendAttributeName_t name,
                     const char* what) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  check(status, fmt::format("{} attribute {} of the {}", verb, static_cast<int>(name), what).c_str());
}

}  // namespace

GraphDescriptor::GraphDescriptor(cudnnBackendDescriptorType_t type, const char* what) : what_(what) {
  cudnnBackendDescriptor_t made = nullptr;
  const cudnnStatus_t status = cudnn().create_descriptor(type, &made);
  descriptor_.reset(made);
  if (status != CUDNN_STATUS_SUCCESS) check(status, fmt::format("make the {}", what).c_str());
}

void GraphDescriptor::Destroy::operator()(cudnnBackendDescriptor_t descriptor) const {
  cudnn().destroy_descriptor(descriptor);
}

void GraphDescriptor::set(cudnnBackendAttributeName_t name, const GraphDescriptor& part) {
  const cudnnBackendDescriptor_t raw_part = part.raw();
  set_values(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &raw_part);
}

void GraphDescriptor::finalize() {
  const cudnnStatus_t status = cudnn().finalize(raw());
  if (status != CUDNN_STATUS_SUCCESS) check(status, fmt::format("finalize the {}", what_).c_str());
}

bool GraphDescriptor::try_finalize() {
  const cudnnStatus_t status = cudnn().finalize(raw());
  // Another plan would do where this one cannot; not where the machine failed: bits depend on the choice.
  if (is_failure_of_machine(status)) check(status, fmt::format("finalize the {}", what_).c_str());
  return status == CUDNN_STATUS_SUCCESS;
}

std::size_t GraphDescriptor::get(cudnnBackendAttributeName_t name, std::span<GraphDescriptor> parts) const {
  std::vector<cudnnBackendDescriptor_t> raw_parts;
  for (const GraphDescriptor& part : parts) raw_parts.push_back(part.raw());
  return get_values(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, raw_parts.size(), raw_parts.data());
}

std::size_t GraphDescriptor::count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const {
  std::int64_t found = 0;
  check_attribute(cudnn().get_attribute(raw(), name, type, 0, &found, nullptr), "count", name, what_);
  return static_cast<std::size_t>(found);
}

void GraphDescriptor::set_values(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                                 std::size_t count, const void* values) {
  check_attribute(cudnn().set_attribute(raw(), name, type, static_cast<std::int64_t>(count), values), "set",
                  name, what_);
}

std::size_t GraphDescriptor::get_values(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                                        std::size_t count, void* values) const {
  std::int64_t found = 0;
  check_attribute(cudnn().get_attribute(raw(), name, type, static_cast<std::int64_t>(count), &found, values),
                  "read", name, what_);
  return static_cast<std::size_t>(found);
}

}  // namespace mayfly::cuda
