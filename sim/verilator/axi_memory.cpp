#include <auklet/sim/axi_memory.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace auklet::sim {
namespace {

// On lanes that a read beat does not use, and in beats that answer an error: must reach nobody's result.
constexpr std::byte kPoison{0xa5};

// Latency of an answer that no region gives.
constexpr std::uint64_t kDecodeLatency = 1;

// Steele, Lea and Flood's SplitMix64 finaliser ("Fast splittable pseudorandom number generators", 2014).
constexpr std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

std::uint64_t effective_latency(const MemoryTiming& timing) {
  return std::max<std::uint64_t>(timing.latency_cycles, 1);
}

}  // namespace

void AxiMemory::Meter::take(std::uint64_t cycle, std::uint64_t bytes) {
  // A fraction of a cycle that is left over counts for the next beat, a whole idle cycle does not: over a long burst
  // the rate is exact even where it does not divide the beat.
  free_at_ = std::max(free_at_ + (rate_ - 1), cycle * rate_) + bytes - (rate_ - 1);
}

bool AxiMemory::Region::contains(std::uint64_t address, std::uint64_t count) const {
  return address >= base && address - base <= bytes.size() && count <= bytes.size() - (address - base);
}

AxiMemory::AxiMemory(const AxiMemoryOptions& options) : options_(options) {
  if (options.data_bytes != 8 && options.data_bytes != 16) {
    throw std::invalid_argument("the AXI memory's data bus is 8 or 16 bytes wide");
  }
  if (options.max_outstanding == 0) throw std::invalid_argument("the AXI memory must accept at least one burst");
  for (std::size_t i = 0; i < kAxiChannels; ++i) {
    const double probability = options.back_pressure.probability[i];
    if (std::isnan(probability) || probability < 0.0 || probability > 1.0) {
      throw std::invalid_argument("a back-pressure probability lies outside 0 to 1");
    }
    refusal_threshold_[i] = static_cast<std::uint64_t>(probability * 4294967296.0);
    random_ = random_ || refusal_threshold_[i] != 0;
  }
  reads_.reserve(options.max_outstanding);
  writes_.resize(options.max_outstanding);
}

void AxiMemory::map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing) {
  if (bytes.empty()) throw std::invalid_argument("a memory region has no bytes");
  if (timing.bytes_per_cycle == 0) throw std::invalid_argument("a memory region has no bandwidth");
  if (base + (bytes.size() - 1) < base) throw std::invalid_argument("a memory region wraps the address space");
  for (const auto& other : regions_) {
    const bool apart = base + (bytes.size() - 1) < other->base || other->base + (other->bytes.size() - 1) < base;
    if (!apart) throw std::invalid_argument("a memory region overlaps another");
  }
  regions_.push_back(std::make_unique<Region>(
      Region{base, bytes, timing, Meter(timing.bytes_per_cycle), Meter(timing.bytes_per_cycle)}));
}

void AxiMemory::unmap(std::uint64_t base) {
  const auto found = std::ranges::find_if(regions_, [&](const auto& r) { return r->base == base; });
  if (found == regions_.end()) return;
  forget(found->get());
  regions_.erase(found);
}

void AxiMemory::forget(const Region* gone) {
  for (ReadBurst& burst : reads_) {
    if (burst.region == gone) burst.region = nullptr;
  }
  for (std::size_t i = 0; i < write_count_; ++i) {
    if (write_at(i).region == gone) write_at(i).region = nullptr;
  }
}

void AxiMemory::connect(MemoryPort* port, MemoryTiming timing) {
  if (timing.bytes_per_cycle == 0) throw std::invalid_argument("a memory port has no bandwidth");
  if (port_region_) forget(port_region_.get());
  port_ = port;
  port_region_.reset();
  if (port == nullptr) return;
  port_region_ =
      std::make_unique<Region>(Region{0, {}, timing, Meter(timing.bytes_per_cycle), Meter(timing.bytes_per_cycle)});
}

void AxiMemory::inject(const FaultPlan& plan) {
  faults_ = plan;
  fault_read_count_ = 0;
  fault_write_count_ = 0;
  hang_handshakes_ = 0;
  hang_active_ = false;
  busy_ = true;
  if (!plan.hang || plan.hang->after_handshakes != 0) return;
  // READY for the coming cycle is already up, and AXI lets it fall.
  if (plan.hang->channel == AxiChannel::kAr) pins_.ar_ready = false;
  if (plan.hang->channel == AxiChannel::kAw) pins_.aw_ready = false;
  if (plan.hang->channel == AxiChannel::kW) pins_.w_ready = false;
}

void AxiMemory::release_hang() {
  faults_.hang.reset();
  hang_active_ = false;
  busy_ = true;
}

void AxiMemory::reset() {
  reads_.clear();
  write_count_ = 0;
  write_filled_ = 0;
  pins_ = {};
  busy_ = true;
}

AxiMemory::Region* AxiMemory::find_region(std::uint64_t address) {
  for (const auto& region : regions_) {
    if (region->contains(address, 1)) return region.get();
  }
  return port_region_.get();
}

