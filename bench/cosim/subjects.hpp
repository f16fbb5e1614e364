// What is measured: a network with inputs for it, by name.
#pragma once

#include <auklet/app/failure.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/ir.hpp>
#include <functional>
#include <string>
#include <vector>

namespace auklet::bench {

/// A network that can be loaded when its turn comes.
struct Subject {
  std::string name;  ///< `layer/NAME`, `network/NAME` (the project's own) or `zoo/NAME` (of the reference vectors).
  std::function<app::Result<compiler::Model>()> load;
  /// Values for the inputs of the network that load() gave: equal on every machine.
  std::function<app::Result<std::vector<compiler::Bytes>>(const compiler::Model&)> inputs;
};

/// Single layers, the project's own networks, and those of the reference vectors. Where there are no reference vectors,
/// a line on stderr says so. $AUKLET_GOLDEN names their folder, and $AUKLET_SOURCE_DIR the source tree, else the
/// folders that CMake was told.
[[nodiscard]] std::vector<Subject> all_subjects();

}  // namespace auklet::bench
