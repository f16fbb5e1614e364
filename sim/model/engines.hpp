// The engines as indices.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstddef>

namespace auklet::sim::model {

/// One of each spec::Engine, kNone unused.
template <typename T>
using PerEngine = std::array<T, 4>;
inline constexpr std::array kEngines{spec::Engine::kLoad, spec::Engine::kStore, spec::Engine::kCompute};

constexpr std::size_t index(spec::Engine engine) { return static_cast<std::size_t>(engine); }

}  // namespace auklet::sim::model
