#include "profile_target.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "kernels/cuda/vendor/status.h"

namespace mayfly::cuda {
namespace {

// Numbers of cuDNN 9.8's headers, so that older headers do.
constexpr auto kProperties = static_cast<cudnnBackendDescriptorType_t>(38);
constexpr auto kPropertiesJson = static_cast<cudnnBackendAttributeName_t>(2702);
constexpr auto kHeuristicsProperties = static_cast<cudnnBackendAttributeName_t>(204);
constexpr auto kPlanProperties = static_cast<cudnnBackendAttributeName_t>(407);

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error("cannot read " + path);
  return text.str();
}

}  // namespace

ProfileTarget::ProfileTarget(const std::string& name) : properties_(kProperties, "device properties") {
  const std::string json =
      text_of(fmt::format("{}/tests/cudnn_plans/profiles/{}.json", MAYFLY_SOURCE_DIR, name));
  check(cudnn().set_attribute(properties_.raw(), kPropertiesJson, CUDNN_TYPE_CHAR,
                              static_cast<std::int64_t>(json.size()), json.data()),
        "read a device's properties");
  properties_.finalize();
}

void ProfileTarget::describe_graph(GraphDescriptor& /*graph*/) const {}
void ProfileTarget::describe_heuristics(GraphDescriptor& heuristics) const {
  heuristics.set(kHeuristicsProperties, properties_);
}
void ProfileTarget::describe_plan(GraphDescriptor& plan) const {
  plan.set(kPlanProperties, properties_);
}

}  // namespace mayfly::cuda
