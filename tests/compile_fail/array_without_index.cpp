// There are several WINDOW_SIZE; which one is meant has to be said.
#include <auklet/npu/registers.hpp>

void access(auklet::npu::Registers<auklet::npu::MmioBus>& registers) {
  registers.write<auklet::spec::reg::WindowSize>(0, 16);
#ifdef MISUSE
  registers.write<auklet::spec::reg::WindowSize>(16);
#endif
}
