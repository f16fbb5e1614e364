// What mutated C++ calls: every mutant is there, and AUKLET_MUTANT=N in the environment switches one of them on.
//
// With AUKLET_MUTANTS_REACHED=FILE in the environment, the numbers of all mutants that ran are added to FILE at the
// end. A constant expression has no mutants.
#pragma once

#include <bitset>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

namespace auklet::mutation {

constexpr int kMost = 20'000;

struct State {
  int selected = 0;
  const char* file = nullptr;
  std::bitset<kMost> reached;

  State() {
    if (const char* text = std::getenv("AUKLET_MUTANT"); text != nullptr) selected = std::atoi(text);
    file = std::getenv("AUKLET_MUTANTS_REACHED");
  }
  ~State() {
    if (file == nullptr) return;
    std::FILE* const out = std::fopen(file, "a");
    if (out == nullptr) return;
    for (int i = 0; i < kMost; ++i) {
      if (reached[static_cast<std::size_t>(i)]) std::fprintf(out, "%d\n", i);
    }
    std::fclose(out);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

inline bool selected(int number) {
  static State state;
  if (state.file != nullptr) state.reached[static_cast<std::size_t>(number)] = true;
  return state.selected == number;
}

constexpr bool is(int number) { return !std::is_constant_evaluated() && selected(number); }
constexpr bool keep(int number) { return !is(number); }
constexpr bool condition(int number, bool value) { return is(number) ? !value : value; }

// The operators of a mutated expression, and those that take their place.
// clang-format off
#define AUKLET_MUTATION_BINARY(name, sign) \
  struct name { constexpr auto operator()(const auto& a, const auto& b) const { return a sign b; } };
AUKLET_MUTATION_BINARY(Less, <)
AUKLET_MUTATION_BINARY(LessEqual, <=)
AUKLET_MUTATION_BINARY(Greater, >)
AUKLET_MUTATION_BINARY(GreaterEqual, >=)
AUKLET_MUTATION_BINARY(Equal, ==)
AUKLET_MUTATION_BINARY(NotEqual, !=)
AUKLET_MUTATION_BINARY(Add, +)
AUKLET_MUTATION_BINARY(Subtract, -)
AUKLET_MUTATION_BINARY(Multiply, *)
AUKLET_MUTATION_BINARY(Divide, /)
AUKLET_MUTATION_BINARY(Remainder, %)
AUKLET_MUTATION_BINARY(Left, <<)
AUKLET_MUTATION_BINARY(Right, >>)
AUKLET_MUTATION_BINARY(And, &)
AUKLET_MUTATION_BINARY(Or, |)
AUKLET_MUTATION_BINARY(Xor, ^)
#undef AUKLET_MUTATION_BINARY
// clang-format on

// Original, and what takes its place as mutants number, number + 1, ...
template <class Original, class First, class... Others>
constexpr auto binary(int number, const auto& a, const auto& b) {
  if (is(number)) return static_cast<decltype(Original{}(a, b))>(First{}(a, b));
  if constexpr (sizeof...(Others) > 0) {
    return binary<Original, Others...>(number + 1, a, b);
  } else {
    return Original{}(a, b);
  }
}

// a && b as a || b, a, b; the same for a || b.
constexpr bool both(int number, bool a, auto b) {
  if (is(number)) return a || b();
  if (is(number + 1)) return a;
  if (is(number + 2)) return b();
  return a && b();
}
constexpr bool either(int number, bool a, auto b) {
  if (is(number)) return a && b();
  if (is(number + 1)) return a;
  if (is(number + 2)) return b();
  return a || b();
}

// One more, and, if it is not zero, one less.
template <class T>
constexpr T constant(int number, T value) {
  if (is(number)) return static_cast<T>(value + 1);
  if (value != 0 && is(number + 1)) return static_cast<T>(value - 1);
  return value;
}

}  // namespace auklet::mutation
