// A made-up SVHN of full size: 73257 images, 225 MB, read within the memory that is promised.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <fstream>

#include "data/svhn.h"
#include "tests/data/mat_files.h"
#include "tests/softgpu/sanitizer.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

constexpr std::uint32_t kImages = 73257;
constexpr std::uint64_t kBytes = std::uint64_t{kImages} * 3072;

void write(std::ofstream& out, const Bytes& bytes) {
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// Deflates piece by piece into a file.
class Deflater {
 public:
  explicit Deflater(std::ofstream& out) : out_(out), buffer_(1 << 20) { deflateInit(&stream_, 1); }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void add(Bytes bytes, bool last) {
    stream_.next_in = bytes.data();
    stream_.avail_in = static_cast<unsigned>(bytes.size());
    do {
      stream_.next_out = buffer_.data();
      stream_.avail_out = static_cast<unsigned>(buffer_.size());
      deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      const std::size_t got = buffer_.size() - stream_.avail_out;
      write(out_, Bytes(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(got)));
      written_ += got;
    } while (stream_.avail_out == 0);
  }
  std::uint64_t written() const { return written_; }

 private:
  std::ofstream& out_;
  z_stream stream_{};
  Bytes buffer_;
  std::uint64_t written_ = 0;
};

/// All of X but its values: an array of no image, with the sizes of the real one.
Bytes start_of_x(const MatWriter& writer) {
  Bytes start = writer.array("X", mat::kClassUint8, {32, 32, 3, kImages}, mat::kUint8, Bytes(8));
  start.resize(start.size() - 8);
  const Bytes whole = writer.number(start.size() - 8 + kBytes, 4), values = writer.number(kBytes, 4);
  std::copy(whole.begin(), whole.end(), start.begin() + 4);
  std::copy(values.begin(), values.end(), start.end() - 4);
  return start;
}

void write_full_size(const std::filesystem::path& file) {
  const MatWriter writer;
  std::ofstream out(file, std::ios::binary);
  write(out, joined({writer.header(), writer.number(mat::kCompressed, 4), writer.number(0, 4)}));
  Deflater deflater(out);
  deflater.add(start_of_x(writer), false);
  for (std::uint32_t first = 0; first < kImages; first += 97) {
    const std::uint32_t count = std::min(97U, kImages - first);
    deflater.add(svhn_columns(first, count), first + count == kImages);
  }
  Bytes labels(kImages);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % 10 + 1);
  write(out, writer.compressed(writer.array("y", mat::kClassUint8, {kImages, 1}, mat::kUint8, labels)));
  out.seekp(132);
  write(out, writer.number(deflater.written(), 4));
}

/// A field of /proc/self/status, in bytes.
std::uint64_t memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field + ":")) return std::stoull(line.substr(field.size() + 1)) * 1024;
  return 0;
}

bool as_written(const ImageSet& set) {
  if (set.count() != kImages || set.pixels.size() != kBytes) return false;
  for (std::size_t image = 0; image < kImages; image += 1 + image % 50) {
    if (set.labels[image] != (image + 1) % 10) return false;
    const auto at = set.pixels.begin() + static_cast<std::ptrdiff_t>(image * 3072);
    if (!std::equal(at, at + 3072, svhn_rows(image, 1).begin())) return false;
  }
  return true;
}

// A sanitizer has memory of its own; GCC and clang say differently that there is one.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryCounts = false;
#elif defined(__has_feature)
constexpr bool kMemoryCounts = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool kMemoryCounts = true;
#endif

/// Reads in a process of its own, so that nothing else counts; 0 where all is well.
int read_and_measure(const std::filesystem::path& file) {
  const std::uint64_t before = memory("VmRSS");
  const ImageSet set = read_svhn(file);
  const std::uint64_t most = memory("VmHWM") - before;
  fprintf(stderr, "%.1f MB of images, at most %.1f MB of memory\n", static_cast<double>(kBytes) / 1e6,
          static_cast<double>(most) / 1e6);
  if (kMemoryCounts && most > kBytes + kBytes / 10) return 2;
  return as_written(set) ? 0 : 3;
}

TEST(SvhnFullSize, InOneAndATenthOfItsMemory) {
  if (softgpu::kAddressSanitizer) GTEST_SKIP() << "AddressSanitizer takes memory of its own";
  const ScratchFolder folder;
  const std::filesystem::path file = folder.path() / "train_32x32.mat";
  write_full_size(file);
  EXPECT_GT(std::filesystem::file_size(file), kBytes / 2) << "the real one shrinks to four fifths";
  const pid_t child = ::fork();
  if (child == 0) ::_exit(read_and_measure(file));
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "2: too much memory; 3: other images";
}

}  // namespace
}  // namespace mayfly
