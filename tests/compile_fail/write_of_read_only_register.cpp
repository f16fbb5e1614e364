// STATUS is read-only: a write has no meaning.
#include <auklet/npu/registers.hpp>

void access(auklet::npu::Registers<auklet::npu::MmioBus>& registers) {
  (void)registers.read<auklet::spec::reg::Status>();
#ifdef MISUSE
  registers.write<auklet::spec::reg::Status>(1);
#endif
}
