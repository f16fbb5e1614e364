#include "job.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "compute.hpp"

namespace auklet::sim::model {
namespace {

constexpr std::size_t kDecoder = 0;
static_assert(index(spec::Engine::kLoad) == static_cast<std::size_t>(spec::Channel::kLoad) &&
                  index(spec::Engine::kStore) == static_cast<std::size_t>(spec::Channel::kStore) &&
                  index(spec::Engine::kCompute) == static_cast<std::size_t>(spec::Channel::kCompute),
              "an engine's number is its fault channel's");

/// Calls `visit(engine, wait)` for the three counts of a command.
template <typename Visit>
void for_each_wait(const spec::CommandHeader& header, Visit visit) {
  visit(spec::Engine::kLoad, header.wait_load);
  visit(spec::Engine::kCompute, header.wait_compute);
  visit(spec::Engine::kStore, header.wait_store);
}

/// completed - wait as the hardware sees it: 16 bits, signed.
constexpr std::int16_t surplus(std::size_t completed, std::uint32_t wait) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(completed - wait));
}

}  // namespace

Job::Job(const spec::HardwareConfig& config, Sram& sram, MemoryMap& memory, const JobSetup& setup,
         std::uint64_t cycle_limit, std::mt19937_64& random)
    : config_(config),
      sram_(sram),
      memory_(memory),
      setup_(setup),
      cycle_limit_(cycle_limit),
      random_(random),
      reader_(memory, setup.cmd_base, setup.cmd_size) {
  std::iota(priority_.begin(), priority_.end(), std::size_t{0});
  // Shuffles the engines; the decoder stays first, since a deep look-ahead gives the most orders to choose from.
  for (std::size_t i = kActors - 1; i > 1; --i) std::swap(priority_[i], priority_[1 + random_() % i]);
}

JobReport Job::run() {
  if (observer_ != nullptr) sram_.record_writes(&written_);
  if (check_header()) {
    while (!ended_) {
      const std::optional<std::size_t> actor = choose_actor();
      if (!actor) {
        report_.end = JobEnd::kStalled;
        report_.fault = watchdog_fault();
        break;
      }
      if (*actor == kDecoder) {
        if (!decoded_) decode();
        dispatch();
      } else {
        execute(static_cast<spec::Engine>(*actor));
      }
      finish_if_ended();
    }
  }
  for (const spec::Engine engine : kEngines) {
    report_.completed[index(engine)] = static_cast<std::uint16_t>(completed_at_[index(engine)].size());
  }
  event(spec::Event::kComputeWait) = report_.cycles - std::min(report_.cycles, event(spec::Event::kComputeBusy));
  account();
  if (observer_ != nullptr) {
    sram_.record_writes(nullptr);
    report_activity();
  }
  return report_;
}

bool Job::check_header() {
  constexpr std::uint32_t kHeaderBytes = spec::StreamHeader::kWords * 4;
  constexpr std::uint32_t kGranule = 16;
  constexpr std::uint32_t kTooLong = 16U << 20;
  decoded_at_ = memory_.timing(setup_.cmd_base).latency_cycles;
  advance_to(decoded_at_);
  if (setup_.cmd_size % kGranule != 0 || setup_.cmd_size < kHeaderBytes || setup_.cmd_size >= kTooLong) {
    fault({spec::Fault::kCommand, spec::Channel::kFetch, spec::CommandError::kLength, 0, 0});
    return false;
  }
  std::array<std::uint32_t, spec::StreamHeader::kWords> words{};
  if (const Transfer transfer = reader_.read(words); transfer.response != AxiResponse::kOkay) {
    axi_fault(transfer, spec::Channel::kFetch);
    return false;
  }
  const spec::CommandError error = check_stream_header(words, setup_.cmd_size, config_);
  if (error != spec::CommandError::kNone) fault({spec::Fault::kCommand, spec::Channel::kFetch, error, 0, 0});
  return !ended_;
}

