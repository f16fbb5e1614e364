// A queue on a scripted bus, with one small job, and the bus traces of what a queue does with it.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/queue.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fake_port.hpp"
#include "scripted_bus.hpp"
#include "stream_builder.hpp"

namespace auklet::test {

namespace reg = spec::reg;

class QueueFixture : public testing::Test {
 protected:
  static constexpr npu::BusAddress kStreamAddress = 0x12'0000'0100;
  static constexpr npu::BusAddress kInputAddress = 0x8000'0000;
  static constexpr npu::BusAddress kOutputAddress = 0x9000'0000;
  static constexpr std::uint32_t kLastTag = 41;  ///< What the device ran before.
  static constexpr npu::Ticks kResetTimeout = 5;

  QueueFixture() {
    bus.on_access = [this] { EXPECT_TRUE(port.powered) << "no register can be accessed without power"; };
    stream = StreamBuilder().add(load()).add(store()).end().seal();
    port.addresses = {{stream.data(), kStreamAddress}, {input.data(), kInputAddress}, {output.data(), kOutputAddress}};
    buffers = {npu::Buffer{input.data(), input.size(), npu::Access::kRead},
               npu::Buffer{output.data(), output.size(), npu::Access::kWrite}};
  }

  [[nodiscard]] npu::Job job() const { return {stream, buffers}; }

  static constexpr std::uint32_t status(spec::State state, bool isolated = false) {
    return reg::Status::kState.make(state) | reg::Status::kIsolated.make(isolated ? 1 : 0);
  }

  void probe() {
    bus.reads<reg::Id>(spec::kIdMagic);
    bus.reads<reg::Version>(reg::Version::kMajor.make(spec::kHardwareVersionMajor) |
                            reg::Version::kMinor.make(spec::kHardwareVersionMinor) |
                            reg::Version::kStream.make(spec::kStreamVersion));
    bus.reads<reg::Config0>(reg::Config0::kMacs.make(kConfiguration.macs) | reg::Config0::kAxiDataBits.make(128));
    bus.reads<reg::Config1>(reg::Config1::kSramKib.make(512) | reg::Config1::kWindows.make(spec::kWindowCount) |
                            reg::Config1::kCounters.make(spec::kPmuCounters));
    npu::Configuration found;
    ASSERT_EQ(device.probe(found), npu::Status::kOk);
  }

  void open(npu::Completion completion) {
    probe();
    script_open(completion, kLastTag);
    ASSERT_EQ(queue.open({.completion = completion, .reset_timeout = kResetTimeout}), npu::Status::kOk);
    bus.finished();
  }

  void script_open(npu::Completion completion, npu::JobTag last_tag) {
    bus.writes<reg::IrqMask>(0);
    script_reset();
    bus.reads<reg::DoneTag>(last_tag);
    bus.reads<reg::IrqRaw>(0);
    bus.writes<reg::IrqMask>(completion == npu::Completion::kInterrupt ? 3 : 0);
  }

  void script_reset() {
    bus.writes<reg::Control>(reg::Control::kSoftReset.make(1));
    bus.reads<reg::Status>(status(spec::State::kIdle));
  }
  /// A reset that finds the same state until its deadline.
  void script_failing_reset(spec::State state, bool isolated) {
    bus.writes<reg::Control>(reg::Control::kSoftReset.make(1));
    for (npu::Ticks i = 0; i <= kResetTimeout + 1; ++i) bus.reads<reg::Status>(status(state, isolated));
  }

  /// The windows of job() on a device whose window registers the driver does not know yet.
  void script_windows() {
    for (std::uint32_t i = 0; i < spec::kWindowCount; ++i) {
      bus.reads<reg::Status>(status(spec::State::kIdle));
      bus.writes<reg::WindowSize>(0, i);
      if (i > 1) continue;
      const npu::BusAddress base = i == 0 ? kInputAddress : kOutputAddress;
      bus.writes<reg::WindowBaseLo>(static_cast<std::uint32_t>(base), i);
      bus.writes<reg::WindowBaseHi>(static_cast<std::uint32_t>(base >> 32), i);
      bus.writes<reg::WindowAttr>(i == 0 ? 1 : 2, i);
      bus.writes<reg::WindowSize>(64, i);
    }
  }
  void script_start(npu::JobTag tag) {
    bus.reads<reg::Status>(status(spec::State::kIdle));
    bus.writes<reg::IrqRaw>(3);
    bus.writes<reg::CmdBaseLo>(static_cast<std::uint32_t>(kStreamAddress));
    bus.writes<reg::CmdBaseHi>(static_cast<std::uint32_t>(kStreamAddress >> 32));
    bus.writes<reg::CmdSize>(static_cast<std::uint32_t>(stream.size() * 4));
    bus.writes<reg::JobTag>(tag);
    bus.writes<reg::Control>(reg::Control::kStart.make(1));
    bus.reads<reg::Status>(status(spec::State::kRunning));
  }
  /// The handler or a poll finds that the running job `tag` has ended well.
  void script_success(npu::JobTag tag) {
    bus.reads<reg::DoneTag>(tag);
    bus.reads<reg::FaultCause>(0);
  }
  void script_fault(npu::JobTag tag, spec::Fault kind) {
    bus.reads<reg::DoneTag>(tag);
    bus.reads<reg::FaultCause>(reg::FaultCause::kFault.make(kind) |
                               reg::FaultCause::kChannel.make(spec::Channel::kLoad));
    bus.reads<reg::FaultAddrLo>(0x40);
    bus.reads<reg::FaultAddrHi>(1);
    bus.reads<reg::FaultOffset>(32);
    script_progress();
  }
  void script_progress() {
    bus.reads<reg::Progress>(80);
    bus.reads<reg::Completed>(reg::Completed::kLoad.make(1));
    bus.reads<reg::CompletedStore>(0);
  }
  void script_acknowledge(std::uint32_t causes) {
    bus.reads<reg::IrqRaw>(causes);
    bus.writes<reg::IrqRaw>(causes);
  }

  /// Submits job(); the caller has scripted what the bus sees.
  npu::JobTag submit() {
    npu::JobTag tag = 0;
    EXPECT_EQ(queue.submit(job(), tag), npu::Status::kOk);
    return tag;
  }
  /// Opens, submits one job and leaves it running.
  npu::JobTag run_one(npu::Completion completion) {
    open(completion);
    script_windows();
    script_start(kLastTag + 1);
    return submit();
  }

  static constexpr std::uint32_t kDone = reg::IrqRaw::kDone.make(1);
  static constexpr std::uint32_t kFault = reg::IrqRaw::kFault.make(1);

  alignas(64) std::array<std::byte, 64> input{};
  alignas(64) std::array<std::byte, 64> output{};
  std::vector<std::uint32_t> stream;
  std::array<npu::Buffer, 2> buffers;
  ScriptedBus bus;
  FakePort port;
  npu::Device<ScriptedBus, FakePort> device{bus, port};
  npu::Queue<ScriptedBus, FakePort, 2> queue{device, port};
  npu::JobResult result;
};

}  // namespace auklet::test
