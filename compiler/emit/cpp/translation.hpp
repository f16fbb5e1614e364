// Internal to the C++ emitter: a model taken apart into what the code consists of, before any text is made.
#pragma once

#include <auklet/compiler/emit_cpp.hpp>
#include <auklet/compiler/segment.hpp>
#include <optional>
#include <string>
#include <vector>

#include "arena_layout.hpp"

namespace auklet::compiler::emit {

/// One operator of the compiled graph.
struct CppStep {
  std::string name;                    ///< Of the layers that it computes.
  std::optional<SegmentView> segment;  ///< On the NPU.
};

/// A model that can be translated.
struct Translation {
  const Graph& graph;
  const CppOptions& options;
  spec::HardwareConfig config;  ///< That all segments are for.
  std::vector<CppStep> steps;   ///< Step i is operator i.
  ArenaLayout arena;
};

/// Takes the model apart; errors as write_cpp().
[[nodiscard]] Result<Translation> translate(const Model& compiled, const CppOptions& options);

/// Contents of NAME.hpp. `code` has the sizes.
[[nodiscard]] std::string header_text(const Translation& translation, const CppCode& code);

/// Contents of NAME.cpp; fills in the sizes of `code`.
[[nodiscard]] std::string source_text(const Translation& translation, CppCode& code);

}  // namespace auklet::compiler::emit
