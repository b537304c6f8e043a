#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "cli/commands.h"
#include "cli/text.h"
#include "data/locate.h"
#include "kernels/backend.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

struct DoctorOptions {
  std::string folder;
  std::string data_root;
};

void print_found(const std::string& what, const std::string& found) {
  fmt::print("{:<14} {}\n", what, found);
}

/// Value of the first line of /proc/cpuinfo that begins with "model name"; "" where there is none.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name") && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  return "";
}

double memory_bytes(int pages) {
  return static_cast<double>(sysconf(pages)) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void examine_processor() {
  const std::string simd = open_devices("cpu").front()->information();
  const std::string name = processor_name();
  print_found("processor", (name.empty() ? "" : name + "; ") + simd);
  if (simd.find("plain") != std::string::npos)
    print_found(
        "", "no vector instructions with FMA: correct, but slow; use a processor with AVX2, AVX-512 or NEON");
  print_found("cores", fmt::format("{}", std::thread::hardware_concurrency()));
  print_found("memory", fmt::format("{}, {} free", bytes_text(memory_bytes(_SC_PHYS_PAGES)),
                                    bytes_text(memory_bytes(_SC_AVPHYS_PAGES))));
}

/// The GPU, and the libraries of its fast arithmetic.
void examine_gpu(const std::string& name) {
  std::string what = "GPU";
  try {
    const auto device = open_device(name, Arithmetic::fast);
    print_found(what, fmt::format("{}; {} free", device->information(),
                                  bytes_text(static_cast<double>(device->free_memory()))));
    what = "fast";
    print_found(what, device->numerics());
  } catch (const DeviceError& error) {
    print_found(what, error.what());
  }
}

/// The GPUs, each by itself, or why there are none and what to do.
void examine_cuda() {
  print_found("CUDA", cuda_build());
  try {
    const int gpus = visible_gpus();
    for (int i = 0; i < gpus; ++i) examine_gpu(fmt::format("cuda:{}", i));
  } catch (const DeviceError& error) {
    print_found("GPU", error.what());
  }
}

void examine_datasets(const std::string& data_root) {
  const auto roots = data_roots(data_root, {});
  for (const DatasetInfo& info : known_datasets()) {
    try {
      print_found(info.name, find_dataset(info.name, roots).string());
    } catch (const DataError&) {
      print_found(info.name, "not found; `mayfly data path " + info.name + "` says what is expected where");
    }
  }
}

/// Whether a file can be made there.
bool writable(const fs::path& folder) {
  std::string name = (folder / ".mayfly-doctor-XXXXXX").string();
  const int file = mkstemp(name.data());
  if (file < 0) return false;
  close(file);
  fs::remove(name);
  return true;
}

ExitCode examine_folder(const std::string& folder) {
  if (folder.empty()) return ExitCode::complete;
  if (!fs::is_directory(folder)) {
    print_found("folder", folder + " is no folder; `mayfly init " + folder + "` makes one");
    return ExitCode::data;
  }
  if (!writable(folder)) {
    print_found("folder", folder + " cannot be written; change its permissions, or use another one");
    return ExitCode::data;
  }
  print_found("folder", fmt::format("{} can be written, {} free", folder,
                                    bytes_text(static_cast<double>(fs::space(folder).available))));
  return ExitCode::complete;
}

ExitCode doctor(const DoctorOptions& options) {
  examine_processor();
  examine_cuda();
  examine_datasets(options.data_root);
  return examine_folder(options.folder);
}

}  // namespace

void add_doctor(Commands& commands) {
  const auto options = std::make_shared<DoctorOptions>();
  CLI::App* command =
      commands.add("doctor", "What this machine has, and what to do where something is missing",
                   "  mayfly doctor\n"
                   "  mayfly doctor /scratch/campaigns --data-root data",
                   [options] { return doctor(*options); });
  command->add_option("DIR", options->folder, "A folder that campaigns are to go to");
  command->add_option("--data-root", options->data_root, "Folder to look for data sets in first");
}

}  // namespace mayfly::cli
