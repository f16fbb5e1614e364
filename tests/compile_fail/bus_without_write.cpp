// A bus that cannot write is no bus.
#include <auklet/npu/registers.hpp>

struct HalfBus {
  std::uint32_t read32(std::uint32_t offset);
#ifndef MISUSE
  void write32(std::uint32_t offset, std::uint32_t value);
#endif
};

auklet::npu::Registers<HalfBus>* registers = nullptr;
