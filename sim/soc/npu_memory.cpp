#include "npu_memory.hpp"

#include <auklet/spec/soc.h>

#include <algorithm>
#include <cstring>

namespace auklet::sim::soc {
namespace {

constexpr std::uint64_t kFlash = AUKLET_SOC_FLASH_BASE;
constexpr std::uint64_t kRam = AUKLET_SOC_RAM_BASE;
// A functional model has no bursts that could stay unanswered: memory that is this late is beyond its limit for a job
// (FunctionalModelOptions::job_cycle_limit), and it waits for the watchdog.
constexpr std::uint32_t kNeverCycles = std::uint32_t{1} << 30;

}  // namespace

NpuMemory::NpuMemory(Npu& npu, std::span<std::byte> flash, std::span<std::byte> ram, const MemoryProfile& profile)
    : npu_(npu), flash_(flash), ram_(ram), profile_(profile) {
  npu_.target.map(kFlash, flash_, profile_.weights);
  npu_.target.map(kRam, ram_, profile_.data);
}

NpuMemory::~NpuMemory() {
  if (hangs_ && npu_.release) npu_.release();
  if (watched_) {
    npu_.target.connect(nullptr, {});
  } else {
    npu_.target.unmap(kFlash);
    npu_.target.unmap(kRam);
  }
}

void NpuMemory::choose_path() {
  const bool late = hangs_ && !npu_.hang;
  const bool watch = failure_.has_value() || corrupt_bits_ != 0 || late;
  if (watch) {
    MemoryTiming timing = profile_.data;
    if (late) timing.latency_cycles = kNeverCycles;
    if (!watched_) {
      npu_.target.unmap(kFlash);
      npu_.target.unmap(kRam);
    }
    npu_.target.connect(this, timing);
  } else if (watched_) {
    npu_.target.connect(nullptr, {});
    npu_.target.map(kFlash, flash_, profile_.weights);
    npu_.target.map(kRam, ram_, profile_.data);
  }
  watched_ = watch;
}

void NpuMemory::fail_burst(bool write, std::uint32_t index, AxiResponse response) {
  failure_ = Failure{write, index, response};
  choose_path();
}

void NpuMemory::corrupt(std::uint32_t address, std::uint32_t bits) {
  corrupt_at_ = address;
  corrupt_bits_ = bits;
  choose_path();
}

void NpuMemory::hang(std::uint32_t after_bursts) {
  hangs_ = true;
  if (npu_.hang) npu_.hang(after_bursts);
  choose_path();
}

void NpuMemory::release() {
  if (hangs_ && npu_.release) npu_.release();
  hangs_ = false;
  choose_path();
}

void NpuMemory::all_off() {
  failure_.reset();
  corrupt_bits_ = 0;
  release();
  choose_path();
}

bool NpuMemory::fails(bool write, AxiResponse& response) {
  if (!failure_ || failure_->write != write) return false;
  if (failure_->left != 0) {
    --failure_->left;
    return false;
  }
  response = failure_->response;
  failure_.reset();  // The path stays as it is until the board is told something: time runs, this is a burst.
  return true;
}

std::span<std::byte> NpuMemory::at(std::uint64_t address, std::size_t bytes, bool write) {
  const auto inside = [&](std::uint64_t base, std::span<std::byte> memory) {
    return address >= base && address - base <= memory.size() && bytes <= memory.size() - (address - base);
  };
  if (!write && inside(kFlash, flash_)) return flash_.subspan(address - kFlash, bytes);
  if (inside(kRam, ram_)) return ram_.subspan(address - kRam, bytes);
  return {};
}

AxiResponse NpuMemory::read(std::uint64_t address, std::span<std::byte> bytes) {
  AxiResponse response = AxiResponse::kOkay;
  if (fails(false, response)) return response;
  const std::span<std::byte> source = at(address, bytes.size(), false);
  if (source.size() != bytes.size()) return AxiResponse::kDecodeError;
  std::ranges::copy(source, bytes.begin());
  for (std::uint32_t i = 0; i < sizeof(corrupt_bits_) && corrupt_bits_ != 0; ++i) {
    const std::uint64_t place = std::uint64_t{corrupt_at_} + i - address;
    if (place < bytes.size()) bytes[place] ^= static_cast<std::byte>(corrupt_bits_ >> (8 * i));
  }
  return AxiResponse::kOkay;
}

AxiResponse NpuMemory::write(std::uint64_t address, std::span<const std::byte> bytes) {
  AxiResponse response = AxiResponse::kOkay;
  if (fails(true, response)) return response;
  const std::span<std::byte> place = at(address, bytes.size(), true);
  if (place.size() != bytes.size()) return AxiResponse::kDecodeError;
  std::ranges::copy(bytes, place.begin());
  return AxiResponse::kOkay;
}

}  // namespace auklet::sim::soc
