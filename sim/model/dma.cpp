#include "dma.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <vector>

namespace auklet::sim::model {
namespace {

/// Walks the SRAM side: rows of sp_len bytes, sp_stride apart.
class SramCursor {
 public:
  explicit SramCursor(const Dma& dma) : row_(dma.sp_base), length_(dma.sp_len), stride_(dma.sp_stride) {}

  [[nodiscard]] std::uint32_t address() const { return row_ + column_; }
  [[nodiscard]] std::size_t left_in_row() const { return length_ - column_; }
  /// Bytes from here to the end of the word; 0 at its beginning.
  [[nodiscard]] std::size_t padding() const { return (spec::kLanes - column_ % spec::kLanes) % spec::kLanes; }

  /// Moves on by at most left_in_row() bytes within the row.
  void advance(std::size_t bytes) { column_ += static_cast<std::uint32_t>(bytes); }
  void next_row() {
    row_ += stride_;
    column_ = 0;
  }

 private:
  std::uint32_t row_;
  std::uint32_t length_;
  std::uint32_t stride_;
  std::uint32_t column_ = 0;
};

/// Calls `move(address, bytes)` burst by burst, row by row, until one is not answered kOkay.
template <typename Move>
Transfer for_each_burst(const Dma& dma, std::uint64_t base, Move move) {
  for (std::uint64_t row = 0; row < dma.ax_rows; ++row) {
    std::uint64_t address = base + dma.offset + row * dma.ax_stride;
    const std::uint64_t end = address + dma.ax_len;
    while (address < end) {
      const std::uint64_t stop = std::min(burst_end(address), end);
      const AxiResponse response = move(address, static_cast<std::size_t>(stop - address));
      if (response != AxiResponse::kOkay) return {response, address};
      address = stop;
    }
  }
  return {};
}

void fill_word(Sram& sram, const SramCursor& cursor) {
  constexpr Word kZeros{};
  sram.write(cursor.address(), std::span(kZeros).first(cursor.padding()));
}

}  // namespace

bool window_allows(const Window& window, const Dma& dma) {
  const bool permitted = dma.header.opcode == spec::Opcode::kStore ? window.write : window.read;
  // Exact in 64 bits: the fields have 32, 16 x 32 and 24 bits, the window 40 and 32.
  const std::uint64_t end = dma.offset + (std::uint64_t{dma.ax_rows} - 1) * dma.ax_stride + dma.ax_len;
  const bool below_top = window.base + window.size <= (std::uint64_t{1} << spec::kAxiAddrBits);
  return permitted && end <= window.size && below_top;
}

Dma table_of(const Gather& gather) {
  Dma dma;
  dma.header = gather.header;
  dma.offset = gather.offset;
  dma.window = gather.window;
  dma.ax_len = gather.ax_len;
  dma.ax_stride = gather.ax_stride;
  dma.ax_rows = gather.ax_rows;
  dma.sp_base = gather.sp_base;
  dma.sp_len = gather.ax_len;
  dma.sp_stride = gather.sp_stride;
  return dma;
}

Transfer run_load(const MemoryMap& memory, Sram& sram, const Dma& dma, std::uint64_t base) {
  SramCursor cursor(dma);
  std::array<std::int8_t, spec::kBurstBytes> buffer;
  const Transfer result = for_each_burst(dma, base, [&](std::uint64_t address, std::size_t bytes) {
    std::span<std::int8_t> data = std::span(buffer).first(bytes);
    const AxiResponse response = memory.read(address, data);
    while (response == AxiResponse::kOkay && !data.empty()) {
      if (cursor.left_in_row() == 0) cursor.next_row();
      const std::size_t n = std::min(data.size(), cursor.left_in_row());
      sram.write(cursor.address(), data.first(n));
      cursor.advance(n);
      data = data.subspan(n);
      if (cursor.left_in_row() == 0) fill_word(sram, cursor);
    }
    return response;
  });
  fill_word(sram, cursor);  // Where the sequence ends inside of a row.
  return result;
}

GatherEnd run_gather(const MemoryMap& memory, Sram& sram, const Gather& gather, std::uint64_t base) {
  constexpr std::uint32_t kIndexBytes = 4;
  Dma row = table_of(gather);
  row.ax_rows = 1;
  for (std::uint32_t j = 0; j < gather.n; ++j) {
    std::array<std::int8_t, kIndexBytes> bytes;
    sram.read(gather.idx_base + j * kIndexBytes, bytes);
    if (sram.flips().lost()) return {};  // Nothing follows from what it holds.
    const auto index = std::bit_cast<std::int32_t>(bytes);
    if (index < 0 || static_cast<std::uint32_t>(index) >= gather.ax_rows) return {.transfer = {}, .bad_index = j};
    row.sp_base = gather.sp_base + j * gather.sp_stride;
    const std::uint64_t step = static_cast<std::uint64_t>(index) * gather.ax_stride;
    const Transfer transfer = run_load(memory, sram, row, base + step);
    if (transfer.response != AxiResponse::kOkay) return {.transfer = transfer, .bad_index = std::nullopt};
  }
  return {};
}

Transfer read_packed(const MemoryMap& memory, const Dma& dma, std::uint64_t base, std::vector<std::int8_t>& bytes) {
  bytes.clear();
  std::array<std::int8_t, spec::kBurstBytes> buffer;
  return for_each_burst(dma, base, [&](std::uint64_t address, std::size_t count) {
    const std::span<std::int8_t> data = std::span(buffer).first(count);
    const AxiResponse response = memory.read(address, data);
    if (response == AxiResponse::kOkay) bytes.insert(bytes.end(), data.begin(), data.end());
    return response;
  });
}

Transfer run_unpack(const MemoryMap& memory, Sram& sram, const Dma& dma, std::uint64_t base) {
  std::vector<std::int8_t> bytes;
  const Transfer result = read_packed(memory, dma, base, bytes);
  if (result.response != AxiResponse::kOkay) return result;
  std::size_t at = 0;
  const auto next = [&] { return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at++]) : std::uint8_t{0}; };
  std::uint32_t widths = 0;
  for (std::uint32_t word = 0; word < dma.sp_len / spec::kLanes; ++word) {
    widths = word % 2 == 0 ? next() : widths >> 4;
    const std::uint32_t width = std::min(widths & 0xfU, 8U);
    std::array<std::uint8_t, spec::kLanes> packed{};
    for (std::size_t i = 0; i < packed.size(); ++i) packed[i] = i < std::size_t{2} * width ? next() : std::uint8_t{0};
    Word lanes{};
    for (std::uint32_t lane = 0; lane < lanes.size(); ++lane) {
      int value = 0;
      for (std::uint32_t bit = 0; bit < width; ++bit) {
        const std::uint32_t place = lane * width + bit;
        // The highest bit counts negative.
        if ((packed[place / 8] >> place % 8 & 1) != 0) value += bit + 1 == width ? -(1 << bit) : 1 << bit;
      }
      lanes[lane] = static_cast<std::int8_t>(value);
    }
    sram.write_word(dma.sp_base + word * spec::kLanes, lanes);
  }
  return result;
}

Transfer run_store(MemoryMap& memory, const Sram& sram, const Dma& dma, std::uint64_t base) {
  bool lost = false;
  SramCursor cursor(dma);
  std::array<std::int8_t, spec::kBurstBytes> buffer;
  return for_each_burst(dma, base, [&](std::uint64_t address, std::size_t bytes) {
    const std::span<std::int8_t> data = std::span(buffer).first(bytes);
    for (std::size_t done = 0; done < bytes;) {
      if (cursor.left_in_row() == 0) cursor.next_row();
      const std::size_t n = std::min(bytes - done, cursor.left_in_row());
      sram.read(cursor.address(), data.subspan(done, n));
      cursor.advance(n);
      done += n;
    }
    lost = lost || sram.flips().lost();
    return lost ? AxiResponse::kOkay : memory.write(address, data);
  });
}

}  // namespace auklet::sim::model
