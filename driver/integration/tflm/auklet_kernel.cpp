#include "auklet_kernel.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <auklet/spec/auklet_spec.h>
#include <auklet/integration/segment.hpp>

#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/micro_log.h"

// Names as TensorFlow Lite for Microcontrollers has them.
// NOLINTBEGIN(readability-identifier-naming)
namespace tflite {
namespace {

using auklet::integration::Segment;
using auklet::integration::SegmentStatus;
using auklet::integration::SegmentWindow;
using auklet::integration::WindowRole;

/// What an operator keeps between Init and Eval, in the interpreter's arena.
struct OpData {
  Segment segment;
  SegmentStatus status = SegmentStatus::kNoSegment;  ///< Init cannot fail: Prepare tells.
  std::size_t stream_bytes = 0;
  int scratch = -1;  ///< Index of the scratch buffer, when the segment has one.
};

struct Device {
  auklet_npu* npu = nullptr;
  std::uint64_t timeout = 0;
};
constinit Device device;

void* Init(TfLiteContext* context, const char* buffer, std::size_t length) {
  void* memory = context->AllocatePersistentBuffer(context, sizeof(OpData));
  if (memory == nullptr) return nullptr;
  auto* data = static_cast<OpData*>(memory);
  *data = OpData{};
  data->status = auklet::integration::read_segment(std::as_bytes(std::span(buffer, length)), data->segment);
  return data;
}

/// A tensor of the model during Prepare.
class TempTensor {
 public:
  TempTensor(TfLiteContext* context, TfLiteNode* node, bool is_output, std::size_t index)
      : context_(*GetMicroContext(context)) {
    const TfLiteIntArray& list = is_output ? *node->outputs : *node->inputs;
    if (index >= static_cast<std::size_t>(list.size)) return;
    const int number = static_cast<int>(index);
    tensor_ =
        is_output ? context_.AllocateTempOutputTensor(node, number) : context_.AllocateTempInputTensor(node, number);
  }
  ~TempTensor() {
    if (tensor_ != nullptr) context_.DeallocateTempTfLiteTensor(tensor_);
  }
  TempTensor(const TempTensor&) = delete;
  TempTensor& operator=(const TempTensor&) = delete;

  [[nodiscard]] const TfLiteTensor* get() const { return tensor_; }

 private:
  MicroContext& context_;
  TfLiteTensor* tensor_ = nullptr;
};

/// Whether every window has the size of its tensor, and every tensor its window.
bool FitsTensors(TfLiteContext* context, TfLiteNode* node, OpData& data) {
  namespace integration = auklet::integration;
  const Segment& segment = data.segment;
  const auto activations =
      static_cast<std::size_t>(node->inputs->size + node->outputs->size) - integration::kFirstActivation;
  if (segment.window_count - integration::kFirstActivation != activations) return false;
  const TempTensor stream(context, node, false, integration::kStreamInput);
  if (stream.get() == nullptr || stream.get()->bytes % sizeof(std::uint32_t) != 0) return false;
  data.stream_bytes = stream.get()->bytes;
  for (std::size_t i = 0; i < segment.window_count; ++i) {
    const SegmentWindow& window = segment.windows[i];
    if (window.role == WindowRole::kScratch) continue;
    const std::size_t index = window.role == WindowRole::kConstants ? integration::kConstantsInput : window.index;
    const TempTensor tensor(context, node, window.role == WindowRole::kOutput, index);
    if (tensor.get() == nullptr || tensor.get()->bytes != window.bytes) return false;
  }
  return true;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  auto* data = static_cast<OpData*>(node->user_data);
  if (data == nullptr) return kTfLiteError;
  if (data->status != SegmentStatus::kOk) {
    MicroPrintf("auklet-npu: %s", auklet::integration::to_string(data->status));
    return kTfLiteError;
  }
  if (node->inputs->size < 2 || !FitsTensors(context, node, *data)) {
    MicroPrintf("auklet-npu: the segment does not fit its tensors");
    return kTfLiteError;
  }
  const std::uint32_t scratch = data->segment.scratch_bytes();
  return scratch == 0 ? kTfLiteOk : context->RequestScratchBufferInArena(context, scratch, &data->scratch);
}

/// The memory behind a window; null when there is none.
const void* MemoryOf(TfLiteContext* context, TfLiteNode* node, const OpData& data, const SegmentWindow& window) {
  switch (window.role) {
    case WindowRole::kConstants:
      return micro::GetEvalInput(context, node, static_cast<int>(auklet::integration::kConstantsInput))->data.data;
    case WindowRole::kScratch:
      return data.scratch < 0 ? nullptr : context->GetScratchBuffer(context, data.scratch);
    case WindowRole::kInput:
      return micro::GetEvalInput(context, node, window.index)->data.data;
    case WindowRole::kOutput:
      return micro::GetEvalOutput(context, node, window.index)->data.data;
  }
  return nullptr;
}

TfLiteStatus Eval(TfLiteContext* context, TfLiteNode* node) {
  const auto& data = *static_cast<const OpData*>(node->user_data);
  if (device.npu == nullptr) {
    MicroPrintf("auklet-npu: SetAukletDevice() was not called");
    return kTfLiteError;
  }
  std::array<auklet_npu_buffer, AUKLET_WINDOW_COUNT> buffers{};
  for (std::size_t i = 0; i < data.segment.window_count; ++i) {
    const SegmentWindow& window = data.segment.windows[i];
    if (window.access == auklet::npu::Access::kNone) continue;  // It stays closed.
    buffers[i] = {MemoryOf(context, node, data, window), window.bytes, static_cast<std::uint32_t>(window.access)};
  }
  const void* stream =
      micro::GetEvalInput(context, node, static_cast<int>(auklet::integration::kStreamInput))->data.data;
  const auklet_npu_job job{static_cast<const std::uint32_t*>(stream), data.stream_bytes / sizeof(std::uint32_t),
                           buffers.data(), data.segment.window_count};
  auklet_npu_result result;
  auklet_npu_stream_report report;
  const auklet_npu_status taken = auklet_npu_run(device.npu, &job, device.timeout, &result, &report);
  if (taken != AUKLET_NPU_OK) {
    MicroPrintf("auklet-npu: not submitted: %s (stream offset %u)", auklet_npu_status_text(taken),
                static_cast<unsigned>(report.offset));
    return kTfLiteError;
  }
  if (result.status != AUKLET_NPU_OK) {
    MicroPrintf("auklet-npu: %s (stream offset %u)", auklet_npu_status_text(result.status),
                static_cast<unsigned>(result.stream_offset));
    return kTfLiteError;
  }
  return kTfLiteOk;
}

}  // namespace

void SetAukletDevice(auklet_npu* npu, std::uint64_t timeout) { device = {npu, timeout}; }

TFLMRegistration* Register_AUKLET() {
  static TFLMRegistration registration = micro::RegisterOp(Init, Prepare, Eval);
  return &registration;
}

const char* GetString_AUKLET() { return auklet::integration::kCustomCode; }

}  // namespace tflite
// NOLINTEND(readability-identifier-naming)
