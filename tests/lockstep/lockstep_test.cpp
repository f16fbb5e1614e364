// The lock-step of two functional models, one of which is made to go wrong: what is found, and what is not to be.
#include <auklet/sim/lockstep.hpp>

#include <memory>

#include "../sim_model/fixture.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;
using Kind = sim::Divergence::Kind;

constexpr std::uint64_t kDataBase = Device::kDataBase;
constexpr std::uint64_t kStreamBase = Device::kStreamBase;
constexpr std::uint32_t kBlock = 256;
constexpr std::uint32_t kResult = 4096;  ///< Where the stream stores its block, in the data.

/// A functional model with a switch for each way to go wrong.
class Faulty final : public sim::Target, public sim::Observer {
 public:
  enum class Fault { kNone, kSramByte, kStray, kMissing, kOrder, kTag, kNoInterrupt, kHang };

  explicit Faulty(Fault fault) : fault_(fault) {}

  std::uint32_t read32(std::uint32_t offset) override {
    const std::uint32_t value = model_.read32(offset);
    return fault_ == Fault::kTag && offset == reg::DoneTag::kOffset ? value + 1 : value;
  }
  void write32(std::uint32_t offset, std::uint32_t value) override {
    model_.write32(offset, value);
    hangs_ = hangs_ || (fault_ == Fault::kHang && offset == reg::Control::kOffset);
  }
  [[nodiscard]] std::uint64_t bus_errors() const override { return model_.bus_errors(); }
  void map(std::uint64_t base, std::span<std::byte> bytes, sim::MemoryTiming timing) override {
    model_.map(base, bytes, timing);
  }
  void unmap(std::uint64_t base) override { model_.unmap(base); }
  void connect(sim::MemoryPort* port, sim::MemoryTiming timing) override { model_.connect(port, timing); }
  void step(std::uint64_t cycles) override {
    if (!hangs_) model_.step(cycles);
    slept_ += hangs_ ? cycles : 0;
  }
  std::uint64_t step_until_irq(std::uint64_t cycles) override {
    if (fault_ == Fault::kNone) return model_.step_until_irq(cycles);
    step(cycles);
    return cycles;
  }
  [[nodiscard]] std::uint64_t cycle() const override { return model_.cycle() + slept_; }
  [[nodiscard]] bool irq() const override { return fault_ != Fault::kNoInterrupt && model_.irq(); }
  void hard_reset() override { model_.hard_reset(); }
  bool observe(sim::Observer* observer) override {
    observer_ = observer;
    return model_.observe(this);
  }

  void on_command_start(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) override {
    if (observer_ != nullptr) observer_->on_command_start(engine, offset + (fault_ == Fault::kOrder ? 48 : 0), cycle);
  }
  void on_command_end(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) override {
    if (observer_ == nullptr) return;
    if (fault_ == Fault::kStray && engine == spec::Engine::kLoad) {
      const std::array<std::byte, spec::kLanes> word{std::byte{9}};
      observer_->on_sram_write(engine, offset, 0x8000, word, cycle);
    }
    observer_->on_command_end(engine, offset, cycle);
  }
  void on_sram_write(spec::Engine engine, std::uint32_t offset, std::uint32_t address, sim::SramWord word,
                     std::uint64_t cycle) override {
    if (observer_ == nullptr || (fault_ == Fault::kMissing && address == 32)) return;
    std::array<std::byte, spec::kLanes> copy;
    std::ranges::copy(word, copy.begin());
    if (fault_ == Fault::kSramByte && address == 48) copy[5] ^= std::byte{1};
    observer_->on_sram_write(engine, offset, address, copy, cycle);
  }
  void on_job_end(std::uint64_t cycle) override {
    if (observer_ != nullptr) observer_->on_job_end(cycle);
  }

 private:
  Fault fault_;
  bool hangs_ = false;
  sim::FunctionalModel model_{{.config = kSmallConfig}};
  sim::Observer* observer_ = nullptr;
  std::uint64_t slept_ = 0;
};

