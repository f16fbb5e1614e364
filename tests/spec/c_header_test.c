// The C header on its own, compiled as C: values that spec_test.cpp compares with the C++ header's.
#include <auklet/spec/auklet_spec.h>
#include <stdint.h>

uint32_t auklet_c_status_offset(void);
uint32_t auklet_c_status_state_mask(void);
uint32_t auklet_c_status_state_shift(void);
uint32_t auklet_c_state_idle(void);
uint32_t auklet_c_window_attr_offset(uint32_t index);
uint32_t auklet_c_opcode_add(void);
uint32_t auklet_c_stream_magic(void);

uint32_t auklet_c_status_offset(void) { return AUKLET_REG_STATUS; }
uint32_t auklet_c_status_state_mask(void) { return AUKLET_STATUS_STATE_MASK; }
uint32_t auklet_c_status_state_shift(void) { return AUKLET_STATUS_STATE_SHIFT; }
uint32_t auklet_c_state_idle(void) { return AUKLET_STATE_IDLE; }
uint32_t auklet_c_window_attr_offset(uint32_t index) {
  return AUKLET_REG_WINDOW_ATTR + index * AUKLET_REG_WINDOW_ATTR_STRIDE;
}
uint32_t auklet_c_opcode_add(void) { return AUKLET_OPCODE_ADD; }
uint32_t auklet_c_stream_magic(void) { return AUKLET_STREAM_MAGIC; }
