// A stand-in for the part of TensorFlow Lite's C types that the NPU kernel uses; same names, written for this test.
#pragma once

#include <cstddef>
#include <cstdint>

// NOLINTBEGIN(readability-identifier-naming)
enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };
enum TfLiteType { kTfLiteNoType = 0, kTfLiteUInt8 = 3, kTfLiteInt8 = 9 };

struct TfLiteIntArray {
  int size;
  int data[16];
};

union TfLitePtrUnion {
  void* data;
  std::int8_t* int8;
};

struct TfLiteTensor {
  TfLiteType type;
  TfLitePtrUnion data;
  std::size_t bytes;
};

struct TfLiteEvalTensor {
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  TfLiteType type;
};

struct TfLiteNode {
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
  void* user_data;
  const void* custom_initial_data;
  int custom_initial_data_size;
};

struct TfLiteContext {
  void* impl_;
  void* (*AllocatePersistentBuffer)(TfLiteContext* context, std::size_t bytes);
  TfLiteStatus (*RequestScratchBufferInArena)(TfLiteContext* context, std::size_t bytes, int* index);
  void* (*GetScratchBuffer)(TfLiteContext* context, int index);
  TfLiteEvalTensor* (*GetEvalTensor)(const TfLiteContext* context, int tensor);
};
// NOLINTEND(readability-identifier-naming)
