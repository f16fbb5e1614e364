// Values that ordinary jobs do not have: every bit of every register, windows anywhere in the 40-bit address space,
// offsets and strides of 32 bits, and accesses narrower than a word.
#include <auklet/sim/verilated_npu.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/spec/spec.hpp>

#include "../common/job.hpp"
#include "../common/random.hpp"
#include "../common/verilated_configuration.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;

constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 40;
constexpr std::uint32_t kRows = 2;
constexpr std::uint32_t kRowBytes = 96;

class WideValues : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  WideValues() : npu_(make()) { EXPECT_TRUE(wait_until_idle(*npu_)); }
  ~WideValues() override {
    EXPECT_EQ(npu_->protocol_violations(), 0U) << testing::PrintToString(npu_->protocol_report());
  }

  static std::unique_ptr<sim::VerilatedNpu> make() {
    sim::VerilatedOptions options;
    options.configuration = GetParam().name;
    options.axi_data_bits = GetParam().axi_data_bits;
    return sim::make_verilated_npu(options);
  }

  [[nodiscard]] static spec::HardwareConfig config() {
    spec::HardwareConfig result = spec::kDefaultConfiguration;
    result.macs = GetParam().macs;
    result.sram_bytes = GetParam().sram_kib * 1024;
    return result;
  }

  static spec::DmaCommand rows(spec::Opcode opcode, std::uint8_t window, std::uint32_t offset, std::uint32_t stride) {
    spec::DmaCommand command;
    command.header.opcode = opcode;
    command.window = window;
    command.offset = offset;
    command.ax_len = kRowBytes;
    command.ax_rows = kRows;
    command.ax_stride = stride;
    command.sp_len = kRowBytes;
    command.sp_stride = kRowBytes;
    return command;
  }

  void recover() {
    npu_->write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
    npu_->step(1000);
    ASSERT_TRUE(wait_until_idle(*npu_));
  }

  std::unique_ptr<sim::VerilatedNpu> npu_;
};

TEST_P(WideValues, EveryBitOfEveryRegisterIsKept) {
  for (const std::uint32_t value : {0xffff'ffffU, 0U, 0xaaaa'aaaaU, 0x5555'5555U, 0xffff'ffffU, 0U}) {
    for (const spec::RegisterInfo& info : spec::kRegisters) {
      if (info.access != spec::Access::kReadWrite) continue;
      for (std::uint32_t i = 0; i < info.count; ++i) npu_->write32(info.offset + i * info.stride, value);
    }
    for (const spec::RegisterInfo& info : spec::kRegisters) {
      if (info.access != spec::Access::kReadWrite) continue;
      // Clearing the counters is done at once and does not read back.
      const std::uint32_t kept =
          info.offset == reg::PmuCtrl::kOffset ? info.field_mask & ~reg::PmuCtrl::kClear.mask() : info.field_mask;
      for (std::uint32_t i = 0; i < info.count; ++i) {
        EXPECT_EQ(npu_->read32(info.offset + i * info.stride), value & kept) << info.name << " " << i;
      }
    }
  }
  EXPECT_EQ(npu_->bus_errors(), 0U);
}

