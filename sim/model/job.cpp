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
      reader_(memory, setup.cmd_base, setup.cmd_size),
      works_(config) {
  std::iota(priority_.begin(), priority_.end(), std::size_t{0});
  // Shuffles the engines; the decoder stays first, since a deep look-ahead gives the most orders to choose from.
  for (std::size_t i = kActors - 1; i > 1; --i) std::swap(priority_[i], priority_[1 + random_() % i]);
}

JobReport Job::run() {
  if (observer_ != nullptr) record_ = std::make_unique<JobRecord>(sram_, memory_);
  if (memory_.timing(setup_.cmd_base).latency_cycles > cycle_limit_) {
    // Later than anything that is waited for: the fetch gets no answer.
    report_.end = JobEnd::kStalled;
    report_.fault = watchdog_fault();
  } else if (check_header()) {
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
    report_.completed[index(engine)] = static_cast<std::uint16_t>(completed_[index(engine)]);
  }
  account();
  return report_;
}

bool Job::check_header() {
  constexpr std::uint32_t kHeaderBytes = spec::StreamHeader::kWords * 4;
  constexpr std::uint32_t kGranule = 16;
  constexpr std::uint32_t kTooLong = 16U << 20;
  stop_.at_decoder = true;  // Until there is an END.
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
  event(spec::Event::kAxiReadBeats) += command.info->words * std::uint64_t{32} / config_.axi_data_bits;
  command.place = commands_.size();
  remember(command);
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
  report_.progress = decoded_->offset;
  queues_[engine].push_back(*std::exchange(decoded_, std::nullopt));
}

bool Job::waits_satisfied(const spec::CommandHeader& header) const {
  bool satisfied = true;
  for_each_wait(header, [&](spec::Engine engine, std::uint32_t wait) {
    satisfied = satisfied && surplus(completed_[index(engine)], wait) >= 0;
  });
  return satisfied;
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
  if (engine == spec::Engine::kCompute) {
    execute_compute(command);
  } else if (command.info->format == spec::Format::kGather) {
    execute_gather(command);
  } else {
    execute_dma(command);
  }
}

void Job::execute_dma(const Command& command) {
  const Dma dma = spec::decode_dma(std::span<const std::uint32_t, kMaxWords>(command.words).first<Dma::kWords>());
  const bool store = command.info->engine == spec::Engine::kStore;
  const spec::Channel channel = store ? spec::Channel::kStore : spec::Channel::kLoad;
  const Window& window = setup_.windows[dma.window];
  if (!window_allows(window, dma)) {
    stop_at(command);
    fault({spec::Fault::kAddress, channel, spec::CommandError::kNone, dma.offset, command.offset});
    return;
  }
  if (!begin(command)) return;
  const bool unpack = command.header.opcode == spec::Opcode::kUnpack;
  const Transfer transfer = store    ? run_store(memory_, sram_, dma, window.base)
                            : unpack ? run_unpack(memory_, sram_, dma, window.base)
                                     : run_load(memory_, sram_, dma, window.base);
  if (fault_if_lost(command)) return;
  if (transfer.response != AxiResponse::kOkay) {
    stop_at(command);
    axi_fault(transfer, channel);
    return;
  }
  event(store ? spec::Event::kAxiWriteBeats : spec::Event::kAxiReadBeats) += commands_[command.place].axi_beats;
  complete(command);
}

void Job::execute_gather(const Command& command) {
  const std::span<const std::uint32_t, kMaxWords> words(command.words);
  const Gather gather = spec::decode_gather(words.first<Gather::kWords>());
  const Window& window = setup_.windows[gather.window];
  if (!window_allows(window, table_of(gather))) {
    stop_at(command);
    fault({spec::Fault::kAddress, spec::Channel::kLoad, spec::CommandError::kNone, gather.offset, command.offset});
    return;
  }
  if (!begin(command)) return;
  const GatherEnd end = run_gather(memory_, sram_, gather, window.base);
  if (fault_if_lost(command)) return;
  if (end.bad_index) {
    stop_at(command);
    fault({spec::Fault::kIndex, spec::Channel::kLoad, spec::CommandError::kNone, *end.bad_index, command.offset});
    return;
  }
  if (end.transfer.response != AxiResponse::kOkay) {
    stop_at(command);
    axi_fault(end.transfer, spec::Channel::kLoad);
    return;
  }
  event(spec::Event::kAxiReadBeats) += commands_[command.place].axi_beats;
  complete(command);
}

