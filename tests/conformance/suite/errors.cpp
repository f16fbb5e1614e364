// Faults: each cause with its channel, address, code and stream offset, and what a fault leaves behind.
#include "checks.hpp"

namespace auklet::conformance {

namespace reg = spec::reg;

namespace {

constexpr std::byte kCanary{0xa5};
using Header = spec::StreamHeaderFields;

ExpectedFault command_error(spec::CommandError code, std::uint32_t offset = 0) {
  return {.kind = spec::Fault::kCommand, .code = code, .offset = offset};
}

Stream sound_stream() {
  Stream stream;
  stream.add(load(0, 0, 64, 0));
  stream.add(store(1, 0, 64, 0, 1));
  stream.end();
  return stream;
}

/// Runs a sound stream whose header field holds `value`.
void expect_header_error(Bench& bench, const spec::CommandField& field, std::int64_t value, spec::CommandError code) {
  Stream stream = sound_stream();
  const std::span<std::uint32_t> words = stream.finish(bench.macs(), bench.sram_bytes());
  field.set(words, value);
  bench.place_words(words, stream.bytes());
  bench.start();
  bench.expect_fault(command_error(code));
}

void open_windows(Bench& bench) {
  bench.open(0, kInputAt, 256, npu::Access::kRead);
  bench.open(1, kOutputAt, 256, npu::Access::kWrite);
}

/// Each engine in turn meets memory that answers with an error at `bad`.
void expect_memory_errors(Bench& bench, std::uint64_t bad, spec::Fault kind) {
  bench.open(0, kInputAt, 256, npu::Access::kRead);
  bench.open_at(1, bad, 0x1000, npu::Access::kReadWrite);
  {
    Stream stream;
    stream.add(load(0, 0, 64, 0));
    const std::uint32_t at = stream.add(load(1, 0x120, 32, 0));
    const std::uint32_t last = stream.end(2);
    bench.run(
        stream,
        {.kind = kind, .channel = spec::Channel::kLoad, .address = bad + 0x120, .offset = at, .last_offset = last});
  }
  {
    Stream stream;
    stream.add(load(0, 0, 64, 0));
    const std::uint32_t at = stream.add(store(1, 0x240, 32, 0, 1));
    const std::uint32_t last = stream.end(1);
    bench.run(
        stream,
        {.kind = kind, .channel = spec::Channel::kStore, .address = bad + 0x240, .offset = at, .last_offset = last});
  }
  bench.place(sound_stream());
  bench.write<reg::CmdBaseLo>(static_cast<std::uint32_t>(bad));
  bench.write<reg::CmdBaseHi>(static_cast<std::uint32_t>(bad >> 32));
  bench.start();
  bench.expect_fault({.kind = kind, .channel = spec::Channel::kFetch, .address = bad, .offset = 0});
}

}  // namespace

void check_header_errors(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  bench.fill(kOutputAt, 64, kCanary);
  expect_header_error(bench, Header::kMagic, spec::kStreamMagic ^ 0x100U, spec::CommandError::kMagic);
  expect_header_error(bench, Header::kVersion, spec::kStreamVersion + 1, spec::CommandError::kVersion);
  expect_header_error(bench, Header::kMacs, bench.macs() * 2, spec::CommandError::kConfig);
  expect_header_error(bench, Header::kSram, std::int64_t{bench.sram_bytes()} + 1, spec::CommandError::kConfig);
  expect_header_error(bench, Header::kLength, sound_stream().bytes() + 16, spec::CommandError::kLength);
  expect_header_error(bench, Header::kLength, sound_stream().bytes() - 16, spec::CommandError::kLength);
  bench.expect_filled("a refused stream writes nothing", kOutputAt, 64, kCanary);
  // Less SRAM than there is will do.
  Stream stream = sound_stream();
  bench.place_words(stream.finish(bench.macs(), 16), stream.bytes());
  bench.start();
  bench.expect_done();
}

void check_length_errors(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  const std::uint32_t right = sound_stream().bytes();
  for (const std::uint32_t size : std::initializer_list<std::uint32_t>{right + 4, right - 8, right + 1, 16, 0,
                                                                       16U << 20, (16U << 20) + 16, 0xffff'fff0U}) {
    Stream stream = sound_stream();
    const std::span<std::uint32_t> words = stream.finish(bench.macs(), bench.sram_bytes());
    Header::kLength.set(words, size);
    bench.place_words(words, size);
    bench.start();
    bench.expect_fault(command_error(spec::CommandError::kLength));
  }
}

void check_truncated_streams(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  Stream header_only;
  bench.run(header_only, command_error(spec::CommandError::kTruncated, header_only.bytes()));
  Stream no_end;
  no_end.add(load(0, 0, 64, 0));
  bench.run(no_end, command_error(spec::CommandError::kTruncated, no_end.bytes()));
  // The stream ends inside the second command, behind each of its groups of four words.
  for (const std::uint32_t left : {16U, 32U}) {
    Stream stream;
    const std::uint32_t at = stream.add(load(0, 0, 64, 0));
    stream.add(load(0, 64, 64, 0));
    const std::span<std::uint32_t> words = stream.finish(bench.macs(), bench.sram_bytes());
    const std::uint32_t second = at + spec::DmaCommand::kWords * 4;
    Header::kLength.set(words, second + left);
    bench.place_words(words, second + left);
    bench.start();
    bench.expect_fault(command_error(spec::CommandError::kTruncated, second));
  }
}

void check_nothing_after_malformed(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  bench.fill(kOutputAt, 256, kCanary);
  Stream stream;
  stream.add(load(0, 0, 64, 0));
  std::array<std::uint32_t, spec::DmaCommand::kWords> words{};
  bench.expect("the check's own stream is sound", 1, spec::encode(store(1, 0, 64, 0), words) == nullptr ? 1 : 0);
  words[words.size() - 1] = 1;  // Reserved.
  const std::uint32_t at = stream.add_raw(words);
  stream.add(store(1, 128, 64, 0));
  stream.end();
  bench.run(stream, command_error(spec::CommandError::kReserved, at));
  bench.expect_filled("neither a malformed command nor a later one does anything", kOutputAt, 256, kCanary);
}

void check_index_fault(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  // Five indices of a table of four rows of 16 bytes; each in turn is wrong.
  for (const std::uint32_t bad : {4U, 0xffff'ffffU, 0x8000'0000U}) {
    for (const std::uint32_t place : {0U, 3U, 4U}) {
      bench.fill(kInputAt, 256, std::byte{0});
      for (std::uint32_t i = 0; i < 4; ++i) {
        const std::byte byte{static_cast<std::uint8_t>(bad >> (8 * i))};
        bench.put(kInputAt + 4 * place + i, {&byte, 1});
      }
      Stream stream;
      stream.add(load(0, 0, 32, 0));
      spec::GatherCommand command = gather(0, 64, 16, 16, 4, 5, 0x200, 0);
      command.header.wait_load = 1;
      const std::uint32_t at = stream.add(command);
      stream.end();
      bench.run(stream, {.kind = spec::Fault::kIndex, .channel = spec::Channel::kLoad, .address = place, .offset = at});
    }
  }
}

void check_decode_error(Bench& bench) {
  if (bench.platform().decode_error_address == kNoAddress) {
    bench.skip("the platform has no address that answers DECERR");
    return;
  }
  if (bench.prepare()) expect_memory_errors(bench, bench.platform().decode_error_address, spec::Fault::kAxiDecerr);
}

void check_slave_error(Bench& bench) {
  if (bench.platform().slave_error_address == kNoAddress) {
    bench.skip("the platform has no address that answers SLVERR");
    return;
  }
  if (bench.prepare()) expect_memory_errors(bench, bench.platform().slave_error_address, spec::Fault::kAxiSlverr);
}

void check_fault_state(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  Stream bad;
  const std::uint32_t at = bad.add(load(7, 0, 16, 0));  // Window 7 is closed.
  bad.end();
  bench.place(bad);
  bench.start();
  if (!bench.await_end()) return;
  bench.expect_state(spec::State::kFault);
  // Acknowledging the interrupt leaves the fault for software to read.
  bench.write<reg::IrqRaw>(reg::IrqRaw::kFault.mask());
  bench.expect("acknowledged", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect("the fault is still there", static_cast<std::uint64_t>(spec::Fault::kAddress),
               static_cast<std::uint64_t>(reg::FaultCause::kFault.extract(bench.read<reg::FaultCause>())),
               "FAULT_CAUSE");
  bench.expect("and where it was", at, bench.read<reg::FaultOffset>(), "FAULT_OFFSET");
  bench.expect_state(spec::State::kFault);
  bench.soft_reset();
  bench.expect("a soft reset forgets the fault", 0, bench.read<reg::FaultCause>(), "FAULT_CAUSE");
  bench.expect("a soft reset leaves no cause", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.run(sound_stream());
}

}  // namespace auklet::conformance
