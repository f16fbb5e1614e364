// What went wrong on the NPU, in words.
#pragma once

#include <auklet/compiler/segment.hpp>
#include <auklet/npu/stream.hpp>
#include <auklet/npu/types.hpp>
#include <cstdint>
#include <string>

namespace auklet::app {

/// `stream offset 352 (CONV of layer 3, 'dense')`: the command that begins at `offset`, as far as there is one.
[[nodiscard]] std::string describe_command(const compiler::SegmentView& segment, std::uint32_t offset);

/// Why a job ended badly and what became of the device, one sentence without a full stop. `where` names the operator,
/// `deadline` is in cycles.
[[nodiscard]] std::string describe_result(const std::string& where, const compiler::SegmentView& segment,
                                          const npu::JobResult& result, std::uint64_t deadline);

/// Why submit() refused a job, likewise.
[[nodiscard]] std::string describe_refusal(const std::string& where, const compiler::SegmentView& segment,
                                           npu::Status status, const npu::StreamReport& report);

}  // namespace auklet::app
