// SHA-256: names a file by its contents.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace auklet::compiler {

/// The SHA-256 digest of `bytes` as 64 lower-case hexadecimal digits. Source: FIPS 180-4, section 6.2.
[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);

}  // namespace auklet::compiler
