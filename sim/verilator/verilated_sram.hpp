// Reaches into the memories of auklet_sram in a verilated model, by their names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include <auklet/spec/spec.hpp>

namespace auklet::sim {

/// Flips bit `bit` of the word that holds byte `address`, both of which must exist. `Root` is the root module of a
/// verilated `auklet_npu`. Call between evaluations.
template <class Root>
void flip_sram_bit(Root& root, std::uint32_t address, std::uint32_t bit) {
  const std::array banks{&root.auklet_npu__DOT__u_sram__DOT__gen_bank__BRA__0__KET____DOT__u_bank__DOT__mem,
                         &root.auklet_npu__DOT__u_sram__DOT__gen_bank__BRA__1__KET____DOT__u_bank__DOT__mem,
                         &root.auklet_npu__DOT__u_sram__DOT__gen_bank__BRA__2__KET____DOT__u_bank__DOT__mem,
                         &root.auklet_npu__DOT__u_sram__DOT__gen_bank__BRA__3__KET____DOT__u_bank__DOT__mem,
                         &root.auklet_npu__DOT__u_sram__DOT__gen_bank__BRA__4__KET____DOT__u_bank__DOT__mem,
                         &root.auklet_npu__DOT__u_sram__DOT__gen_bank__BRA__5__KET____DOT__u_bank__DOT__mem,
                         &root.auklet_npu__DOT__u_sram__DOT__gen_bank__BRA__6__KET____DOT__u_bank__DOT__mem,
                         &root.auklet_npu__DOT__u_sram__DOT__gen_bank__BRA__7__KET____DOT__u_bank__DOT__mem};
  static_assert(banks.size() == 2 * spec::kSramRegions);
  // Even and odd words of a region have a bank each, and the regions follow each other.
  const std::uint32_t word = address / spec::kLanes;
  const std::size_t rows = std::size(banks[0]->m_storage);
  const std::size_t pair = word / 2;
  auto& stored = (*banks[pair / rows * 2 + word % 2])[pair % rows];
  constexpr std::uint32_t kUnitBits = 32;
  stored[bit / kUnitBits] ^= std::uint32_t{1} << bit % kUnitBits;
}

}  // namespace auklet::sim
