#include "commands.hpp"

namespace auklet::sim::model {
namespace {

constexpr std::uint64_t kWordBytes = 4;

/// What DWCONV asks beyond the format's table: that the register window and the line buffers hold its input.
bool fits_depthwise_window(const Geom& geom) {
  return geom.kh <= spec::kDwRows && geom.kx_n <= spec::kDwCols && geom.pad_top < geom.kh &&
         geom.pad_left < geom.kx_n && geom.in_w != 0 && geom.in_w <= spec::kDwLineMax && geom.stride_x != 0;
}

/// What DWROWS asks beyond the format's table: that the window holds a kernel row, the accumulators an output row.
bool fits_depthwise_rows(const Geom& geom) {
  return geom.kx_n <= spec::kDwrowsCols && geom.pad_left < geom.kx_n && geom.in_w != 0 && geom.stride_x != 0 &&
         geom.stripe == geom.out_w;
}

/// What UNPACK asks beyond the format's table: one row of whole words.
bool fits_unpack(const Dma& dma) { return dma.ax_rows == 1 && dma.sp_len % spec::kLanes == 0; }

/// What AVGPOOL asks beyond the format's table: that the sum and the reciprocal of the count are exact.
bool fits_average(const Geom& geom) { return std::uint32_t{geom.kh} * geom.kx_n <= spec::kPoolTapsMax; }

}  // namespace

spec::CommandError check_stream_header(std::span<const std::uint32_t, spec::StreamHeader::kWords> words,
                                       std::uint32_t cmd_size, const spec::HardwareConfig& config) {
  const spec::StreamHeader header = spec::decode_stream_header(words);
  if (header.magic != spec::kStreamMagic) return spec::CommandError::kMagic;
  if (header.version != spec::kStreamVersion) return spec::CommandError::kVersion;
  if (header.macs != config.macs || header.sram > config.sram_bytes) return spec::CommandError::kConfig;
  if (header.length != cmd_size) return spec::CommandError::kLength;
  return spec::CommandError::kNone;
}

spec::CommandError check_length(std::uint32_t first_word, std::uint64_t bytes_left) {
  const std::uint32_t words[] = {first_word};
  const spec::CommandInfo* info =
      spec::command_info(static_cast<std::uint32_t>(spec::CommandHeaderFields::kOpcode.get(words)));
  if (info == nullptr) return spec::CommandError::kOpcode;
  if (spec::CommandHeaderFields::kWords.get(words) != info->words) return spec::CommandError::kWords;
  if (info->words * kWordBytes > bytes_left) return spec::CommandError::kTruncated;
  return spec::CommandError::kNone;
}

spec::CommandError check_fields(std::span<const std::uint32_t> words) {
  const spec::CommandInfo& info = *spec::command_info(spec::decode_header(words).opcode);
  if (spec::has_reserved_bits(info.reserved, words)) return spec::CommandError::kReserved;
  if (spec::first_violation(info.fields, words) != nullptr) return spec::CommandError::kField;
  if (info.opcode == spec::Opcode::kDwconv && !fits_depthwise_window(spec::decode_geom(words.first<Geom::kWords>()))) {
    return spec::CommandError::kField;
  }
  if (info.opcode == spec::Opcode::kDwrows && !fits_depthwise_rows(spec::decode_geom(words.first<Geom::kWords>()))) {
    return spec::CommandError::kField;
  }
  if (info.opcode == spec::Opcode::kUnpack && !fits_unpack(spec::decode_dma(words.first<Dma::kWords>()))) {
    return spec::CommandError::kField;
  }
  if (info.opcode == spec::Opcode::kAvgpool && !fits_average(spec::decode_geom(words.first<Geom::kWords>()))) {
    return spec::CommandError::kField;
  }
  return spec::CommandError::kNone;
}

}  // namespace auklet::sim::model
