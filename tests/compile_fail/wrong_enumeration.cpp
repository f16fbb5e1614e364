// A fault's number is no event.
#include <auklet/npu/device.hpp>

void misuse(auklet::npu::Device<auklet::npu::MmioBus, auklet::npu::NullPort>& device) {
#ifdef MISUSE
  (void)device.select_event(0, auklet::spec::Fault::kWatchdog);
#else
  (void)device.select_event(0, auklet::spec::Event::kMacActive);
#endif
}
