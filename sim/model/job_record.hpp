// What a job's commands wrote, kept for an observer until it is known how long they took.
#pragma once

#include <auklet/sim/observer.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dma.hpp"
#include "memory_map.hpp"
#include "sram.hpp"

namespace auklet::sim::model {

/// Records from construction to destruction what is written to an SRAM.
class JobRecord {
 public:
  JobRecord(Sram& sram, const MemoryMap& memory) : sram_(sram), memory_(memory) { sram_.record_writes(&touched_); }
  ~JobRecord() { sram_.record_writes(nullptr); }
  JobRecord(const JobRecord&) = delete;
  JobRecord& operator=(const JobRecord&) = delete;

  /// A command, the job's `place`th, has written what was written since the last call.
  void add(std::size_t place, spec::Engine engine, std::uint32_t offset);
  /// The same for a STORE, which wrote to the window at `base`.
  void add_store(std::size_t place, std::uint32_t offset, const Dma& store, std::uint64_t base);

  /// Tells all of a command, which ran in the device's cycles [start, end); nothing when it was not added.
  void report(std::size_t place, Observer& observer, std::uint64_t start, std::uint64_t end) const;

 private:
  struct Row {
    std::uint64_t address;
    std::vector<std::int8_t> bytes;
  };
  struct Entry {
    spec::Engine engine = spec::Engine::kNone;  ///< kNone: not added.
    std::uint32_t offset = 0;
    std::vector<std::uint32_t> addresses{};
    std::vector<Word> words{};
    std::vector<Row> rows{};
  };

  Entry& entry(std::size_t place);

  Sram& sram_;
  const MemoryMap& memory_;
  std::vector<std::uint32_t> touched_;  ///< Addresses of words, since the last command.
  std::vector<Entry> entries_;          ///< By place.
};

}  // namespace auklet::sim::model
