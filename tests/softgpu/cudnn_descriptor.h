// Descriptors of the software cuDNN: what each kind may hold, must hold, and what has been set.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

namespace mayfly::softgpu {

struct Attribute {
  cudnnBackendAttributeType_t type;
  std::int64_t count = 0;
  std::vector<std::byte> bytes;
};

struct Descriptor {
  cudnnBackendDescriptorType_t type;
  bool finalized = false;
  std::int64_t engine = -1;             ///< of engines and configurations: they come from the heuristics
  const Descriptor* graph = nullptr;    ///< of the same: what they are for
  std::map<int, Attribute> attributes;  ///< by cudnnBackendAttributeName_t

  template <class T>
  std::vector<T> values(cudnnBackendAttributeName_t name) const {
    const Attribute& attribute = attributes.at(name);
    std::vector<T> found(static_cast<std::size_t>(attribute.count));
    std::memcpy(found.data(), attribute.bytes.data(), attribute.bytes.size());
    return found;
  }
  template <class T>
  T value(cudnnBackendAttributeName_t name) const {
    return values<T>(name).front();
  }
};

/// An error of cuDNN: what the call returns, and its last words.
struct CudnnFailure {
  cudnnStatus_t status;
  std::string words;
};

/// The descriptor behind a handle that lives, is of this type and finalized; throws CudnnFailure.
Descriptor& finalized(cudnnBackendDescriptor_t handle, cudnnBackendDescriptorType_t type);
/// One that another names.
Descriptor& part(const Descriptor& whole, cudnnBackendAttributeName_t name,
                 cudnnBackendDescriptorType_t type);
/// One that lives; aborts on any other address.
Descriptor& living(cudnnBackendDescriptor_t handle);

cudnnBackendDescriptor_t add_descriptor(cudnnBackendDescriptorType_t type);
void remove_descriptor(cudnnBackendDescriptor_t handle);
std::size_t descriptor_count();

/// Sets it, where this kind of descriptor has it, with this type and so many values; else throws
/// CudnnFailure.
void set_attribute(Descriptor& descriptor, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                   std::int64_t count, const void* values);
/// Throws CudnnFailure where something that must be set is not.
void require_complete(const Descriptor& descriptor);

}  // namespace mayfly::softgpu
