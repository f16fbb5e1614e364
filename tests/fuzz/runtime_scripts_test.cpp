// Random scripts of calls, faults and bad streams on the driver's queue (runtime_subject.hpp).
//
// AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n changes how many scripts are run.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "../common/random.hpp"
#include "environment.hpp"
#include "runtime_subject.hpp"

namespace auklet::test {
namespace {

TEST(RuntimeScripts, EveryCallEndsAndTheNextJobIsRight) {
  for (const std::uint64_t seed : seeds(500)) {
    Random random(seed);
    std::vector<std::uint8_t> script(1 + 4 * random.in<std::size_t>(0, 40));
    for (std::uint8_t& byte : script) byte = random.in<std::uint8_t>(0, 255);
    ASSERT_EQ(run_script(script), "") << "AUKLET_SEED=" << seed;
  }
}

}  // namespace
}  // namespace auklet::test
