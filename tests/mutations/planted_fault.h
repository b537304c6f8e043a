// Faults that are compiled in and asleep: MAYFLY_FAULT in the environment wakes one (switches.py puts them
// in).
#pragma once

#include <cmath>
#include <cstdlib>
#include <type_traits>

namespace planted {

inline int awake() {
  static const int number =
      std::getenv("MAYFLY_FAULT") == nullptr ? -1 : std::atoi(std::getenv("MAYFLY_FAULT"));
  return number;
}
inline const int kAwake = awake();

constexpr bool is(int fault) {
  return std::is_constant_evaluated() ? false : kAwake == fault;
}
/// +1, -1 or, nearly always, 0.
constexpr int shift(int up, int down) {
  return is(up) ? 1 : is(down) ? -1 : 0;
}
inline float fma(int fault, float a, float b, float c) {
  return is(fault) ? a * b + c : std::fma(a, b, c);
}

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
