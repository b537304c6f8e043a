// Files and functions stay small enough to be read at once.
#include <gmock/gmock.h>

#include "functions.h"
#include "source_files.h"

namespace mayfly {
namespace {

constexpr std::size_t kLongestFile = 400;
constexpr std::size_t kLongestFunction = 45;

TEST(Sizes, NoFileIsTooLong) {
  const std::vector<SourceFile> files = source_files();
  EXPECT_GT(files.size(), 50u);
  for (const SourceFile& file : files)
    EXPECT_LE(file.lines.size(), kLongestFile) << file.path << ": split it when it has a second job";
}

TEST(Sizes, NoFunctionIsTooLong) {
  std::size_t seen = 0;
  for (const SourceFile& file : source_files())
    for (const FunctionPlace& function : functions_in(file.lines)) {
      ++seen;
      EXPECT_LE(function.length, kLongestFunction)
          << file.path << ":" << function.line << ": " << function.text;
    }
  EXPECT_GT(seen, 300u) << "hardly any function was found";
}

TEST(Sizes, FunctionsAreFound) {
  const std::vector<FunctionPlace> found = functions_in({
      "namespace a {",
      "int f(int x) {",
      "  if (x) {",
      "    return 1;",
      "  }",
      "  return 2;",
      "}",
      "struct S {",
      "  int long_name(int first,",
      "                int second) {",
      "    if (first) {",
      "      return second;",
      "    }",
      "    return first;",
      "  }",
      "};",
      "}  // namespace a",
  });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].line, 2u);
  EXPECT_EQ(found[0].length, 6u);
  EXPECT_EQ(found[1].line, 10u);
  EXPECT_EQ(found[1].length, 6u);
}

}  // namespace
}  // namespace mayfly
