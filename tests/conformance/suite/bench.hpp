// What checks are written with: expectations, registers by name, shared memory, jobs.
#pragma once

#include <array>
#include <auklet/conformance/conformance.hpp>
#include <auklet/npu/registers.hpp>
#include <auklet/npu/types.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

#include "stream.hpp"

namespace auklet::conformance {

/// Where things lie in the shared memory, in bytes from its beginning.
inline constexpr std::uint32_t kStreamAt = 0x0000;
inline constexpr std::uint32_t kInputAt = 0x4000;   ///< 16 KiB.
inline constexpr std::uint32_t kOutputAt = 0x8000;  ///< 16 KiB.
inline constexpr std::uint32_t kOtherAt = 0xc000;   ///< 16 KiB.
static_assert(kOtherAt + 0x4000 <= kMemoryBytes);

/// A fault as the registers have to show it.
struct ExpectedFault {
  spec::Fault kind = spec::Fault::kNone;
  spec::Channel channel = spec::Channel::kFetch;
  spec::CommandError code = spec::CommandError::kNone;
  std::uint64_t address = 0;
  std::uint32_t offset = 0;
  std::uint32_t last_offset = offset;  ///< FAULT_OFFSET is from `offset` to here: how far the decoder came is not said.
};

class Bench {
 public:
  Bench(const Platform& platform, const Reporter& reporter, const Check& check);

  // ---- Verdict ----

  /// False, after reporting it, when they differ.
  bool expect(const char* what, std::uint64_t expected, std::uint64_t got, const char* where = "",
              std::uint32_t index = 0);
  void skip(const char* reason) { result_.reason = reason; }
  [[nodiscard]] bool failed() const { return result_.failures != 0; }
  [[nodiscard]] Result result() const;

  // ---- Device ----

  /// Leaves the device IDLE, with all registers at their reset values, causes and counters clear. False, after
  /// reporting it, when it does not get there; then there is nothing to check.
  bool prepare();
  /// CONTROL.soft_reset, and waits for IDLE. False, after reporting it, when that does not come.
  bool soft_reset();
  bool expect_state(spec::State state);
  /// Waits until STATUS.state is `state`. False, after reporting it, when it does not get there.
  bool await_state(spec::State state);
  void pass_time(std::uint32_t cycles) { platform_.wait(platform_.context, cycles); }

  [[nodiscard]] const Platform& platform() const { return platform_; }
  [[nodiscard]] std::uint32_t macs() const { return macs_; }
  [[nodiscard]] std::uint32_t sram_bytes() const { return sram_bytes_; }
  [[nodiscard]] std::uint32_t bus_bytes() const { return bus_bytes_; }  ///< Of the AXI data bus.

  // ---- Registers ----

  [[nodiscard]] std::uint32_t read_at(std::uint32_t offset) {
    return platform_.bus.read32(platform_.bus.context, offset);
  }
  void write_at(std::uint32_t offset, std::uint32_t value) {
    platform_.bus.write32(platform_.bus.context, offset, value);
  }
  template <spec::Readable Register>
    requires(!npu::RegisterArray<Register>)
  [[nodiscard]] std::uint32_t read() {
    return read_at(Register::kOffset);
  }
  template <spec::Writable Register>
    requires(!npu::RegisterArray<Register>)
  void write(std::uint32_t value) {
    write_at(Register::kOffset, value);
  }

  /// False, and the check is skipped, where refused accesses cannot be seen.
  bool can_refuse();
  /// Whether the access is refused. Precondition: can_refuse().
  [[nodiscard]] bool write_is_refused(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] bool read_is_refused(std::uint32_t offset);
  /// Level of the interrupt output: of the pin where the platform shows it, and in any case of STATUS.irq.
  void expect_interrupt(const char* what, bool level);

  // ---- Memory ----

  void put(std::uint32_t at, std::span<const std::byte> bytes);
  void get(std::uint32_t at, std::span<std::byte> bytes);
  void fill(std::uint32_t at, std::uint32_t size, std::byte value);
  /// Compares memory with `expected`; reports the first difference.
  bool expect_memory(const char* what, std::uint32_t at, std::span<const std::byte> expected);
  bool expect_filled(const char* what, std::uint32_t at, std::uint32_t size, std::byte value);
  [[nodiscard]] std::uint64_t address(std::uint32_t at) const { return platform_.memory.device + at; }

  // ---- Jobs ----

  /// Opens window `index` on `size` bytes of shared memory.
  void open(std::uint32_t index, std::uint32_t at, std::uint32_t size, npu::Access access = npu::Access::kReadWrite) {
    open_at(index, address(at), size, access);
  }
  void open_at(std::uint32_t index, std::uint64_t address, std::uint32_t size, npu::Access access);

  /// Puts the stream into memory, its header for this device, and sets CMD_ and JOB_TAG. Reports a stream that breaks
  /// a limit.
  void place(const Stream& stream);
  /// As place(), of words that need not be a stream. `size` is CMD_SIZE.
  void place_words(std::span<const std::uint32_t> words, std::uint32_t size);
  void start();
  /// Waits until the running job has ended; false, after reporting it, when it does not.
  bool await_end();
  /// Expects that what was started ended well; acknowledges.
  bool expect_done();
  /// Expects that it ended by this fault, with the state, causes and tag that go with it, and resets the device.
  bool expect_fault(const ExpectedFault& fault);

  /// place(), start() and expect_done().
  bool run(const Stream& stream);
  bool run(const Stream& stream, const ExpectedFault& fault);
  /// The tag that the last job was started under.
  [[nodiscard]] std::uint32_t tag() const { return tag_; }

 private:
  bool reset_registers();

  const Platform& platform_;
  const Reporter& reporter_;
  const Check& check_;
  Result result_;
  std::uint32_t macs_ = 0;
  std::uint32_t sram_bytes_ = 0;
  std::uint32_t bus_bytes_ = 0;
  std::uint32_t tag_ = 0x5a00'0000;
};

}  // namespace auklet::conformance
