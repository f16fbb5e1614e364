#include <algorithm>
#include <auklet/plan/copy.hpp>
#include <limits>

#include "copy_tiling.hpp"
#include "ring.hpp"

namespace auklet::plan {
namespace {

using detail::CopyExtents;
using detail::CopyPlaces;
using detail::CopySteps;
using detail::CopyTiling;
using detail::EnginePlan;
using detail::Ring;
using detail::Slot;
using u64 = std::uint64_t;
using i64 = std::int64_t;

constexpr std::uint32_t kDepth = 2;
constexpr i64 kOffsetLimit = i64{1} << 32;

// Lowest and highest offset that one side of a checked copy touches.
struct Range {
  i64 low = 0;
  i64 high = 0;
};

// Saturates far outside of what a 32-bit offset can name.
Range range_of(std::uint32_t offset, const CopyOp& op, const CopySteps& steps) noexcept {
  Range range{.low = offset, .high = offset};
  for (std::size_t k = 0; k < kCopyRank; ++k) {
    // Below 2^63: 32 bits times 31, and a sum of six.
    const i64 reach = steps[k] * (i64{op.axes[k].extent} - 1);
    i64& end = reach < 0 ? range.low : range.high;
    end = std::clamp(end + reach, -kOffsetLimit, 2 * kOffsetLimit);
  }
  return range;
}

bool offset_fits(const MemoryTensor& tensor, const Range& range) noexcept {
  return range.low >= 0 && i64{tensor.offset} + range.high < kOffsetLimit;
}

// Whether `outer` goes on where `inner` ends, on both sides.
bool continues(const CopyAxis& outer, const CopyAxis& inner) noexcept {
  return outer.from_step == i64{inner.from_step} * inner.extent && outer.to_step == i64{inner.to_step} * inner.extent &&
         u64{outer.extent} * inner.extent <= std::numeric_limits<std::uint32_t>::max();
}

// The commands of one tile for one engine, one after the other.
class CommandWalk {
 public:
  CommandWalk() noexcept = default;
  CommandWalk(spec::Opcode opcode, const MemoryTensor& memory, i64 offset, std::uint32_t sram_address,
              const EnginePlan& plan, const CopyExtents& extents, const CopySteps& steps,
              const CopyPlaces& places) noexcept
      : left_(plan.commands), offset_(i64{memory.offset} + offset), address_(sram_address), steps_(steps) {
    command_.header.opcode = opcode;
    command_.window = memory.window;
    command_.ax_len = plan.memory.run;
    command_.ax_rows = plan.memory.rows;
    command_.ax_stride = static_cast<std::uint32_t>(plan.memory.stride);
    command_.sp_len = plan.sram.run;
    command_.sp_stride = static_cast<std::uint32_t>(plan.sram.stride);
    for (std::size_t k = 0; k < kCopyRank; ++k) {
      extents_[k] = detail::has(plan.inside, k) ? 1 : extents[k];
      pitch_[k] = static_cast<std::uint32_t>(places.pitch[k]);
    }
  }

  [[nodiscard]] u64 left() const noexcept { return left_; }

  spec::DmaCommand next() noexcept {
    spec::DmaCommand command = command_;
    command.offset = static_cast<std::uint32_t>(offset_);
    command.sp_base = address_;
    --left_;
    for (std::size_t k = kCopyRank; k-- > 0;) {
      if (++index_[k] < extents_[k]) {
        offset_ += steps_[k];
        address_ += pitch_[k];
        break;
      }
      offset_ -= steps_[k] * (i64{extents_[k]} - 1);
      address_ -= pitch_[k] * (extents_[k] - 1);
      index_[k] = 0;
    }
    return command;
  }

 private:
  u64 left_ = 0;
  i64 offset_ = 0;
  std::uint32_t address_ = 0;
  CopySteps steps_{};
  CopyExtents extents_{};
  CopyExtents index_{};
  CopyExtents pitch_{};
  spec::DmaCommand command_;
};

// Tiles in the order in which they are stored: those that repeat what is in SRAM follow one another.
class TileWalk {
 public:
  explicit TileWalk(const CopyTiling& tiling) noexcept : tiling_(tiling) {
    std::size_t n = 0;
    for (const bool shared : {false, true}) {
      for (std::size_t k = 0; k < kCopyRank; ++k) {
        if (tiling.layout.shares(k) == shared) order_[n++] = k;
      }
    }
  }

  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] const CopyExtents& origin() const noexcept { return origin_; }
  [[nodiscard]] CopyExtents extents() const noexcept {
    CopyExtents extents{};
    for (std::size_t k = 0; k < kCopyRank; ++k) {
      extents[k] = std::min(tiling_.tile[k], tiling_.op.axes[k].extent - origin_[k]);
    }
    return extents;
  }

