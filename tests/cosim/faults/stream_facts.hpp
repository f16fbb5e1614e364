// What docs/command-stream.md says of a job's bus traffic, worked out from its stream alone.
#pragma once

#include <auklet/sim/axi_faults.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "axi_recorder.hpp"
#include "short_jobs.hpp"

namespace auklet::test {

/// A command, and the bursts by which it moves its bytes.
struct CommandFacts {
  struct Burst {
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
  };
  spec::Engine engine = spec::Engine::kNone;
  spec::CommandHeader header;
  std::uint32_t end = 0;  ///< Bytes of the stream up to its end.
  std::vector<Burst> bursts;
};

/// The job's commands, END included.
std::vector<CommandFacts> command_facts(const ShortJob& job);

/// In what the traffic of a whole run differs from the bursts that the stream stands for; empty when in nothing.
std::string wrong_traffic(const ShortJob& job, const AxiRecorder& traffic, std::uint32_t data_bytes);

/// Whom the watchdog names when `hang` stops a job whose traffic is otherwise `traffic`: the first engine that still
/// holds a command when everything that does not need the channel has been done. Precondition: no engine has more
/// commands than fit its queue, so that none waits in the decoder.
spec::Channel expected_culprit(const ShortJob& job, const AxiRecorder& traffic, const sim::ChannelHang& hang,
                               std::uint32_t data_bytes);

}  // namespace auklet::test