void Job::decode() {
  const auto refuse = [this](spec::CommandError error, std::uint32_t offset) {
    fault({spec::Fault::kCommand, spec::Channel::kFetch, error, 0, offset});
  };
  Command command;
  command.offset = static_cast<std::uint32_t>(reader_.offset());
  const std::uint64_t bytes_left = reader_.bytes_left();
  if (bytes_left == 0) {
    refuse(spec::CommandError::kTruncated, command.offset);
    return;
  }

  const std::span<std::uint32_t> words(command.words);
  Transfer transfer = reader_.read(words.first(1));
  if (transfer.response != AxiResponse::kOkay) {
    axi_fault(transfer, spec::Channel::kFetch);
    return;
  }
  if (const auto error = check_length(words[0], bytes_left); error != spec::CommandError::kNone) {
    refuse(error, command.offset);
    return;
  }
  command.info = spec::command_info(words[0] & spec::CommandHeaderFields::kOpcode.mask());
  transfer = reader_.read(words.subspan(1, command.info->words - 1));
  if (transfer.response != AxiResponse::kOkay) {
    axi_fault(transfer, spec::Channel::kFetch);
    return;
  }
  if (const auto error = check_fields(words.first(command.info->words)); error != spec::CommandError::kNone) {
    refuse(error, command.offset);
    return;
  }
  command.header = spec::decode_header(words);
  const std::uint64_t beats = command.info->words * std::uint64_t{32} / config_.axi_data_bits;
  event(spec::Event::kAxiReadBeats) += beats;
  decoded_at_ += beats;
  advance_to(decoded_at_);
  decoded_ = command;
}

bool Job::can_dispatch() const {
  return decoded_ && decoded_->info->engine != spec::Engine::kNone &&
         queues_[index(decoded_->info->engine)].size() <=
             spec::queue_depth(decoded_->info->engine);  // One more is the one that runs.
}

void Job::dispatch() {
  if (ended_ || !decoded_) return;
  if (decoded_->info->engine == spec::Engine::kNone) {
    report_.progress = decoded_->offset;
    return;
  }
  if (!can_dispatch()) return;
  const std::size_t engine = index(decoded_->info->engine);
  const std::vector<std::uint64_t>& completed = completed_at_[engine];
  const std::size_t ordinal = completed.size() + queues_[engine].size();
  const std::size_t depth = spec::queue_depth(decoded_->info->engine);
  if (ordinal > depth && completed[ordinal - depth - 1] > decoded_at_) {
    trace_.blocks.push_back({decoded_at_, completed[ordinal - depth - 1]});
    decoded_at_ = trace_.blocks.back().until;
  }
  decoded_->dispatched = decoded_at_;
  report_.progress = decoded_->offset;
  queues_[engine].push_back(*std::exchange(decoded_, std::nullopt));
}

bool Job::waits_satisfied(const spec::CommandHeader& header) const {
  bool satisfied = true;
  for_each_wait(header, [&](spec::Engine engine, std::uint32_t wait) {
    satisfied = satisfied && surplus(completed_at_[index(engine)].size(), wait) >= 0;
  });
  return satisfied;
}

std::uint64_t Job::satisfied_at(spec::Engine engine, std::uint32_t wait) const {
  const std::vector<std::uint64_t>& completed = completed_at_[index(engine)];
  if (surplus(completed.size(), wait) < 0) return kNever;
  const auto beyond = static_cast<std::size_t>(surplus(completed.size(), wait));
  return beyond < completed.size() ? completed[completed.size() - beyond - 1] : 0;
}

std::uint64_t Job::waits_satisfied_at(const spec::CommandHeader& header) const {
  std::uint64_t cycle = 0;
  for_each_wait(header,
                [&](spec::Engine engine, std::uint32_t wait) { cycle = std::max(cycle, satisfied_at(engine, wait)); });
  return cycle;
}

bool Job::can_act(std::size_t actor) const {
  if (actor == kDecoder) return !decoded_ || can_dispatch();
  return !queues_[actor].empty() && waits_satisfied(queues_[actor].front().header);
}

// Three times in four the actor that this job prefers, else any: some jobs have one engine run as far ahead as its
// queue allows, others mix.
std::optional<std::size_t> Job::choose_actor() {
  std::array<std::size_t, kActors> ready{};
  std::size_t count = 0;
  for (const std::size_t actor : priority_) {
    if (can_act(actor)) ready[count++] = actor;
  }
  if (count == 0) return std::nullopt;
  const std::uint64_t draw = random_();
  return draw % 4 != 0 ? ready[0] : ready[(draw / 4) % count];
}

void Job::execute(spec::Engine engine) {
  const std::size_t e = index(engine);
  const Command command = queues_[e].front();
  const std::uint64_t idle_since = completed_at_[e].empty() ? 0 : completed_at_[e].back();
  const std::uint64_t start = std::max({command.dispatched, idle_since, waits_satisfied_at(command.header)});
  if (engine == spec::Engine::kCompute) {
    execute_compute(command, start);
  } else if (command.info->format == spec::Format::kGather) {
    execute_gather(command, start);
  } else {
    execute_dma(command, start);
  }
}

