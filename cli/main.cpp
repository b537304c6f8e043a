// The program `mayfly`: runs its command line, turns errors into messages and exit codes.
#include <exception>
#include <new>
#include <system_error>

#include "cli/program.h"
#include "cli/say.h"
#include "core/error.h"

namespace {

int report(const std::exception& error, mayfly::ExitCode code) {
  mayfly::cli::say("mayfly: {}\n", error.what());
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return mayfly::cli::run_program(argc, argv);
  } catch (const mayfly::Error& error) {
    return report(error, error.exit_code());
  } catch (const std::bad_alloc& error) {
    return report(error, mayfly::ExitCode::device);
  } catch (const std::system_error& error) {  // of the file system, of a stream
    return report(error, mayfly::ExitCode::data);
  } catch (const std::exception& error) {
    return report(error, mayfly::ExitCode::internal);
  }
}
