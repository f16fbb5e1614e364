#include "stream_facts.hpp"

#include <algorithm>
#include <array>

namespace auklet::test {
namespace {

using Burst = CommandFacts::Burst;
using sim::AxiChannel;

// Bursts of at most BURST_BYTES, that end at its multiples.
void cut(std::uint64_t address, std::uint32_t bytes, std::vector<Burst>& bursts) {
  while (bytes != 0) {
    const auto room = static_cast<std::uint32_t>(spec::kBurstBytes - address % spec::kBurstBytes);
    bursts.push_back({address, std::min(bytes, room)});
    address += bursts.back().bytes;
    bytes -= bursts.back().bytes;
  }
}

// `next_index`: the first of job.indices that belongs to a later command.
std::vector<Burst> bursts_of(const ShortJob& job, std::span<const std::uint32_t> words, std::size_t& next_index) {
  std::vector<Burst> bursts;
  switch (spec::decode_header(words).opcode) {
    case spec::Opcode::kLoad:
    case spec::Opcode::kStore:
    case spec::Opcode::kUnpack: {
      const spec::DmaCommand c = spec::decode_dma(words.first<spec::DmaCommand::kWords>());
      for (std::uint32_t row = 0; row < c.ax_rows; ++row) {
        cut(ShortJob::Memory::base(c.window) + c.offset + std::uint64_t{row} * c.ax_stride, c.ax_len, bursts);
      }
      break;
    }
    case spec::Opcode::kGather: {
      const spec::GatherCommand c = spec::decode_gather(words.first<spec::GatherCommand::kWords>());
      for (std::uint32_t i = 0; i < c.n; ++i) {
        const auto row = static_cast<std::uint64_t>(job.indices.at(next_index++));
        cut(ShortJob::Memory::base(c.window) + c.offset + row * c.ax_stride, c.ax_len, bursts);
      }
      break;
    }
    default:
      break;
  }
  return bursts;
}

std::string compare(const char* who, const std::vector<Burst>& expected, std::span<const AxiRecorder::Burst> found,
                    spec::Channel channel, std::uint32_t data_bytes) {
  std::size_t n = 0;
  for (const AxiRecorder::Burst& burst : found) {
    if (burst.address.id != static_cast<std::uint8_t>(channel)) continue;
    if (n == expected.size()) return std::string("too many bursts of ") + who;
    const Burst& want = expected[n];
    const std::uint64_t beats = (want.address % data_bytes + want.bytes + data_bytes - 1) / data_bytes;
    if (burst.address.address != want.address || burst.address.len + 1U != beats) {
      return "burst " + std::to_string(n) + " of " + who + " is another";
    }
    ++n;
  }
  return n == expected.size() ? "" : std::string("too few bursts of ") + who;
}

// How much of the traffic takes place in spite of a hang.
struct Reach {
  std::uint64_t fetched = 0;  ///< Bytes of the stream.
  std::size_t loads = 0;      ///< Bursts that arrive whole.
  std::size_t stores = 0;     ///< Bursts that are answered.
};

Reach reach_of(const AxiRecorder& traffic, const sim::ChannelHang& hang, std::uint32_t data_bytes) {
  const std::uint64_t n = hang.after_handshakes;
  const bool reads_stop = hang.channel == AxiChannel::kAr || hang.channel == AxiChannel::kR;
  // Beats that come, by read burst.
  std::vector<std::uint32_t> beats(traffic.reads.size());
  for (std::size_t i = 0; i < traffic.reads.size(); ++i) {
    const bool asked = hang.channel != AxiChannel::kAr || i < n;
    beats[i] = asked && hang.channel != AxiChannel::kR ? traffic.reads[i].address.len + 1U : 0;
  }
  if (hang.channel == AxiChannel::kR) {
    for (std::size_t i = 0; i < n; ++i) ++beats[traffic.read_beats[i].burst];
  }
  Reach reach;
  for (std::size_t i = 0; i < beats.size(); ++i) {
    const bool fetch = traffic.reads[i].address.id == static_cast<std::uint8_t>(spec::Channel::kFetch);
    if (fetch) reach.fetched += std::uint64_t{beats[i]} * data_bytes;
    if (!fetch && beats[i] == traffic.reads[i].address.len + 1U) ++reach.loads;
  }
  reach.stores = traffic.writes.size();
  if (reads_stop) return reach;
  if (hang.channel != AxiChannel::kW) {
    reach.stores = n;
    return reach;
  }
  std::uint64_t sent = n;
  for (reach.stores = 0; sent > traffic.writes[reach.stores].address.len; ++reach.stores) {
    sent -= traffic.writes[reach.stores].address.len + 1U;
  }
  return reach;
}

constexpr std::size_t place(spec::Engine engine) { return static_cast<std::size_t>(engine); }

// Completes what can be completed, until nothing changes; true for engines that still hold a command then.
std::array<bool, 4> still_busy(const std::vector<CommandFacts>& commands, const Reach& reach) {
  std::vector<bool> done(commands.size());
  std::array<std::uint32_t, 4> completed{};
  for (bool changed = true; changed;) {
    changed = false;
    std::array<bool, 4> blocked{};
    std::array<std::size_t, 4> bursts{};
    for (std::size_t i = 0; i < commands.size() && commands[i].end <= reach.fetched; ++i) {
      const CommandFacts& c = commands[i];
      const std::size_t engine = place(c.engine);
      bursts[engine] += c.bursts.size();
      if (done[i] || blocked[engine] || c.engine == spec::Engine::kNone) continue;
      const bool met = completed[place(spec::Engine::kLoad)] >= c.header.wait_load &&
                       completed[place(spec::Engine::kCompute)] >= c.header.wait_compute &&
                       completed[place(spec::Engine::kStore)] >= c.header.wait_store;
      const std::size_t moved = c.engine == spec::Engine::kLoad    ? reach.loads
                                : c.engine == spec::Engine::kStore ? reach.stores
                                                                   : bursts[engine];
      blocked[engine] = !met || moved < bursts[engine];
      if (blocked[engine]) continue;
      done[i] = changed = true;
      ++completed[engine];
    }
  }
  std::array<bool, 4> busy{};
  for (std::size_t i = 0; i < commands.size() && commands[i].end <= reach.fetched; ++i) {
    if (!done[i] && commands[i].engine != spec::Engine::kNone) busy[place(commands[i].engine)] = true;
  }
  return busy;
}

}  // namespace

std::vector<CommandFacts> command_facts(const ShortJob& job) {
  std::vector<CommandFacts> commands;
  std::size_t next_index = 0;
  for (std::size_t at = spec::StreamHeader::kWords; at < job.stream.size();) {
    const std::span<const std::uint32_t> words = std::span(job.stream).subspan(at);
    const spec::CommandHeader header = spec::decode_header(words);
    const spec::CommandInfo& info = *spec::command_info(header.opcode);
    at += info.words;
    commands.push_back({info.engine, header, static_cast<std::uint32_t>(at * 4), bursts_of(job, words, next_index)});
  }
  return commands;
}

std::string wrong_traffic(const ShortJob& job, const AxiRecorder& traffic, std::uint32_t data_bytes) {
  std::vector<Burst> fetches, loads, stores;
  cut(PlacedJob::kStreamBase, static_cast<std::uint32_t>(job.stream.size() * 4), fetches);
  for (const CommandFacts& command : command_facts(job)) {
    std::vector<Burst>& bursts = command.engine == spec::Engine::kStore ? stores : loads;
    bursts.insert(bursts.end(), command.bursts.begin(), command.bursts.end());
  }
  for (const std::string& wrong :
       {compare("command fetch", fetches, traffic.reads, spec::Channel::kFetch, data_bytes),
        compare("the load engine", loads, traffic.reads, spec::Channel::kLoad, data_bytes),
        compare("the store engine", stores, traffic.writes, spec::Channel::kStore, data_bytes)}) {
    if (!wrong.empty()) return wrong;
  }
  return "";
}

spec::Channel expected_culprit(const ShortJob& job, const AxiRecorder& traffic, const sim::ChannelHang& hang,
                               std::uint32_t data_bytes) {
  const std::array<bool, 4> busy = still_busy(command_facts(job), reach_of(traffic, hang, data_bytes));
  if (busy[place(spec::Engine::kLoad)]) return spec::Channel::kLoad;
  if (busy[place(spec::Engine::kStore)]) return spec::Channel::kStore;
  if (busy[place(spec::Engine::kCompute)]) return spec::Channel::kCompute;
  return spec::Channel::kFetch;
}

}  // namespace auklet::test