bool AxiMemory::refused(AxiChannel channel, std::uint64_t cycle) const {
  const auto index = static_cast<std::size_t>(channel);
  if (hang_active_ && faults_.hang && faults_.hang->channel == channel) return true;
  if (refusal_threshold_[index] == 0) return false;
  const std::uint64_t random = mix(mix(options_.back_pressure.seed) ^ (cycle * kAxiChannels + index)) >> 32;
  return random < refusal_threshold_[index];
}

void AxiMemory::account(const AxiMasterPins& master) {
  const auto count = [&](AxiChannel channel, bool valid, bool ready) {
    if (!valid) return;
    ++(ready ? stats_[channel].handshakes : stats_[channel].stall_cycles);
    if (ready && faults_.hang && faults_.hang->channel == channel) ++hang_handshakes_;
  };
  count(AxiChannel::kAr, master.ar_valid, pins_.ar_ready);
  count(AxiChannel::kR, pins_.r_valid, master.r_ready);
  count(AxiChannel::kAw, master.aw_valid, pins_.aw_ready);
  count(AxiChannel::kW, master.w_valid, pins_.w_ready);
  count(AxiChannel::kB, pins_.b_valid, master.b_ready);
}

void AxiMemory::update_hang(std::uint64_t cycle) {
  if (!faults_.hang) return;
  if (!hang_active_ && hang_handshakes_ >= faults_.hang->after_handshakes) {
    hang_active_ = true;
    hang_since_ = cycle;
  }
  const std::uint64_t limit = faults_.hang->release_after_cycles;
  if (hang_active_ && limit != 0 && cycle - hang_since_ >= limit) release_hang();
}

void AxiMemory::step(const AxiMasterPins& master, std::uint64_t cycle) {
  account(master);
  if (master.ar_valid && pins_.ar_ready) accept_read(master.ar, cycle);
  if (master.w_valid && pins_.w_ready) accept_write_data(master.w, cycle);
  if (master.aw_valid && pins_.aw_ready) accept_write(master.aw);
  if (master.r_ready) pins_.r_valid = false;
  if (master.b_ready) pins_.b_valid = false;

  const std::uint64_t next = cycle + 1;
  update_hang(next);
  if (!pins_.r_valid && !reads_.empty()) present_read(next);
  if (!pins_.b_valid && write_filled_ != 0) present_response(next);

  const std::size_t reads = reads_.size() + (pins_.r_valid && pins_.r.last ? 1 : 0);
  const std::size_t writes = write_count_ + (pins_.b_valid ? 1 : 0);
  pins_.ar_ready = reads < options_.max_outstanding && !refused(AxiChannel::kAr, next);
  pins_.aw_ready = writes < options_.max_outstanding && !refused(AxiChannel::kAw, next);
  pins_.w_ready = can_accept_write_data(next) && !refused(AxiChannel::kW, next);
  busy_ = !reads_.empty() || write_count_ != 0 || pins_.r_valid || pins_.b_valid || random_ || faults_.hang.has_value();
}

void AxiMemory::accept_read(const AxiAddress& address, std::uint64_t cycle) {
  Region* region = find_region(address.address);
  const std::uint64_t latency = region != nullptr ? effective_latency(region->timing) : kDecodeLatency;
  reads_.push_back({address, region, cycle + latency, 0});
}

void AxiMemory::present_read(std::uint64_t cycle) {
  std::uint32_t younger = 0;  // IDs of which an older burst has been looked at
  for (auto burst = reads_.begin(); burst != reads_.end(); ++burst) {
    const std::uint32_t bit = std::uint32_t{1} << (burst->address.id % 32);
    if ((younger & bit) != 0) continue;
    younger |= bit;
    if (burst->due_cycle > cycle) continue;
    if (burst->region != nullptr && !burst->region->read_meter.available(cycle)) continue;
    if (refused(AxiChannel::kR, cycle)) return;

    if (burst->region != nullptr) burst->region->read_meter.take(cycle, beat_size(burst->address));
    fill_read_beat(*burst);
    if (pins_.r.last) reads_.erase(burst);
    return;
  }
}

void AxiMemory::fill_read_beat(ReadBurst& burst) {
  const std::uint64_t address = beat_address(burst.address, burst.beat);
  const std::uint64_t bytes = beat_bytes(burst.address, burst.beat);
  const std::byte* data = nullptr;
  const AxiResponse answer = answer_beat(burst, data);

  pins_.r_valid = true;
  pins_.r.id = burst.address.id;
  pins_.r.last = burst.beat == burst.address.len;
  pins_.r.response = faulted(faults_.read, fault_read_count_, burst.address.id, answer);
  pins_.r.data.fill(kPoison);
  if (answer == AxiResponse::kOkay && pins_.r.response == AxiResponse::kOkay) {
    std::memcpy(&pins_.r.data[address % options_.data_bytes], data, bytes);
    stats_.read_bytes += bytes;
  } else {
    ++stats_.error_responses;
  }
  ++burst.beat;
}

