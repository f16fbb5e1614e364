// A bus that knows in advance which accesses come, in which order, so that a test reads like a bus trace.
#pragma once

#include <gtest/gtest.h>

#include <auklet/npu/bus.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <ios>
#include <sstream>
#include <string>
#include <utility>

namespace auklet::test {

/// Strict: any access that is not the next one of the script fails the test, and so does a script with accesses left
/// over at destruction or at finished().
class ScriptedBus {
 public:
  ~ScriptedBus() { finished(); }

  /// The next access is a read of this register (element `index`), answered with `value`.
  template <typename Register>
  void reads(std::uint32_t value, std::uint32_t index = 0) {
    script_.push_back({false, offset_of<Register>(index), value, {}});
  }
  /// The next access is a write of exactly this value.
  template <typename Register>
  void writes(std::uint32_t value, std::uint32_t index = 0) {
    script_.push_back({true, offset_of<Register>(index), value, {}});
  }
  /// Calls `action` as soon as the last access scripted so far has happened: an interrupt at the worst moment.
  void then(std::function<void()> action) { script_.back().after = std::move(action); }

  /// Fails the test unless every scripted access has happened.
  void finished() {
    for (const Access& access : script_) ADD_FAILURE() << "did not happen: " << describe(access);
    script_.clear();
  }
  [[nodiscard]] bool done() const { return script_.empty(); }
  /// Called before every access.
  std::function<void()> on_access;

  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) { return take({false, offset, 0, {}}); }
  void write32(std::uint32_t offset, std::uint32_t value) { (void)take({true, offset, value, {}}); }

 private:
  struct Access {
    bool write;
    std::uint32_t offset;
    std::uint32_t value;
    std::function<void()> after;
  };

  template <typename Register>
  static constexpr std::uint32_t offset_of(std::uint32_t index) {
    if constexpr (requires { Register::kCount; }) {
      return Register::offset(index);
    } else {
      return Register::kOffset;
    }
  }

  static std::string describe(const Access& access) {
    const spec::RegisterInfo* info = spec::find_register(access.offset);
    std::ostringstream text;
    text << (access.write ? "write " : "read ") << (info != nullptr ? info->name : "?") << " (0x" << std::hex
         << access.offset << ")";
    if (access.write) text << " = 0x" << access.value;
    return text.str();
  }

  std::uint32_t take(const Access& actual) {
    if (on_access) on_access();
    if (script_.empty()) {
      ADD_FAILURE() << "beyond the script: " << describe(actual);
      return 0;
    }
    const Access expected = std::move(script_.front());
    script_.pop_front();
    const bool same = expected.write == actual.write && expected.offset == actual.offset &&
                      (!actual.write || expected.value == actual.value);
    EXPECT_TRUE(same) << "expected " << describe(expected) << ", got " << describe(actual);
    if (expected.after) expected.after();
    return expected.value;
  }

  std::deque<Access> script_;
};

static_assert(npu::Bus<ScriptedBus>);

}  // namespace auklet::test