TEST_P(WideValues, EveryAddressIsAnsweredAndOnlyRegistersWithData) {
  std::uint64_t errors = 0;
  for (std::uint32_t offset = 0; offset < 0x1000; ++offset) {
    const spec::RegisterInfo* info = offset % 4 == 0 ? spec::find_register(offset) : nullptr;
    const bool readable = info != nullptr && info->access != spec::Access::kWriteOnly;
    npu_->read32(offset);
    if (!readable) ++errors;
    EXPECT_EQ(npu_->bus_errors(), errors) << "offset " << offset;
    if (info != nullptr) continue;
    npu_->write32(offset, 0xffff'ffff);
    EXPECT_EQ(npu_->bus_errors(), ++errors) << "offset " << offset;
  }
}

// Two rows, from one window to another, everything at random places; the rows of memory are far apart.
TEST_P(WideValues, TransfersAnywhereInTheAddressSpace) {
  Random random(1);
  const auto wide = [&random] { return (std::uint64_t{random.in(0, 0xff)} << 32) | random.in(0, 0xffff'ffff); };
  for (std::uint32_t round = 0; round < 48; ++round) {
    const auto from = static_cast<std::uint8_t>(round % spec::kWindowCount);
    const auto to = static_cast<std::uint8_t>((round + 1 + round / spec::kWindowCount) % spec::kWindowCount);
    if (from == to) continue;
    SCOPED_TRACE("round " + std::to_string(round));
    // The last byte of a window is the address space's at most.
    const std::uint32_t stride = random.in(0x1000, 0x7fff'ffff) & ~0xfU;
    const std::uint32_t offset = random.in(0, 0xffff'ffff - stride - 0x1000) & ~0xfU;
    const std::uint32_t size = 0xffff'ffff;
    const auto place = [&] { return (wide() % (kAddressSpace - size)) & ~std::uint64_t{0xfff}; };
    const std::uint64_t source = place();
    std::uint64_t target = place();
    std::uint64_t stream_base = place();
    // Apart from each other, so that no region overlaps another.
    const auto near = [](std::uint64_t a, std::uint64_t b) { return (a > b ? a - b : b - a) < 0x2'0000'0000; };
    while (near(source, target)) target = place();
    while (near(source, stream_base) || near(target, stream_base)) stream_base = place();

    std::array<std::vector<std::byte>, kRows> data;
    std::array<std::vector<std::byte>, kRows> copy;
    for (std::uint32_t row = 0; row < kRows; ++row) {
      data[row].resize(kRowBytes);
      copy[row].resize(kRowBytes);
      for (std::byte& byte : data[row]) byte = static_cast<std::byte>(random.in(0, 255));
      npu_->map(source + offset + row * std::uint64_t{stride}, data[row], {});
      npu_->map(target + offset + row * std::uint64_t{stride}, copy[row], {});
    }
    const spec::DmaCommand load = rows(spec::Opcode::kLoad, from, offset, stride);
    spec::DmaCommand store = rows(spec::Opcode::kStore, to, offset, stride);
    store.header.wait_load = 1;
    StreamBuilder builder;
    builder.add(load);
    builder.add(store);
    builder.end();
    std::vector<std::uint32_t> stream = builder.finish(config());
    npu_->map(stream_base, std::as_writable_bytes(std::span(stream)), {});
    set_window(*npu_, from, source, size, true, false);
    set_window(*npu_, to, target, size, false, true);
    const auto tag = round % 2 == 0 ? 0xffff'ffffU : 0U;
    npu_->write32(reg::AxiAttr::kOffset, round % 2 == 0 ? 0xffff'ffffU : 0U);
    EXPECT_TRUE(wait_until_idle(*npu_));  // Its privileged and non-secure bits clear the SRAM.
    const JobOutcome outcome = run_job(*npu_, stream_base, static_cast<std::uint32_t>(stream.size() * 4), tag);
    EXPECT_TRUE(outcome.done);
    EXPECT_EQ(outcome.done_tag, tag);
    for (std::uint32_t row = 0; row < kRows; ++row) {
      EXPECT_TRUE(data[row] == copy[row]) << "row " << row;
      npu_->unmap(source + offset + row * std::uint64_t{stride});
      npu_->unmap(target + offset + row * std::uint64_t{stride});
    }
    npu_->unmap(stream_base);
    if (HasFailure()) return;
  }
}

// What is refused is reported with all of its bits: the offset in the window, or the address on the bus.
TEST_P(WideValues, FaultsReportWholeAddresses) {
  constexpr std::uint64_t kStreamBase = 0x12'3456'7000;
  for (const std::uint64_t base : {std::uint64_t{0xff'ffff'f000} - 0xffff'ffff, std::uint64_t{0x5a'5a5a'5000},
                                   std::uint64_t{0xa5'a5a5'a000}, std::uint64_t{0}}) {
    for (const spec::Opcode opcode : {spec::Opcode::kLoad, spec::Opcode::kStore}) {
      for (const std::uint32_t offset : {0xffff'fff0U, 0x5555'5550U, 0xaaaa'aaa0U, 0U}) {
        for (const bool on_the_bus : {false, true}) {
          SCOPED_TRACE(std::to_string(base) + " + " + std::to_string(offset));
          StreamBuilder builder;
          spec::DmaCommand command = rows(opcode, 3, offset, 0);
          command.ax_rows = 1;
          command.ax_len = command.sp_len = 15;
          builder.add(command);
          builder.end();
          std::vector<std::uint32_t> stream = builder.finish(config());
          npu_->map(kStreamBase, std::as_writable_bytes(std::span(stream)), {});
          // In the window nothing is mapped; else the window is closed.
          set_window(*npu_, 3, base, 0xffff'ffff, on_the_bus, on_the_bus);
          const JobOutcome outcome = run_job(*npu_, kStreamBase, static_cast<std::uint32_t>(stream.size() * 4));
          EXPECT_TRUE(outcome.faulted);
          EXPECT_STREQ(spec::to_string(outcome.fault), on_the_bus ? "AXI_DECERR" : "ADDRESS");
          EXPECT_EQ(outcome.channel, opcode == spec::Opcode::kLoad ? spec::Channel::kLoad : spec::Channel::kStore);
          EXPECT_EQ(outcome.fault_address, on_the_bus ? base + offset : offset);
          npu_->unmap(kStreamBase);
          recover();
          if (HasFailure()) return;
        }
      }
    }
  }
}

// A cause that is raised around the cycle of its clearing is lost only to a clearing that comes after it.
TEST_P(WideValues, ACauseIsNotLostToAnEarlierClearing) {
  constexpr std::uint64_t kStreamBase = 0x4000;
  for (const bool fault : {false, true}) {
    StreamBuilder builder;
    if (fault) builder.add(rows(spec::Opcode::kLoad, 0, 0, 0));
    builder.end();
    std::vector<std::uint32_t> stream = builder.finish(config());
    npu_->map(kStreamBase, std::as_writable_bytes(std::span(stream)), {});
    set_window(*npu_, 0, 0, 0);
    const std::uint32_t bit = fault ? reg::IrqRaw::kFault.mask() : reg::IrqRaw::kDone.mask();
    start_job(*npu_, kStreamBase, static_cast<std::uint32_t>(stream.size() * 4));
    const std::uint64_t length = npu_->step_until_irq(100'000);
    ASSERT_LT(length, 1000U);
    // A write that begins at each cycle around the end: those before it clear nothing, those after it the cause.
    std::vector<bool> kept;
    for (std::uint64_t begin = length > 12 ? length - 12 : 0; begin <= length + 4; ++begin) {
      npu_->write32(reg::IrqRaw::kOffset, 3);
      if (fault) recover();
      set_window(*npu_, 0, 0, 0);
      start_job(*npu_, kStreamBase, static_cast<std::uint32_t>(stream.size() * 4));
      npu_->step(begin);
      npu_->write32(reg::IrqRaw::kOffset, 3);
      npu_->step(20);
      kept.push_back((npu_->read32(reg::IrqRaw::kOffset) & bit) != 0);
    }
    EXPECT_TRUE(kept.front());
    EXPECT_FALSE(kept.back());
    EXPECT_TRUE(std::ranges::is_sorted(kept, std::greater())) << testing::PrintToString(kept);
    npu_->write32(reg::IrqRaw::kOffset, 3);
    npu_->unmap(kStreamBase);
    if (fault) recover();
  }
}

INSTANTIATE_TEST_SUITE_P(All, WideValues, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
