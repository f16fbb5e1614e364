// Ports of the SRAM on the RTL: transfers go on beside computing in their region, and change nothing of it.
#include <cstdint>

#include <gtest/gtest.h>

#include "../common/verilated_configuration.hpp"
#include "raw_fixture.hpp"

namespace auklet::test {
namespace {

using spec::Opcode;

class SramPorts : public RawFixture {
 protected:
  static constexpr std::uint32_t kBytes = 4096;
  // Four times as many cycles as there are beats.
  [[nodiscard]] static std::uint32_t bound() { return kBytes / (GetParam().axi_data_bits / 32); }

  // A STORE of what is at the beginning of the SRAM.
  static spec::DmaCommand store(std::uint32_t bytes, std::uint16_t layer) {
    return {.header = {.opcode = Opcode::kStore, .layer = layer, .wait_load = 2},
            .ax_len = bytes,
            .window = RawMemory::kDumpWindow,
            .ax_rows = 1,
            .sp_len = bytes};
  }

  // A long convolution that reads from the lower banks of region 0 only, in every cycle; layer 1.
  static spec::GeomCommand convolution() {
    spec::GeomCommand c = geometry(Opcode::kConv);
    c.header.layer = 1;
    c.header.wait_store = 1;
    c.in_tile_step = 0;
    c.x_step = 32;
    c.row_bytes = 0x1000;
    c.kh = 1;
    c.chunks = 1;
    c.kx_n = 32;
    c.kx_stride = 32;
    c.out_w = 64;
    c.stripe = 64;
    c.oc_tiles = 8;
    c.out_x_pitch = 128;
    c.out_tile_step = 16;
    c.w_base = kOutput + 0x10000;
    return c;
  }
};

TEST_P(SramPorts, LoadsGoOnBesideTheArray) {
  StreamBuilder builder;
  load_all(builder);
  builder.add(store(16, 0));
  builder.add(convolution());
  builder.add(spec::DmaCommand{.header = {.opcode = Opcode::kLoad, .wait_store = 1},
                               .offset = RawMemory::kTableBytes,
                               .ax_len = kBytes,
                               .ax_rows = 1,
                               .sp_base = 0x10000,
                               .sp_len = kBytes});
  spec::DmaCommand loaded = store(16, 2);
  loaded.header.wait_load = 3;
  builder.add(loaded);
  builder.end();
  run_on_both(finish(builder));
  const std::uint32_t computing = cycles_between_layers(0, 1);
  const std::uint32_t loading = cycles_between_layers(0, 2);
  EXPECT_GT(computing, 3 * bound() / 2) << "else there is nothing to be beside";
  EXPECT_LT(loading, bound());
  expect_equal_sram();
}

TEST_P(SramPorts, StoresGoOnBesideTheArray) {
  StreamBuilder builder;
  load_all(builder);
  builder.add(store(16, 0));
  builder.add(convolution());
  builder.add(store(kBytes, 2));
  builder.end();
  run_on_both(finish(builder));
  EXPECT_GT(cycles_between_layers(0, 1), 3 * bound() / 2) << "else there is nothing to be beside";
  EXPECT_LT(cycles_between_layers(0, 2), bound());
  expect_equal_sram();
}

INSTANTIATE_TEST_SUITE_P(All, SramPorts, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