void Job::execute_dma(const Command& command, std::uint64_t start) {
  const Dma dma = spec::decode_dma(std::span<const std::uint32_t, kMaxWords>(command.words).first<Dma::kWords>());
  const bool store = command.info->engine == spec::Engine::kStore;
  const spec::Channel channel = store ? spec::Channel::kStore : spec::Channel::kLoad;
  const Window& window = setup_.windows[dma.window];
  if (!window_allows(window, dma)) {
    advance_to(start);
    fault({spec::Fault::kAddress, channel, spec::CommandError::kNone, dma.offset, command.offset});
    return;
  }
  const Cost cost = estimate(dma, config_, memory_.timing(window.base + dma.offset));
  if (!begin(cost, start)) return;
  const bool unpack = command.header.opcode == spec::Opcode::kUnpack;
  const Transfer transfer = store    ? run_store(memory_, sram_, dma, window.base)
                            : unpack ? run_unpack(memory_, sram_, dma, window.base)
                                     : run_load(memory_, sram_, dma, window.base);
  if (transfer.response != AxiResponse::kOkay) {
    axi_fault(transfer, channel);
    return;
  }
  event(store ? spec::Event::kStoreBusy : spec::Event::kLoadBusy) += cost.cycles;
  event(store ? spec::Event::kAxiWriteBeats : spec::Event::kAxiReadBeats) += cost.axi_beats;
  complete(command, start, cost);
}

void Job::execute_gather(const Command& command, std::uint64_t start) {
  const std::span<const std::uint32_t, kMaxWords> words(command.words);
  const Gather gather = spec::decode_gather(words.first<Gather::kWords>());
  const Window& window = setup_.windows[gather.window];
  if (!window_allows(window, table_of(gather))) {
    advance_to(start);
    fault({spec::Fault::kAddress, spec::Channel::kLoad, spec::CommandError::kNone, gather.offset, command.offset});
    return;
  }
  const Cost cost = estimate(gather, config_, memory_.timing(window.base + gather.offset));
  if (!begin(cost, start)) return;
  const GatherEnd end = run_gather(memory_, sram_, gather, window.base);
  if (end.bad_index) {
    advance_to(start);
    fault({spec::Fault::kIndex, spec::Channel::kLoad, spec::CommandError::kNone, *end.bad_index, command.offset});
    return;
  }
  if (end.transfer.response != AxiResponse::kOkay) {
    axi_fault(end.transfer, spec::Channel::kLoad);
    return;
  }
  event(spec::Event::kLoadBusy) += cost.cycles;
  event(spec::Event::kAxiReadBeats) += cost.axi_beats;
  complete(command, start, cost);
}

void Job::execute_compute(const Command& command, std::uint64_t start) {
  const std::span<const std::uint32_t, kMaxWords> words(command.words);
  Cost cost;
  if (command.info->format == spec::Format::kEltwise) {
    const Eltwise eltwise = spec::decode_eltwise(words.first<Eltwise::kWords>());
    cost = estimate(eltwise);
    if (!begin(cost, start)) return;
    run_eltwise(sram_, eltwise);
  } else if (command.info->format == spec::Format::kSoftmax) {
    const Softmax softmax = spec::decode_softmax(words.first<Softmax::kWords>());
    cost = estimate(softmax);
    if (!begin(cost, start)) return;
    run_softmax(sram_, softmax);
  } else {
    const Geom geom = spec::decode_geom(words.first<Geom::kWords>());
    cost = estimate(geom, config_);
    if (!begin(cost, start)) return;
    switch (command.header.opcode) {
      case spec::Opcode::kConv:
        run_conv(sram_, geom, config_.groups);
        break;
      case spec::Opcode::kDwconv:
        run_depthwise(sram_, geom);
        break;
      case spec::Opcode::kDwrows:
        run_depthwise_rows(sram_, geom);
        break;
      case spec::Opcode::kMaxpool:
        run_max_pool(sram_, geom);
        break;
      default:  // The decoder lets nothing else through.
        run_average_pool(sram_, geom);
        break;
    }
  }
  event(spec::Event::kComputeBusy) += cost.cycles;
  event(spec::Event::kRequantActive) += cost.requant_active;
  complete(command, start, cost);
}

/// False when the command would pass the limit of cycles: then the job is over without it.
bool Job::begin(const Cost& cost, std::uint64_t start) {
  if (start < cycle_limit_ && cost.cycles <= cycle_limit_ - start) return true;
  report_.end = JobEnd::kEndless;
  ended_ = true;
  return false;
}

