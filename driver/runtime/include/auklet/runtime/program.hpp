// An operator made ready for one NPU configuration: packed weights, parameter blocks and command stream, in the
// caller's workspace. Needs no device: it may be done ahead of time.
//
// Workspace: kWorkspaceAlignment bytes aligned, at an address that the NPU can reach. It holds, from its start,
//
//   packed weights | parameter blocks   read by the NPU through window kConstantsWindow
//   command stream                      fetched by the NPU
//
// and is only read once it is made, so any number of runs may share it. It must stay in place and untouched for as long
// as the operator is run.
#pragma once

#include <auklet/kernels/status.hpp>
#include <auklet/plan/plan.hpp>
#include <auklet/plan/status.hpp>
#include <auklet/runtime/lowering.hpp>
#include <auklet/runtime/operators.hpp>
#include <auklet/runtime/report.hpp>
#include <auklet/spec/spec.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::runtime {

/// Of a workspace's first byte: the NPU fetches whole 16-byte words of stream.
inline constexpr std::size_t kWorkspaceAlignment = spec::kLanes;

/// Windows of a program's stream. Each is exactly as wide as what it is for; all but the output's are read-only.
inline constexpr std::uint8_t kConstantsWindow = 0;
inline constexpr std::uint8_t kInputWindow = 1;
inline constexpr std::uint8_t kSecondInputWindow = 2;
inline constexpr std::uint8_t kOutputWindow = 3;
inline constexpr std::size_t kWindowsUsed = 4;

/// What was made of an operator, or why nothing.
struct Program {
  kernels::Status arguments = kernels::Status::kOk;  ///< Not kOk: the arguments are wrong, wherever they run.
  Reason reason = Reason::kNotPrepared;              ///< kNone: can run on the NPU.
  plan::Outcome planning;                            ///< The planner's answer.
  std::size_t workspace_bytes = 0;                   ///< Needed; 0 when the NPU cannot run the operator.
  plan::Cost cost;                                   ///< Traffic and cycles as planned.
  std::span<const std::byte> constants;              ///< Packed weights and parameters; empty without weights.
  std::span<const std::uint32_t> stream;             ///< The command stream.
};

/// Sizes a program without making it: `constants` and `stream` stay empty.
[[nodiscard]] Program assess(const Lowered& lowered, const spec::HardwareConfig& config) noexcept;

/// Makes a program in `workspace`. Nothing outside of it is written; its contents are undefined when reason is not
/// kNone.
[[nodiscard]] Program build(const Lowered& lowered, const spec::HardwareConfig& config,
                            std::span<std::byte> workspace) noexcept;

/// Whether two ranges share a byte.
[[nodiscard]] bool overlap(std::span<const std::byte> a, std::span<const std::byte> b) noexcept;

/// Whether `memory` shares a byte with any of the three tensors.
[[nodiscard]] bool overlap(std::span<const std::byte> memory, const Activations& tensors) noexcept;

/// Whether `workspace` shares a byte with anything that the operator refers to.
[[nodiscard]] bool overlap(std::span<const std::byte> workspace, const Lowered& lowered) noexcept;

/// Would this operator run on such an NPU, what would it need and cost? Reads shapes and parameters, no tensor data;
/// writes nothing. Time grows with the number of tiles. Program::reason: kNone, kFilterZeroPoint, kBroadcast,
/// kOperatorLimit, kSramTooSmall.
template <Operator Op>
[[nodiscard]] Program assess(const Op& op, const spec::HardwareConfig& config) noexcept {
  Program program;
  program.arguments = check(op);
  if (program.arguments != kernels::Status::kOk) return program;
  Lowered lowered;
  program.reason = lower(op, lowered);
  return program.reason == Reason::kNone ? assess(lowered, config) : program;
}

/// Bytes of workspace that the operator needs on such an NPU; 0 when it cannot run there (assess() tells why).
template <Operator Op>
[[nodiscard]] std::size_t workspace_bytes(const Op& op, const spec::HardwareConfig& config) noexcept {
  return assess(op, config).workspace_bytes;
}

/// An operator with its program. A plain value that refers to the operator's tensors and constants and to the
/// workspace; it may be copied, and several may share one workspace if they run the same operator.
template <Operator Op>
class Prepared {
 public:
  /// Not prepared: runs nowhere but on the CPU, if bound to an operator at all.
  Prepared() noexcept = default;
  Prepared(const Op& op, const Program& program) noexcept : op_(op), program_(program) {}

  /// Other tensors of the same shapes for the next runs. Checked by run(). `input` and `output` must not overlap.
  void bind(std::span<const std::int8_t> input, std::span<std::int8_t> output) noexcept
    requires(!std::same_as<Op, Add>)
  {
    op_.input.data = input;
    op_.output.data = output;
  }
  /// The same for a sum.
  void bind(std::span<const std::int8_t> a, std::span<const std::int8_t> b, std::span<std::int8_t> output) noexcept
    requires std::same_as<Op, Add>
  {
    op_.a.data = a;
    op_.b.data = b;
    op_.output.data = output;
  }

  [[nodiscard]] const Op& op() const noexcept { return op_; }
  [[nodiscard]] const Program& program() const noexcept { return program_; }

 private:
  Op op_;
  Program program_;
};

/// Makes an operator ready to run any number of times: its weights are packed and its commands encoded here, once.
/// Always returns a value that can be run: where the NPU cannot, program().reason says why, and the CPU does by policy.
/// Reasons as assess(), kWorkspaceTooSmall (program().workspace_bytes tells the need), kWorkspaceMisaligned; a
/// workspace that overlaps a tensor or a constant of the operator is kernels::Status::kOverlap. The operator's
/// constants are read here and, when it runs on the CPU, then. Thread-safe for different workspaces.
template <Operator Op>
[[nodiscard]] Prepared<Op> prepare(const Op& op, const spec::HardwareConfig& config,
                                   std::span<std::byte> workspace) noexcept {
  Program program;
  program.arguments = check(op);
  if (program.arguments != kernels::Status::kOk) return {op, program};
  Lowered lowered;
  program.reason = lower(op, lowered);
  if (program.reason != Reason::kNone) return {op, program};
  if (overlap(workspace, activations(op)) || overlap(workspace, lowered)) {
    program.arguments = kernels::Status::kOverlap;
    return {op, program};
  }
  return {op, build(lowered, config, workspace)};
}

}  // namespace auklet::runtime
