#include "plot/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/error.h"
#include "plot/printable_text.h"

namespace mayfly {
namespace {

constexpr std::size_t kDrawnOneByOne = 6;
constexpr std::array kInks = {Ink::blue, Ink::vermillion, Ink::green, Ink::purple, Ink::orange, Ink::sky};
constexpr std::array kMarkers = {Marker::circle, Marker::up,      Marker::down,
                                 Marker::square, Marker::diamond, Marker::cross};

/// A curve drawn by name.
struct NamedCurve {
  const Curve* curve;
  std::string role;  ///< "best", ...; may be empty
  Ink ink;
  Marker marker;
};

Stroke stroke_of(const NamedCurve& named, Dash dash) {
  return {.ink = named.ink, .dash = dash, .marker = dash == Dash::solid ? named.marker : Marker::none};
}

const Curve* find_curve(const std::vector<Curve>& curves, const std::string& name) {
  for (const Curve& curve : curves)
    if (curve.name == name) return &curve;
  throw UsageError(
      fmt::format("no network {} among the {} to draw: name one by its ID, which is the name of its table "
                  "without .txt",
                  printable(name), curves.size()));
}

/// The next name in the list of those drawn, with ink and marker of its own.
void add_named(std::vector<NamedCurve>& list, const Curve* curve, const std::string& role) {
  for (NamedCurve& known : list)
    if (known.curve == curve) return;
  const std::size_t i = list.size();
  list.push_back({curve, role, kInks[i % kInks.size()], kMarkers[i % kMarkers.size()]});
}

/// Best, median and worst; triangles point up and down. Uses the first three inks and markers.
void add_best_median_worst(std::vector<NamedCurve>& list, const std::vector<Curve>& curves) {
  const CurveSet ranked = by_final_accuracy(all_of(curves));
  list.push_back({ranked.front(), "best", Ink::blue, Marker::up});
  list.push_back({ranked[ranked.size() / 2], "median network", Ink::green, Marker::circle});
  list.push_back({ranked.back(), "worst", Ink::vermillion, Marker::down});
}

std::string percent_text(double percent) {
  return fmt::format("{:.{}f} %", percent, percent < 10 ? 2 : 1);
}

std::string chance_text(double percent) {
  return fmt::format("{:.3g} %", percent);
}

class FigureMaker {
 public:
  FigureMaker(const std::vector<Curve>& curves, const FigureOptions& options)
      : curves_(curves), options_(options), datasets_(by_dataset(curves)) {}

  Figure make() {
    if (curves_.size() <= kDrawnOneByOne)
      draw_one_by_one();
    else if (datasets_.size() == 1)
      draw_one_dataset();
    else
      draw_several_datasets();
    add_levels();
    add_axes();
    add_title_and_notes();
    return std::move(figure_);
  }

 private:
  void draw_one_by_one() {
    std::vector<NamedCurve> named;
    for (const std::string& name : options_.named) find_curve(curves_, name);
    for (const Curve& curve : curves_) add_named(named, &curve, "");
    explain_line_styles(false);
    for (const NamedCurve& curve : named) draw(curve);
    if (named.size() > 2) figure_.legend[2].starts_row = true;
  }

  void draw_one_dataset() {
    std::vector<NamedCurve> named;
    add_best_median_worst(named, curves_);
    for (const std::string& name : options_.named) add_named(named, find_curve(curves_, name), "");
    draw_quantiles(datasets_.front(), Ink::gray, "");
    explain_line_styles(false);
    const std::size_t first = figure_.legend.size();
    for (const NamedCurve& curve : named) draw(curve);
    figure_.legend[first].starts_row = true;
  }

