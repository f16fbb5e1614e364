// The commands as docs/command-stream.md writes them, one byte at a time: slow, and close enough to that page to be
// checked against it by eye.
#pragma once

#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <vector>

namespace auklet::test::naive {

using Bytes = std::vector<std::int8_t>;

std::int64_t multiply_by_quantized_multiplier(std::int64_t x, std::int64_t m, int s);

/// Each returns the SRAM after the command.
Bytes conv(const Bytes& sram, const spec::GeomCommand& c, std::uint32_t array_groups);
Bytes depthwise(const Bytes& sram, const spec::GeomCommand& c);
Bytes depthwise_rows(const Bytes& sram, const spec::GeomCommand& c);
Bytes max_pool(const Bytes& sram, const spec::GeomCommand& c);
Bytes average_pool(const Bytes& sram, const spec::GeomCommand& c);
Bytes eltwise(const Bytes& sram, const spec::EltwiseCommand& c);

/// `memory` is the window's bytes.
Bytes load(const Bytes& sram, const Bytes& memory, const spec::DmaCommand& c);
/// Precondition: all indices are in the table.
Bytes gather(const Bytes& sram, const Bytes& memory, const spec::GatherCommand& c);
/// Returns the window's bytes after the command.
Bytes store(const Bytes& sram, const Bytes& memory, const spec::DmaCommand& c);

}  // namespace auklet::test::naive