using Fault = Faulty::Fault;

/// Loads a block and stores it elsewhere.
StreamBuilder stream() {
  spec::DmaCommand load{.header = {.opcode = spec::Opcode::kLoad}};
  load.ax_len = load.sp_len = kBlock;
  load.ax_rows = 1;
  spec::DmaCommand store = load;
  store.header = {.opcode = spec::Opcode::kStore, .wait_load = 1};
  store.offset = kResult;
  StreamBuilder builder;
  builder.add(load);
  builder.add(store);
  builder.end();
  return builder;
}

/// A device with a fault beside a sound one.
class LockstepTest : public testing::Test {
 protected:
  void run(Fault fault) {
    device_ = std::make_unique<Faulty>(fault);
    lockstep_ = std::make_unique<sim::Lockstep>(*device_, reference_);
    Random(5).fill(data_);
    words_ = stream().finish(kSmallConfig);
    lockstep_->map(kDataBase, std::as_writable_bytes(std::span(data_)), {});
    lockstep_->map(kStreamBase, std::as_writable_bytes(std::span(words_)), {});
    EXPECT_TRUE(wait_until_idle(*lockstep_));
    set_window(*lockstep_, 0, kDataBase, Device::kDataBytes);
  }
  void start() {
    lockstep_->write32(reg::IrqMask::kOffset, reg::IrqMask::kDone.mask() | reg::IrqMask::kFault.mask());
    lockstep_->write32(reg::CmdBaseLo::kOffset, static_cast<std::uint32_t>(kStreamBase));
    lockstep_->write32(reg::CmdSize::kOffset, static_cast<std::uint32_t>(words_.size() * 4));
    lockstep_->write32(reg::JobTag::kOffset, 7);
    lockstep_->write32(reg::Control::kOffset, reg::Control::kStart.mask());
    lockstep_->step(3'000'000);
    lockstep_->read32(reg::DoneTag::kOffset);
    lockstep_->step(100);
  }
  [[nodiscard]] const std::optional<sim::Divergence>& found() const { return lockstep_->divergence(); }

  std::vector<std::int8_t> data_ = std::vector<std::int8_t>(Device::kDataBytes);
  std::vector<std::uint32_t> words_;
  sim::FunctionalModel reference_{{.config = kSmallConfig, .seed = 9}};
  std::unique_ptr<Faulty> device_;
  std::unique_ptr<sim::Lockstep> lockstep_;
};

TEST_F(LockstepTest, EqualDevicesStayEqual) {
  run(Fault::kNone);
  for (int job = 0; job < 3; ++job) {
    start();
    EXPECT_FALSE(found());
    EXPECT_TRUE(std::equal(data_.begin(), data_.begin() + kBlock, data_.begin() + kResult));
    lockstep_->write32(reg::IrqRaw::kOffset, ~0U);
  }
}

struct Case {
  const char* name;
  Fault fault;
  Kind kind;
  spec::Engine engine;
  std::uint64_t address;
};

class LockstepFinds : public LockstepTest, public testing::WithParamInterface<Case> {};

