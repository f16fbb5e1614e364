// Everything that a command can touch: address windows for LOAD, STORE and GATHER, SRAM for all.
//
// Each bound is the largest value of a sum of non-negative terms, taken term by term. Fields are at most 32 bits wide,
// and no sum below reaches 2^63 (the widest product, a convolution's weights, is 16 + 8 + 8 + 16 + 8 = 56 bits), but
// LOAD and STORE can come near 2^64 on the SRAM side, which is why that bound is taken with a saturating product.
#include "stream_rules.hpp"

#include <limits>

namespace auklet::npu::detail {
namespace {

using Dma = spec::DmaFields;
using Geom = spec::GeomFields;
using Eltwise = spec::EltwiseFields;

constexpr std::uint64_t kWord = spec::kLanes;  // Bytes of an SRAM word.

constexpr std::uint64_t round_up(std::uint64_t bytes) { return (bytes + kWord - 1) / kWord * kWord; }

constexpr std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max() / 2;
  return b != 0 && a > kHuge / b ? kHuge : a * b;
}

/// Refuses the command when `end`, one past the last byte, lies outside the SRAM.
StreamReport check_sram(const CommandView& command, const spec::CommandField& base, std::uint64_t end,
                        const StreamLimits& limits) {
  if (end <= limits.sram_bytes) return {};
  return command.refuse(Status::kStreamSramRange, base.word, end, limits.sram_bytes);
}

// Of LOAD, STORE and GATHER: where these have the same field, it is in the same place. A GATHER may read any row.
template <class Command>
StreamReport check_window(const CommandView& command, const Command& dma, const StreamLimits& limits) {
  const Window window = dma.window < limits.windows.size() ? limits.windows[dma.window] : Window{};
  if (window.size == 0) return command.refuse(Status::kStreamWindowUnset, Dma::kWindow, 0);
  const Access wanted = command.info->engine == spec::Engine::kLoad ? Access::kRead : Access::kWrite;
  if (!allows(window.access, wanted)) {
    return command.refuse(Status::kStreamWindowAccess, Dma::kWindow.word, static_cast<std::uint64_t>(window.access),
                          static_cast<std::uint64_t>(wanted));
  }
  // 32 bits + 16 bits * 32 bits + 24 bits: below 2^49.
  const std::uint64_t end =
      std::uint64_t{dma.offset} + std::uint64_t{dma.ax_rows - 1} * dma.ax_stride + std::uint64_t{dma.ax_len};
  if (end > window.size) return command.refuse(Status::kStreamWindowRange, Dma::kOffset.word, end, window.size);
  return {};
}

StreamReport check_dma(const CommandView& command, const StreamLimits& limits) {
  const spec::DmaCommand dma = spec::decode_dma(command.words.first<spec::DmaCommand::kWords>());
  const StreamReport report = check_window(command, dma, limits);
  if (!report.ok()) return report;
  if (command.info->opcode == spec::Opcode::kUnpack) {
    return check_sram(command, Dma::kSpBase, std::uint64_t{dma.sp_base} + dma.sp_len, limits);
  }
  // The sequence of bytes is cut into SRAM rows; whole words are written. With one row, sp_stride is not looked at.
  // With more, the last one or, when it is short, the one before it reaches farthest.
  const std::uint64_t bytes = std::uint64_t{dma.ax_len} * dma.ax_rows;
  const std::uint64_t rows = (bytes + dma.sp_len - 1) / dma.sp_len;
  const std::uint64_t last_row = bytes - (rows - 1) * dma.sp_len;
  std::uint64_t end = saturating_product(rows - 1, dma.sp_stride) + round_up(last_row);
  if (rows > 1) {
    const std::uint64_t full_rows_end = saturating_product(rows - 2, dma.sp_stride) + round_up(dma.sp_len);
    end = end > full_rows_end ? end : full_rows_end;
  }
  return check_sram(command, Dma::kSpBase, std::uint64_t{dma.sp_base} + end, limits);
}

StreamReport check_gather(const CommandView& command, const StreamLimits& limits) {
  using Fields = spec::GatherFields;
  static_assert(Fields::kWindow.word == Dma::kWindow.word && Fields::kWindow.lsb == Dma::kWindow.lsb &&
                Fields::kOffset.word == Dma::kOffset.word);
  const spec::GatherCommand gather = spec::decode_gather(command.words.first<spec::GatherCommand::kWords>());
  StreamReport report = check_window(command, gather, limits);
  if (report.ok()) {
    const std::uint64_t indices = round_up(std::uint64_t{gather.n} * sizeof(std::int32_t));  // Read in whole words.
    report = check_sram(command, Fields::kIdxBase, gather.idx_base + indices, limits);
  }
  if (!report.ok()) return report;
  const std::uint64_t end =
      std::uint64_t{gather.sp_base} + std::uint64_t{gather.n - 1} * gather.sp_stride + round_up(gather.ax_len);
  return check_sram(command, Fields::kSpBase, end, limits);
}

/// One past the last byte of the input that a geometry command can read, or 0 when it reads padding alone. `last_row`
/// and `last_byte` are the kernel's farthest reach from the input's origin; what lies beyond the input is not read.
std::uint64_t input_end(const spec::GeomCommand& geom, std::int64_t last_row, std::int64_t last_byte) {
  if (last_row < 0 || last_byte < 0) return 0;
  const std::int64_t rows = last_row < geom.in_h ? last_row : std::int64_t{geom.in_h} - 1;
  const std::int64_t bytes = last_byte < geom.row_bytes ? last_byte : std::int64_t{geom.row_bytes} - 1;
  return std::uint64_t{geom.in_base} + std::uint64_t{geom.oc_tiles - 1} * geom.in_tile_step +
         static_cast<std::uint64_t>(rows) * geom.row_pitch + static_cast<std::uint64_t>(bytes) + 1;
}

std::int64_t last_row_read(const spec::GeomCommand& geom, std::int64_t row_dilation) {
  return (std::int64_t{geom.out_h} - 1) * geom.stride_y - geom.pad_top + (std::int64_t{geom.kh} - 1) * row_dilation;
}

std::uint64_t geometry_input_end(spec::Opcode opcode, const spec::GeomCommand& geom) {
  constexpr auto kFetch = static_cast<std::int64_t>(kWord);
  if (opcode == spec::Opcode::kDwconv || opcode == spec::Opcode::kDwrows) {
    const std::int64_t reach = (std::int64_t{geom.out_w} - 1) * geom.stride_x - geom.pad_left + geom.kx_n - 1;
    const std::int64_t column = reach < geom.in_w ? reach : std::int64_t{geom.in_w} - 1;
    const std::int64_t row = last_row_read(geom, opcode == spec::Opcode::kDwrows ? geom.dil_y : 1);
    return input_end(geom, row, column < 0 ? -1 : column * geom.kx_stride + kFetch - 1);
  }
  const std::int64_t chunks = opcode == spec::Opcode::kConv ? std::int64_t{geom.chunks} : 1;
  const std::int64_t last_byte = std::int64_t{geom.r0} + (std::int64_t{geom.out_w} - 1) * geom.x_step +
                                 (std::int64_t{geom.kx_n} - 1) * geom.kx_stride + chunks * kFetch - 1;
  return input_end(geom, last_row_read(geom, geom.dil_y), last_byte);
}

// Weight blocks of a tile; 0 when the command has no weights.
std::uint64_t weight_blocks(spec::Opcode opcode, const spec::GeomCommand& geom) {
  switch (opcode) {
    case spec::Opcode::kConv:
      return std::uint64_t{geom.kh} * geom.kx_n * geom.chunks;
    case spec::Opcode::kDwconv:
      return 1;
    case spec::Opcode::kDwrows:
      return geom.kh;
    default:
      return 0;
  }
}

StreamReport check_weights(const CommandView& command, const spec::GeomCommand& geom, const StreamLimits& limits) {
  const std::uint64_t steps = weight_blocks(command.info->opcode, geom);
  const std::uint64_t tiles = geom.oc_tiles;
  const StreamReport report =
      check_sram(command, Geom::kWBase, geom.w_base + tiles * steps * spec::kWeightBlock, limits);
  if (!report.ok()) return report;
  return check_sram(command, Geom::kPBase, geom.p_base + tiles * spec::kParamBlock, limits);
}

StreamReport check_geometry(const CommandView& command, const StreamLimits& limits) {
  const spec::GeomCommand geom = spec::decode_geom(command.words.first<spec::GeomCommand::kWords>());
  const spec::Opcode opcode = command.info->opcode;
  StreamReport report = check_sram(command, Geom::kInBase, geometry_input_end(opcode, geom), limits);
  if (report.ok()) {
    const std::uint64_t end = std::uint64_t{geom.out_base} + std::uint64_t{geom.oc_tiles - 1} * geom.out_tile_step +
                              std::uint64_t{geom.out_h - 1} * geom.out_row_pitch +
                              std::uint64_t{geom.out_w - 1} * geom.out_x_pitch + kWord;
    report = check_sram(command, Geom::kOutBase, end, limits);
  }
  return report.ok() && weight_blocks(opcode, geom) > 0 ? check_weights(command, geom, limits) : report;
}

StreamReport check_eltwise(const CommandView& command, const StreamLimits& limits) {
  constexpr std::uint64_t kTableBytes = 256;
  const spec::EltwiseCommand c = spec::decode_eltwise(command.words.first<spec::EltwiseCommand::kWords>());
  const auto end = [&c](std::uint64_t base, std::uint64_t row_step, std::uint64_t word_step) {
    return base + std::uint64_t{c.n1 - 1} * row_step + std::uint64_t{c.n0 - 1} * word_step + kWord;
  };
  StreamReport report = check_sram(command, Eltwise::kABase, end(c.a_base, c.a_step1, c.a_step0), limits);
  if (report.ok()) {
    const bool table = command.info->opcode == spec::Opcode::kTable;
    report = check_sram(command, Eltwise::kBBase, table ? c.b_base + kTableBytes : end(c.b_base, c.b_step1, c.b_step0),
                        limits);
  }
  if (report.ok()) report = check_sram(command, Eltwise::kOutBase, end(c.out_base, c.out_step1, kWord), limits);
  return report;
}

StreamReport check_softmax(const CommandView& command, const StreamLimits& limits) {
  using Fields = spec::SoftmaxFields;
  constexpr std::uint64_t kTableBytes = 256 * sizeof(std::int32_t);
  const spec::SoftmaxCommand c = spec::decode_softmax(command.words.first<spec::SoftmaxCommand::kWords>());
  const std::uint64_t row = (std::uint64_t{c.n} + kWord - 1) / kWord * kWord;  // Whole words.
  StreamReport report =
      check_sram(command, Fields::kABase, c.a_base + std::uint64_t{c.rows - 1} * c.a_step + row, limits);
  if (report.ok()) report = check_sram(command, Fields::kTableBase, c.table_base + kTableBytes, limits);
  if (report.ok()) {
    report = check_sram(command, Fields::kOutBase, c.out_base + std::uint64_t{c.rows - 1} * c.out_step + row, limits);
  }
  return report;
}

}  // namespace

StreamReport check_extents(const CommandView& command, const StreamLimits& limits) noexcept {
  switch (command.info->format) {
    case spec::Format::kEnd:
      return {};
    case spec::Format::kDma:
      return check_dma(command, limits);
    case spec::Format::kGather:
      return check_gather(command, limits);
    case spec::Format::kGeom:
      return check_geometry(command, limits);
    case spec::Format::kEltwise:
      return check_eltwise(command, limits);
    case spec::Format::kSoftmax:
      return check_softmax(command, limits);
  }
  return {};
}

}  // namespace auklet::npu::detail
