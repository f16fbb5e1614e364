#include "subject.hpp"

#include <array>
#include <stdexcept>

namespace auklet::conformance {
namespace {

Subject& subject_of(void* context) { return *static_cast<Subject*>(context); }

}  // namespace

Subject::Subject(sim::Target& target) : target_(target), bus_(target), storage_(kMemoryBytes), memory_(storage_) {
  target_.map(kMemory, memory_, {});
  target_.connect(&elsewhere_, {});
  platform.bus = bus_table(bus_);
  platform.memory = {.cpu = memory_.data(), .device = kMemory};
  platform.context = this;
  platform.wait = [](void* context, std::uint32_t cycles) { subject_of(context).target_.step(cycles); };
  platform.interrupt = [](void* context) { return subject_of(context).target_.irq(); };
  platform.hard_reset = [](void* context) { subject_of(context).target_.hard_reset(); };
  platform.refused_accesses = [](void* context) {
    return static_cast<std::uint32_t>(subject_of(context).target_.bus_errors());
  };
  platform.decode_error_address = kNothing;
  platform.slave_error_address = kRefusing;
}

Subject::~Subject() {
  target_.connect(nullptr, {});
  target_.unmap(kMemory);
}

void Subject::allow_stalls(std::function<void(Stall)> function) {
  stall = std::move(function);
  platform.stall_memory = [](void* context, Stall what) { subject_of(context).stall(what); };
}

Report run_check(const Check& check, const Platform& platform) {
  Report report;
  Reporter reporter;
  reporter.context = &report;
  reporter.failure = [](void* context, const Check& failed, const Failure& failure) {
    std::array<char, 256> text;
    const std::size_t length = describe(failed, failure, text);
    static_cast<Report*>(context)->failures.emplace_back(text.data(), length);
  };
  report.result = run(check, platform, reporter);
  return report;
}

const Check& find_check(const std::string& name) {
  for (const Check& check : checks()) {
    if (std::string(check.area) + "." + check.name == name) return check;
  }
  throw std::out_of_range("no check " + name);
}

}  // namespace auklet::conformance
