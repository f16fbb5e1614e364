// Whole jobs with known answers, alone, one after another, and after an error.
#include "checks.hpp"
#include "known_answers.hpp"

namespace auklet::conformance {

namespace reg = spec::reg;

namespace {

constexpr std::byte kCanary{0xa5};
constexpr std::uint32_t kMargin = 64;  // Bytes around a result that must not change.

/// Fills [at, at + size) with the blob's first bytes.
void put_blob(Bench& bench, std::uint32_t at, std::uint32_t size) {
  std::array<std::byte, 64> chunk;
  for (std::uint32_t done = 0; done < size; done += chunk.size()) {
    for (std::uint32_t i = 0; i < chunk.size(); ++i) chunk[i] = static_cast<std::byte>(blob_byte(done + i));
    bench.put(at + done, chunk);
  }
}

/// Compares memory with blob bytes from `from` on.
void expect_blob(Bench& bench, const char* what, std::uint32_t at, std::uint32_t from, std::uint32_t size) {
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::byte byte{static_cast<std::uint8_t>(blob_byte(from + i))};
    if (!bench.expect_memory(what, at + i, {&byte, 1})) return;
  }
}

bool prepare(Bench& bench) {
  if (!bench.prepare()) return false;
  put_blob(bench, kInputAt, kBlobBytes);
  bench.open(0, kInputAt, kBlobBytes, npu::Access::kRead);
  bench.fill(kOutputAt, 0x1000, kCanary);
  return true;
}

/// Loads the blob, runs the command and stores what it wrote, with canaries around.
template <typename Command>
bool run_answer(Bench& bench, const KnownAnswer<Command>& answer) {
  const auto bytes = static_cast<std::uint32_t>(answer.result.size());
  bench.fill(kOutputAt, bytes + 2 * kMargin, kCanary);
  bench.open(1, kOutputAt + kMargin, bytes, npu::Access::kWrite);
  Stream stream;
  stream.add(load(0, 0, kBlobBytes, 0));
  Command command = answer.command;
  command.header.wait_load = 1;
  stream.add(command);
  stream.add(store(1, 0, bytes, kResultAt, 0, 1));
  stream.end();
  if (!bench.run(stream)) return false;
  bench.expect_filled("nothing before the result", kOutputAt, kMargin, kCanary);
  bench.expect_filled("nothing behind the result", kOutputAt + kMargin + bytes, kMargin, kCanary);
  return true;
}

template <typename Command>
void expect_answers(Bench& bench, std::span<const KnownAnswer<Command>> answers) {
  if (!prepare(bench)) return;
  for (const KnownAnswer<Command>& answer : answers) {
    if (run_answer(bench, answer)) {
      bench.expect_memory(answer.name, kOutputAt + kMargin, std::as_bytes(answer.result));
    }
  }
}

}  // namespace

void check_copy(Bench& bench) {
  if (!prepare(bench)) return;
  // All alignments of source and destination, short and long, across bursts and beats.
  for (const std::uint32_t from : {0U, 1U, 15U, 250U}) {
    for (const std::uint32_t to : {0U, 3U, 8U, 255U}) {
      for (const std::uint32_t bytes : {1U, 16U, 31U, 700U}) {
        bench.fill(kOutputAt, 1024, kCanary);
        bench.open(1, kOutputAt, 1024, npu::Access::kWrite);
        Stream stream;
        stream.add(load(0, from, bytes, 0x40));
        stream.add(store(1, to, bytes, 0x40, 1));
        stream.end();
        bench.run(stream);
        bench.expect_filled("nothing before the copy", kOutputAt, to, kCanary);
        expect_blob(bench, "the copy", kOutputAt + to, from, bytes);
        bench.expect_filled("nothing behind the copy", kOutputAt + to + bytes, 1024 - to - bytes, kCanary);
        if (bench.failed()) return;
      }
    }
  }
}

