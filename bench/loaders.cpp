// Loading data sets, as ratios to reading the same file and inflating it: what a reader itself costs.
//   loaders [MAT_FILE]   FashionMNIST of Debian's package; and an SVHN file, or one made up, of full size
// One line each: times of the best of several rounds, their ratio (expected at most 1.3), and exit code 1
// where the readers deliver another number of bytes than there are.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <vector>

#include "bench/command_line.h"
#include "core/error.h"
#include "data/idx.h"
#include "data/svhn.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr int kRounds = 5;

/// Seconds of the fastest round.
double best_of(const std::function<void()>& action) {
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    action();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

/// Inflates what follows the first `skip` bytes of a file (gzip or zlib) into memory of `size` bytes.
std::size_t inflate_file(const fs::path& path, std::size_t skip, std::size_t size) {
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(skip));
  Bytes input(1 << 17), output(size);
  z_stream stream{};
  inflateInit2(&stream, 15 + 32);
  stream.next_out = output.data();
  stream.avail_out = static_cast<unsigned>(output.size());
  for (int code = Z_OK; code == Z_OK && stream.avail_out > 0;) {
    in.read(reinterpret_cast<char*>(input.data()), static_cast<std::streamsize>(input.size()));
    stream.next_in = input.data();
    stream.avail_in = static_cast<unsigned>(in.gcount());
    if (stream.avail_in == 0) break;
    code = inflate(&stream, Z_NO_FLUSH);
  }
  inflateEnd(&stream);
  return output.size() - stream.avail_out;
}

bool report(const char* name, std::size_t bytes, std::size_t inflated, double plain, double reader) {
  fmt::print("{:<28} {:>6.1f} MB  reading and inflating {:.3f} s, reader {:.3f} s, ratio {:.2f}\n", name,
             static_cast<double>(bytes) / 1e6, plain, reader, reader / plain);
  return inflated >= bytes;
}

bool fashion_mnist() {
  const fs::path folder = "/usr/share/datasets/fashion-mnist";
  const fs::path images = folder / "train-images-idx3-ubyte.gz",
                 labels = folder / "train-labels-idx1-ubyte.gz";
  if (!fs::exists(images)) {
    fmt::print("SKIPPED: FashionMNIST: Debian's package dataset-fashion-mnist is not installed\n");
    return true;
  }
  std::size_t inflated = 0, read = 0;
  const double plain = best_of([&] {
    inflated = inflate_file(images, 0, 16 + 60000 * 784) - 16;
    inflate_file(labels, 0, 8 + 60000);
  });
  const double reader = best_of([&] { read = read_idx(images, labels, 10).pixels.size(); });
  return report("FashionMNIST, training", read, inflated, plain, reader);
}

void put(Bytes& bytes, std::uint64_t value, int size = 4) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// A variable of uint8 with these sizes.
Bytes variable(char name, const std::vector<std::uint32_t>& dims, const Bytes& values) {
  Bytes bytes;
  for (const std::uint64_t word : {6, 8, 9, 0}) put(bytes, word);  // flags: class uint8
  put(bytes, 5);
  put(bytes, 4 * dims.size());
  for (const std::uint32_t dim : dims) put(bytes, dim);
  put(bytes, 1 << 16 | 1);
  put(bytes, static_cast<std::uint64_t>(name));
  put(bytes, 2);
  put(bytes, values.size());
  bytes.insert(bytes.end(), values.begin(), values.end());
  bytes.resize((bytes.size() + 7) / 8 * 8);
  Bytes whole;
  put(whole, 14);
  put(whole, bytes.size());
  whole.insert(whole.end(), bytes.begin(), bytes.end());
  return whole;
}

void write_compressed(std::ofstream& out, const Bytes& bytes) {
  uLongf size = compressBound(bytes.size());
  Bytes packed(size);
  compress2(packed.data(), &size, bytes.data(), bytes.size(), 1);
  Bytes tag;
  put(tag, 15);
  put(tag, size);
  out.write(reinterpret_cast<const char*>(tag.data()), 8);
  out.write(reinterpret_cast<const char*>(packed.data()), static_cast<std::streamsize>(size));
}

/// X first, as in the real files; pixels that shrink to about four fifths, as theirs do.
void make_svhn(const fs::path& file, std::uint32_t images) {
  Bytes pixels(std::size_t{images} * 3072);
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    pixels[i] = static_cast<std::uint8_t>((i >> 5) + (state >> 40 & 63));
  }
  std::ofstream out(file, std::ios::binary);
  Bytes header(124, ' ');
  put(header, 0x0100, 2);
  put(header, ('M' << 8) + 'I', 2);
  out.write(reinterpret_cast<const char*>(header.data()), 128);
  write_compressed(out, variable('X', {32, 32, 3, images}, pixels));
  write_compressed(out, variable('y', {images, 1}, Bytes(images, 7)));
}

bool svhn(const fs::path& file, const char* name) {
  std::size_t inflated = 0, read = 0;
  const double reader = best_of([&] { read = read_svhn(file).pixels.size(); });
  const double plain = best_of([&] { inflated = inflate_file(file, 128 + 8, read + 256); });
  return report(name, read, inflated, plain, reader);
}

int run(int argc, char** argv) {
  bool fine = fashion_mnist();
  if (argc > 1) return svhn(argv[1], "SVHN, as given") && fine ? 0 : 1;
  const fs::path file = fs::temp_directory_path() / "mayfly-bench-loaders.mat";
  make_svhn(file, 73257);
  fine = svhn(file, "SVHN, made up, training") && fine;
  fs::remove(file);
  return fine ? 0 : 1;
}

}  // namespace
}  // namespace mayfly

int main(int argc, char** argv) {
  return mayfly::bench::exit_code_of([&] { return mayfly::run(argc, argv); });
}
