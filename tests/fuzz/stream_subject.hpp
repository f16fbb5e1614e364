// A command stream with its address windows, as a fuzzer hands it over, and the question that is asked of it: is what
// npu::validate_stream() accepts harmless?
#pragma once

#include <array>
#include <auklet/npu/stream.hpp>
#include <auklet/npu/types.hpp>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tracing_memory.hpp"

namespace auklet::test {

/// Little SRAM, so that its end is near and a job is short.
inline constexpr spec::HardwareConfig kFuzzConfig{"fuzz", 256, 16, 1, 16 * 1024, 128};
inline constexpr npu::Configuration kFuzzConfiguration{.id = spec::kIdMagic,
                                                       .major = spec::kHardwareVersionMajor,
                                                       .minor = spec::kHardwareVersionMinor,
                                                       .stream_version = spec::kStreamVersion,
                                                       .macs = static_cast<std::uint16_t>(kFuzzConfig.macs),
                                                       .axi_data_bits = 128,
                                                       .sram_kib = kFuzzConfig.sram_bytes / 1024,
                                                       .windows = spec::kWindowCount,
                                                       .counters = spec::kPmuCounters};

/// Where the stream is.
inline constexpr std::uint64_t kStreamBase = 0x40'0000;

struct SubjectWindow {
  std::uint32_t size = 0;
  std::uint8_t access = 0;  ///< npu::Access, by its lowest two bits.
  std::uint8_t skew = 0;    ///< Of its base. 255: it ends where the address space does (window 7 alone).
};

/// One input of the fuzzer.
struct StreamSubject {
  std::array<SubjectWindow, spec::kWindowCount> windows{};
  std::uint32_t seed = 1;      ///< Of the model: the order of execution among those that the waits allow.
  std::uint16_t error_at = 0;  ///< Number of the burst that meets an error; 0: none.
  bool decode_error = false;   ///< DECERR instead of SLVERR.
  std::vector<std::uint32_t> words;

  [[nodiscard]] std::array<npu::Window, spec::kWindowCount> granted() const;
  [[nodiscard]] npu::StreamReport validate() const;
  /// Opens the windows on `target`, and tells what a job with this stream, at kStreamBase, may touch.
  [[nodiscard]] std::vector<Grant> grant(sim::Target& target) const;
};

/// Where each command begins, in words; stops at the first one that is none or is cut off.
[[nodiscard]] std::vector<std::size_t> find_commands(std::span<const std::uint32_t> words);

/// Any bytes are a subject; those that parse_subject() does not need are left out by write_subject().
[[nodiscard]] StreamSubject parse_subject(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::vector<std::uint8_t> write_subject(const StreamSubject& subject);

/// How a subject's job ended.
enum class SubjectEnd : std::uint8_t {
  kRefused,     ///< By the validator; it was not run.
  kDone,        ///< By its END.
  kIndexFault,  ///< A GATHER met an index that is in no table: known at run time alone.
  kAxiFault,    ///< The memory's error, which it was told to give.
  kCutOff,      ///< It would have taken the model too long; what it had done until then was right.
};

struct SubjectOutcome {
  SubjectEnd end = SubjectEnd::kRefused;
  std::string complaint;  ///< What the validator should have refused; empty when all is well.
};

/// Validates the subject, and runs it when it is accepted: twice if it asks for a part of the SRAM only, the rest of it
/// once zero and once noise, which must make no difference.
[[nodiscard]] SubjectOutcome run_subject(const StreamSubject& subject);

}  // namespace auklet::test
