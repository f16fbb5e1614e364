// libFuzzer's target for the driver's queue on the functional model (runtime_subject.hpp).
#include <cstdio>
#include <cstdlib>

#include "libfuzzer.hpp"
#include "runtime_subject.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string complaint = auklet::test::run_script({data, size});
  if (!complaint.empty()) {
    (void)std::fprintf(stderr, "%s\n", complaint.c_str());
    std::abort();
  }
  return 0;
}
