// Address windows: every byte of a transfer lies in its window, or nothing of it happens.
#include "checks.hpp"

namespace auklet::conformance {

namespace {

constexpr std::byte kCanary{0xa5};
constexpr std::uint32_t kBytes = 256;  // Of each area that a check uses.
constexpr std::uint32_t kWindow = 3;

ExpectedFault address_fault(spec::Channel channel, std::uint32_t window_offset, std::uint32_t stream_offset) {
  return {.kind = spec::Fault::kAddress, .channel = channel, .address = window_offset, .offset = stream_offset};
}

/// Runs `command` behind a good one, in a window of `size` bytes, and expects that it ends well, or by fault ADDRESS
/// at `fault_at`.
template <typename Command>
void expect_allowed(Bench& bench, std::uint32_t size, const Command& command) {
  bench.open(kWindow, kInputAt, size);
  Stream stream;
  stream.add(command);
  stream.end();
  bench.run(stream);
}

template <typename Command>
void expect_refused(Bench& bench, std::uint32_t size, const Command& command,
                    npu::Access access = npu::Access::kReadWrite) {
  const bool stores = command.header.opcode == spec::Opcode::kStore;
  bench.open(kWindow, kInputAt, size, access);
  bench.open(0, kOtherAt, kBytes);
  Stream stream;
  stream.add(load(0, 0, 16, 0x100));
  const std::uint32_t at = stream.add(command);
  stream.end();
  bench.run(stream, address_fault(stores ? spec::Channel::kStore : spec::Channel::kLoad, command.offset, at));
}

spec::DmaCommand rows(spec::Opcode opcode, std::uint32_t offset, std::uint32_t bytes, std::uint32_t stride,
                      std::uint32_t count) {
  spec::DmaCommand command = transfer(opcode, kWindow, offset, bytes, 0);
  command.ax_stride = stride;
  command.ax_rows = count;
  command.sp_len = 16;
  command.sp_stride = 16;
  return command;
}

}  // namespace

void check_load_limit(Bench& bench) {
  if (!bench.prepare()) return;
  expect_allowed(bench, 64, load(kWindow, 16, 48, 0));
  expect_refused(bench, 64, load(kWindow, 16, 49, 0));
  expect_refused(bench, 63, load(kWindow, 16, 48, 0));
  expect_allowed(bench, 1, load(kWindow, 0, 1, 0));
  expect_refused(bench, 1, load(kWindow, 1, 1, 0));
}

void check_store_limit(Bench& bench) {
  if (!bench.prepare()) return;
  bench.fill(kInputAt, kBytes, kCanary);
  expect_refused(bench, 64, store(kWindow, 16, 49, 0));
  expect_refused(bench, 63, store(kWindow, 16, 48, 0));
  expect_refused(bench, 1, store(kWindow, 1, 1, 0));
  bench.expect_filled("a refused store writes nothing", kInputAt, kBytes, kCanary);
  expect_allowed(bench, 64, store(kWindow, 16, 48, 0));  // Of a cleared SRAM.
  bench.expect_filled("nothing before the store", kInputAt, 16, kCanary);
  bench.expect_filled("the store", kInputAt + 16, 48, std::byte{0});
  bench.expect_filled("nothing behind the store", kInputAt + 64, kBytes - 64, kCanary);
}

void check_gather_limit(Bench& bench) {
  if (!bench.prepare()) return;
  // Rows of 16 bytes, 24 apart: the last of four ends at 8 + 3 * 24 + 16 = 96.
  const spec::GatherCommand command = gather(kWindow, 8, 16, 24, 4, 1, 0x200, 0);
  expect_allowed(bench, 96, command);
  expect_refused(bench, 95, command);
}

void check_unpack_limit(Bench& bench) {
  if (!bench.prepare()) return;
  spec::DmaCommand command = transfer(spec::Opcode::kUnpack, kWindow, 3, 33, 0);
  command.sp_len = 32;
  expect_allowed(bench, 36, command);
  expect_refused(bench, 35, command);
}

void check_row_limit(Bench& bench) {
  if (!bench.prepare()) return;
  bench.fill(kInputAt, kBytes, kCanary);
  for (const spec::Opcode opcode : {spec::Opcode::kLoad, spec::Opcode::kStore}) {
    // Three rows of 20 bytes, 40 apart, from byte 4: the last ends at 104.
    expect_refused(bench, 103, rows(opcode, 4, 20, 40, 3));
    expect_allowed(bench, 104, rows(opcode, 4, 20, 40, 3));
    // One row: its stride plays no part.
    expect_allowed(bench, 24, rows(opcode, 4, 20, 0xffff'ffff, 1));
  }
  bench.expect_filled("nothing between rows", kInputAt + 24, 20, kCanary);
  bench.expect_filled("nothing behind the last row", kInputAt + 104, kBytes - 104, kCanary);
}

void check_offset_overflow(Bench& bench) {
  if (!bench.prepare()) return;
  bench.fill(kInputAt, kBytes, kCanary);
  for (const spec::Opcode opcode : {spec::Opcode::kLoad, spec::Opcode::kStore}) {
    // Modulo 2^32 both would end inside the window.
    expect_refused(bench, kBytes, transfer(opcode, kWindow, 0xffff'fff0, 32, 0));
    expect_refused(bench, kBytes, rows(opcode, 0, 16, 0x8000'0000, 3));
    expect_refused(bench, kBytes, rows(opcode, 16, 16, 0xffff'ffff, 0xffff));
  }
  expect_refused(bench, kBytes, gather(kWindow, 0, 16, 0x8000'0000, 3, 1, 0x200, 0));
  bench.expect_filled("a refused store writes nothing", kInputAt, kBytes, kCanary);
}

void check_window_base(Bench& bench) {
  if (!bench.prepare()) return;
  // Bases need no alignment.
  for (const std::uint32_t skew : {0U, 1U, 7U, 16U, 129U}) {
    bench.fill(kInputAt, kBytes, kCanary);
    bench.fill(kInputAt + skew, 16, std::byte{0x3c});
    bench.fill(kOutputAt, kBytes, kCanary);
    bench.open(kWindow, kInputAt + skew, 16, npu::Access::kRead);
    bench.open(1, kOutputAt + skew, 16, npu::Access::kWrite);
    Stream stream;
    stream.add(load(kWindow, 0, 16, 0));
    stream.add(store(1, 0, 16, 0, 1));
    stream.end();
    bench.run(stream);
    bench.expect_filled("nothing before the window", kOutputAt, skew, kCanary);
    bench.expect_filled("the window", kOutputAt + skew, 16, std::byte{0x3c});
    bench.expect_filled("nothing behind the window", kOutputAt + skew + 16, kBytes - skew - 16, kCanary);
  }
}

void check_read_permission(Bench& bench) {
  if (!bench.prepare()) return;
  for (const npu::Access access : {npu::Access::kWrite, npu::Access::kNone}) {
    expect_refused(bench, kBytes, load(kWindow, 0, 16, 0), access);
    expect_refused(bench, kBytes, transfer(spec::Opcode::kUnpack, kWindow, 0, 16, 0), access);
    expect_refused(bench, kBytes, gather(kWindow, 0, 16, 16, 4, 1, 0x200, 0), access);
  }
}

void check_write_permission(Bench& bench) {
  if (!bench.prepare()) return;
  bench.fill(kInputAt, kBytes, kCanary);
  for (const npu::Access access : {npu::Access::kRead, npu::Access::kNone}) {
    expect_refused(bench, kBytes, store(kWindow, 0, 16, 0), access);
  }
  bench.expect_filled("a refused store writes nothing", kInputAt, kBytes, kCanary);
}

void check_closed_window(Bench& bench) {
  if (!bench.prepare()) return;
  expect_refused(bench, 0, load(kWindow, 0, 1, 0));
  expect_refused(bench, 0, store(kWindow, 0, 1, 0));
}

void check_address_space_end(Bench& bench) {
  if (!bench.prepare()) return;
  constexpr std::uint64_t kEnd = std::uint64_t{1} << spec::kAxiAddrBits;
  for (const spec::Opcode opcode : {spec::Opcode::kLoad, spec::Opcode::kStore}) {
    // The transfer would fit; the window does not.
    bench.open_at(kWindow, kEnd - 0x1000, 0x1001, npu::Access::kReadWrite);
    Stream stream;
    const std::uint32_t at = stream.add(transfer(opcode, kWindow, 32, 16, 0));
    stream.end();
    const bool stores = opcode == spec::Opcode::kStore;
    bench.run(stream, address_fault(stores ? spec::Channel::kStore : spec::Channel::kLoad, 32, at));
  }
}

void check_every_window(Bench& bench) {
  if (!bench.prepare()) return;
  constexpr std::uint32_t kStep = 64;
  bench.fill(kOutputAt, spec::kWindowCount * kStep, kCanary);
  Stream stream;
  for (std::uint32_t i = 0; i < spec::kWindowCount; ++i) {
    bench.fill(kOutputAt + i * kStep, 16, static_cast<std::byte>(0x10 + i));
    bench.open(i, kOutputAt + i * kStep, kStep);
    stream.add(load(i, 0, 16, i * 16));
  }
  for (std::uint32_t i = 0; i < spec::kWindowCount; ++i) stream.add(store(i, 32, 16, i * 16, spec::kWindowCount));
  stream.end();
  bench.run(stream);
  for (std::uint32_t i = 0; i < spec::kWindowCount; ++i) {
    const std::uint32_t at = kOutputAt + i * kStep;
    bench.expect_filled("what its own window held", at + 32, 16, static_cast<std::byte>(0x10 + i));
    bench.expect_filled("nothing beside it", at + 48, 16, kCanary);
  }
}

}  // namespace auklet::conformance