CommandSpan Job::span_of(const Command& command) const {
  const std::vector<std::uint64_t>& completed = completed_at_[index(command.info->engine)];
  CommandSpan span;
  span.layer = command.header.layer % spec::kLogEntries;
  span.held = std::max(command.dispatched, completed.empty() ? 0 : completed.back());
  span.load_met = satisfied_at(spec::Engine::kLoad, command.header.wait_load);
  span.store_met = satisfied_at(spec::Engine::kStore, command.header.wait_store);
  return span;
}

void Job::account() {
  for (const spec::Engine engine : kEngines) {
    if (!queues_[index(engine)].empty()) {
      trace_.spans[index(engine)].push_back(span_of(queues_[index(engine)].front()));
    }
  }
  if (decoded_ && decoded_->info->engine == spec::Engine::kNone) {
    trace_.decoded = decoded_at_;
  } else if (decoded_ && !can_dispatch()) {
    trace_.blocks.push_back({decoded_at_, kNever});
  }
  report_.causes = attribute(trace_, std::max<std::uint64_t>(report_.cycles, 1));
}

void Job::complete(const Command& command, std::uint64_t start, const Cost& cost) {
  const spec::Engine engine = command.info->engine;
  const std::uint64_t at = start + cost.cycles;
  CommandSpan span = span_of(command);
  span.start = start;
  if (engine == spec::Engine::kCompute) span.active = at - std::min(cost.cycles, cost.mac_active + cost.vector_active);
  span.end = at;
  span.unit = cost.mac_active != 0 ? spec::Cause::kArray : spec::Cause::kVector;
  trace_.spans[index(engine)].push_back(span);
  if (engine != spec::Engine::kLoad) {
    std::optional<std::uint32_t>& entry = report_.log[command.header.layer % spec::kLogEntries];
    entry = std::max(entry.value_or(0), static_cast<std::uint32_t>(at));
  }
  ++event(spec::Event::kCommands);
  completed_at_[index(engine)].push_back(at);
  if (observer_ != nullptr) report_command(command, start, at);
  queues_[index(engine)].pop_front();
  advance_to(at);
}

void Job::report_command(const Command& command, std::uint64_t start, std::uint64_t end) {
  const spec::Engine engine = command.info->engine;
  observer_->on_command_start(engine, command.offset, started_at_ + start);
  std::ranges::sort(written_);
  const auto repeated = std::ranges::unique(written_);
  written_.erase(repeated.begin(), repeated.end());
  for (const std::uint32_t address : written_) {
    const Word word = sram_.read_word(address);
    observer_->on_sram_write(engine, command.offset, address, std::as_bytes(std::span(word)), started_at_ + end);
  }
  written_.clear();
  observer_->on_command_end(engine, command.offset, started_at_ + end);
}

void Job::report_activity() const {
  std::uint64_t from = started_at_;
  for (const CauseRun& run : report_.causes) {
    observer_->on_activity({.cause = run.cause, .layer = static_cast<std::uint8_t>(run.layer)}, from, run.cycles);
    from += run.cycles;
  }
  observer_->on_job_end(from);
}

void Job::finish_if_ended() {
  if (ended_ || !decoded_ || decoded_->info->engine != spec::Engine::kNone) return;
  const bool idle = std::ranges::all_of(kEngines, [this](spec::Engine e) { return queues_[index(e)].empty(); });
  if (!idle || !waits_satisfied(decoded_->header)) return;
  ++event(spec::Event::kCommands);  // END itself.
  report_.end = JobEnd::kDone;
  ended_ = true;
}

void Job::fault(const FaultRecord& record) {
  report_.end = JobEnd::kFault;
  report_.fault = record;
  ended_ = true;
}

void Job::axi_fault(const Transfer& transfer, spec::Channel channel) {
  const spec::Fault kind =
      transfer.response == AxiResponse::kSlaveError ? spec::Fault::kAxiSlverr : spec::Fault::kAxiDecerr;
  fault({kind, channel, spec::CommandError::kNone, transfer.address, report_.progress});
}

/// The watchdog blames the first engine that holds a command, in order of channel numbers, else the decoder.
FaultRecord Job::watchdog_fault() const {
  FaultRecord record{spec::Fault::kWatchdog, spec::Channel::kFetch, spec::CommandError::kNone, 0, report_.progress};
  for (const spec::Engine engine : kEngines) {
    if (queues_[index(engine)].empty()) continue;
    record.channel = static_cast<spec::Channel>(index(engine));
    break;
  }
  return record;
}

void Job::advance_to(std::uint64_t cycle) { report_.cycles = std::max(report_.cycles, cycle); }

}  // namespace auklet::sim::model
