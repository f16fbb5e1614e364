// The functional model in front of somebody else's memory.
#include <algorithm>

#include "fixture.hpp"

namespace auklet::test {
namespace {

class Port : public sim::MemoryPort {
 public:
  sim::AxiResponse read(std::uint64_t address, std::span<std::byte> to) override {
    ++reads;
    longest = std::max(longest, to.size());
    if (address < kBase || address - kBase + to.size() > bytes.size()) return sim::AxiResponse::kDecodeError;
    std::memcpy(to.data(), &bytes[address - kBase], to.size());
    return response;
  }
  sim::AxiResponse write(std::uint64_t address, std::span<const std::byte> from) override {
    ++writes;
    if (address < kBase || address - kBase + from.size() > bytes.size()) return sim::AxiResponse::kDecodeError;
    if (response == sim::AxiResponse::kOkay) std::memcpy(&bytes[address - kBase], from.data(), from.size());
    return response;
  }

  static constexpr std::uint64_t kBase = 0x30'0000'0000;
  std::vector<std::byte> bytes = std::vector<std::byte>(4096);
  sim::AxiResponse response = sim::AxiResponse::kOkay;
  int reads = 0;
  int writes = 0;
  std::size_t longest = 0;  ///< Of all reads, in bytes.
};

// Copies 64 bytes within the port's memory.
StreamBuilder copy() {
  StreamBuilder builder;
  spec::DmaCommand load{.header = {.opcode = spec::Opcode::kLoad}};
  load.window = 1;
  load.ax_len = load.sp_len = 64;
  load.ax_rows = 1;
  builder.add(load);
  spec::DmaCommand store = load;
  store.header.opcode = spec::Opcode::kStore;
  store.header.wait_load = 1;
  store.offset = 1024;
  builder.add(store);
  builder.end();
  return builder;
}

TEST(SimModelMemoryPort, AnswersWhereNothingIsMapped) {
  Device device;
  Port port;
  device.model.connect(&port, {});
  set_window(device.model, 1, Port::kBase, 4096);
  for (std::size_t i = 0; i < 64; ++i) port.bytes[i] = static_cast<std::byte>(i + 1);
  EXPECT_TRUE(device.run(copy()).done);
  EXPECT_TRUE(std::equal(port.bytes.begin(), port.bytes.begin() + 64, port.bytes.begin() + 1024));
  EXPECT_EQ(port.reads, 1) << "the stream is in a region";
  EXPECT_EQ(port.writes, 1);
  EXPECT_EQ(port.bytes[1088], std::byte{0});
}

TEST(SimModelMemoryPort, RefusesAsItPleases) {
  Device device;
  Port port;
  device.model.connect(&port, {});
  set_window(device.model, 1, Port::kBase, 4096);
  port.response = sim::AxiResponse::kSlaveError;
  const JobOutcome refused = device.run(copy());
  EXPECT_EQ(refused.fault, spec::Fault::kAxiSlverr);
  EXPECT_EQ(refused.fault_address, Port::kBase);
  device.model.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
  ASSERT_TRUE(wait_until_idle(device.model));
  device.model.connect(nullptr, {});
  EXPECT_EQ(device.run(copy()).fault, spec::Fault::kAxiDecerr);
}

// How long an UNPACK takes depends on what it reads, which the model once fetched before it had checked the window, and
// in one piece.
TEST(SimModelMemoryPort, IsAskedForNothingOutsideOfTheWindow) {
  Device device;
  Port port;
  device.model.connect(&port, {});
  set_window(device.model, 1, Port::kBase, 1024);
  spec::DmaCommand unpack{.header = {.opcode = spec::Opcode::kUnpack}};
  unpack.window = 1;
  unpack.ax_len = 1000;
  unpack.ax_rows = 1;
  unpack.sp_len = 64;
  const auto run = [&](std::uint32_t offset) {
    StreamBuilder builder;
    unpack.offset = offset;
    builder.add(unpack);
    builder.end();
    return device.run(builder);
  };
  EXPECT_TRUE(run(24).done);
  EXPECT_LE(port.longest, spec::kBurstBytes);
  port.reads = 0;
  EXPECT_EQ(run(25).fault, spec::Fault::kAddress);
  EXPECT_EQ(port.reads, 0);
}

TEST(SimModelMemoryPort, HasItsOwnTiming) {
  const auto cycles = [](sim::MemoryTiming timing) {
    Device device;
    Port port;
    device.model.connect(&port, timing);
    set_window(device.model, 1, Port::kBase, 4096);
    return device.run(copy()).cycles;
  };
  EXPECT_GT(cycles({.latency_cycles = 500}), cycles({.latency_cycles = 5}) + 900);
}

}  // namespace
}  // namespace auklet::test
