// The built program at work beside the test, to be watched, told to stop and killed.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace mayfly {

class Process {
 public:
  /// `mayfly arguments...` with stdout and stderr into `log`.
  Process(const std::vector<std::string>& arguments, std::filesystem::path log);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  ///< kills it where it runs

  pid_t pid() const { return pid_; }
  std::string log() const;
  /// Waits until the log has `text` for the `count`th time; false where the process ends before.
  bool wait_for(const std::string& text, int count = 1);
  void signal(int number) const;
  /// Waits for its end; 128 + signal where a signal ended it.
  int wait();

 private:
  bool has_ended();

  std::filesystem::path log_;
  pid_t pid_;
  int exit_code_ = -1;
};

}  // namespace mayfly
