// What a call complains about.
#pragma once

#include <string>

#include "core/error.h"

namespace mayfly::testing_config {

/// The message of the UsageError that `call` throws; "" where it throws none.
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace mayfly::testing_config
