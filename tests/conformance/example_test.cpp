// The example of docs/conformance.md, compiled and run.
#include <auklet/sim/functional_model.hpp>

#include <gtest/gtest.h>

// [snippet: includes]
#include <auklet/conformance/conformance.hpp>
// [end]

#include <auklet/sim/bus.hpp>
#include <string>
#include <vector>

namespace auklet::conformance {
namespace {

// [snippet: run]
/// What the checks need of a board. `Board` stands for your own support package.
template <class Board, class Bus>
Summary run_on(Board& board, Bus& bus) {
  Platform platform;
  platform.bus = bus_table(bus);
  platform.memory = {.cpu = board.memory(), .device = board.memory_address()};
  platform.context = &board;
  platform.wait = [](void* context, std::uint32_t cycles) { static_cast<Board*>(context)->delay(cycles); };
  // What a board lacks stays null: the checks that need it are skipped and say so.
  platform.interrupt = [](void* context) { return static_cast<Board*>(context)->interrupt_pending(); };

  Reporter reporter;
  reporter.context = &board;
  reporter.failure = [](void* context, const Check& check, const Failure& failure) {
    char line[160];
    describe(check, failure, line);
    static_cast<Board*>(context)->print(line);
  };
  reporter.finished = [](void* context, const Check& check, const Result& result) {
    if (result.verdict != Verdict::kSkipped) return;
    static_cast<Board*>(context)->print(check.name);
    static_cast<Board*>(context)->print(result.reason);
  };
  return run_all(platform, reporter);
}
// [end]

class Board {
 public:
  explicit Board(sim::Target& target) : target_(target) { target_.map(memory_address(), bytes_, {}); }

  [[nodiscard]] std::byte* memory() { return bytes_.data(); }
  [[nodiscard]] static std::uint64_t memory_address() { return 0x8000'0000; }
  void delay(std::uint32_t cycles) { target_.step(cycles); }
  [[nodiscard]] bool interrupt_pending() const { return target_.irq(); }
  void print(const char* line) { lines_.emplace_back(line); }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  sim::Target& target_;
  std::vector<std::byte> bytes_ = std::vector<std::byte>(kMemoryBytes);
  std::vector<std::string> lines_;
};

TEST(ConformanceExample, RunsOnABoard) {
  sim::FunctionalModel model;
  Board board(model);
  sim::TargetBus bus(model);
  const Summary summary = run_on(board, bus);
  EXPECT_EQ(summary.failed, 0U);
  EXPECT_EQ(board.lines().size(), 2 * summary.skipped);
  EXPECT_GT(summary.passed, 50U);
}

}  // namespace
}  // namespace auklet::conformance