AxiResponse AxiMemory::answer_beat(ReadBurst& burst, const std::byte*& bytes) {
  const std::uint64_t address = beat_address(burst.address, burst.beat);
  if (!is_port(burst.region)) {
    const bool inside =
        burst.region != nullptr && burst.region->contains(address, beat_bytes(burst.address, burst.beat));
    if (!inside) return AxiResponse::kDecodeError;
    bytes = &burst.region->bytes[address - burst.region->base];
    return AxiResponse::kOkay;
  }
  const std::uint64_t begin = beat_address(burst.address, 0);
  if (burst.beat == 0) {
    const std::uint64_t end =
        beat_address(burst.address, burst.address.len) + beat_bytes(burst.address, burst.address.len);
    burst.data.resize(end - begin);
    burst.answer = port_->read(begin, burst.data);
  }
  bytes = &burst.data[address - begin];
  return burst.answer;
}

void AxiMemory::accept_write(const AxiAddress& address) {
  WriteBurst& burst = write_at(write_count_++);
  burst.address = address;
  burst.region = find_region(address.address);
  burst.beat = 0;
}

bool AxiMemory::can_accept_write_data(std::uint64_t cycle) {
  if (write_filled_ == write_count_) return false;
  const Region* region = write_at(write_filled_).region;
  return region == nullptr || region->write_meter.available(cycle);
}

void AxiMemory::accept_write_data(const AxiWriteData& beat, std::uint64_t cycle) {
  WriteBurst& burst = write_at(write_filled_);
  burst.data[burst.beat] = beat.data;
  burst.strobes[burst.beat] = beat.strobe;
  ++burst.beat;
  stats_.write_bytes += static_cast<std::uint64_t>(std::popcount(beat.strobe));
  if (burst.region != nullptr) burst.region->write_meter.take(cycle, beat_size(burst.address));
  if (!burst.complete()) return;
  burst.due_cycle = cycle + (burst.region != nullptr ? effective_latency(burst.region->timing) : kDecodeLatency);
  ++write_filled_;
}

void AxiMemory::present_response(std::uint64_t cycle) {
  const WriteBurst& burst = write_at(0);
  if (burst.due_cycle > cycle || refused(AxiChannel::kB, cycle)) return;
  pins_.b_valid = true;
  pins_.b.id = burst.address.id;
  const AxiResponse injected = faulted(faults_.write, fault_write_count_, burst.address.id, AxiResponse::kOkay);
  pins_.b.response = injected == AxiResponse::kOkay ? answer_write(burst) : injected;
  if (pins_.b.response != AxiResponse::kOkay) ++stats_.error_responses;
  write_head_ = (write_head_ + 1) % writes_.size();
  --write_count_;
  --write_filled_;
}

AxiResponse AxiMemory::answer_write(const WriteBurst& burst) {
  if (is_port(burst.region)) return write_port(burst);
  bool inside = burst.region != nullptr;
  for (std::uint32_t i = 0; inside && i <= burst.address.len; ++i) {
    inside = burst.region->contains(beat_address(burst.address, i), beat_bytes(burst.address, i));
  }
  if (!inside) return AxiResponse::kDecodeError;
  commit(burst);
  return AxiResponse::kOkay;
}

AxiResponse AxiMemory::write_port(const WriteBurst& burst) {
  std::vector<std::byte> run;
  std::uint64_t begin = 0;
  AxiResponse response = AxiResponse::kOkay;
  const auto flush = [&] {
    if (!run.empty() && response == AxiResponse::kOkay) response = port_->write(begin, run);
    run.clear();
  };
  for (std::uint32_t i = 0; i <= burst.address.len; ++i) {
    const std::uint64_t address = beat_address(burst.address, i);
    for (std::uint64_t byte = 0; byte < beat_bytes(burst.address, i); ++byte) {
      const std::uint64_t lane = (address + byte) % options_.data_bytes;
      if (((burst.strobes[i] >> lane) & 1) == 0) {
        flush();
        continue;
      }
      if (run.empty()) begin = address + byte;
      run.push_back(burst.data[i][lane]);
    }
  }
  flush();
  return response;
}

void AxiMemory::commit(const WriteBurst& burst) const {
  for (std::uint32_t i = 0; i <= burst.address.len; ++i) {
    const std::uint64_t address = beat_address(burst.address, i);
    const std::uint64_t first = address % options_.data_bytes;
    const std::uint64_t count = beat_bytes(burst.address, i);
    std::byte* to = &burst.region->bytes[address - burst.region->base];
    const std::uint16_t lanes = beat_lanes(burst.address, i, options_.data_bytes);
    if ((burst.strobes[i] & lanes) == lanes) {
      std::memcpy(to, &burst.data[i][first], count);
      continue;
    }
    for (std::uint64_t byte = 0; byte < count; ++byte) {
      if (((burst.strobes[i] >> (first + byte)) & 1) != 0) to[byte] = burst.data[i][first + byte];
    }
  }
}

AxiResponse AxiMemory::faulted(const std::optional<ResponseFault>& fault, std::uint64_t& count, std::uint8_t id,
                               AxiResponse good) const {
  if (!fault || (fault->id && *fault->id != id)) return good;
  return count++ == fault->index ? fault->response : good;
}

}  // namespace auklet::sim
