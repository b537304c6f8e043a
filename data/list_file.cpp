#include "data/list_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/near_miss.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

struct Line {
  std::size_t number = 0;  ///< from 1
  fs::path path;
  std::string label;
};

[[noreturn]] void fail(const fs::path& file, std::size_t line, const std::string& problem) {
  throw DataError(fmt::format("{}:{}: {}", file.string(), line, problem));
}

std::optional<fs::path> list_path(const fs::path& folder, const std::string& stem) {
  std::error_code ignored;
  for (const char* ending : {".csv", ".tsv", ".txt"})
    if (fs::is_regular_file(folder / (stem + ending), ignored)) return folder / (stem + ending);
  return std::nullopt;
}

/// Takes the next field from the front of `rest`, and the separator behind it.
std::string take_field(std::string& rest, char separator) {
  std::string field;
  std::size_t at = 0;
  if (!rest.starts_with('"')) {
    at = std::min(rest.find(separator), rest.size());
    field = rest.substr(0, at);
  } else {
    for (at = 1; at < rest.size(); ++at) {
      if (rest[at] == '"' && (at + 1 == rest.size() || rest[at + 1] != '"')) break;
      if (rest[at] == '"') ++at;
      field += rest[at];
    }
    ++at;
  }
  rest.erase(0, std::min(at, rest.size()));
  return field;
}

std::vector<std::string> fields_of(std::string rest) {
  const char separator = rest.find('\t') != std::string::npos ? '\t' : ',';
  std::vector<std::string> fields{take_field(rest, separator)};
  while (rest.starts_with(separator)) {
    rest.erase(0, 1);
    fields.push_back(take_field(rest, separator));
  }
  if (!rest.empty()) fields.push_back(rest);  // behind quotation marks
  return fields;
}

bool is_heading(const std::string& path) {
  const std::set<std::string> words{"path", "file", "filename", "image"};
  std::string lower = path;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return words.contains(lower);
}

std::vector<Line> read_lines(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw DataError(fmt::format("{}: cannot be opened: {}", file.string(), std::strerror(errno)));
  std::vector<Line> lines;
  std::string text;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    if (number == 1 && text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // byte order mark
    if (text.ends_with('\r')) text.pop_back();
    if (text.empty()) continue;
    const std::vector<std::string> fields = fields_of(text);
    if (fields.size() != 2 || fields[0].empty() || fields[1].empty())
      fail(file, number,
           fmt::format("expected path,label, found {} fields in '{}'", fields.size(), text.substr(0, 200)));
    if (number == 1 && is_heading(fields[0])) continue;
    if (fields[0].find('\0') != std::string::npos) fail(file, number, "expected a path, found a zero byte");
    lines.push_back({number, file.parent_path() / fields[0], fields[1]});
  }
  if (in.bad()) throw DataError(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  if (lines.empty()) fail(file, 1, "expected a line path,label for each image, found none");
  return lines;
}

/// A whole number of up to 9 digits.
std::optional<std::size_t> number_of(const std::string& label) {
  const bool digits = std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || label.size() > 9) return std::nullopt;
  return std::stoul(label);
}

/// Names of the classes where all labels of `train` are numbers; empty otherwise.
std::vector<std::string> numbered_classes(const fs::path& file, const std::vector<Line>& train) {
  std::size_t classes = 0;
  for (const Line& line : train) {
    const std::optional<std::size_t> label = number_of(line.label);
    if (!label) return {};
    if (*label >= kMostClasses)
      fail(file, line.number, fmt::format("label: expected 0 to {}, found {}", kMostClasses - 1, *label));
    classes = std::max(classes, *label + 1);
  }
  std::vector<std::string> names;
  for (std::size_t label = 0; label < classes; ++label) names.push_back(std::to_string(label));
  return names;
}

std::vector<std::string> named_classes(const std::vector<Line>& train) {
  std::set<std::string> names;
  for (const Line& line : train) names.insert(line.label);
  return {names.begin(), names.end()};
}

std::vector<ListedImage> labelled(const fs::path& file, const std::vector<Line>& lines,
                                  const std::vector<std::string>& names, bool numbers) {
  std::vector<ListedImage> images;
  images.reserve(lines.size());
  for (const Line& line : lines) {
    // "007" and "7" are one number
    const std::optional<std::size_t> number = numbers ? number_of(line.label) : std::nullopt;
    const std::string name = number ? std::to_string(*number) : line.label;
    const auto found = numbers ? std::find(names.begin(), names.end(), name)
                               : std::lower_bound(names.begin(), names.end(), name);
    if (found == names.end() || *found != name)
      fail(file, line.number,
           fmt::format("label: expected one of the training images', found '{}'{}", line.label,
                       did_you_mean(line.label, names)));
    images.push_back({line.path, static_cast<std::uint8_t>(found - names.begin())});
  }
  return images;
}

}  // namespace

bool has_list_files(const fs::path& folder) {
  return list_path(folder, "train") && list_path(folder, "test");
}

ImageList read_list_files(const fs::path& folder) {
  const fs::path train_file = list_path(folder, "train").value(),
                 test_file = list_path(folder, "test").value();
  const std::vector<Line> train = read_lines(train_file);
  ImageList list{.class_names = numbered_classes(train_file, train), .by_class = false};
  const bool numbers = !list.class_names.empty();
  if (!numbers) list.class_names = named_classes(train);
  check_class_names(train_file, list.class_names);
  list.train = labelled(train_file, train, list.class_names, numbers);
  list.test = labelled(test_file, read_lines(test_file), list.class_names, numbers);
  return list;
}

}  // namespace mayfly
