#include <auklet/sim/axi_checker.hpp>

#include <algorithm>
#include <sstream>

namespace auklet::sim {
namespace {

constexpr std::array<std::string_view, kAxiChannels> kChannelNames{"AR", "R", "AW", "W", "B"};

bool owns(std::uint32_t ids, std::uint8_t id) { return id < 32 && ((ids >> id) & 1) != 0; }

bool strobes_in_lanes(const AxiAddress& burst, std::uint32_t beat, std::uint16_t strobe, std::uint32_t data_bytes) {
  return (strobe & ~std::uint32_t{beat_lanes(burst, beat, data_bytes)}) == 0;
}

}  // namespace

std::string_view describe(AxiRule rule) {
  switch (rule) {
    case AxiRule::kValidDropped:
      return "VALID fell before READY";
    case AxiRule::kPayloadChanged:
      return "the payload changed while VALID waited for READY";
    case AxiRule::kCrossesBoundary:
      return "the burst crosses a 4 KiB boundary";
    case AxiRule::kBurstTooLong:
      return "the burst is longer than the master's limit";
    case AxiRule::kBurstType:
      return "the burst is not INCR";
    case AxiRule::kBeatTooWide:
      return "AxSIZE exceeds the data bus";
    case AxiRule::kMasterId:
      return "the ID is not one of the master's";
    case AxiRule::kTooManyOutstanding:
      return "more bursts are in flight than the limit";
    case AxiRule::kWriteDataUnannounced:
      return "the beat was accepted before its address";
    case AxiRule::kWriteLast:
      return "WLAST is not exactly on the last beat";
    case AxiRule::kStrobeLanes:
      return "WSTRB selects lanes outside the beat";
    case AxiRule::kValidInReset:
      return "VALID is high during reset";
    case AxiRule::kUnexpectedRead:
      return "no burst with this ID is in flight";
    case AxiRule::kReadLast:
      return "RLAST is not exactly on the last beat";
    case AxiRule::kUnexpectedResponse:
      return "no complete write with this ID is in flight";
  }
  return "unknown rule";
}

std::string AxiViolation::sentence() const {
  std::ostringstream text;
  text << "AXI " << kChannelNames[static_cast<std::size_t>(channel)] << " at cycle " << cycle << ": " << describe(rule);
  if (address != 0) text << " (burst at 0x" << std::hex << address << ')';
  text << '.';
  return text.str();
}

void AxiChecker::report(AxiRule rule, AxiChannel channel, std::uint64_t address) {
  ++count_;
  if (violations_.size() < kKept) violations_.push_back({rule, channel, cycle_, address});
}

void AxiChecker::reset() {
  held_ar_.reset();
  held_aw_.reset();
  held_w_.reset();
  held_r_.reset();
  held_b_.reset();
  reads_.clear();
  writes_.clear();
  waiting_ = false;
}

void AxiChecker::observe_in_reset(const AxiMasterPins& master, std::uint64_t cycle) {
  cycle_ = cycle;
  if (master.ar_valid) report(AxiRule::kValidInReset, AxiChannel::kAr);
  if (master.aw_valid) report(AxiRule::kValidInReset, AxiChannel::kAw);
  if (master.w_valid) report(AxiRule::kValidInReset, AxiChannel::kW);
}

template <class Payload>
void AxiChecker::check_stable(AxiChannel channel, bool valid, bool ready, const Payload& payload,
                              std::optional<Payload>& held) {
  if (held && !valid) report(AxiRule::kValidDropped, channel);
  if (held && valid && !(*held == payload)) report(AxiRule::kPayloadChanged, channel);
  if (valid && !ready) {
    held = payload;
    waiting_ = true;
  } else {
    held.reset();
  }
}

void AxiChecker::check(const AxiMasterPins& master, const AxiSlavePins& slave, std::uint64_t cycle) {
  cycle_ = cycle;
  waiting_ = false;
  check_stable(AxiChannel::kAr, master.ar_valid, slave.ar_ready, master.ar, held_ar_);
  check_stable(AxiChannel::kAw, master.aw_valid, slave.aw_ready, master.aw, held_aw_);
  check_stable(AxiChannel::kW, master.w_valid, slave.w_ready, master.w, held_w_);
  check_stable(AxiChannel::kR, slave.r_valid, master.r_ready, slave.r, held_r_);
  check_stable(AxiChannel::kB, slave.b_valid, master.b_ready, slave.b, held_b_);

  // Responses first: they free what an address of the same cycle may use.
  if (slave.r_valid && master.r_ready) on_read_data(slave.r);
  if (slave.b_valid && master.b_ready) on_response(slave.b);
  if (master.ar_valid && slave.ar_ready) {
    check_address(AxiChannel::kAr, master.ar, options_.read_ids, reads_.size());
    reads_.push_back({master.ar});
  }
  if (master.aw_valid && slave.aw_ready) {
    check_address(AxiChannel::kAw, master.aw, options_.write_ids, writes_.size());
    writes_.push_back({master.aw});
  }
  if (master.w_valid && slave.w_ready) on_write_data(master.w);
}

void AxiChecker::check_address(AxiChannel channel, const AxiAddress& burst, std::uint32_t ids,
                               std::size_t outstanding) {
  if (burst.burst != kAxiBurstIncrement) report(AxiRule::kBurstType, channel, burst.address);
  if (beat_size(burst) > options_.data_bytes) report(AxiRule::kBeatTooWide, channel, burst.address);
  if (!owns(ids, burst.id)) report(AxiRule::kMasterId, channel, burst.address);
  if (outstanding >= options_.max_outstanding) report(AxiRule::kTooManyOutstanding, channel, burst.address);

  const std::uint64_t last = beat_address(burst, burst.len) + beat_bytes(burst, burst.len) - 1;
  if (burst.address / kAxiBoundary != last / kAxiBoundary) report(AxiRule::kCrossesBoundary, channel, burst.address);
  if (last - burst.address >= options_.max_burst_bytes) report(AxiRule::kBurstTooLong, channel, burst.address);
}

void AxiChecker::on_write_data(const AxiWriteData& beat) {
  const auto burst =
      std::ranges::find_if(writes_, [](const Burst& write) { return write.beats_done <= write.address.len; });
  if (burst == writes_.end()) {
    report(AxiRule::kWriteDataUnannounced, AxiChannel::kW);
    return;
  }
  const AxiAddress& address = burst->address;
  if (beat.last != (burst->beats_done == address.len)) report(AxiRule::kWriteLast, AxiChannel::kW, address.address);
  if (!strobes_in_lanes(address, burst->beats_done, beat.strobe, options_.data_bytes)) {
    report(AxiRule::kStrobeLanes, AxiChannel::kW, address.address);
  }
  ++burst->beats_done;
}

void AxiChecker::on_read_data(const AxiReadData& beat) {
  const auto burst = std::ranges::find_if(reads_, [&](const Burst& read) { return read.address.id == beat.id; });
  if (burst == reads_.end()) {
    report(AxiRule::kUnexpectedRead, AxiChannel::kR);
    return;
  }
  const bool last = burst->beats_done == burst->address.len;
  if (beat.last != last) report(AxiRule::kReadLast, AxiChannel::kR, burst->address.address);
  ++burst->beats_done;
  if (last) reads_.erase(burst);
}

void AxiChecker::on_response(const AxiWriteResponse& response) {
  const auto burst = std::ranges::find_if(writes_, [&](const Burst& write) { return write.address.id == response.id; });
  if (burst == writes_.end() || burst->beats_done <= burst->address.len) {
    report(AxiRule::kUnexpectedResponse, AxiChannel::kB);
    return;
  }
  writes_.erase(burst);
}

}  // namespace auklet::sim