TEST_P(LockstepFinds, WhatIsWrong) {
  run(GetParam().fault);
  start();
  ASSERT_TRUE(found());
  EXPECT_EQ(found()->kind, GetParam().kind);
  EXPECT_EQ(found()->engine, GetParam().engine);
  EXPECT_EQ(found()->address, GetParam().address);
  // Time passes for who waits, the device's does not.
  const std::uint64_t stopped = device_->cycle();
  const std::uint64_t before = lockstep_->cycle();
  lockstep_->step(1'000'000'000);
  EXPECT_EQ(device_->cycle(), stopped);
  EXPECT_EQ(lockstep_->cycle(), before + 1'000'000'000);
}

INSTANTIATE_TEST_SUITE_P(
    , LockstepFinds,
    testing::Values(Case{"byte", Fault::kSramByte, Kind::kSram, spec::Engine::kLoad, 53},
                    Case{"stray", Fault::kStray, Kind::kStrayWrite, spec::Engine::kLoad, 0x8000},
                    Case{"missing", Fault::kMissing, Kind::kMissingWrite, spec::Engine::kLoad, 32},
                    Case{"order", Fault::kOrder, Kind::kOrder, spec::Engine::kLoad, 0},
                    Case{"hang", Fault::kHang, Kind::kHang, spec::Engine::kLoad, 0},
                    Case{"tag", Fault::kTag, Kind::kRegister, spec::Engine::kNone, reg::DoneTag::kOffset},
                    Case{"interrupt", Fault::kNoInterrupt, Kind::kInterrupt, spec::Engine::kNone, 0}),
    [](const auto& setup) { return std::string(setup.param.name); });

TEST_F(LockstepTest, FindsBytesThatNoCommandShouldHaveWritten) {
  run(Fault::kNone);
  lockstep_->write32(reg::IrqMask::kOffset, reg::IrqMask::kDone.mask());
  lockstep_->write32(reg::CmdBaseLo::kOffset, static_cast<std::uint32_t>(kStreamBase));
  lockstep_->write32(reg::CmdSize::kOffset, static_cast<std::uint32_t>(words_.size() * 4));
  lockstep_->write32(reg::Control::kOffset, reg::Control::kStart.mask());
  data_[100'000] = static_cast<std::int8_t>(data_[100'000] + 1);  // As a device would that writes where it must not.
  lockstep_->step(100'000);
  ASSERT_TRUE(found());
  EXPECT_EQ(found()->kind, Kind::kMemory);
  EXPECT_EQ(found()->address, kDataBase + 100'000);
}

TEST_F(LockstepTest, AnAbortedJobIsNoDifference) {
  run(Fault::kNone);
  lockstep_->write32(reg::CmdBaseLo::kOffset, static_cast<std::uint32_t>(kStreamBase));
  lockstep_->write32(reg::CmdSize::kOffset, static_cast<std::uint32_t>(words_.size() * 4));
  lockstep_->write32(reg::Control::kOffset, reg::Control::kStart.mask());
  lockstep_->write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
  EXPECT_TRUE(wait_until_idle(*lockstep_));
  EXPECT_FALSE(found());
  start();
  EXPECT_FALSE(found());
}

TEST_F(LockstepTest, AFaultThatBothReportIsNoDifference) {
  run(Fault::kNone);
  set_window(*lockstep_, 0, kDataBase, kBlock);  // The STORE leaves it.
  start();
  EXPECT_FALSE(found());
  EXPECT_NE(lockstep_->read32(reg::FaultCause::kOffset), 0U);
}

TEST_F(LockstepTest, RefusesWhatCannotBeObserved) {
  struct Blind final : sim::Target {
    std::uint32_t read32(std::uint32_t /*offset*/) override { return 0; }
    void write32(std::uint32_t /*offset*/, std::uint32_t /*value*/) override {}
    [[nodiscard]] std::uint64_t bus_errors() const override { return 0; }
    void map(std::uint64_t /*base*/, std::span<std::byte> /*bytes*/, sim::MemoryTiming /*timing*/) override {}
    void unmap(std::uint64_t /*base*/) override {}
    void connect(sim::MemoryPort* /*port*/, sim::MemoryTiming /*timing*/) override {}
    void step(std::uint64_t /*cycles*/) override {}
    std::uint64_t step_until_irq(std::uint64_t max_cycles) override { return max_cycles; }
    [[nodiscard]] std::uint64_t cycle() const override { return 0; }
    [[nodiscard]] bool irq() const override { return false; }
    void hard_reset() override {}
  } blind;
  EXPECT_THROW(sim::Lockstep(blind, reference_), std::invalid_argument);
}

}  // namespace
}  // namespace auklet::test
