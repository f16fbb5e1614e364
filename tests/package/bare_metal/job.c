/* Stands for what a compiled model would be. */
#include <auklet_npu.h>

const uint32_t stream[] = {0};
const size_t stream_words = 1;
const auklet_npu_buffer buffers[] = {{0}};
const size_t buffer_count = 0;
