// What run_network.cpp needs: aot_test.py writes it for the networks that it has emitted.
#pragma once

#include <auklet/runtime/network.hpp>
#include <span>

namespace auklet::test {

[[nodiscard]] std::span<const runtime::Network* const> emitted_networks();

}  // namespace auklet::test
