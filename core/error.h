// The errors Mayfly reports, one type per exit code. A message names the file or key, the place, what was
// expected and what to do; cli/main.cpp prints it and ends with exit_code().
#pragma once

#include <stdexcept>
#include <string>

namespace mayfly {

/// Exit codes of the program (docs/cli.md).
enum class ExitCode : int {
  complete = 0,      ///< all that was asked for is done
  internal = 1,      ///< a defect of Mayfly
  usage = 2,         ///< bad command line, configuration or specification
  some_failed = 3,   ///< the campaign finished, but some networks failed
  data = 4,          ///< a data set or file is missing, unreadable or corrupt
  mismatch = 5,      ///< replay or verify found a difference
  device = 6,        ///< the device is missing or computes otherwise than the contract
  interrupted = 75,  ///< stopped early; the same command goes on
};

/// Base of every error that is the user's or the world's, not a defect of the program.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode exit_code() const { return code_; }

 private:
  ExitCode code_;
};

/// Command line, campaign.toml, search space, network specification or table header cannot be followed.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// A file is missing, unreadable, truncated, or does not hold what its format promises; or cannot be written.
class DataError : public Error {
 public:
  explicit DataError(const std::string& message) : Error(ExitCode::data, message) {}
};

/// The device is absent, out of memory, or does not compute what kernels/arithmetic.md says.
class DeviceError : public Error {
 public:
  explicit DeviceError(const std::string& message) : Error(ExitCode::device, message) {}
};

/// The device has no memory left for this network: fewer at once, or this one alone, may do.
class OutOfDeviceMemory : public DeviceError {
 public:
  using DeviceError::DeviceError;
};

/// The device cannot be used any more by this process, whatever is asked of it (a fault in a kernel, a lost
/// driver): every network on it has to begin again elsewhere or after Device::reset().
class DeviceLost : public DeviceError {
 public:
  using DeviceError::DeviceError;
};

}  // namespace mayfly
