// GoogleTest inside of SystemC: modules are made before the first test, tests run in a thread of theirs.
#include <gtest/gtest.h>

#include <unistd.h>
#include <cstdlib>
#include <string>

#include "tlm_system.hpp"

int sc_main(int argc, char* argv[]) {
  testing::InitGoogleTest(&argc, argv);
  auklet::test::TlmSystem::build_all();
  return RUN_ALL_TESTS();
}

// Clang's way of telling what g++ says by itself.
#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1  // NOLINT(bugprone-reserved-identifier)
#endif
#endif

namespace {

// SystemC's threads are coroutines, which AddressSanitizer's second stack for locals does not follow. It reads its
// options before main(), so the program begins anew with that switched off.
void without_second_stack(char* argv[]) {
#ifdef __SANITIZE_ADDRESS__
  constexpr const char* kOff = "detect_stack_use_after_return=0";
  const char* given = std::getenv("ASAN_OPTIONS");
  std::string options = given != nullptr ? given : "";
  if (options.ends_with(kOff)) return;
  options += std::string(options.empty() ? "" : ":") + kOff;  // The last of equal options counts.
  setenv("ASAN_OPTIONS", options.c_str(), 1);
  execv("/proc/self/exe", argv);
#else
  static_cast<void>(argv);
#endif
}

}  // namespace

int main(int argc, char* argv[]) {
  without_second_stack(argv);
  setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 0);  // Else it is the first line of every test's output.
  return sc_core::sc_elab_and_sim(argc, argv);
}
