#include "bench.hpp"

#include <algorithm>

namespace auklet::conformance {

namespace reg = spec::reg;

namespace {

constexpr std::uint32_t kPollCycles = 64;
constexpr std::uint32_t kCauses = reg::IrqRaw::kDone.mask() | reg::IrqRaw::kFault.mask();
/// Bytes that are moved at a time between memory and the check.
constexpr std::uint32_t kChunk = 64;

}  // namespace

Bench::Bench(const Platform& platform, const Reporter& reporter, const Check& check)
    : platform_(platform), reporter_(reporter), check_(check) {}

bool Bench::expect(const char* what, std::uint64_t expected, std::uint64_t got, const char* where,
                   std::uint32_t index) {
  if (expected == got) return true;
  if (++result_.failures <= kMaxReports && reporter_.failure != nullptr) {
    reporter_.failure(reporter_.context, check_, {what, where, index, expected, got});
  }
  return false;
}

Result Bench::result() const {
  Result result = result_;
  if (result.failures != 0) {
    result.verdict = Verdict::kFailed;
    result.reason = "";
  } else if (result.reason[0] != '\0') {
    result.verdict = Verdict::kSkipped;
  }
  return result;
}

// ---- Device ----

bool Bench::prepare() {
  if (!expect("the device identifies itself", spec::kIdMagic, read<reg::Id>(), "ID")) return false;
  macs_ = reg::Config0::kMacs.extract(read<reg::Config0>());
  bus_bytes_ = reg::Config0::kAxiDataBits.extract(read<reg::Config0>()) / 8;
  sram_bytes_ = reg::Config1::kSramKib.extract(read<reg::Config1>()) * 1024;
  if (!expect("the AXI data bus is 8 or 16 bytes wide", 1, bus_bytes_ == 8 || bus_bytes_ == 16 ? 1 : 0, "CONFIG0")) {
    return false;
  }
  return soft_reset() && reset_registers();
}

bool Bench::soft_reset() {
  write<reg::Control>(reg::Control::kSoftReset.mask());
  return await_state(spec::State::kIdle);
}

bool Bench::reset_registers() {
  for (const spec::RegisterInfo& info : spec::kRegisters) {
    if (info.access != spec::Access::kReadWrite) continue;
    for (std::uint32_t i = 0; i < info.count; ++i) write_at(info.offset + i * info.stride, info.reset);
  }
  write<reg::IrqRaw>(kCauses);
  write<reg::PmuCtrl>(reg::PmuCtrl::kClear.mask());
  return await_state(spec::State::kIdle);  // AXI_ATTR may have cleared the SRAM.
}

bool Bench::expect_state(spec::State state) {
  return expect("STATUS.state", static_cast<std::uint64_t>(state),
                static_cast<std::uint64_t>(reg::Status::kState.extract(read<reg::Status>())), "STATUS");
}

bool Bench::await_state(spec::State state) {
  for (std::uint32_t i = 0; i < platform_.patience; ++i) {
    if (reg::Status::kState.extract(read<reg::Status>()) == state) return true;
    pass_time(kPollCycles);
  }
  return expect_state(state);
}

bool Bench::can_refuse() {
  if (platform_.refused_accesses != nullptr) return true;
  skip("the platform does not count refused register accesses");
  return false;
}

bool Bench::write_is_refused(std::uint32_t offset, std::uint32_t value) {
  const std::uint32_t before = platform_.refused_accesses(platform_.context);
  write_at(offset, value);
  return platform_.refused_accesses(platform_.context) != before;
}

bool Bench::read_is_refused(std::uint32_t offset) {
  const std::uint32_t before = platform_.refused_accesses(platform_.context);
  static_cast<void>(read_at(offset));
  return platform_.refused_accesses(platform_.context) != before;
}

void Bench::expect_interrupt(const char* what, bool level) {
  const std::uint64_t expected = level ? 1 : 0;
  expect(what, expected, reg::Status::kIrq.extract(read<reg::Status>()), "STATUS.irq");
  if (platform_.interrupt == nullptr) return;
  expect(what, expected, platform_.interrupt(platform_.context) ? 1 : 0, "interrupt output");
}

// ---- Memory ----

void Bench::put(std::uint32_t at, std::span<const std::byte> bytes) {
  const SharedMemory& memory = platform_.memory;
  if (memory.write != nullptr) {
    memory.write(memory.context, at, bytes.data(), bytes.size());
    return;
  }
  std::copy(bytes.begin(), bytes.end(), memory.cpu + at);
  if (memory.clean != nullptr) memory.clean(memory.context, at, bytes.size());
}

void Bench::get(std::uint32_t at, std::span<std::byte> bytes) {
  const SharedMemory& memory = platform_.memory;
  if (memory.read != nullptr) {
    memory.read(memory.context, at, bytes.data(), bytes.size());
    return;
  }
  if (memory.invalidate != nullptr) memory.invalidate(memory.context, at, bytes.size());
  std::copy_n(memory.cpu + at, bytes.size(), bytes.begin());
}

void Bench::fill(std::uint32_t at, std::uint32_t size, std::byte value) {
  std::array<std::byte, kChunk> chunk;
  chunk.fill(value);
  for (std::uint32_t done = 0; done < size; done += kChunk) {
    put(at + done, std::span(chunk).first(std::min(kChunk, size - done)));
  }
}

bool Bench::expect_memory(const char* what, std::uint32_t at, std::span<const std::byte> expected) {
  std::array<std::byte, kChunk> chunk;
  for (std::uint32_t done = 0; done < expected.size(); done += kChunk) {
    const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(kChunk, expected.size() - done));
    get(at + done, std::span(chunk).first(size));
    for (std::uint32_t i = 0; i < size; ++i) {
      if (!expect(what, static_cast<std::uint64_t>(expected[done + i]), static_cast<std::uint64_t>(chunk[i]), "memory",
                  at + done + i)) {
        return false;
      }
    }
  }
  return true;
}

