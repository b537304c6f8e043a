// Faults that are compiled in and asleep: MAYFLY_FAULT in the environment wakes one (switches.py puts them
// in). MAYFLY_FAULTS_REACHED names a file: the numbers of those that were asked about are added to it.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <type_traits>

namespace planted {

inline constexpr int kMost = 1 << 13;
inline const char* const kReachedFile = std::getenv("MAYFLY_FAULTS_REACHED");
inline const int kAwake = [] {
  const char* const number = std::getenv("MAYFLY_FAULT");
  return number == nullptr ? -1 : std::atoi(number);
}();

class Reached {
 public:
  void add(int fault) { reached_[fault].store(true, std::memory_order_relaxed); }
  ~Reached() {
    if (kReachedFile == nullptr) return;
    std::ofstream file(kReachedFile, std::ios::app);
    for (int fault = 0; fault < kMost; ++fault)
      if (reached_[fault]) file << fault << '\n';
  }

 private:
  std::atomic<bool> reached_[kMost] = {};
};
inline Reached reached;

constexpr bool is(int fault) {
  if (std::is_constant_evaluated() || fault < 0) return false;
  if (kReachedFile != nullptr) [[unlikely]]
    reached.add(fault);
  return kAwake == fault;
}
/// +1, -1 or, nearly always, 0.
constexpr int shift(int up, int down) {
  return is(up) ? 1 : is(down) ? -1 : 0;
}
inline float fma(int fault, float a, float b, float c) {
  return is(fault) ? a * b + c : std::fma(a, b, c);
}

/// `a += ChangeOfSign{n} += b` is a += b, or a -= b once fault n is awake.
struct ChangeOfSign {
  int fault;

  template <class Value>
  constexpr auto operator+=(Value value) const {
    return is(fault) ? -value : +value;
  }
};

/// `Smaller{n}(a, b)` is the smaller one, or the larger one once fault n is awake; Larger the reverse.
struct Smaller {
  int fault;

  template <class Left, class Right>
  constexpr auto operator()(Left a, Right b) const {
    return (a < b) != is(fault) ? a : b;
  }
};
struct Larger {
  int fault;

  template <class Left, class Right>
  constexpr auto operator()(Left a, Right b) const {
    return (a > b) != is(fault) ? a : b;
  }
};

/// `a +Plus{n}+ b` is a + b, or a - b once fault n is awake. The operator stays, so precedence does.
struct Plus {
  int fault;
};
struct Minus {
  int fault;
};
struct Less {
  int fault;
};
struct LessOrEqual {
  int fault;
};
struct Greater {
  int fault;
};
struct GreaterOrEqual {
  int fault;
};
struct Equal {
  int fault;
};
struct Unequal {
  int fault;
};

template <class Left, class Kind>
struct Half {
  const Left& left;
  int fault;
};

// Where the other operator does not exist for these types the fault cannot be.
#define PLANTED_OPERATOR(Kind, op, other)                                        \
  template <class Left>                                                          \
  constexpr Half<Left, Kind> operator op(const Left& left, Kind kind) {          \
    return {left, kind.fault};                                                   \
  }                                                                              \
  template <class Left, class Right>                                             \
  constexpr auto operator op(const Half<Left, Kind>& half, const Right& right) { \
    return is(half.fault) ? (half.left other right) : (half.left op right);      \
  }
PLANTED_OPERATOR(Plus, +, -)
PLANTED_OPERATOR(Minus, -, +)
PLANTED_OPERATOR(Less, <, <=)
PLANTED_OPERATOR(LessOrEqual, <=, <)
PLANTED_OPERATOR(Greater, >, >=)
PLANTED_OPERATOR(GreaterOrEqual, >=, >)
PLANTED_OPERATOR(Equal, ==, !=)
PLANTED_OPERATOR(Unequal, !=, ==)
#undef PLANTED_OPERATOR

}  // namespace planted
