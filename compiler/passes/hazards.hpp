// Which commands must have completed before bytes may be read or written.
#pragma once

#include <auklet/plan/stream_writer.hpp>
#include <cstdint>
#include <map>

namespace auklet::compiler::passes {

/// Remembers, byte by byte of one memory, the last commands that wrote and that read it. Commands are named by the
/// counts that wait for them (plan::Waits).
class Hazards {
 public:
  /// What a command that reads [begin, end) has to wait for: the writers.
  [[nodiscard]] plan::Waits before_read(std::uint64_t begin, std::uint64_t end) const;
  /// What a command that writes [begin, end) has to wait for: the writers, and the readers of what it overwrites.
  [[nodiscard]] plan::Waits before_write(std::uint64_t begin, std::uint64_t end) const;
  /// The range has been read by commands that `done` waits for.
  void note_read(std::uint64_t begin, std::uint64_t end, const plan::Waits& done);
  /// The range has been written by commands that `done` waits for.
  void note_write(std::uint64_t begin, std::uint64_t end, const plan::Waits& done);

 private:
  struct Record {
    plan::Waits written{};
    plan::Waits read{};
  };
  /// Makes a record begin at `address`.
  void split(std::uint64_t address);

  std::map<std::uint64_t, Record> records_{{0, {}}};  // Each up to the next one's beginning.
};

}  // namespace auklet::compiler::passes
