// What a firmware makes of firmware.hpp, so that a cross compiler sees every template of it. Compiled, not run.
#include "firmware.hpp"

extern "C" int recognise_once();

extern "C" int recognise_once() {
  auklet::npu::MmioBus bus(0x4000'0000);
  auklet::npu::NullPort port;
  firmware::Recogniser recogniser(bus, port);
  if (recogniser.open() != auklet::npu::Status::kOk) return -2;
  recogniser.features()[0] = 1;
  return recogniser.recognise();
}