void check_rows(Bench& bench) {
  if (!prepare(bench)) return;
  bench.open(1, kOutputAt, 1024, npu::Access::kWrite);
  // Six rows of 20 bytes become rows of 30 in SRAM, each in two words; whole words come back.
  Stream stream;
  spec::DmaCommand in = load(0, 5, 20, 0);
  in.ax_stride = 50;
  in.ax_rows = 6;
  in.sp_len = 30;
  in.sp_stride = 48;
  stream.add(in);
  spec::DmaCommand out = store(1, 16, 32, 0, 1);
  out.ax_stride = 40;
  out.ax_rows = 4;
  out.sp_stride = 48;
  stream.add(out);
  stream.end();
  bench.run(stream);
  bench.expect_filled("nothing before the first row", kOutputAt, 16, kCanary);
  for (std::uint32_t row = 0; row < 4; ++row) {
    const std::uint32_t at = kOutputAt + 16 + 40 * row;
    for (std::uint32_t i = 0; i < 30; ++i) {
      const std::uint32_t byte = 30 * row + i;
      expect_blob(bench, "a row", at + i, 5 + byte / 20 * 50 + byte % 20, 1);
    }
    bench.expect_filled("the last word of a row is filled with zeros", at + 30, 2, std::byte{0});
    bench.expect_filled("nothing between rows", at + 32, 8, kCanary);
  }
}

void check_gather(Bench& bench) {
  if (!prepare(bench)) return;
  constexpr std::array<std::uint8_t, 6> kIndices{3, 0, 7, 7, 1, 5};
  bench.fill(kOtherAt, 64, std::byte{0});
  for (std::uint32_t i = 0; i < kIndices.size(); ++i) {
    const std::byte index{kIndices[i]};
    bench.put(kOtherAt + 4 * i, {&index, 1});
  }
  bench.open(1, kOutputAt, 1024, npu::Access::kWrite);
  bench.open(2, kOtherAt, 32, npu::Access::kRead);
  Stream stream;
  stream.add(load(2, 0, 32, 0));
  spec::GatherCommand command = gather(0, 9, 37, 43, 8, kIndices.size(), 0x100, 0);
  command.header.wait_load = 1;
  stream.add(command);
  stream.add(store(1, 0, 48 * kIndices.size(), 0x100, 2));
  stream.end();
  bench.run(stream);
  for (std::uint32_t i = 0; i < kIndices.size(); ++i) {
    expect_blob(bench, "the row that an index names", kOutputAt + 48 * i, 9 + 43U * kIndices[i], 37);
    bench.expect_filled("its last word is filled with zeros", kOutputAt + 48 * i + 37, 11, std::byte{0});
  }
}

void check_unpack(Bench& bench) {
  if (!prepare(bench)) return;
  // A word of 4-bit numbers and one of 1-bit ones, one of 8 bits and one of none, one of 3 bits, and what is missing.
  constexpr std::array<std::uint8_t, 36> kPacked{0x14, 0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, 0x01, 0x80, 0x0f,
                                                 1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,
                                                 13,   14,   15,   0x80, 0x03, 0x88, 0xc6, 0xfa, 0x88, 0xc6, 0xfa, 0};
  constexpr std::array<std::int8_t, 96> kWords{0,  1, 2, 3, 4,  5,  6,  7,  -8, -7, -6, -5, -4, -3, -2, -1,    // 4 bits
                                               -1, 0, 0, 0, 0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  -1,    // 1 bit
                                               1,  2, 3, 4, 5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, -128,  // 8 bits
                                               0,  0, 0, 0, 0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,     // none
                                               0,  1, 2, 3, -4, -3, -2, -1, 0,  1,  2,  3,  -4, -3, -2, -1,    // 3 bits
                                               0,  0, 0, 0, 0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0};
  bench.put(kOtherAt + 1, std::as_bytes(std::span(kPacked)));
  bench.open(1, kOutputAt, 1024, npu::Access::kWrite);
  bench.open(2, kOtherAt + 1, 35, npu::Access::kRead);
  Stream stream;
  spec::DmaCommand command = transfer(spec::Opcode::kUnpack, 2, 0, 35, 0);
  command.sp_len = kWords.size();
  stream.add(command);
  stream.add(store(1, 0, kWords.size(), 0, 1));
  stream.end();
  bench.run(stream);
  bench.expect_memory("unpacked words", kOutputAt, std::as_bytes(std::span(kWords)));
}

void check_convolutions(Bench& bench) { expect_answers(bench, convolution_answers()); }
void check_depthwise(Bench& bench) { expect_answers(bench, depthwise_answers()); }
void check_pools(Bench& bench) { expect_answers(bench, pool_answers()); }
void check_elementwise(Bench& bench) { expect_answers(bench, elementwise_answers()); }

