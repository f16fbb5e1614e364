// What an opcode demands of its fields beyond the table of its format.
#include "stream_rules.hpp"

namespace auklet::npu::detail {
namespace {

using Geom = spec::GeomFields;
using Eltwise = spec::EltwiseFields;

constexpr std::uint32_t kWord = spec::kLanes;  // Bytes of an SRAM word.

StreamReport check_clamp(const CommandView& command, const spec::CommandField& low, const spec::CommandField& high) {
  const std::int64_t top = high.get(command.words);
  if (low.get(command.words) <= top) return {};
  return command.refuse(Status::kStreamField, low, static_cast<std::uint64_t>(top));
}

/// Refuses the command when the field's value lies outside [low, high].
StreamReport check_range(const CommandView& command, const spec::CommandField& field, std::int64_t low,
                         std::int64_t high) {
  const std::int64_t value = field.get(command.words);
  if (value >= low && value <= high) return {};
  return command.refuse(Status::kStreamField, field, static_cast<std::uint64_t>(value < low ? low : high));
}

StreamReport check_depthwise(const CommandView& command) {
  const std::int64_t kernel_rows = Geom::kKh.get(command.words);
  const std::int64_t kernel_columns = Geom::kKxN.get(command.words);
  StreamReport report = check_range(command, Geom::kKh, 1, spec::kDwRows);
  if (report.ok()) report = check_range(command, Geom::kKxN, 1, spec::kDwCols);
  if (report.ok()) report = check_range(command, Geom::kPadTop, 0, kernel_rows - 1);
  if (report.ok()) report = check_range(command, Geom::kPadLeft, 0, kernel_columns - 1);
  if (report.ok()) report = check_range(command, Geom::kInW, 1, spec::kDwLineMax);
  if (report.ok()) report = check_range(command, Geom::kStrideX, 1, Geom::kStrideX.max);
  return report;
}

StreamReport check_depthwise_rows(const CommandView& command) {
  const std::int64_t kernel_columns = Geom::kKxN.get(command.words);
  const std::int64_t columns = Geom::kOutW.get(command.words);
  StreamReport report = check_range(command, Geom::kKxN, 1, spec::kDwrowsCols);
  if (report.ok()) report = check_range(command, Geom::kPadLeft, 0, kernel_columns - 1);
  if (report.ok()) report = check_range(command, Geom::kInW, 1, Geom::kInW.max);
  if (report.ok()) report = check_range(command, Geom::kStrideX, 1, Geom::kStrideX.max);
  if (report.ok()) report = check_range(command, Geom::kStripe, columns, columns);
  return report;
}

StreamReport check_unpack(const CommandView& command) {
  using Dma = spec::DmaFields;
  StreamReport report = check_range(command, Dma::kAxRows, 1, 1);
  if (report.ok() && Dma::kSpLen.get(command.words) % kWord != 0) {
    report = command.refuse(Status::kStreamField, Dma::kSpLen, kWord);
  }
  return report;
}

StreamReport check_average_pool(const CommandView& command) {
  const std::int64_t pixels = Geom::kKh.get(command.words) * Geom::kKxN.get(command.words);
  if (pixels <= spec::kPoolTapsMax) return {};
  return command.refuse(Status::kStreamField, Geom::kKxN.word, static_cast<std::uint64_t>(pixels), spec::kPoolTapsMax);
}

}  // namespace

StreamReport check_opcode_fields(const CommandView& command) noexcept {
  StreamReport report;
  switch (command.info->opcode) {
    case spec::Opcode::kDwconv:
      report = check_depthwise(command);
      break;
    case spec::Opcode::kDwrows:
      report = check_depthwise_rows(command);
      break;
    case spec::Opcode::kAvgpool:
      report = check_average_pool(command);
      break;
    case spec::Opcode::kAdd:
    case spec::Opcode::kMul:
    case spec::Opcode::kSqdiff:
    case spec::Opcode::kMin:
    case spec::Opcode::kMax:
    case spec::Opcode::kTable:
      return check_clamp(command, Eltwise::kActMin, Eltwise::kActMax);
    case spec::Opcode::kUnpack:
      return check_unpack(command);
    case spec::Opcode::kEnd:
    case spec::Opcode::kLoad:
    case spec::Opcode::kStore:
    case spec::Opcode::kGather:
    case spec::Opcode::kSoftmax:
      return {};
    case spec::Opcode::kConv:
    case spec::Opcode::kMaxpool:
      break;
  }
  return report.ok() ? check_clamp(command, Geom::kActMin, Geom::kActMax) : report;
}

}  // namespace auklet::npu::detail
