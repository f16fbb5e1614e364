// A status that nobody looks at.
#pragma GCC diagnostic error "-Wunused-result"
#include <auklet/npu/device.hpp>

void misuse(auklet::npu::Device<auklet::npu::MmioBus, auklet::npu::NullPort>& device) {
#ifdef MISUSE
  device.set_watchdog(1);
#else
  (void)device.set_watchdog(1);
#endif
}
