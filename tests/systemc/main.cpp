// GoogleTest inside of SystemC: modules are made before the first test, tests run in a thread of theirs.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tlm_system.hpp"

int sc_main(int argc, char* argv[]) {
  testing::InitGoogleTest(&argc, argv);
  auklet::test::TlmSystem::build_all();
  return RUN_ALL_TESTS();
}

int main(int argc, char* argv[]) {
  setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 0);  // Else it is the first line of every test's output.
  return sc_core::sc_elab_and_sim(argc, argv);
}