void check_softmax(Bench& bench) {
  if (!prepare(bench)) return;
  for (const KnownAnswer<spec::SoftmaxCommand>& answer : softmax_answers()) {
    if (!run_answer(bench, answer)) continue;
    for (std::uint32_t row = 0; row < answer.command.rows; ++row) {
      const std::uint32_t begin = row * answer.command.out_step;
      bench.expect_memory(answer.name, kOutputAt + kMargin + begin,
                          std::as_bytes(answer.result.subspan(begin, answer.command.n)));
    }
  }
}

void check_back_to_back(Bench& bench) {
  if (!prepare(bench)) return;
  // Each job finds the SRAM as the one before it left it, and nothing else of it.
  for (std::uint32_t round = 0; round < 3; ++round) {
    for (const auto& answer : convolution_answers()) {
      if (run_answer(bench, answer)) {
        bench.expect_memory(answer.name, kOutputAt + kMargin, std::as_bytes(answer.result));
      }
    }
    for (const auto& answer : elementwise_answers()) {
      if (run_answer(bench, answer)) {
        bench.expect_memory(answer.name, kOutputAt + kMargin, std::as_bytes(answer.result));
      }
    }
  }
}

void check_after_error(Bench& bench) {
  if (!prepare(bench)) return;
  const KnownAnswer<spec::GeomCommand>& answer = convolution_answers()[0];
  for (std::uint32_t kind = 0; kind < 4; ++kind) {
    Stream bad;
    bad.add(load(0, 0, kBlobBytes, 0));
    spec::GeomCommand work = answer.command;
    work.header.wait_load = 1;
    bad.add(work);
    ExpectedFault fault{.kind = spec::Fault::kAddress, .channel = spec::Channel::kLoad};
    std::array<std::uint32_t, 4> words{};
    switch (kind) {
      case 0:  // A transfer outside its window, beside the computation.
        fault.address = kBlobBytes;
        fault.offset = bad.add(load(0, kBlobBytes, 1, 0x3000));
        break;
      case 1:  // The same, behind it.
        fault.channel = spec::Channel::kStore;
        fault.offset = bad.add(store(5, 0, 16, 0, 0, 1));
        break;
      case 2:  // No command.
        fault = {.kind = spec::Fault::kCommand, .code = spec::CommandError::kOpcode};
        words[0] = 0x04ff;
        fault.offset = bad.add_raw(words);
        break;
      default:  // What never completes.
        bench.write<reg::Watchdog>(1000);
        work.header.wait_store = 1;
        bad.add(work);
        fault = {.kind = spec::Fault::kWatchdog, .channel = spec::Channel::kCompute, .offset = bad.bytes()};
        break;
    }
    bad.end();
    bench.run(bad, fault);
    if (run_answer(bench, answer)) {
      bench.expect_memory("the job after a fault", kOutputAt + kMargin, std::as_bytes(answer.result));
    }
  }
}

void check_progress(Bench& bench) {
  if (!prepare(bench)) return;
  bench.open(1, kOutputAt, 64, npu::Access::kWrite);
  // More commands than any queue holds, so that the decoder has to wait.
  Stream stream;
  for (std::uint32_t i = 0; i < 7; ++i) {
    spec::GeomCommand work = busy(8, 2, 0x1000);
    work.header.wait_load = i + 1;
    stream.add(load(0, 0, 64, 0));
    stream.add(work);
  }
  stream.add(store(1, 0, 16, 0, 7, 7));
  const std::uint32_t last = stream.end();
  bench.run(stream);
  const std::uint32_t completed = bench.read<reg::Completed>();
  bench.expect("loads completed", 7, reg::Completed::kLoad.extract(completed), "COMPLETED");
  bench.expect("compute commands completed", 7, reg::Completed::kCompute.extract(completed), "COMPLETED");
  bench.expect("stores completed", 1, bench.read<reg::CompletedStore>(), "COMPLETED_STORE");
  bench.expect("the last command dispatched is END", last, bench.read<reg::Progress>(), "PROGRESS");
  Stream empty;
  const std::uint32_t end = empty.end();
  bench.run(empty);
  bench.expect("the next job begins anew", 0, bench.read<reg::Completed>(), "COMPLETED");
  bench.expect("the next job begins anew", 0, bench.read<reg::CompletedStore>(), "COMPLETED_STORE");
  bench.expect("the last command dispatched is END", end, bench.read<reg::Progress>(), "PROGRESS");
}

}  // namespace auklet::conformance
