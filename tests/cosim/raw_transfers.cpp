// The load and store engines' commands of raw streams.
#include <algorithm>

#include "raw_encode.hpp"

namespace auklet::test {

RawCommand RawStreamMaker::load_arena() {
  spec::DmaCommand c{.header = {.opcode = spec::Opcode::kLoad},
                     .ax_len = kArenaBytes,
                     .ax_rows = 1,
                     .sp_base = arena_,
                     .sp_len = kArenaBytes};
  c.offset = random_.in(0, windows_[0].size - kArenaBytes);
  RawCommand raw = encoded(c);
  mark(raw.footprint.sram_written, arena_, kArenaBytes);
  mark(raw.footprint.data_read, windows_[0].base - RawMemory::kDataBase + c.offset, kArenaBytes);
  return raw;
}

RawCommand RawStreamMaker::store_arena() {
  RawCommand raw = encoded(spec::DmaCommand{.header = {.opcode = spec::Opcode::kStore},
                                            .ax_len = kArenaBytes,
                                            .window = RawMemory::kDumpWindow,
                                            .ax_rows = 1,
                                            .sp_base = arena_,
                                            .sp_len = kArenaBytes});
  mark(raw.footprint.sram_read, arena_, kArenaBytes);
  return raw;
}

RawCommand RawStreamMaker::load_table(std::uint32_t offset, std::uint32_t bytes, std::uint32_t place) {
  RawCommand raw = encoded(spec::DmaCommand{.header = {.opcode = spec::Opcode::kLoad},
                                            .offset = offset,
                                            .ax_len = bytes,
                                            .window = RawMemory::kTableWindow,
                                            .ax_rows = 1,
                                            .sp_base = place,
                                            .sp_len = bytes});
  mark(raw.footprint.sram_written, place, bytes);
  mark(raw.footprint.data_read, offset, bytes);
  return raw;
}

std::optional<RawCommand> RawStreamMaker::try_dma(spec::Opcode opcode) {
  const bool unpack = opcode == spec::Opcode::kUnpack;
  const bool load = opcode == spec::Opcode::kLoad || unpack;
  spec::DmaCommand c{.header = {.opcode = opcode}};
  c.window = load ? random_.in(0, 2) : random_.in(2, 4);
  const RawWindow& window = windows_[c.window];
  c.ax_rows = unpack || random_.one_in(3) ? 1 : random_.in(1, random_.pick<std::uint32_t>({3, 20, 200}));
  c.ax_len = random_.in(1, std::max(1U, random_.pick<std::uint32_t>({4, 40, 600, 3000}) / c.ax_rows));
  c.ax_stride = random_.pick<std::uint32_t>({0, c.ax_len, c.ax_len + random_.in(1, 40), random_.in(0, 600)});
  const std::uint32_t extent = (c.ax_rows - 1) * c.ax_stride + c.ax_len;
  if (extent > window.size) return std::nullopt;
  // Now and then exactly to the window's end.
  c.offset = random_.one_in(4) ? window.size - extent : random_.in(0, window.size - extent);
  if (c.ax_rows == 1 && random_.one_in(2)) c.ax_stride = UINT32_MAX;
  const std::uint32_t total = c.ax_rows * c.ax_len;
  c.sp_len =
      random_.one_in(3)
          ? std::min(total, kFieldMax)
          : random_.pick<std::uint32_t>({random_.in(1, 4), random_.in(1, 40), 16, random_.in(1, 500), kFieldMax});
  c.sp_base = sram_address(16);
  // Any number of words: bytes may be missing, or left over.
  if (unpack) c.sp_len = 16 * random_.in(1, random_.pick<std::uint32_t>({1, 4, total / 8 + 1, total / 4 + 1}));
  c.sp_stride = random_.one_in(2) ? (c.sp_len + 15) / 16 * 16 % (kFieldMax + 1) : pitch(16);

  RawCommand raw = encoded(c);
  auto& data = load ? raw.footprint.data_read : raw.footprint.data_written;
  for (std::uint32_t i = 0; i < c.ax_rows; ++i) {
    mark(data, window.base - RawMemory::kDataBase + c.offset + std::uint64_t{i} * c.ax_stride, c.ax_len);
  }
  auto& sram = load ? raw.footprint.sram_written : raw.footprint.sram_read;
  if (unpack) mark(sram, c.sp_base, c.sp_len);
  for (std::uint32_t done = unpack ? total : 0, row = 0; done < total; ++row) {
    const std::uint32_t bytes = std::min(c.sp_len, total - done);
    mark(sram, std::uint64_t{c.sp_base} + std::uint64_t{row} * c.sp_stride, bytes);
    done += bytes;
  }
  return raw;
}

std::optional<RawCommand> RawStreamMaker::try_gather() {
  spec::GatherCommand c{.header = {.opcode = spec::Opcode::kGather}};
  c.window = random_.in(0, 2);
  const RawWindow& window = windows_[c.window];
  c.ax_rows = random_.one_in(2) ? random_.pick<std::uint32_t>({1, 5, 40, 300}) : random_.in(1, 500);
  c.ax_len = random_.in(1, random_.pick<std::uint32_t>({4, 16, 70, 600}));
  c.ax_stride = random_.pick<std::uint32_t>({0, c.ax_len, c.ax_len, c.ax_len + random_.in(1, 40), random_.in(0, 600)});
  c.n = random_.in(1, random_.pick<std::uint32_t>({1, 6, 40, RawMemory::kMostIndices}));
  if (c.n * c.ax_len > 6000) return std::nullopt;
  const std::uint32_t extent = (c.ax_rows - 1) * c.ax_stride + c.ax_len;
  if (extent > window.size) return std::nullopt;
  c.offset = random_.one_in(4) ? window.size - extent : random_.in(0, window.size - extent);
  if (c.ax_rows == 1 && random_.one_in(2)) c.ax_stride = UINT32_MAX;
  c.sp_base = sram_address(16);
  c.sp_stride = random_.one_in(2) ? (c.ax_len + 15) / 16 * 16 : pitch(16);
  c.idx_base = indices_ + (random_.one_in(4) ? random_.in(0, (kFieldMax + 1) / kSramBytes - 1) * kSramBytes : 0);

  RawCommand raw = encoded(c);
  // Which rows it takes is in memory: any.
  for (std::uint32_t i = 0; i < c.ax_rows; ++i) {
    const std::uint64_t row = c.ax_rows == 1 ? 0 : std::uint64_t{i} * c.ax_stride;
    mark(raw.footprint.data_read, window.base - RawMemory::kDataBase + c.offset + row, c.ax_len);
  }
  mark(raw.footprint.sram_read, c.idx_base, std::uint64_t{c.n} * 4);
  for (std::uint64_t j = 0; j < c.n; ++j) mark(raw.footprint.sram_written, c.sp_base + j * c.sp_stride, c.ax_len);
  return raw;
}

}  // namespace auklet::test