  /// The next tile of what is loaded at once; false when that was the last one.
  bool next_store() noexcept { return advance(true); }
  /// The first tile of what is loaded next.
  void next_load() noexcept { ended_ = !advance(false); }

 private:
  bool advance(bool shared) noexcept {
    for (std::size_t i = kCopyRank; i-- > 0;) {
      const std::size_t k = order_[i];
      if (tiling_.layout.shares(k) != shared) continue;
      // The extent less the origin, so that nothing wraps.
      if (tiling_.op.axes[k].extent - origin_[k] > tiling_.tile[k]) {
        origin_[k] += tiling_.tile[k];
        return true;
      }
      origin_[k] = 0;
    }
    return false;
  }

  const CopyTiling& tiling_;
  std::array<std::size_t, kCopyRank> order_{};
  CopyExtents origin_{};
  bool ended_ = false;
};

class CopyPipeline {
 public:
  CopyPipeline(StreamWriter& writer, const CopyTiling& tiling, const MemoryTensor& from, const MemoryTensor& to,
               const std::array<std::uint32_t, kDepth>& buffers, Cost& cost) noexcept
      : writer_(writer),
        tiling_(tiling),
        from_(from),
        to_(to),
        buffers_(buffers),
        cost_(cost),
        from_steps_(detail::from_steps(tiling.op)),
        to_steps_(detail::to_steps(tiling.op)),
        start_(writer.issued()) {
    ring_.count = kDepth;
    for (Slot& slot : ring_.slots) slot.unused = start_;
  }

  Outcome run() noexcept {
    TileWalk stored(tiling_);
    TileWalk loaded(tiling_);
    CommandWalk first = load_walk(loaded, ring_.current);
    while (first.left() != 0) {
      if (const Outcome done = load(first); !done.ok()) return done;
    }
    while (!stored.ended()) {
      const std::uint32_t slot = ring_.current;
      ring_.slots[slot].filled = {.load = writer_.issued().load};
      ring_.advance();
      loaded.next_load();
      CommandWalk ahead = loaded.ended() ? CommandWalk() : load_walk(loaded, ring_.current);
      if (const Outcome done = store_and_load(stored, slot, ahead); !done.ok()) return done;
      ring_.slots[slot].unused = {.store = writer_.issued().store};
      stored.next_load();
    }
    return {};
  }

 private:
  static i64 offset_of(std::uint32_t base, const CopyExtents& origin, const CopySteps& steps) noexcept {
    i64 offset = base;
    for (std::size_t k = 0; k < kCopyRank; ++k) offset += steps[k] * i64{origin[k]};
    return offset;
  }

  [[nodiscard]] CommandWalk load_walk(const TileWalk& tile, std::uint32_t slot) const noexcept {
    const CopyPlaces places = detail::places_of(tiling_.layout, tile.extents());
    const CopyExtents extents = detail::loaded(tiling_.layout, tile.extents());
    const EnginePlan plan = detail::plan_engine(extents, from_steps_, places);
    return {spec::Opcode::kLoad, from_, offset_of(tiling_.op.from_offset, tile.origin(), from_steps_),
            buffers_[slot],      plan,  extents,
            from_steps_,         places};
  }

  [[nodiscard]] CommandWalk store_walk(const TileWalk& tile, std::uint32_t slot) const noexcept {
    const CopyExtents extents = tile.extents();
    const CopyPlaces places = detail::places_of(tiling_.layout, extents);
    const EnginePlan plan = detail::plan_engine(extents, to_steps_, places);
    return {spec::Opcode::kStore,
            to_,
            offset_of(tiling_.op.to_offset, tile.origin(), to_steps_),
            buffers_[slot],
            plan,
            extents,
            to_steps_,
            places};
  }

  // Stores all tiles of one buffer while the next one is loaded. The commands alternate in the proportion of their
  // numbers: the decoder hands them out in order, and a full queue of one engine would keep the other one waiting.
  Outcome store_and_load(TileWalk& tile, std::uint32_t slot, CommandWalk& ahead) noexcept {
    u64 loads = 0;
    u64 stores = 0;
    do {
      ++cost_.tiles;
      CommandWalk walk = store_walk(tile, slot);
      while (walk.left() != 0) {
        const bool load_next = ahead.left() != 0 && loads * tiling_.stores <= stores * tiling_.loads;
        const Outcome done = load_next ? load(ahead) : store(walk, slot);
        if (!done.ok()) return done;
        ++(load_next ? loads : stores);
      }
    } while (tile.next_store());
    while (ahead.left() != 0) {
      if (const Outcome done = load(ahead); !done.ok()) return done;
    }
    return {};
  }

