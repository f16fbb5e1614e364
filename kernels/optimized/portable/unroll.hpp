// Not part of the public interface.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace auklet::kernels::portable {

/// Calls function(std::integral_constant<std::size_t, i>) for i from 0 to kCount - 1: a loop that is unrolled before
/// the compiler decides which arrays live in registers.
template <std::size_t kCount, class Function>
[[gnu::always_inline]] inline void unroll(Function function) {
  [&]<std::size_t... kIndices>(std::index_sequence<kIndices...>) {
    (function(std::integral_constant<std::size_t, kIndices>()), ...);
  }(std::make_index_sequence<kCount>());
}

}  // namespace auklet::kernels::portable
