// There is one WATCHDOG.
#include <auklet/npu/registers.hpp>

void access(auklet::npu::Registers<auklet::npu::MmioBus>& registers) {
  (void)registers.read<auklet::spec::reg::Watchdog>();
#ifdef MISUSE
  (void)registers.read<auklet::spec::reg::Watchdog>(1);
#endif
}
