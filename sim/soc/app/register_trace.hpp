// The firmware's accesses of the NPU's registers as text, in the format of docs/mmio-trace.md.
#pragma once

#include <auklet/sim/soc/machine.hpp>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace auklet::sim::soc {

/// Collects accesses, and what memory held when the first job was started: what a replay needs.
class RegisterTrace {
 public:
  /// To be called for each access of `machine`'s, in order.
  void add(const RegisterAccess& access, Machine& machine);
  void write(std::ostream& out) const;

 private:
  std::string memory_;
  std::string accesses_;
  std::uint64_t last_ = 0;  ///< Cycle of the access before.
};

}  // namespace auklet::sim::soc
