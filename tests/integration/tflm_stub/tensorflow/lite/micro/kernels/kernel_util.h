// A stand-in, see tensorflow/lite/c/common.h here.
#pragma once

#include <cstddef>

#include "tensorflow/lite/micro/micro_common.h"

// NOLINTBEGIN(readability-identifier-naming)
namespace tflite::micro {

inline TFLMRegistration RegisterOp(void* (*init)(TfLiteContext*, const char*, std::size_t),
                                   TfLiteStatus (*prepare)(TfLiteContext*, TfLiteNode*),
                                   TfLiteStatus (*invoke)(TfLiteContext*, TfLiteNode*)) {
  return {init, nullptr, prepare, invoke, nullptr, 0, nullptr};
}

inline const TfLiteEvalTensor* GetEvalInput(const TfLiteContext* context, const TfLiteNode* node, int index) {
  return context->GetEvalTensor(context, node->inputs->data[index]);
}
inline TfLiteEvalTensor* GetEvalOutput(const TfLiteContext* context, const TfLiteNode* node, int index) {
  return context->GetEvalTensor(context, node->outputs->data[index]);
}

}  // namespace tflite::micro
// NOLINTEND(readability-identifier-naming)
