// Register access by name, over any bus. Reading what cannot be read, writing what cannot be written, an index where
// there is no array and a missing one where there is: each fails to compile (tests/compile_fail).
#pragma once

#include <concepts>
#include <cstdint>

#include <auklet/npu/bus.hpp>
#include <auklet/spec/registers.hpp>

namespace auklet::npu {

/// A register that exists several times.
template <typename Register>
concept RegisterArray = requires { Register::kCount; };

/// Registers read and written whole; fields are taken apart and put together with spec::Field. Holds a reference to the
/// bus and nothing else.
template <Bus B>
class Registers {
 public:
  explicit Registers(B& bus) noexcept : bus_(bus) {}

  template <spec::Readable Register>
    requires(!RegisterArray<Register>)
  [[nodiscard]] std::uint32_t read() {
    return bus_.read32(Register::kOffset);
  }

  /// Element `index`, which must be below Register::kCount.
  template <spec::Readable Register>
    requires RegisterArray<Register>
  [[nodiscard]] std::uint32_t read(std::uint32_t index) {
    return bus_.read32(Register::offset(index));
  }

  template <spec::Writable Register>
    requires(!RegisterArray<Register>)
  void write(std::uint32_t value) {
    bus_.write32(Register::kOffset, value);
  }

  /// Element `index`, which must be below Register::kCount.
  template <spec::Writable Register>
    requires RegisterArray<Register>
  void write(std::uint32_t index, std::uint32_t value) {
    bus_.write32(Register::offset(index), value);
  }

 private:
  B& bus_;
};

}  // namespace auklet::npu
