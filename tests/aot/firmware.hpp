// The whole of a firmware's inference with an emitted network, as docs/aot.md shows it. Freestanding: it is compiled
// for RV32 and Cortex-M by freestanding_test.py, and for the host by keyword_test.cpp.
#pragma once

// [snippet: firmware]
#include <auklet/npu/bus.hpp>
#include <auklet/npu/device.hpp>
#include <auklet/npu/queue.hpp>

#include "keyword.hpp"

namespace firmware {

namespace keyword = auklet_models::keyword;
namespace npu = auklet::npu;

inline keyword::Arena arena;  // Zeroed memory that the NPU reaches; no start-up code.

/// Everything that the NPU needs of this program. `Port` is the platform's, see driver/port/README.md.
template <npu::Bus Bus, npu::Port Port>
class Recogniser {
 public:
  Recogniser(Bus& bus, Port& port) : device_(bus, port), queue_(device_, port) {}

  /// Finds the NPU and makes it ready.
  [[nodiscard]] npu::Status open() {
    npu::Configuration found;
    const npu::Status status = device_.probe(found);
    return status == npu::Status::kOk ? queue_.open({.completion = npu::Completion::kInterrupt}) : status;
  }

  /// To be called by the interrupt handler.
  void on_interrupt() { queue_.on_interrupt(); }

  /// Where the features of the next second of sound go.
  [[nodiscard]] static auto features() { return keyword::Input0::of(arena); }

  /// The word in them, as a number of models/keyword/labels.txt; -1 when the NPU did not answer.
  [[nodiscard]] int recognise() {
    const auklet::runtime::NetworkReport report = keyword::run(queue_, arena, kDeadline, tickets_);
    if (!report.ok()) return -1;  // report.step, .device and .job tell why; explain(report) in words.
    const auto scores = keyword::Output0::of(arena);
    std::size_t best = 0;
    for (std::size_t i = 1; i < scores.size(); ++i) best = scores[i] > scores[best] ? i : best;
    return static_cast<int>(best);
  }

 private:
  static constexpr npu::Ticks kDeadline = 1'000'000;  // Of each job, in the port's ticks.

  npu::Device<Bus, Port> device_;
  npu::Queue<Bus, Port, 1> queue_;
  keyword::Tickets tickets_;  // The streams lie in flash: they are checked once.
};

}  // namespace firmware
// [end]
