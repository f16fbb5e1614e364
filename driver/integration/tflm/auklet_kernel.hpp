// NPU segments as an operator of TensorFlow Lite for Microcontrollers; README.md tells how it is used.
#pragma once

#include <cstdint>

#include "auklet_npu.h"

#include "tensorflow/lite/micro/micro_common.h"

// Names as TensorFlow Lite for Microcontrollers has them.
// NOLINTBEGIN(readability-identifier-naming)
namespace tflite {

/// The device that all segments run on from now on: prepared, probed and opened. It must outlive the interpreters that
/// invoke segments. `timeout`: ticks of its port that one segment may take. Null takes the device away; then invoking a
/// segment fails. Not while a segment is invoked, and by one thread.
void SetAukletDevice(auklet_npu* npu, std::uint64_t timeout);

/// The operator, to be given to MicroMutableOpResolver::AddCustom() with GetString_AUKLET(). Invoking blocks until the
/// job has ended, at most the device's timeout and a reset; kTfLiteError with a line in the log when it ended in any
/// other way than well, and then the outputs are undefined. Threads: as auklet_npu_run(). Not in an interrupt handler.
TFLMRegistration* Register_AUKLET();
/// The custom operator's name in compiled models.
const char* GetString_AUKLET();

}  // namespace tflite
// NOLINTEND(readability-identifier-naming)