  Outcome load(CommandWalk& walk) noexcept {
    const spec::DmaCommand command = walk.next();
    cost_.input_bytes += u64{command.ax_len} * command.ax_rows;
    return writer_.emit(command, both(ring_.now().unused, start_));
  }

  Outcome store(CommandWalk& walk, std::uint32_t slot) noexcept {
    const spec::DmaCommand command = walk.next();
    cost_.output_bytes += u64{command.ax_len} * command.ax_rows;
    return writer_.emit(command, both(ring_.slots[slot].filled, start_));
  }

  StreamWriter& writer_;
  const CopyTiling& tiling_;
  const MemoryTensor& from_;
  const MemoryTensor& to_;
  const std::array<std::uint32_t, kDepth>& buffers_;
  Cost& cost_;
  CopySteps from_steps_;
  CopySteps to_steps_;
  Waits start_;
  Ring ring_;
};

}  // namespace

std::uint64_t bytes(const CopyOp& op) noexcept {
  u64 count = 1;
  for (const CopyAxis& axis : op.axes) {
    if (axis.extent != 0 && count > std::numeric_limits<u64>::max() / axis.extent) {
      return std::numeric_limits<u64>::max();
    }
    count *= axis.extent;
  }
  return count;
}

Outcome check(const CopyOp& op) noexcept {
  for (const CopyAxis& axis : op.axes) {
    if (axis.extent == 0) return Status::kShapeZero;
  }
  for (const CopyAxis& axis : op.axes) {
    if (axis.extent > 1 && axis.to_step == 0) return Status::kStepZero;
  }
  // The one step that cannot be turned round.
  constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
  for (const CopyAxis& axis : op.axes) {
    if (axis.extent > 1 && (axis.from_step == kLowest || axis.to_step == kLowest)) return Status::kTensorTooLarge;
  }
  if (bytes(op) > static_cast<u64>(kOffsetLimit) ||
      !offset_fits({}, range_of(op.from_offset, op, detail::from_steps(op))) ||
      !offset_fits({}, range_of(op.to_offset, op, detail::to_steps(op)))) {
    return Status::kTensorTooLarge;
  }
  return {};
}

CopyOp normalise(CopyOp op) noexcept {
  std::array<CopyAxis, kCopyRank> kept{};
  std::size_t count = 0;
  for (CopyAxis& axis : op.axes) {
    if (axis.extent == 1) continue;
    if (axis.to_step < 0) detail::turn_round(op, axis);
    // By destination steps, largest first.
    std::size_t at = count++;
    for (; at > 0 && kept[at - 1].to_step < axis.to_step; --at) kept[at] = kept[at - 1];
    kept[at] = axis;
  }
  // From the innermost on: it takes in those around it that go on where it ends.
  std::array<CopyAxis, kCopyRank> merged{};
  std::size_t free = kCopyRank;
  for (std::size_t i = count; i-- > 0;) {
    if (free < kCopyRank && continues(kept[i], merged[free])) {
      merged[free].extent *= kept[i].extent;
    } else {
      merged[--free] = kept[i];
    }
  }
  op.axes = merged;
  return op;
}

Outcome plan_streamed_copy(StreamWriter& writer, const CopyOp& op, const MemoryTensor& from, const MemoryTensor& to,
                           const SramBudget& sram, Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  if (!offset_fits(from, range_of(op.from_offset, op, detail::from_steps(op))) ||
      !offset_fits(to, range_of(op.to_offset, op, detail::to_steps(op)))) {
    return Status::kTensorTooLarge;
  }
  if (sram.base % kWordBytes != 0) return Status::kAddressMisaligned;
  const u64 end = u64{sram.base} + sram.bytes;
  if (end > writer.config().sram_bytes) return {Status::kSramTooSmall, end, writer.config().sram_bytes};
  // Two halves of the whole SRAM are in different regions, where the engines do not delay each other.
  const std::uint32_t share = sram.bytes / kDepth / kWordBytes * kWordBytes;
  if (share == 0) return {Status::kSramTooSmall, u64{kWordBytes} * kDepth, sram.bytes};
  const std::uint32_t max_loads = StreamWriter::kMaxEngineCommands - writer.issued().load;
  const std::uint32_t max_stores = StreamWriter::kMaxEngineCommands - writer.issued().store;
  const CopyTiling tiling = detail::choose_copy_tiling(normalise(op), share, max_loads, max_stores);
  if (tiling.loads > max_loads || tiling.stores > max_stores) return Status::kTooManyCommands;
  const std::array<std::uint32_t, kDepth> buffers{sram.base, sram.base + share};
  return CopyPipeline(writer, tiling, from, to, buffers, cost).run();
}

}  // namespace auklet::plan
