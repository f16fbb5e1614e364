// What the suite does around its checks: names, skipping, reporting, platforms that it cannot use.
#include <gtest/gtest.h>

#include <auklet/sim/functional_model.hpp>
#include <set>

#include "backends.hpp"

namespace auklet::conformance {
namespace {

/// Runs `use` with a functional model.
void with_model(const std::function<void(Subject&)>& use) { backends().front().with(use); }

TEST(ConformanceSuite, HasDistinctNames) {
  std::set<std::string> names;
  for (const Check& check : checks()) {
    EXPECT_TRUE(names.insert(std::string(check.area) + "." + check.name).second) << check.name;
    EXPECT_EQ(std::string(check.what).back(), '.') << check.name;
  }
  EXPECT_THROW(static_cast<void>(find_check("registers.nothing")), std::out_of_range);
}

TEST(ConformanceSuite, SkipsWhatThePlatformCannotDo) {
  with_model([](Subject& subject) {
    Platform bare;
    bare.bus = subject.platform.bus;
    bare.memory = subject.platform.memory;
    bare.context = subject.platform.context;
    bare.wait = subject.platform.wait;
    std::set<std::string> skipped;
    for (const Check& check : checks()) {
      const Report report = run_check(check, bare);
      EXPECT_NE(report.result.verdict, Verdict::kFailed) << check.name;
      if (report.result.verdict != Verdict::kSkipped) continue;
      EXPECT_STRNE(report.result.reason, "") << check.name;
      skipped.insert(std::string(check.area) + "." + check.name);
    }
    const std::set<std::string> expected{
        "errors.decode_error", "errors.slave_error",     "registers.control_refusals", "registers.locked",
        "registers.read_only", "registers.reset_values", "registers.unknown_offsets",  "registers.write_only",
        "reset.hard_mid_job",  "watchdog.stalled_reads", "watchdog.stalled_writes"};
    EXPECT_EQ(skipped, expected);
  });
}

TEST(ConformanceSuite, NeverTouchesARefusedRegisterWithoutTheHook) {
  with_model([](Subject& subject) {
    Platform platform = subject.platform;
    platform.refused_accesses = nullptr;
    for (const Check& check : checks()) static_cast<void>(run_check(check, platform));
    EXPECT_EQ(subject.target().bus_errors(), 0U) << "such an access stops many a CPU";
  });
}

TEST(ConformanceSuite, ReachesMemoryThroughHooks) {
  with_model([](Subject& subject) {
    struct Memory {
      std::byte* bytes;
      std::size_t reads = 0;
      std::size_t writes = 0;
    } memory{subject.platform.memory.cpu};
    Platform platform = subject.platform;
    platform.memory.cpu = nullptr;
    platform.memory.context = &memory;
    platform.memory.read = [](void* context, std::size_t offset, std::byte* to, std::size_t size) {
      auto& hooks = *static_cast<Memory*>(context);
      std::copy_n(hooks.bytes + offset, size, to);
      ++hooks.reads;
    };
    platform.memory.write = [](void* context, std::size_t offset, const std::byte* from, std::size_t size) {
      auto& hooks = *static_cast<Memory*>(context);
      std::copy_n(from, size, hooks.bytes + offset);
      ++hooks.writes;
    };
    const Report report = run_check(find_check("jobs.convolutions"), platform);
    EXPECT_EQ(report.result.verdict, Verdict::kPassed);
    EXPECT_GT(memory.reads, 0U);
    EXPECT_GT(memory.writes, 0U);
  });
}

TEST(ConformanceSuite, MaintainsCaches) {
  with_model([](Subject& subject) {
    // A write-back cache over all of the memory: what is not cleaned does not reach it, what is not invalidated is old.
    struct Cache {
      std::byte* memory;
      std::vector<std::byte> lines;
    } cache{subject.platform.memory.cpu, std::vector<std::byte>(kMemoryBytes)};
    Platform platform = subject.platform;
    platform.memory.cpu = cache.lines.data();
    platform.memory.context = &cache;
    platform.memory.clean = [](void* context, std::size_t offset, std::size_t size) {
      auto& hooks = *static_cast<Cache*>(context);
      std::copy_n(hooks.lines.data() + offset, size, hooks.memory + offset);
    };
    platform.memory.invalidate = [](void* context, std::size_t offset, std::size_t size) {
      auto& hooks = *static_cast<Cache*>(context);
      std::copy_n(hooks.memory + offset, size, hooks.lines.data() + offset);
    };
    EXPECT_EQ(run_check(find_check("jobs.copy"), platform).result.verdict, Verdict::kPassed);
    platform.memory.invalidate = nullptr;
    EXPECT_EQ(run_check(find_check("jobs.copy"), platform).result.verdict, Verdict::kFailed);
  });
}

TEST(ConformanceSuite, RefusesAPlatformWithoutWhatItNeeds) {
  with_model([](Subject& subject) {
    const auto verdict_of = [](const Platform& platform) {
      return run_check(find_check("registers.identification"), platform).result.verdict;
    };
    EXPECT_EQ(verdict_of(subject.platform), Verdict::kPassed);
    Platform platform = subject.platform;
    platform.wait = nullptr;
    EXPECT_EQ(verdict_of(platform), Verdict::kFailed);
    platform = subject.platform;
    platform.memory.cpu = nullptr;
    EXPECT_EQ(verdict_of(platform), Verdict::kFailed);
    platform = subject.platform;
    platform.memory.device += 16;
    EXPECT_EQ(verdict_of(platform), Verdict::kFailed);
    platform = subject.platform;
    platform.bus.read32 = nullptr;
    EXPECT_EQ(verdict_of(platform), Verdict::kFailed);
  });
}

TEST(ConformanceSuite, CountsVerdicts) {
  with_model([](Subject& subject) {
    const Summary summary = run_all(subject.platform, {});
    EXPECT_EQ(summary.failed, 0U);
    EXPECT_EQ(summary.skipped, 2U) << "stalled memory";
    EXPECT_EQ(summary.passed + summary.skipped, checks().size());
  });
}

TEST(ConformanceSuite, HoldsForEveryOrderOfExecution) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    sim::FunctionalModel model({.seed = seed});
    Subject subject(model);
    for (const Check& check : checks()) {
      for (const std::string& failure : run_check(check, subject.platform).failures) {
        ADD_FAILURE() << "seed " << seed << ": " << failure;
      }
    }
  }
}

TEST(ConformanceSuite, DescribesAFailure) {
  const Check check{"area", "name", "It holds.", nullptr};
  const Failure failure{"the bits", "REGISTER", 12, 0xffff'ffff'0000'0001, 0};
  std::array<char, 128> text;
  const std::size_t length = describe(check, failure, text);
  EXPECT_EQ(std::string(text.data()), "area.name: the bits, REGISTER [12]: expected 0xffffffff00000001, got 0x0");
  EXPECT_EQ(length, std::string(text.data()).size());
  EXPECT_EQ(describe(check, failure, std::span(text).first(10)), 9U);
  EXPECT_EQ(std::string(text.data()), "area.name");
  EXPECT_EQ(describe(check, failure, {}), 0U);
}

}  // namespace
}  // namespace auklet::conformance
