// A stand-in, see tensorflow/lite/c/common.h here: one node's tensors and memory.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "tensorflow/lite/c/common.h"

// NOLINTBEGIN(readability-identifier-naming)
namespace tflite {

class MicroContext {
 public:
  TfLiteTensor* AllocateTempInputTensor(const TfLiteNode* node, int index) {
    ++temporary_tensors;
    return &tensors.at(static_cast<std::size_t>(node->inputs->data[index]));
  }
  TfLiteTensor* AllocateTempOutputTensor(const TfLiteNode* node, int index) {
    ++temporary_tensors;
    return &tensors.at(static_cast<std::size_t>(node->outputs->data[index]));
  }
  void DeallocateTempTfLiteTensor(TfLiteTensor* /*tensor*/) { --temporary_tensors; }

  std::vector<TfLiteTensor> tensors;
  std::vector<TfLiteEvalTensor> eval_tensors;
  std::deque<std::vector<std::max_align_t>> persistent;
  std::size_t scratch_bytes = 0;
  void* scratch = nullptr;
  int temporary_tensors = 0;
};

inline MicroContext* GetMicroContext(const TfLiteContext* context) {
  return static_cast<MicroContext*>(context->impl_);
}

}  // namespace tflite
// NOLINTEND(readability-identifier-naming)
