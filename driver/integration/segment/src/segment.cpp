#include <auklet/integration/segment.hpp>
#include <auklet/plan/crc32.hpp>

namespace auklet::integration {
namespace {

// All numbers are little-endian:
//   0 magic | 4 version, u16 0 | 8 length of all | 12 CRC-32 of all that follows
//   16 macs | 20 sram_bytes | 24 u16 windows, u16 layers
//   a window: u8 role, u8 access, u16 index, u32 bytes
//   a layer:  56 bytes, of which u16 at 12 is the length of its name, then the name, padded to a multiple of 4
constexpr std::uint32_t kMagic = 0x4e4b5541;  // 'AUKN' in memory order.
constexpr std::size_t kWord = 4;
constexpr std::size_t kCheckedFrom = 16;
constexpr std::size_t kHeaderBytes = 28;
constexpr std::size_t kWindowBytes = 8;
constexpr std::size_t kLayerBytes = 56;
constexpr std::size_t kNameLengthOffset = 12;

/// `offset` + 2 must be within the payload.
std::uint16_t half_at(std::span<const std::byte> payload, std::size_t offset) noexcept {
  const auto low = static_cast<std::uint32_t>(payload[offset]);
  return static_cast<std::uint16_t>(low | static_cast<std::uint32_t>(payload[offset + 1]) << 8);
}
/// `offset` + 4 must be within the payload.
std::uint32_t word_at(std::span<const std::byte> payload, std::size_t offset) noexcept {
  return half_at(payload, offset) | static_cast<std::uint32_t>(half_at(payload, offset + 2)) << 16;
}

SegmentStatus check_envelope(std::span<const std::byte> payload) noexcept {
  if (payload.size() < kHeaderBytes || word_at(payload, 0) != kMagic) return SegmentStatus::kNoSegment;
  if (half_at(payload, 4) != kSegmentVersion) return SegmentStatus::kVersion;
  if (word_at(payload, 8) != payload.size() || payload.size() % kWord != 0) return SegmentStatus::kLength;
  if (half_at(payload, 6) != 0) return SegmentStatus::kDamaged;
  std::uint32_t crc = 0;
  for (std::size_t at = kCheckedFrom; at < payload.size(); at += kWord) {
    const std::array<std::uint32_t, 1> word{word_at(payload, at)};
    crc = plan::crc32(word, crc);
  }
  return crc == word_at(payload, 12) ? SegmentStatus::kOk : SegmentStatus::kChecksum;
}

/// Whether exactly `layers` layers follow at `at`.
bool layers_fill(std::span<const std::byte> payload, std::size_t at, std::size_t layers) noexcept {
  for (std::size_t i = 0; i < layers; ++i) {
    if (payload.size() - at < kLayerBytes) return false;
    const std::size_t name = (half_at(payload, at + kNameLengthOffset) + kWord - 1) / kWord * kWord;
    at += kLayerBytes;
    if (payload.size() - at < name) return false;
    at += name;
  }
  return at == payload.size();
}

bool is_known(std::uint32_t macs) noexcept {
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    if (config.macs == macs) return true;
  }
  return false;
}

/// Whether window `number` may be what it says.
bool is_legal(const Segment& segment, std::size_t number) noexcept {
  const SegmentWindow& window = segment.windows[number];
  const bool is_input = window.role == WindowRole::kInput;
  if (number == 0 && window.role != WindowRole::kConstants) return false;
  if (number == kScratchWindow && window.role != WindowRole::kScratch) return false;
  if (number > kScratchWindow && !is_input && window.role != WindowRole::kOutput) return false;
  const bool read_only = is_input || window.role == WindowRole::kConstants;
  if (read_only && npu::allows(window.access, npu::Access::kWrite)) return false;
  if (is_input && window.index < kFirstActivation) return false;
  for (std::size_t i = kScratchWindow + 1; i < number; ++i) {
    if (segment.windows[i].role == window.role && segment.windows[i].index == window.index) return false;
  }
  return true;
}

}  // namespace

const char* to_string(SegmentStatus status) noexcept {
  switch (status) {
    case SegmentStatus::kOk:
      return "ok";
    case SegmentStatus::kNoSegment:
      return "the payload is no NPU segment";
    case SegmentStatus::kVersion:
      return "the NPU segment has another version than this reader";
    case SegmentStatus::kLength:
      return "the NPU segment has another length than its header says";
    case SegmentStatus::kChecksum:
      return "the NPU segment does not match its checksum";
    case SegmentStatus::kDamaged:
      return "the NPU segment is damaged";
    case SegmentStatus::kHardware:
      return "the NPU segment is for hardware that does not exist";
    case SegmentStatus::kContradiction:
      return "the NPU segment's windows contradict each other";
  }
  return "unknown status";
}

SegmentStatus read_segment(std::span<const std::byte> payload, Segment& segment) noexcept {
  if (const SegmentStatus status = check_envelope(payload); status != SegmentStatus::kOk) return status;
  Segment found;
  found.macs = word_at(payload, kCheckedFrom);
  found.sram_bytes = word_at(payload, kCheckedFrom + 4);
  found.window_count = half_at(payload, kCheckedFrom + 8);
  const std::size_t layers = half_at(payload, kCheckedFrom + 10);
  const std::size_t layers_begin = kHeaderBytes + found.window_count * kWindowBytes;
  if (layers_begin > payload.size() || !layers_fill(payload, layers_begin, layers)) return SegmentStatus::kDamaged;
  if (!is_known(found.macs)) return SegmentStatus::kHardware;
  if (found.window_count <= kScratchWindow || found.window_count > found.windows.size()) {
    return SegmentStatus::kContradiction;
  }
  for (std::size_t i = 0; i < found.window_count; ++i) {
    const std::size_t at = kHeaderBytes + i * kWindowBytes;
    const auto role = static_cast<std::uint8_t>(payload[at]);
    const auto access = static_cast<std::uint8_t>(payload[at + 1]);
    if (role > static_cast<std::uint8_t>(WindowRole::kOutput) ||
        access > static_cast<std::uint8_t>(npu::Access::kReadWrite)) {
      return SegmentStatus::kDamaged;
    }
    found.windows[i] = {static_cast<WindowRole>(role), static_cast<npu::Access>(access), half_at(payload, at + 2),
                        word_at(payload, at + 4)};
    if (!is_legal(found, i)) return SegmentStatus::kContradiction;
  }
  segment = found;
  return SegmentStatus::kOk;
}

}  // namespace auklet::integration
