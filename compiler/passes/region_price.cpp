#include "region_price.hpp"

#include <algorithm>
#include <utility>

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;
using Port = Access::Port;

constexpr u64 kWhole = 256;  // Shares of blocks are counted in parts of this.
constexpr u64 kWeightPortBytes = 32;

bool meet(const Steps& a, const Steps& b) { return a.first <= b.last && b.first <= a.last; }

// Cycles that two ports lose to each other when all of their accesses are in one region.
u64 lost(const Access& a, const Access& b) {
  const u64 both = std::min(a.cycles, b.cycles);
  if (a.port == b.port) return a.port == Port::kRead ? both : 0;
  // Results come now and then, and the weights are a step ahead.
  if (a.port != Port::kRead && b.port != Port::kRead) return both / 4;
  return both;
}

// Cycles that loading a block costs beside an access of the step before: loads get what is left.
u64 lost_to_load(const Access& a, const Block& loaded) {
  const u64 both = std::min<u64>(a.cycles, loaded.bytes / plan::kWordBytes);
  return a.port == Port::kRead ? both / 2 : both / 16;
}

u64 lost_to_loads(const std::vector<Access>& accesses, const Block& block, const std::vector<Access>& loaded) {
  u64 sum = 0;
  for (const Access& a : accesses) {
    if (!loaded.empty() && a.steps.last + 1 == loaded.front().steps.first) sum += lost_to_load(a, block);
  }
  return sum;
}

}  // namespace

std::uint64_t read_cycles(const plan::ConvOp& op, const plan::ConvLayout& layout) {
  const u64 positions = u64{op.batch} * op.out_h * op.out_w;
  if (layout.form == plan::ConvForm::kDepthwise) return u64{op.batch} * op.in_h * op.in_w * layout.tiles;
  const u64 sets = (layout.tiles + layout.array_groups - 1) / layout.array_groups;
  return positions * layout.steps * (plan::is_depthwise(layout.form) ? layout.tiles : sets);
}

std::uint64_t weight_cycles(const plan::ConvOp& op, const plan::ConvLayout& layout, u32 tiles) {
  const u64 positions = u64{op.batch} * op.out_h * op.out_w;
  u64 stripes = (positions + spec::kStripeMax - 1) / spec::kStripeMax;
  if (layout.form == plan::ConvForm::kDepthwise) stripes = 1;
  if (layout.form == plan::ConvForm::kDepthwiseRows) stripes = u64{op.batch} * op.out_h;
  return u64{tiles} * layout.steps * spec::kWeightBlock / kWeightPortBytes * stripes;
}

void RegionPrice::note(Space::Id id, std::vector<Access> accesses, bool loaded) {
  if (uses_.size() <= id) uses_.resize(id + 1);
  uses_[id] = {std::move(accesses), loaded};
}

// How often two blocks are used in the same region, if all of their bytes are used alike.
u64 RegionPrice::shared(const Block& a, const Block& b) const {
  const auto bytes_in = [this](const Block& block, u32 region) -> u64 {
    const u32 begin = std::max(block.address, region * region_);
    const u32 end = std::min(block.end(), (region + 1) * region_);
    return begin < end ? end - begin : 0;
  };
  u64 sum = 0;
  for (u32 region = a.address / region_; region * region_ < a.end(); ++region) {
    sum += (bytes_in(a, region) * kWhole / a.bytes) * (bytes_in(b, region) * kWhole / b.bytes);
  }
  return sum;
}

std::uint64_t RegionPrice::operator()(const Space& sram, const Block& block, const std::vector<Access>& accesses,
                                      bool loaded) const {
  u64 sum = 0;
  for (Space::Id id = 0; id < uses_.size(); ++id) {
    const Block& other = sram[id];
    if (other.bytes == 0 || uses_[id].accesses.empty()) continue;
    const u64 share = shared(block, other);
    if (share == 0) continue;
    u64 cycles = 0;
    for (const Access& a : accesses) {
      for (const Access& b : uses_[id].accesses) {
        if (meet(a.steps, b.steps)) cycles += lost(a, b);
      }
    }
    if (uses_[id].loaded) cycles += lost_to_loads(accesses, other, uses_[id].accesses);
    if (loaded) cycles += lost_to_loads(uses_[id].accesses, block, accesses);
    sum += cycles * share / (kWhole * kWhole);
  }
  return sum;
}

}  // namespace auklet::compiler::passes