void Job::execute_compute(const Command& command) {
  const std::span<const std::uint32_t, kMaxWords> words(command.words);
  if (!begin(command)) return;
  if (command.info->format == spec::Format::kEltwise) {
    run_eltwise(sram_, spec::decode_eltwise(words.first<Eltwise::kWords>()));
  } else if (command.info->format == spec::Format::kSoftmax) {
    run_softmax(sram_, spec::decode_softmax(words.first<Softmax::kWords>()));
  } else {
    const Geom geom = spec::decode_geom(words.first<Geom::kWords>());
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
  if (fault_if_lost(command)) return;
  event(spec::Event::kRequantActive) += commands_[command.place].requant_active;
  complete(command);
}

/// False when the command would keep its engine beyond the limit of cycles: then the job is over without it.
bool Job::begin(const Command& command) {
  std::uint64_t& busy = busy_[index(command.info->engine)];
  const std::uint64_t cycles = commands_[command.place].cycles;
  if (cycles <= cycle_limit_ - busy) {
    busy += cycles;
    return true;
  }
  report_.end = JobEnd::kEndless;
  stop_at(command);
  ended_ = true;
  return false;
}

/// The job ends where the command begins.
void Job::stop_at(const Command& command) {
  stop_ = {.engine = command.info->engine, .commands = completed_[index(command.info->engine)]};
}

bool Job::fault_if_lost(const Command& command) {
  const std::optional<std::uint32_t> word = sram_.flips().lost();
  if (!word) return false;
  sram_.flips().forget_lost();
  stop_at(command);
  const auto reader = static_cast<spec::Channel>(index(command.info->engine));
  fault({spec::Fault::kIntegrity, reader, spec::CommandError::kNone, *word, command.offset});
  return true;
}

void Job::remember(const Command& command) {
  const std::span<const std::uint32_t, kMaxWords> words(command.words);
  std::uint64_t address = 0;
  std::vector<std::int8_t> packed;
  if (command.info->format == spec::Format::kDma) {
    const Dma dma = spec::decode_dma(words.first<Dma::kWords>());
    const Window& window = setup_.windows[dma.window];
    address = window.base + dma.offset;
    if (dma.header.opcode == spec::Opcode::kUnpack && window_allows(window, dma)) {
      const Transfer transfer = read_packed(memory_, dma, window.base, packed);
      if (transfer.response != AxiResponse::kOkay) packed.clear();  // The command will find that, too.
    }
  } else if (command.info->format == spec::Format::kGather) {
    const Gather gather = spec::decode_gather(words.first<Gather::kWords>());
    address = setup_.windows[gather.window].base + gather.offset;
  }
  commands_.push_back(works_.next(std::span<const std::uint32_t>(words).first(command.info->words), address,
                                  memory_.timing(address), std::as_bytes(std::span(packed))));
  executed_.push_back(false);
  if (command.info->engine == spec::Engine::kNone) stop_.at_decoder = false;
}

void Job::account() {
  estimator::StreamPlace stream{setup_.cmd_base, setup_.cmd_size, memory_.timing(setup_.cmd_base)};
  if (stream.timing.latency_cycles > cycle_limit_) stream.timing = {};  // Nothing came of it, however late.
  const estimator::JobTrace trace = estimator::trace_job(commands_, stream, config_, stop_);
  report_.cycles = trace.cycles;
  constexpr PerEngine<spec::Event> kBusy{spec::Event{}, spec::Event::kLoadBusy, spec::Event::kStoreBusy,
                                         spec::Event::kComputeBusy};
  for (const spec::Engine engine : kEngines) {
    for (const estimator::CommandSpan& span : trace.spans[index(engine)]) {
      if (span.end == kNever || !executed_[span.command]) continue;
      event(kBusy[index(engine)]) += span.end - span.start;
      if (engine == spec::Engine::kLoad) continue;
      std::optional<std::uint32_t>& entry = report_.log[span.layer];
      entry = std::max(entry.value_or(0), static_cast<std::uint32_t>(span.end - 1));
    }
  }
  event(spec::Event::kComputeWait) = report_.cycles - std::min(report_.cycles, event(spec::Event::kComputeBusy));
  report_.causes = estimator::attribute(trace, std::max<std::uint64_t>(report_.cycles, 1));
  if (observer_ != nullptr) report_job(trace);
}

void Job::complete(const Command& command) {
  const std::size_t engine = index(command.info->engine);
  ++event(spec::Event::kCommands);
  executed_[command.place] = true;
  if (record_) record(command);
  ++completed_[engine];
  queues_[engine].pop_front();
}

void Job::record(const Command& command) {
  if (command.info->engine != spec::Engine::kStore) {
    record_->add(command.place, command.info->engine, command.offset);
    return;
  }
  const Dma store = spec::decode_dma(std::span<const std::uint32_t, kMaxWords>(command.words).first<Dma::kWords>());
  record_->add_store(command.place, command.offset, store, setup_.windows[store.window].base);
}

void Job::report_job(const estimator::JobTrace& trace) const {
  for (const spec::Engine engine : kEngines) {
    for (const estimator::CommandSpan& span : trace.spans[index(engine)]) {
      if (span.end == kNever || !executed_[span.command]) continue;
      record_->report(span.command, *observer_, started_at_ + span.start, started_at_ + span.end);
    }
  }
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

}  // namespace auklet::sim::model
