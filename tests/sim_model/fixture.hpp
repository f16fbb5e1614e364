// A functional model with memory behind it, and ways to fill and read both.
#pragma once

#include <gtest/gtest.h>

#include <auklet/sim/functional_model.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "../common/job.hpp"

namespace auklet::test {

/// A small SRAM, so that comparing all of it is cheap and addresses wrap often.
inline constexpr spec::HardwareConfig kSmallConfig{"small", 256, 16, 1, 64 * 1024, 128};

/// A device with 256 KiB of data behind window 0 and a place for streams behind no window.
class Device {
 public:
  static constexpr std::uint64_t kDataBase = 0x12'0000'0000;
  static constexpr std::uint64_t kStreamBase = 0x40'0000;
  static constexpr std::uint32_t kDataBytes = 256 * 1024;
  static constexpr std::uint32_t kStreamBytes = 64 * 1024;

  explicit Device(const sim::FunctionalModelOptions& options = {.config = kSmallConfig})
      : config(options.config), model(options) {
    model.map(kDataBase, std::as_writable_bytes(std::span(data)), {});
    model.map(kStreamBase, std::as_writable_bytes(std::span(stream)), {});
    set_window(model, 0, kDataBase, kDataBytes);
    EXPECT_TRUE(wait_until_idle(model));
  }

  /// Runs a finished stream of words.
  JobOutcome run(std::span<const std::uint32_t> words, std::uint32_t tag = 1) {
    place(words);
    return run_job(model, kStreamBase, static_cast<std::uint32_t>(words.size_bytes()), tag);
  }
  JobOutcome run(const StreamBuilder& builder, std::uint32_t tag = 1) { return run(builder.finish(config), tag); }

  void place(std::span<const std::uint32_t> words) {
    ASSERT_LE(words.size_bytes(), stream.size());
    std::memcpy(stream.data(), words.data(), words.size_bytes());
  }

  /// Loads the whole SRAM from the beginning of data.
  void load_sram() {
    spec::DmaCommand load{.header = {.opcode = spec::Opcode::kLoad}};
    load.ax_len = load.sp_len = config.sram_bytes;
    load.ax_rows = 1;
    StreamBuilder builder;
    builder.add(load);
    builder.end();
    ASSERT_TRUE(run(builder).done);
  }

  [[nodiscard]] std::vector<std::int8_t> sram() const {
    const auto bytes = model.sram();
    return {bytes.begin(), bytes.end()};
  }

  spec::HardwareConfig config;
  std::vector<std::int8_t> data = std::vector<std::int8_t>(kDataBytes);
  std::vector<std::uint8_t> stream = std::vector<std::uint8_t>(kStreamBytes);
  sim::FunctionalModel model;
};

/// Random numbers that are the same everywhere (the standard's distributions are not).
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  /// Uniform in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  std::uint32_t up_to(std::uint32_t high) { return static_cast<std::uint32_t>(between(0, high)); }
  std::uint32_t in(std::uint32_t low, std::uint32_t high) { return static_cast<std::uint32_t>(between(low, high)); }
  std::int32_t int8() { return static_cast<std::int32_t>(between(-128, 127)); }
  bool one_in(std::uint32_t n) { return up_to(n - 1) == 0; }
  void fill(std::span<std::int8_t> bytes) {
    for (std::int8_t& byte : bytes) byte = static_cast<std::int8_t>(between(-128, 127));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace auklet::test
