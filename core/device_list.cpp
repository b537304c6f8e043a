#include "core/device_list.h"

#include <algorithm>
#include <charconv>

namespace mayfly {
namespace {

std::optional<int> parse_ordinal(std::string_view text) {
  int ordinal = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ordinal);
  if (error != std::errc() || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
  return ordinal;
}

}  // namespace

std::optional<DeviceList> parse_device_list(std::string_view text) {
  constexpr std::string_view kPrefix = "cuda:";
  if (text == "cpu") return DeviceList{};
  DeviceList list{.cuda = true};
  if (text == "cuda") return list;
  if (!text.starts_with(kPrefix)) return std::nullopt;
  for (std::string_view rest = text.substr(kPrefix.size());;) {
    const std::size_t comma = rest.find(',');
    const std::optional<int> ordinal = parse_ordinal(rest.substr(0, comma));
    if (!ordinal || std::find(list.gpus.begin(), list.gpus.end(), *ordinal) != list.gpus.end())
      return std::nullopt;
    list.gpus.push_back(*ordinal);
    if (comma == std::string_view::npos) return list;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace mayfly
