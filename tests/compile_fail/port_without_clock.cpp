// PortDefaults has no clock: what waits would never end.
#include <auklet/npu/queue.hpp>

struct Port : auklet::npu::PortDefaults {
#ifndef MISUSE
  auklet::npu::Ticks now();
#endif
};

auklet::npu::Queue<auklet::npu::MmioBus, Port>* queue = nullptr;