bool Bench::expect_filled(const char* what, std::uint32_t at, std::uint32_t size, std::byte value) {
  std::array<std::byte, kChunk> chunk;
  chunk.fill(value);
  for (std::uint32_t done = 0; done < size; done += kChunk) {
    if (!expect_memory(what, at + done, std::span(chunk).first(std::min(kChunk, size - done)))) return false;
  }
  return true;
}

// ---- Jobs ----

void Bench::open_at(std::uint32_t index, std::uint64_t address, std::uint32_t size, npu::Access access) {
  write_at(reg::WindowBaseLo::offset(index), static_cast<std::uint32_t>(address));
  write_at(reg::WindowBaseHi::offset(index), static_cast<std::uint32_t>(address >> 32));
  write_at(reg::WindowSize::offset(index), size);
  write_at(reg::WindowAttr::offset(index),
           reg::WindowAttr::kRead.make(allows(access, npu::Access::kRead) ? 1 : 0) |
               reg::WindowAttr::kWrite.make(allows(access, npu::Access::kWrite) ? 1 : 0));
}

void Bench::place_words(std::span<const std::uint32_t> words, std::uint32_t size) {
  for (std::uint32_t i = 0; i < words.size(); ++i) {
    // Little-endian, whatever this CPU is.
    const std::array<std::byte, 4> bytes{static_cast<std::byte>(words[i]), static_cast<std::byte>(words[i] >> 8),
                                         static_cast<std::byte>(words[i] >> 16),
                                         static_cast<std::byte>(words[i] >> 24)};
    put(kStreamAt + 4 * i, bytes);
  }
  ++tag_;
  write<reg::CmdBaseLo>(static_cast<std::uint32_t>(address(kStreamAt)));
  write<reg::CmdBaseHi>(static_cast<std::uint32_t>(address(kStreamAt) >> 32));
  write<reg::CmdSize>(size);
  write<reg::JobTag>(tag_);
}

void Bench::place(const Stream& stream) {
  Stream finished = stream;
  const std::span<const std::uint32_t> words = finished.finish(macs_, sram_bytes_);
  expect("the check's own stream is sound", 1, finished.sound() ? 1 : 0, "check");
  place_words(words, stream.bytes());
}

void Bench::start() { write<reg::Control>(reg::Control::kStart.mask()); }

bool Bench::await_end() {
  for (std::uint32_t i = 0; i < platform_.patience; ++i) {
    if (read<reg::IrqRaw>() != 0) return true;
    pass_time(kPollCycles);
  }
  return expect("the job ends", 1, 0, "IRQ_RAW");
}

bool Bench::expect_done() {
  if (!await_end()) return false;
  const std::uint32_t before = result_.failures;
  expect("the job ended well", reg::IrqRaw::kDone.mask(), read<reg::IrqRaw>(), "IRQ_RAW");
  expect("no fault", 0, read<reg::FaultCause>(), "FAULT_CAUSE");
  expect("the tag of the job that ended", tag_, read<reg::DoneTag>(), "DONE_TAG");
  write<reg::IrqRaw>(kCauses);
  return expect_state(spec::State::kIdle) && result_.failures == before;
}

bool Bench::expect_fault(const ExpectedFault& fault) {
  if (!await_end()) return false;
  const std::uint32_t before = result_.failures;
  const std::uint32_t cause = read<reg::FaultCause>();
  const auto number = [](auto value) { return static_cast<std::uint64_t>(value); };
  expect("the job ended by a fault", reg::IrqRaw::kFault.mask(), read<reg::IrqRaw>(), "IRQ_RAW");
  expect("the fault", number(fault.kind), number(reg::FaultCause::kFault.extract(cause)), "FAULT_CAUSE.fault");
  expect("its channel", number(fault.channel), number(reg::FaultCause::kChannel.extract(cause)), "FAULT_CAUSE.channel");
  expect("its code", number(fault.code), number(reg::FaultCause::kCode.extract(cause)), "FAULT_CAUSE.code");
  const std::uint64_t low = read<reg::FaultAddrLo>();
  // What the address is of a command or watchdog fault is not specified.
  if (fault.kind != spec::Fault::kCommand && fault.kind != spec::Fault::kWatchdog) {
    expect("its address", fault.address, (std::uint64_t{read<reg::FaultAddrHi>()} << 32) | low, "FAULT_ADDR");
  }
  const std::uint32_t offset = read<reg::FaultOffset>();
  if (offset < fault.offset || offset > fault.last_offset) {
    expect("its stream offset", fault.offset, offset, "FAULT_OFFSET");
  }
  expect("the tag of the job that ended", tag_, read<reg::DoneTag>(), "DONE_TAG");
  expect_state(spec::State::kFault);
  const bool good = result_.failures == before;
  return soft_reset() && good;
}

bool Bench::run(const Stream& stream) {
  place(stream);
  start();
  return expect_done();
}

bool Bench::run(const Stream& stream, const ExpectedFault& fault) {
  place(stream);
  start();
  return expect_fault(fault);
}

}  // namespace auklet::conformance
