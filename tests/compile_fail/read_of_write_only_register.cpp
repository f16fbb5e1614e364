// CONTROL is write-only: there is nothing to read.
#include <auklet/npu/registers.hpp>

void access(auklet::npu::Registers<auklet::npu::MmioBus>& registers) {
  registers.write<auklet::spec::reg::Control>(1);
#ifdef MISUSE
  (void)registers.read<auklet::spec::reg::Control>();
#endif
}
