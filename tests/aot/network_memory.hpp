// The read-only memory of an emitted network as a simulated NPU sees it: where flash would be.
#pragma once

#include <auklet/runtime/network.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::test {

/// Gives the streams and constants of `network` device addresses; `Port` is a sim::TargetPort. The device only reads
/// them, as their windows say.
template <class Port>
void map_network(Port& port, const runtime::Network& network, std::uint64_t base = 0x4000'0000) {
  constexpr std::uint64_t kPage = 4096;
  for (const runtime::NetworkStep& step : network.steps) {
    if (step.segment == nullptr) continue;
    for (const std::span<const std::uint32_t> words : {step.segment->stream, step.segment->constants}) {
      if (words.empty()) continue;
      const std::span<const std::byte> bytes = std::as_bytes(words);
      port.map(base, {const_cast<std::byte*>(bytes.data()), bytes.size()});
      base += (bytes.size() + kPage - 1) / kPage * kPage + kPage;
    }
  }
}

}  // namespace auklet::test
