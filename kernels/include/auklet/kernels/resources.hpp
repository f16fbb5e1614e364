// What an optimised kernel borrows from its caller: scratch memory, weights packed beforehand, and threads. Kernels
// never allocate and never start a thread themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// A caller's threads: a function pointer and a context, so that any pool fits behind it. As it is by default, tasks
/// run one after the other on the calling thread.
struct ParallelFor {
  using Task = void (*)(void* argument, std::int32_t index);
  using Run = void (*)(void* context, Task task, void* argument, std::int32_t tasks);

  Run run = nullptr;         ///< Calls task(argument, i) once for every i in [0, tasks), in any order, and returns when
                             ///< all calls have returned; null: in order, on the calling thread.
  void* context = nullptr;   ///< Handed to `run`.
  std::int32_t threads = 1;  ///< Into how many tasks a kernel divides its work at most. No output depends on it.

  void operator()(Task task, void* argument, std::int32_t tasks) const {
    if (run != nullptr && tasks > 1) {
      run(context, task, argument, tasks);
    } else {
      for (std::int32_t i = 0; i < tasks; ++i) task(argument, i);
    }
  }
};

/// Bytes to which workspace and packed weights are best aligned. Any alignment is correct; others are slower.
inline constexpr std::size_t kFastAlignment = 64;

/// Both buffers may be absent: which sizes an operator needs, its `_workspace` and `_packed_size` functions say. The
/// workspace's contents mean nothing before or after a call. Neither buffer may overlap an argument.
struct Resources {
  std::span<std::byte> workspace;     ///< Scratch memory of this call alone.
  std::span<const std::byte> packed;  ///< What the operator's `pack_` function wrote from the very same parameters,
                                      ///< filter and bias, on any machine with this byte order; empty: the kernel packs
                                      ///< into the workspace at every call.
  ParallelFor parallel;
};

}  // namespace auklet::kernels
