#include "version.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "kernels/backend.h"

namespace mayfly::cli {

void add_version(Commands& commands) {
  commands.add("version", "Version, commit, compiler, arithmetic and what the kernels use here",
               "  mayfly version", [] {
                 fmt::print("mayfly {}\ncommit {}\ncompiler {}\narithmetic version {}\n{}\n{}\n", kVersion,
                            kGitCommit, kCompiler, kArithmeticVersion, make_backend("cpu", 1)->description(),
                            cuda_build());
                 return ExitCode::complete;
               });
}

}  // namespace mayfly::cli
