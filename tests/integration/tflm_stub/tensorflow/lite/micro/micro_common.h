// A stand-in, see tensorflow/lite/c/common.h here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/c/common.h"

// NOLINTBEGIN(readability-identifier-naming)
struct TFLMRegistration {
  void* (*init)(TfLiteContext* context, const char* buffer, std::size_t length);
  void (*free)(TfLiteContext* context, void* buffer);
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  void (*reset)(TfLiteContext* context, void* buffer);
  std::int32_t builtin_code;
  const char* custom_name;
};
// NOLINTEND(readability-identifier-naming)
