// What a kernel answers: done, or one specific reason why it did nothing.
#pragma once

#include <cstdint>

namespace auklet::kernels {

/// Result of every kernel and of every parameter computation. Arguments are checked before the first write: after any
/// value but kOk, no output has been touched.
enum class Status : std::uint8_t {
  kOk = 0,              ///< Done; every element of the output is written.
  kNullPointer,         ///< A buffer that must hold elements has no address.
  kBadShape,            ///< A dimension is below one, or a rank is outside 0 to kMaxRank.
  kSizeOverflow,        ///< An element count, a coordinate or a sum would not fit 31 bits.
  kBufferSize,          ///< A buffer's length is not its shape's element count.
  kShapeMismatch,       ///< Input, filter and output shapes do not belong together.
  kBadBroadcast,        ///< Shapes do not broadcast to the output's shape.
  kBadGroups,           ///< Channels are no multiple of the filter's channels, or groups do not divide the outputs.
  kBadDepthMultiplier,  ///< Depthwise output channels are no multiple of the input channels.
  kBiasSize,            ///< A bias is given and has not one element for each output channel.
  kMultiplierCount,     ///< There is neither one multiplier nor one for each output channel.
  kBadMultiplier,       ///< A multiplier is negative, or its shift is outside kMinShift to kMaxShift.
  kBadStride,           ///< A stride is below one.
  kBadDilation,         ///< A dilation is below one.
  kBadPadding,          ///< A padding is negative.
  kBadWindow,           ///< A filter is below one or larger than the input allows, or a pool window holds no input.
  kBadZeroPoint,        ///< A zero point is outside the range of its type.
  kBadActivationRange,  ///< A clamp is empty or outside the range of the output's type.
  kBadShift,            ///< A left shift is outside its range.
  kBadScale,            ///< A scale is zero, negative, not finite, or leads to a multiplier out of range.
  kOutOfDomain,         ///< An input value lies where the function is not defined.
  kOverlap,             ///< The output shares memory with an argument that is still read.
  kBadAxis,             ///< An axis is outside the rank, or a permutation names one twice.
  kBadIndex,            ///< A slice or an index reads outside its input.
  kBadBlock,            ///< A block is below one, or does not divide what it is to divide.
  kWorkspaceSize,       ///< The workspace is smaller than the operator's `_workspace` function says.
  kPackedSize,          ///< Packed weights are not as long as the operator's `_packed_size` function says.
};

/// One sentence for people; static storage, never null.
[[nodiscard]] constexpr const char* describe(Status status) {
  switch (status) {
    case Status::kOk:
      return "Done.";
    case Status::kNullPointer:
      return "A buffer that must hold elements has no address.";
    case Status::kBadShape:
      return "A dimension is below one or a rank is not supported.";
    case Status::kSizeOverflow:
      return "An element count, a coordinate or a sum does not fit 31 bits.";
    case Status::kBufferSize:
      return "A buffer's length differs from its shape's element count.";
    case Status::kShapeMismatch:
      return "Input, filter and output shapes do not belong together.";
    case Status::kBadBroadcast:
      return "The operands' shapes do not broadcast to the output's shape.";
    case Status::kBadGroups:
      return "Channels cannot be divided into the groups that the filter asks for.";
    case Status::kBadDepthMultiplier:
      return "Depthwise output channels are no multiple of the input channels.";
    case Status::kBiasSize:
      return "The bias has not one element for each output channel.";
    case Status::kMultiplierCount:
      return "There is neither one multiplier nor one for each output channel.";
    case Status::kBadMultiplier:
      return "A multiplier is negative or its shift is out of range.";
    case Status::kBadStride:
      return "A stride is below one.";
    case Status::kBadDilation:
      return "A dilation is below one.";
    case Status::kBadPadding:
      return "A padding is negative.";
    case Status::kBadWindow:
      return "A filter or pool window does not fit the input.";
    case Status::kBadZeroPoint:
      return "A zero point is outside the range of its type.";
    case Status::kBadActivationRange:
      return "The output clamp is empty or outside the range of the output's type.";
    case Status::kBadShift:
      return "A left shift is out of range.";
    case Status::kBadScale:
      return "A scale is not a positive finite number in the usable range.";
    case Status::kOutOfDomain:
      return "An input value lies where the function is not defined.";
    case Status::kOverlap:
      return "The output shares memory with an argument that is still read.";
    case Status::kBadAxis:
      return "An axis is outside the rank, or a permutation names one twice.";
    case Status::kBadIndex:
      return "A slice or an index reads outside its input.";
    case Status::kBadBlock:
      return "A block is below one or does not divide what it is to divide.";
    case Status::kWorkspaceSize:
      return "The workspace is smaller than the operator's _workspace function says.";
    case Status::kPackedSize:
      return "Packed weights are not as long as the operator's _packed_size function says.";
  }
  return "Unknown status.";
}

}  // namespace auklet::kernels