  void draw_several_datasets() {
    for (std::size_t i = 0; i < datasets_.size(); ++i)
      draw_quantiles(datasets_[i], kInks[i % kInks.size()], datasets_[i].front()->dataset);
    explain_line_styles(true);
    for (std::size_t i = 0; i < datasets_.size(); ++i)
      draw({by_final_accuracy(datasets_[i]).front(), "best", kInks[i % kInks.size()], Marker::up});
    for (std::size_t i = 0; i < options_.named.size(); ++i)
      draw({find_curve(curves_, options_.named[i]), "", Ink::black, kMarkers[i % kMarkers.size()]});
  }

  void explain_line_styles(bool in_a_new_row) {
    figure_.legend.push_back({.starts_row = in_a_new_row, .text = "validation"});
    figure_.legend.push_back({.stroke = {.dash = Dash::dashed}, .text = "training"});
  }

  std::string next_key() { return std::string(1, static_cast<char>('a' + keys_++ % 26)); }

  void draw(const NamedCurve& named) {
    const Curve& curve = *named.curve;
    const std::string key = next_key();
    const bool crowded = datasets_.size() > 1 && curves_.size() > kDrawnOneByOne;
    if (!crowded)
      add_line(figure_.loss, {stroke_of(named, Dash::dashed), curve.epochs, curve.train_loss, ""});
    add_line(figure_.loss, {stroke_of(named, Dash::solid), curve.epochs, curve.val_loss, key});
    add_line(figure_.accuracy, {stroke_of(named, Dash::solid), curve.epochs, curve.val_acc, key});
    std::string text = named.role.empty() ? "" : named.role + ": ";
    text += printable(curve.name, 40);
    if (datasets_.size() > 1) text += ", " + printable(curve.dataset, 24);
    text += ", " + percent_text(curve.final_accuracy());
    figure_.legend.push_back({.stroke = stroke_of(named, Dash::solid), .key = key, .text = text});
  }

  /// Bands of validation, medians of both; `dataset` empty where there is only one.
  void draw_quantiles(const CurveSet& set, Ink ink, const std::string& dataset) {
    const Stroke median{.ink = ink == Ink::gray ? Ink::black : ink, .thin = true};
    const std::string key = next_key();
    add_quantiles(figure_.loss, quantiles_by_epoch(set, &Curve::val_loss), ink, median, key);
    add_quantiles(figure_.accuracy, quantiles_by_epoch(set, &Curve::val_acc), ink, median, key);
    const Quantiles training = quantiles_by_epoch(set, &Curve::train_loss);
    Stroke dashed = median;
    dashed.dash = Dash::dashed;
    add_line(figure_.loss, {dashed, training.epochs, training.p50, ""});
    const std::string where = dataset.empty() ? "" : " on " + printable(dataset, 24);
    figure_.legend.push_back({.stroke = median,
                              .starts_row = true,
                              .key = key,
                              .text = fmt::format("median of the {} networks{}", set.size(), where)});
    figure_.legend.push_back(
        {.kind = LegendEntry::Kind::band, .stroke = {.ink = ink}, .strong = true, .text = "25–75 % of them"});
    figure_.legend.push_back({.kind = LegendEntry::Kind::band, .stroke = {.ink = ink}, .text = "5–95 %"});
  }

  void add_quantiles(Panel& panel, const Quantiles& q, Ink ink, const Stroke& median,
                     const std::string& key) {
    panel.bands.push_back({ink, false, q.epochs, q.p5, q.p95});
    panel.bands.push_back({ink, true, q.epochs, q.p25, q.p75});
    for (const Series* series : {&q.p5, &q.p95}) add_to_range(panel, *series);
    add_line(panel, {median, q.epochs, q.p50, key});
  }

  void add_line(Panel& panel, Line line) {
    add_to_range(panel, line.y);
    panel.lines.push_back(std::move(line));
  }

  void add_to_range(const Panel& panel, const Series& values) {
    ValueRange& range = &panel == &figure_.loss ? losses_ : accuracies_;
    for (const double value : values) range.add(value);
  }

