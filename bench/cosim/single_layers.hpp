// Networks of one operator each, of the shapes that other accelerators publish figures for.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <span>
#include <string_view>

namespace auklet::bench {

/// A network of one operator. Its weights are random, but the same on every machine.
struct SingleLayer {
  std::string_view name;      ///< Operator and shape, as `conv3x3_16x16x64_64`.
  compiler::Model (*make)();  ///< Builds it.
};

/// All of them, in the order of the report.
[[nodiscard]] std::span<const SingleLayer> single_layers();

}  // namespace auklet::bench
