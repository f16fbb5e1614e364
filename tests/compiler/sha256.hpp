// SHA-256, for comparing intermediate tensors with recorded digests.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace auklet::compiler::test {

/// The SHA-256 digest of `bytes` as 64 lower-case hexadecimal digits. Source: FIPS 180-4, section 6.2.
[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);

}  // namespace auklet::compiler::test