  void add_levels() {
    std::set<double> levels;
    for (std::size_t i = 0; i < datasets_.size(); ++i) {
      const double chance = datasets_[i].front()->chance_level();
      if (chance <= 0) continue;
      accuracies_.add(chance);
      if (!levels.insert(chance).second) continue;
      figure_.accuracy.levels.push_back({Ink::black, chance, "chance " + chance_text(chance)});
      figure_.legend.push_back(
          {.kind = LegendEntry::Kind::level,
           .stroke = {.ink = Ink::black, .dash = Dash::dotted},
           .text = fmt::format("chance level {} ({})", chance_text(chance), datasets_at(chance))});
    }
  }

  std::string datasets_at(double chance) const {
    std::string names;
    for (const CurveSet& set : datasets_)
      if (set.front()->chance_level() == chance)
        names += (names.empty() ? "" : ", ") + printable(set.front()->dataset, 24);
    return names;
  }

  double last_epoch() const {
    double last = 0;
    for (const Curve& curve : curves_) last = std::max(last, curve.epochs.back());
    return last;
  }

  void add_axes() {
    const Axis epochs = epoch_axis(last_epoch(), options_.max_ticks + 3);
    figure_.loss.x = figure_.accuracy.x = epochs;
    figure_.loss.y = loss_axis(losses_, options_.max_ticks);
    figure_.accuracy.y = percent_axis(accuracies_.high(), options_.max_ticks);
    figure_.loss.title = "Loss";
    figure_.loss.y_label =
        figure_.loss.y.logarithmic ? "cross-entropy, nats, logarithmic scale" : "cross-entropy, nats";
    figure_.accuracy.title = "Validation accuracy";
    figure_.accuracy.y_label = "% of the images";
  }

  std::string dataset_names() const {
    std::string names;
    for (std::size_t i = 0; i < datasets_.size(); ++i)
      names += (i == 0                      ? ""
                : i + 1 == datasets_.size() ? " and "
                                            : ", ") +
               printable(datasets_[i].front()->dataset, 24);
    return names;
  }

  void add_title_and_notes() {
    const std::string whole =
        curves_.size() == 1
            ? fmt::format("Network {} on {}", printable(curves_.front().name, 40), dataset_names())
            : fmt::format("{} networks on {}", curves_.size(), dataset_names());
    figure_.title = options_.title.empty() ? whole : printable(options_.title, 80);
    std::vector<std::string>& notes = figure_.notes;
    if (!options_.title.empty()) notes.push_back(whole + ".");
    const auto [shortest, longest] =
        std::minmax_element(curves_.begin(), curves_.end(),
                            [](const Curve& a, const Curve& b) { return a.epochs.back() < b.epochs.back(); });
    if (shortest->epochs.back() < longest->epochs.back())
      notes.push_back(
          fmt::format("Trained {:g} to {:g} epochs; bands and medians are of the networks that got so far.",
                      shortest->epochs.back(), longest->epochs.back()));
    add_note_of_gaps();
  }

  void add_note_of_gaps() {
    std::size_t networks = 0;
    std::size_t rows = 0;
    for (const Curve& curve : curves_) {
      networks += curve.gaps > 0 ? 1 : 0;
      rows += curve.gaps;
    }
    if (rows == 0) return;
    figure_.notes.push_back(fmt::format("Not drawn: losses that are nan or inf, in {} {} of {} {}.", rows,
                                        rows == 1 ? "row" : "rows", networks,
                                        networks == 1 ? "network" : "networks"));
  }

  const std::vector<Curve>& curves_;
  const FigureOptions& options_;
  std::vector<CurveSet> datasets_;
  ValueRange losses_, accuracies_;
  int keys_ = 0;
  Figure figure_;
};

}  // namespace

Figure make_figure(const std::vector<Curve>& curves, const FigureOptions& options) {
  if (curves.empty()) throw UsageError("no tables: there is nothing to draw");
  return FigureMaker(curves, options).make();
}

}  // namespace mayfly
