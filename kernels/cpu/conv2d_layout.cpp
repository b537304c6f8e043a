#include "kernels/cpu/conv2d_layout.h"

#include <algorithm>

#include "core/network_shapes.h"
#include "kernels/cpu/batch_reduce.h"
#include "kernels/valid_taps.h"

namespace mayfly::cpu {
namespace {

std::vector<int> slots_by_phase(int kernel_size, int stride) {
  std::vector<int> slots(static_cast<std::size_t>(kernel_size) * kernel_size);
  const int phases = std::min(stride, kernel_size);
  int next = 0;
  for (int row_phase = 0; row_phase < phases; ++row_phase)
    for (int column_phase = 0; column_phase < phases; ++column_phase)
      for (int kh = row_phase; kh < kernel_size; kh += stride)
        for (int kw = column_phase; kw < kernel_size; kw += stride)
          slots[static_cast<std::size_t>(kh) * kernel_size + kw] = next++;
  return slots;
}

void order_by_phase(const Conv2dShape& shape, std::vector<int>& positions, std::vector<int>& begin) {
  begin.push_back(0);
  for (int row_phase = 0; row_phase < std::min(shape.stride, shape.height); ++row_phase) {
    for (int column_phase = 0; column_phase < std::min(shape.stride, shape.width); ++column_phase) {
      for (int ih = row_phase; ih < shape.height; ih += shape.stride)
        for (int iw = column_phase; iw < shape.width; iw += shape.stride)
          positions.push_back(ih * shape.width + iw);
      begin.push_back(static_cast<int>(positions.size()));
    }
  }
}

std::vector<PanelGroup> one_group(const std::vector<Panel>& panels) {
  return {{0, static_cast<int>(panels.size())}};
}

/// All panels together where `rows` of A are dearer to read again for every panel than B for every position;
/// else one by one.
std::vector<PanelGroup> groups_of(const std::vector<Panel>& panels, int rows) {
  const int count = static_cast<int>(panels.size());
  const int columns = panels.back().begin + panels.back().columns;
  if (rows * (count - 1) > columns) return one_group(panels);
  std::vector<PanelGroup> groups;
  for (int panel = 0; panel < count; ++panel) groups.push_back({panel, 1});
  return groups;
}

/// Floats of the widest group, `rows` of each panel.
std::size_t group_floats(const std::vector<Panel>& panels, const std::vector<PanelGroup>& groups,
                         std::size_t rows) {
  int widest = 0;
  for (const PanelGroup& group : groups) {
    const Panel& last = panels[static_cast<std::size_t>(group.first + group.count - 1)];
    widest = std::max(widest, last.begin + last.width - panels[group.panel(0)].begin);
  }
  return rows * static_cast<std::size_t>(widest);
}

std::size_t floats_of_transposed(const Conv2dLayout& layout) {
  const Conv2dShape& shape = layout.shape;
  if (shape.input_is_image) return 0;  // the image has no gradient
  const int held_taps = shape.out_positions() == 1 ? 1 : layout.taps();
  return group_floats(layout.in_panels, layout.data_gradient_groups,
                      static_cast<std::size_t>(shape.out_channels) * static_cast<std::size_t>(held_taps));
}

std::size_t floats_of_packed(const Conv2dLayout& layout) {
  constexpr int kLeastUses = 64;  // of an element of dy, so that copying all of it pays
  const Conv2dShape& shape = layout.shape;
  const Panel& last = layout.out_panels.back();
  const auto columns = static_cast<std::size_t>(last.begin + last.width);
  const bool one_panel = layout.out_panels.size() == 1;
  if (shape.input_is_image)
    return one_panel ? 0 : columns * static_cast<std::size_t>(chunk_terms(shape.batch));
  if (one_panel && last.width == last.columns) return 0;  // dy is a whole panel as it is
  const std::int64_t rows = std::int64_t{shape.out_positions()} * shape.batch;
  if (useful_macs(shape) * shape.batch < kLeastUses * rows * shape.out_channels) return 0;
  return columns * static_cast<std::size_t>(rows);
}

}  // namespace

std::vector<Panel> panels_of(int channels) {
  const PanelGeometry geometry = panel_geometry();
  const int units = (channels + geometry.unit - 1) / geometry.unit;
  const int count = (channels + geometry.columns - 1) / geometry.columns;
  std::vector<Panel> panels;
  int at = 0;
  for (int i = 0; i < count; ++i) {
    const int width = (units - at + count - i - 1) / (count - i) * geometry.unit;
    const int begin = at * geometry.unit;
    panels.push_back({begin, std::min(width, channels - begin), width});
    at += width / geometry.unit;
  }
  return panels;
}

Conv2dLayout::Conv2dLayout(const Conv2dShape& s)
    : shape(s),
      out_panels(panels_of(s.out_channels)),
      in_panels(panels_of(s.in_channels)),
      forward_groups(groups_of(out_panels, s.batch)),
      data_gradient_groups(s.out_positions() == 1 ? one_group(in_panels) : groups_of(in_panels, s.batch)),
      weight_gradient_groups(s.input_is_image ? one_group(out_panels) : groups_of(out_panels, s.in_channels)),
      tap_slots(slots_by_phase(s.kernel_size, s.stride)) {
  std::size_t at = 0;
  for (const Panel& panel : out_panels) {
    panel_offsets.push_back(at);
    at += static_cast<std::size_t>(taps()) * s.in_channels * panel.width;
  }
  panel_offsets.push_back(at);
  order_by_phase(s, phase_positions, phase_begin);
  transposed_floats = floats_of_transposed(*this);
  packed_floats = floats_of_packed(*this);
}

std::size_t Conv2dLayout::scratch_floats(int threads) const {
  // Where each has its own, any thread may take an item, the last one too.
  const auto copies = [threads](bool each_its_own) {
    return static_cast<std::size_t>(each_its_own ? threads : 1);
  };
  const bool tap_by_tap = shape.out_positions() == 1 && shape.height * shape.width > 1;
  return std::max(transposed_floats * copies(tap_by_tap), packed_floats * copies(shape.input_is_image));
}

}  // namespace mayfly::cpu
