#include "raw_stream.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>

#include "../common/job.hpp"
#include "raw_encode.hpp"

namespace auklet::test {
namespace {

void fill_indices(Random& random, std::span<std::uint8_t> data) {
  const auto put = [&](std::uint32_t offset, std::uint32_t place, std::int32_t index) {
    std::memcpy(data.data() + offset + std::size_t{place} * 4, &index, 4);
  };
  for (std::uint32_t list = 0; list < RawMemory::kIndexBounds.size(); ++list) {
    const std::uint32_t offset = RawMemory::kIndexOffset + list * RawMemory::kIndexBytes;
    for (std::uint32_t i = 0; i < RawMemory::kMostIndices; ++i) {
      put(offset, i, random.in<std::int32_t>(0, static_cast<std::int32_t>(RawMemory::kIndexBounds[list]) - 1));
    }
  }
  for (std::uint32_t i = 0; i < 2 * RawMemory::kMostIndices; ++i) {
    const auto bad = random.pick<std::int32_t>({-1, INT32_MIN, INT32_MAX, 65535, 65536, -65536, 0x7fff0000});
    put(RawMemory::kBadIndexOffset, i, i < RawMemory::kMostIndices ? 0 : bad);
  }
}

}  // namespace

std::string describe(const RawStream& stream) {
  std::ostringstream text;
  for (const std::uint32_t offset : stream.offsets) {
    const std::span<const std::uint32_t> words = std::span(stream.words).subspan(offset / 4);
    const spec::CommandInfo& info = *spec::command_info(spec::decode_header(words).opcode);
    text << '\n' << offset << ' ' << info.name;
    for (const auto& fields :
         {std::span<const spec::CommandField>(spec::CommandHeaderFields::kAll).subspan(2), info.fields}) {
      for (const spec::CommandField& field : fields) text << ' ' << field.name << '=' << field.get(words);
    }
  }
  return text.str();
}

void fill_data(Random& random, std::span<std::uint8_t> data) {
  for (std::uint8_t& byte : data) byte = random.in<std::uint8_t>(0, 255);
  for (std::uint32_t block = 0; block < RawMemory::kParamBlocks; ++block) {
    std::uint8_t* at = data.data() + std::size_t{block} * spec::kParamBlock;
    const bool plain = random.one_in(2);
    for (std::size_t lane = 0; lane < spec::kLanes; ++lane) {
      const auto bias =
          plain
              ? random.in<std::int32_t>(-20'000, 20'000)
              : random.pick<std::int32_t>({INT32_MIN, INT32_MAX, -1, 0, random.in<std::int32_t>(INT32_MIN, INT32_MAX)});
      const auto factor = plain ? random.in<std::int32_t>(1 << 30, INT32_MAX)
                                : random.pick<std::int32_t>(
                                      {INT32_MIN, INT32_MAX, 0, 1, -1, random.in<std::int32_t>(INT32_MIN, INT32_MAX)});
      std::memcpy(at + 4 * lane, &bias, 4);
      std::memcpy(at + 64 + 4 * lane, &factor, 4);
      at[128 + lane] = static_cast<std::uint8_t>(plain ? random.in<int>(-12, -5) : random.in<int>(-31, 31));
      at[144 + lane] = 0;
    }
  }
  fill_indices(random, data);
  for (std::uint32_t block = 0; block < spec::kDwRows * spec::kDwCols * RawMemory::kDepthwiseTiles; ++block) {
    std::uint8_t* at = data.data() + RawMemory::kParamBytes + std::size_t{block} * spec::kWeightBlock;
    const std::uint32_t kernel = block / RawMemory::kDepthwiseTiles;
    for (std::uint32_t row = 0; row < spec::kReduce; ++row) {
      const bool used = row / spec::kDwCols <= kernel / spec::kDwCols && row % spec::kDwCols <= kernel % spec::kDwCols;
      if (!used) std::fill_n(at + std::size_t{row} * spec::kLanes, spec::kLanes, std::uint8_t{0});
    }
  }
}

RawStreamMaker::RawStreamMaker(const spec::HardwareConfig& config, std::uint64_t seed)
    : config_(config), random_(seed) {
  // Anywhere, often across the end of the SRAM or of a region.
  constexpr std::uint32_t kRegion = kSramBytes / spec::kSramRegions;
  arena_ = random_.one_in(2)
               ? random_.in(0, kSramBytes / 32 - 1) * 32
               : (random_.in(1, spec::kSramRegions) * kRegion - random_.in(0, kArenaBytes / 32) * 32) % kSramBytes;
  parameters_ = (arena_ + kArenaBytes) % kSramBytes;
  depthwise_weights_ = (parameters_ + RawMemory::kParamBytes) % kSramBytes;
  indices_ = (depthwise_weights_ + RawMemory::kDepthwiseBytes) % kSramBytes;
}

std::uint32_t RawStreamMaker::sram_address(std::uint32_t align) {
  const std::uint32_t in_arena = (arena_ + random_.in(0, kArenaBytes - 1)) % kSramBytes / align * align;
  // Addresses wrap: the same place has many names.
  return random_.one_in(4) ? in_arena + random_.in(0, (kFieldMax + 1) / kSramBytes - 1) * kSramBytes : in_arena;
}

std::uint32_t RawStreamMaker::pitch(std::uint32_t align) {
  const std::uint32_t top = random_.pick<std::uint32_t>({16, 64, 300, 2000});
  return random_.one_in(12) ? random_.in(0, kFieldMax / align) * align : random_.in(0, top / align) * align;
}

std::int32_t RawStreamMaker::multiplier() {
  return random_.one_in(3)
             ? random_.pick<std::int32_t>({INT32_MIN, INT32_MAX, 0, -1, random_.in<std::int32_t>(INT32_MIN, INT32_MAX)})
             : random_.in<std::int32_t>(1 << 30, INT32_MAX);
}

void RawStreamMaker::clamps(std::int32_t& low, std::int32_t& high) {
  low = random_.one_in(3) ? random_.in<std::int32_t>(-128, 127) : -128;
  high = random_.one_in(3) ? random_.in<std::int32_t>(low, 127) : 127;
}

std::array<RawWindow, spec::kWindowCount> RawStreamMaker::make_windows() {
  std::array<RawWindow, spec::kWindowCount> windows;
  constexpr std::uint32_t kFirst = RawMemory::kTableBytes, kLeast = kArenaBytes + 64;
  for (std::uint32_t i = 0; i < RawMemory::kDataWindows; ++i) {
    const std::uint32_t size = random_.in(kLeast, RawMemory::kDataBytes - kFirst);
    windows[i] = {RawMemory::kDataBase + random_.in(kFirst, RawMemory::kDataBytes - size), size, i < 3, i > 1};
  }
  windows[RawMemory::kTableWindow] = {RawMemory::kDataBase, RawMemory::kTableBytes, true, false};
  windows[RawMemory::kDumpWindow] = {RawMemory::kDumpBase, kSramBytes, false, true};
  return windows;
}

void RawStreamMaker::place_input(spec::GeomCommand& c) {
  c.in_base = random_.one_in(2) ? sram_address(16) : sram_address(1);
  c.in_zp = random_.in<std::int32_t>(-128, 127);
  c.row_bytes =
      random_.one_in(8) ? random_.in(1, kFieldMax) : random_.in(1, random_.pick<std::uint32_t>({20, 200, 1000}));
  c.row_pitch = random_.one_in(3) ? c.row_bytes : pitch(1);
  c.in_h = random_.one_in(8) ? random_.in(1, 65535) : random_.in(1, 12);
  c.pad_top = random_.one_in(2) ? 0 : random_.one_in(6) ? random_.in(0, 255) : random_.in(0, 4);
  c.stride_y = random_.one_in(10) ? random_.in(1, 255) : random_.in(1, 7);
  c.dil_y = random_.one_in(3) ? random_.in(1, random_.one_in(6) ? 255 : 5) : 1;
  c.r0 = random_.one_in(2)    ? 0
         : random_.one_in(12) ? random_.in<std::int32_t>(-(1 << 23), (1 << 23) - 1)
                              : random_.in<std::int32_t>(-100, 100);
  c.x_step = random_.one_in(8) ? 0 : pitch(1);
  c.kx_stride = pitch(1);
}

void RawStreamMaker::place_output(spec::GeomCommand& c) {
  c.out_zp = random_.in<std::int32_t>(-128, 127);
  clamps(c.act_min, c.act_max);
  c.out_base = sram_address(16);
  const bool by_pixel = random_.one_in(2);
  c.out_x_pitch = (by_pixel ? c.oc_tiles * 16 : 16) + (random_.one_in(4) ? 16 * random_.in(0, 3) : 0);
  c.out_row_pitch = (c.out_x_pitch * c.out_w + (random_.one_in(4) ? 16 * random_.in(0, 5) : 0)) % (kFieldMax + 1);
  c.out_tile_step = by_pixel ? 16 : c.out_row_pitch * c.out_h % (kFieldMax + 1);
  // Outputs on top of each other, backwards, or far apart.
  if (random_.one_in(12)) c.out_x_pitch = random_.one_in(2) ? 0 : kFieldMax - 15;
  if (random_.one_in(12)) c.out_row_pitch = pitch(16);
}

void RawStreamMaker::shape_conv(spec::GeomCommand& c) {
  const std::uint32_t most = random_.pick<std::uint32_t>({1, 3, 5, 12, 255});
  c.kh = random_.in(1, most);
  c.kx_n = random_.in(1, std::max(1U, std::min(255U, 60 / c.kh)));
  c.chunks = random_.in(1, std::max(1U, 100 / (c.kh * c.kx_n)));
  c.oc_tiles = random_.in(1, random_.pick<std::uint32_t>({1, 4, 7, 9}));
  c.in_tile_step = random_.one_in(2) ? 0 : random_.pick<std::uint32_t>({16, 1, random_.in(1, 700), kFieldMax});
  c.stripe = random_.pick<std::uint32_t>({1, 2, 3, random_.in(1, 64), 64});
  if (random_.one_in(12)) {
    // So tall or wide that rows or bytes are counted far past the input.
    (random_.one_in(2) ? c.out_h : c.out_w) = random_.in(500, 2500);
    c.kh = c.kx_n = c.chunks = c.oc_tiles = 1;
    c.stripe = 64;
  }
}

void RawStreamMaker::shape_depthwise(spec::GeomCommand& c) {
  c.kh = random_.in(1, spec::kDwRows);
  c.kx_n = random_.in(1, spec::kDwCols);
  c.pad_top = random_.in(0, c.kh - 1);
  c.pad_left = random_.in(0, c.kx_n - 1);
  c.dil_y = c.chunks = c.stripe = 1;
  c.in_tile_step = 16;
  c.oc_tiles = random_.in(1, 4);
  c.in_w = random_.one_in(4) ? spec::kDwLineMax : random_.in(1, random_.pick<std::uint32_t>({1, 2, 4, 20, 128}));
  c.stride_x = random_.one_in(6) ? random_.in(1, 255) : random_.in(1, 4);
  c.kx_stride = random_.one_in(8) ? pitch(1) : random_.one_in(3) ? random_.in(1, 40) : 16 * random_.in(1, 6);
  if (!random_.one_in(3)) c.row_bytes = c.kx_stride != 0 ? std::min(c.in_w * c.kx_stride, kFieldMax) : 16;
  if (random_.one_in(20)) {
    c.stride_y = 255;
    c.out_h = random_.in(900, 1300);
    c.kh = c.kx_n = c.oc_tiles = c.out_w = 1;
    c.pad_top = c.pad_left = 0;
  }
}

void RawStreamMaker::shape_depthwise_rows(spec::GeomCommand& c) {
  c.kh = random_.in(1, random_.pick<std::uint32_t>({1, 3, 7, 40}));
  c.kx_n = random_.in(1, spec::kDwrowsCols);
  c.pad_left = random_.one_in(2) ? 0 : random_.in(0, c.kx_n - 1);
  c.chunks = 1;  // Not looked at, but by those that count what is read.
  c.stripe = c.out_w;
  c.in_tile_step = random_.one_in(3) ? random_.pick<std::uint32_t>({0, 1, random_.in(1, 700)}) : 16;
  c.oc_tiles = random_.in(1, random_.pick<std::uint32_t>({1, 3, 6}));
  c.in_w = random_.one_in(8) ? random_.in(1, 65535) : random_.in(1, random_.pick<std::uint32_t>({1, 2, 4, 20, 128}));
  c.stride_x = random_.one_in(6) ? random_.in(1, 255) : random_.in(1, 4);
  c.kx_stride = random_.one_in(4) ? pitch(1) : 16 * random_.in(1, 6);
  if (!random_.one_in(3)) c.row_bytes = c.kx_stride != 0 ? std::min(c.in_w * c.kx_stride, kFieldMax) : 16;
}

void RawStreamMaker::shape_pool(spec::GeomCommand& c) {
  const std::uint32_t most = random_.pick<std::uint32_t>({1, 3, 8, 32, 255});
  c.kh = random_.in(1, most);
  c.kx_n = random_.in(1, std::max(1U, std::min(255U, spec::kPoolTapsMax / c.kh)));
  c.chunks = c.stripe = 1;
  c.oc_tiles = random_.in(1, 4);
  c.in_tile_step = random_.one_in(4) ? pitch(1) : 16;
}

/// A rough bound of the RTL's time, so that one seed does not take a minute.
std::uint64_t RawStreamMaker::cycles_of(const spec::GeomCommand& c) const {
  const std::uint64_t positions = std::uint64_t{c.out_w} * c.out_h, phases = spec::kReduce / config_.rows;
  const std::uint64_t steps = std::uint64_t{c.kh} * c.kx_n * c.chunks;
  if (c.header.opcode == spec::Opcode::kConv) {
    return c.oc_tiles * ((positions + c.stripe - 1) / c.stripe) * steps * std::max<std::uint64_t>(8, c.stripe * phases);
  }
  if (c.header.opcode == spec::Opcode::kDwrows) {
    const std::uint64_t row = std::uint64_t{c.out_w} * std::max<std::uint64_t>(c.stride_x, phases) + c.kx_n + 8;
    return c.oc_tiles * c.out_h * std::uint64_t{c.kh} * row;
  }
  if (c.header.opcode != spec::Opcode::kDwconv) return c.oc_tiles * positions * (steps + 32);
  const std::uint64_t columns = std::uint64_t{c.out_w} * c.stride_x + c.kx_n;
  return c.oc_tiles * (std::uint64_t{c.out_h} * c.stride_y + c.kh) * columns * phases;
}

std::optional<RawCommand> RawStreamMaker::try_geometry(spec::Opcode opcode) {
  spec::GeomCommand c{.header = {.opcode = opcode}};
  place_input(c);
  const std::uint32_t side = random_.pick<std::uint32_t>({1, 3, 10, 40});
  c.out_w = random_.in(1, side);
  c.out_h = random_.in(1, side);
  if (opcode == spec::Opcode::kConv) {
    shape_conv(c);
  } else if (opcode == spec::Opcode::kDwconv) {
    shape_depthwise(c);
  } else if (opcode == spec::Opcode::kDwrows) {
    shape_depthwise_rows(c);
  } else {
    shape_pool(c);
  }
  place_output(c);
  c.w_base = opcode == spec::Opcode::kDwconv ? depthwise_weights_ : sram_address(32);
  c.p_base = parameters_ + random_.in(0, RawMemory::kParamBlocks - c.oc_tiles) * spec::kParamBlock;
  const bool tall = std::uint64_t{c.out_w} * c.out_h >= 500 && c.kh * c.kx_n == 1;
  if (cycles_of(c) > (tall ? 400'000 : 12'000)) return std::nullopt;
  c.w_columns = random_.one_in(2) ? 1 : 0;  // Only CONV looks at it.
  RawCommand raw = encoded(c);
  if (!mark_geometry(c, raw.footprint)) return std::nullopt;
  return raw;
}

std::optional<RawCommand> RawStreamMaker::try_add() {
  spec::EltwiseCommand c{.header = {.opcode = spec::Opcode::kAdd}};
  c.n0 = random_.in(1, random_.pick<std::uint32_t>({1, 5, 60}));
  c.n1 = random_.in(1, random_.pick<std::uint32_t>({1, 5, 20}));
  const auto step1 = [&] { return random_.one_in(3) ? 0 : random_.one_in(2) ? c.n0 * 16 : pitch(16); };
  c.a_base = sram_address(16);
  c.b_base = sram_address(16);
  c.a_step0 = random_.one_in(4) ? 0 : 16;
  c.b_step0 = random_.one_in(4) ? 0 : 16;
  c.a_step1 = step1();
  c.b_step1 = step1();
  const bool in_place = random_.one_in(4);
  c.out_base = in_place ? c.a_base : sram_address(16);
  c.out_step1 = in_place ? c.a_step1 : random_.one_in(8) ? pitch(16) : c.n0 * 16;
  c.a_zp = random_.in<std::int32_t>(-128, 127);
  c.b_zp = random_.in<std::int32_t>(-128, 127);
  c.out_zp = random_.in<std::int32_t>(-128, 127);
  clamps(c.act_min, c.act_max);
  c.left_shift = random_.in(0, 20);
  for (std::int32_t* m : {&c.a_mult, &c.b_mult, &c.out_mult}) *m = multiplier();
  for (std::int32_t* s : {&c.a_shift, &c.b_shift})
    *s = random_.one_in(3) ? random_.in<std::int32_t>(-31, 31) : random_.in<std::int32_t>(-3, 0);
  c.out_shift = random_.one_in(3) ? random_.in<std::int32_t>(-31, 31) : -static_cast<std::int32_t>(c.left_shift);

  RawCommand raw = encoded(c);
  if (!mark_add(c, raw.footprint)) return std::nullopt;
  return raw;
}

void RawStreamMaker::add_random_command(std::vector<RawCommand>& commands) {
  using spec::Opcode;
  std::bitset<Footprint::kSramWords> kept;
  mark(kept, parameters_, RawMemory::kParamBytes + RawMemory::kDepthwiseBytes + RawMemory::kIndexBytes);
  if (random_.one_in(16)) {
    commands.push_back(load_parameters());
    return;
  }
  const auto opcode = random_.pick<Opcode>({Opcode::kLoad, Opcode::kLoad, Opcode::kUnpack, Opcode::kStore,
                                            Opcode::kStore, Opcode::kGather, Opcode::kConv, Opcode::kConv,
                                            Opcode::kConv, Opcode::kDwconv, Opcode::kDwconv, Opcode::kDwrows,
                                            Opcode::kDwrows, Opcode::kMaxpool, Opcode::kAvgpool, Opcode::kAdd});
  const spec::Format format = spec::command_info(opcode)->format;
  std::optional<RawCommand> raw;
  do {
    raw = format == spec::Format::kDma      ? try_dma(opcode)
          : format == spec::Format::kGather ? try_gather()
          : format == spec::Format::kGeom   ? try_geometry(opcode)
                                            : try_add();
  } while (!raw || (raw->footprint.sram_written & kept).any());
  if (opcode == Opcode::kDwconv) {
    const auto kh = static_cast<std::uint32_t>(spec::GeomFields::kKh.get(raw->words));
    const auto kx_n = static_cast<std::uint32_t>(spec::GeomFields::kKxN.get(raw->words));
    const std::uint32_t kernel = (kh - 1) * spec::kDwCols + kx_n - 1;
    commands.push_back(load_table(RawMemory::kParamBytes + kernel * RawMemory::kDepthwiseBytes,
                                  RawMemory::kDepthwiseBytes, depthwise_weights_));
  }
  if (opcode == Opcode::kGather) {
    // The longest list whose indices the table has. In the load engine's order it is there before the GATHER.
    const auto rows = static_cast<std::uint32_t>(spec::GatherFields::kAxRows.get(raw->words));
    const auto bytes = static_cast<std::uint32_t>(spec::GatherFields::kN.get(raw->words) + 3) / 4 * 16;
    const auto beyond = std::ranges::find_if(RawMemory::kIndexBounds, [&](std::uint32_t b) { return b > rows; });
    const auto list = static_cast<std::uint32_t>(beyond - RawMemory::kIndexBounds.begin()) - 1;
    commands.push_back(load_table(RawMemory::kIndexOffset + list * RawMemory::kIndexBytes, bytes, indices_));
  }
  commands.push_back(*std::move(raw));
}

void RawStreamMaker::set_waits(std::vector<RawCommand>& commands) {
  using Fields = spec::CommandHeaderFields;
  std::array<std::uint32_t, 4> count{};
  std::vector<std::uint32_t> number(commands.size());  // 1 for an engine's first command
  for (std::size_t i = 0; i < commands.size(); ++i) {
    RawCommand& command = commands[i];
    std::array<std::uint32_t, 4> wait{};
    for (std::size_t j = 0; j < i; ++j) {
      if (commands[j].engine == command.engine || !commands[j].footprint.conflicts(command.footprint)) continue;
      std::uint32_t& least = wait[static_cast<std::size_t>(commands[j].engine)];
      least = std::max(least, number[j]);
    }
    for (const auto& [engine, field] :
         {std::pair{spec::Engine::kLoad, Fields::kWaitLoad}, std::pair{spec::Engine::kCompute, Fields::kWaitCompute},
          std::pair{spec::Engine::kStore, Fields::kWaitStore}}) {
      const auto e = static_cast<std::size_t>(engine);
      if (random_.one_in(4)) wait[e] = random_.in(wait[e], count[e]);
      // Counts are compared as signed 16-bit differences: these have been reached long ago.
      if (wait[e] == 0 && random_.one_in(4)) wait[e] = 0x10000 - random_.in(1, 0x7f00);
      field.set(command.words, wait[e]);
    }
    Fields::kLayer.set(command.words, random_.in(0, 0xffff));
    number[i] = ++count[static_cast<std::size_t>(command.engine)];
  }
}

RawStream RawStreamMaker::make() {
  windows_ = make_windows();
  std::vector<RawCommand> commands{load_arena(), load_parameters()};
  const std::uint32_t count = random_.in(1, 14);
  for (std::uint32_t i = 0; i < count; ++i) add_random_command(commands);
  commands.push_back(store_arena());
  set_waits(commands);

  RawStream stream;
  stream.windows = windows_;
  StreamBuilder builder;
  for (const RawCommand& command : commands) stream.offsets.push_back(builder.add_raw(command.words));
  stream.offsets.push_back(builder.end());
  // What follows END is not looked at.
  if (random_.one_in(3)) {
    std::vector<std::uint32_t> beyond(random_.in<std::size_t>(1, 100) * 4);
    for (std::uint32_t& word : beyond) word = random_.in(0, UINT32_MAX);
    builder.add_raw(beyond);
  }
  stream.words = builder.finish(config_);
  return stream;
}

}  // namespace auklet::test
