#include <auklet/plan/plan.hpp>

namespace auklet::plan {
namespace {

using u64 = std::uint64_t;

Outcome make_linear(spec::Opcode opcode, const MemoryTensor& memory, std::uint32_t sram_address, std::uint32_t pixels,
                    std::uint32_t channels, std::uint32_t pixel_pitch, spec::DmaCommand& command) noexcept {
  if (pixels == 0 || channels == 0) return Status::kShapeZero;
  const u64 bytes = u64{pixels} * channels;
  if (bytes > static_cast<u64>(spec::DmaFields::kAxLen.max)) return Status::kTensorTooLarge;
  if (pixel_pitch < channels) return Status::kPitchTooSmall;
  const bool compact = pixel_pitch == channels;
  if (sram_address % kWordBytes != 0 || (!compact && pixel_pitch % kWordBytes != 0)) return Status::kAddressMisaligned;
  command.header.opcode = opcode;
  command.offset = memory.offset;
  command.window = memory.window;
  command.ax_len = static_cast<std::uint32_t>(bytes);
  command.ax_rows = 1;
  command.sp_base = sram_address;
  // Without gaps it is one long row.
  command.sp_len = compact ? command.ax_len : channels;
  command.sp_stride = compact ? 0 : pixel_pitch;
  return {};
}

}  // namespace

Outcome plan_load_bytes(StreamWriter& writer, const MemoryTensor& from, std::uint32_t sram_address, std::uint32_t bytes,
                        const Waits& after) noexcept {
  return plan_load_pixels(writer, from, sram_address, bytes, 1, 1, after);
}

Outcome plan_load_halves(StreamWriter& writer, const MemoryTensor& from, std::uint32_t sram_address,
                         std::uint32_t first, std::uint32_t rest_address, std::uint32_t bytes,
                         const Waits& after) noexcept {
  if (first == 0 || bytes <= first) return Status::kShapeZero;
  if (bytes > static_cast<u64>(spec::DmaFields::kAxLen.max)) return Status::kTensorTooLarge;
  if (bytes - first > first || rest_address < sram_address || rest_address - sram_address < first) {
    return Status::kPitchTooSmall;
  }
  if (sram_address % kWordBytes != 0 || rest_address % kWordBytes != 0 || first % kWordBytes != 0) {
    return Status::kAddressMisaligned;
  }
  spec::DmaCommand command;
  command.header.opcode = spec::Opcode::kLoad;
  command.offset = from.offset;
  command.window = from.window;
  command.ax_len = bytes;
  command.ax_rows = 1;
  command.sp_base = sram_address;
  command.sp_len = first;  // The second row is cut short by the end of the bytes.
  command.sp_stride = rest_address - sram_address;
  return writer.emit(command, after);
}

Outcome plan_load_packed(StreamWriter& writer, const MemoryTensor& from, std::uint32_t sram_address,
                         std::uint32_t packed, std::uint32_t bytes, const Waits& after) noexcept {
  if (packed == 0 || bytes == 0) return Status::kShapeZero;
  if (sram_address % kWordBytes != 0 || bytes % kWordBytes != 0) return Status::kAddressMisaligned;
  spec::DmaCommand command;
  command.header.opcode = spec::Opcode::kUnpack;
  command.offset = from.offset;
  command.window = from.window;
  command.ax_len = packed;
  command.ax_rows = 1;
  command.sp_base = sram_address;
  command.sp_len = bytes;
  return writer.emit(command, after);
}

Outcome plan_load_pixels(StreamWriter& writer, const MemoryTensor& from, std::uint32_t sram_address,
                         std::uint32_t pixels, std::uint32_t channels, std::uint32_t pixel_pitch,
                         const Waits& after) noexcept {
  spec::DmaCommand command;
  const Outcome made = make_linear(spec::Opcode::kLoad, from, sram_address, pixels, channels, pixel_pitch, command);
  return made.ok() ? writer.emit(command, after) : made;
}

Outcome plan_store_pixels(StreamWriter& writer, const MemoryTensor& to, std::uint32_t sram_address,
                          std::uint32_t pixels, std::uint32_t channels, std::uint32_t pixel_pitch,
                          const Waits& after) noexcept {
  spec::DmaCommand command;
  const Outcome made = make_linear(spec::Opcode::kStore, to, sram_address, pixels, channels, pixel_pitch, command);
  return made.ok() ? writer.emit(command, after) : made;
}

Outcome plan_store_channels(StreamWriter& writer, const MemoryTensor& to, std::uint32_t memory_pitch,
                            std::uint32_t sram_address, std::uint32_t pixels, std::uint32_t channels,
                            std::uint32_t pixel_pitch, const Waits& after) noexcept {
  spec::DmaCommand command;
  const Outcome made = make_linear(spec::Opcode::kStore, to, sram_address, pixels, channels, pixel_pitch, command);
  if (!made.ok()) return made;
  if (memory_pitch < channels) return Status::kPitchTooSmall;
  if (pixels > static_cast<u64>(spec::DmaFields::kAxRows.max)) return Status::kTensorTooLarge;
  command.ax_len = channels;
  command.ax_rows = pixels;
  command.ax_stride = memory_pitch;
  return writer.emit(command, after);
}

}  // namespace auklet::plan
