#include "transfer_ports.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "geometry.hpp"

namespace auklet::sim::estimator {

const TransferShape TransferPorts::kNothing;

namespace {

/// From the first row's base to the end of the last one.
std::uint64_t sram_bytes(const TransferShape& shape) {
  const std::uint64_t words_a_row = shape.unpack ? shape.words : divide_up(shape.row_bytes, spec::kLanes);
  const std::uint64_t rows = divide_up(shape.words, std::max<std::uint64_t>(words_a_row, 1));
  return multiply(rows, shape.stride) + words_a_row * spec::kLanes;
}

/// Whether a LOAD's words are its beats, with a cycle between them at least.
bool is_a_beat(const TransferShape& shape) {
  const std::uint64_t all = shape.address | shape.memory_row | shape.memory_stride | shape.row_bytes | shape.bytes;
  return !shape.store && !shape.unpack && shape.beat >= 2 && shape.beat_bytes == spec::kLanes &&
         all % spec::kLanes == 0 && shape.words == shape.bytes / spec::kLanes;
}

}  // namespace

TransferPorts::TransferPorts(const Begin& begin, const spec::HardwareConfig& config)
    : shape_(begin.shape),
      map_(config.sram_bytes),
      even_(shape_->unpack || (shape_->row_bytes % spec::kLanes == 0 && shape_->stride == shape_->row_bytes) ||
            shape_->row_bytes >= shape_->bytes),
      a_beat_(is_a_beat(*shape_)),
      regions_(map_.regions(shape_->base, sram_bytes(*shape_))),
      beat_left_(shape_->bytes),
      beat_row_left_(shape_->memory_row),
      beat_row_(shape_->address),
      beat_at_(shape_->address),
      row_(shape_->base),
      row_left_(shape_->row_bytes),
      at_(shape_->base),
      slot_(begin.due < 0 ? Slot::kOwn : Slot::kFree),
      due_(begin.due) {}

/// Of the byte buffer, what the next word takes.
std::uint32_t TransferPorts::word_bytes() const {
  if (!shape_->unpack) return std::min<std::uint32_t>(row_left_, spec::kLanes);
  if (!shape_->widths.empty()) return shape_->widths[std::min<std::size_t>(words_, shape_->widths.size() - 1)];
  const std::uint64_t before = words_ * shape_->bytes / shape_->words;
  return static_cast<std::uint32_t>((words_ + 1) * shape_->bytes / shape_->words - before);
}

std::uint32_t TransferPorts::next_beat() const {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(
      {shape_->beat_bytes - (beat_at_ & (shape_->beat_bytes - 1)), beat_row_left_, beat_left_}));
}

bool TransferPorts::beat_moved(std::uint32_t bytes) {
  beat_left_ -= bytes;
  beat_row_left_ -= bytes;
  beat_at_ += bytes;
  if (beat_row_left_ != 0) return beat_at_ % spec::kBurstBytes == 0;
  beat_row_left_ = shape_->memory_row;
  beat_at_ = beat_row_ += shape_->memory_stride;
  return true;
}

void TransferPorts::next_word() {
  ++words_;
  if (!shape_->store) newest_ = cycle_;
  at_ += spec::kLanes;
  if (row_left_ > spec::kLanes || shape_->unpack) {
    row_left_ -= std::min<std::uint32_t>(row_left_, spec::kLanes);
    return;
  }
  row_left_ = shape_->row_bytes;
  at_ = row_ += shape_->stride;
}

bool TransferPorts::wants_bank() const {
  constexpr std::uint32_t kStoreRoom = 2 * spec::kLanes;
  if (done()) return false;
  if (shape_->store) return cycle_ != 0 && fill_ + (arriving_ != 0 ? spec::kLanes : 0) <= kStoreRoom;
  // Before the first beat nothing is known.
  if (beat_left_ == shape_->bytes) return false;
  return fill_ >= word_bytes() || (beat_left_ == 0 && (fill_ != 0 || shape_->unpack));
}

Banks TransferPorts::asks() {
  asked_ = wants_bank();
  return asked_ ? map_.word(at_) : Banks{0};
}

std::uint64_t TransferPorts::quiet() const { return other_beats_ != 0 || done() || wants_bank() ? 0 : until_beat(); }

std::uint64_t TransferPorts::go(std::uint64_t most, std::uint64_t words) {
  if (a_beat_ && fill_ == 0 && slot_ == Slot::kFree && other_beats_ == 0) {
    const std::uint64_t cycles = go_evenly(most, words);
    if (cycles != 0) return cycles;
  }
  asked_ = wants_bank();
  if (!asked_ && other_beats_ == 0 && !done()) {
    const std::uint64_t cycles = std::min(until_beat(), most);
    if (cycles != 0) {
      skip(cycles);
      return cycles;
    }
  }
  step(true);
  return 1;
}

/// Beat by beat, each with the word's write in the next cycle.
std::uint64_t TransferPorts::go_evenly(std::uint64_t most, std::uint64_t words) {
  const std::uint64_t begin = cycle_;
  for (; words != 0 && !done(); --words) {
    const auto now = static_cast<double>(cycle_);
    const std::uint64_t at = due_ <= now ? cycle_ : static_cast<std::uint64_t>(std::ceil(due_));
    if (at + 2 > begin + most) break;
    if (now - due_ >= 1) due_ = now;
    due_ = std::max(due_ + shape_->beat, static_cast<double>(at + 1));
    beat_moved(spec::kLanes);
    cycle_ = at + 2;
    refused_ = 0;
    next_word();
  }
  return cycle_ - begin;
}

/// Cycles before a beat moves, of one that asks for no bank.
std::uint64_t TransferPorts::until_beat() const {
  const auto now = static_cast<double>(cycle_);
  if (!shape_->store) {
    return slot_ != Slot::kFree || due_ <= now ? 0 : static_cast<std::uint64_t>(std::ceil(due_)) - cycle_;
  }
  const bool fills = beat_left_ != 0 && fill_ >= next_beat() && buffered_ < store_room();
  if (cycle_ == 0 || arriving_ != 0 || fills || handed_ == 0 || due_ <= now + 1) return 0;
  return static_cast<std::uint64_t>(std::ceil(due_)) - 1 - cycle_;
}

void TransferPorts::step(bool granted) {
  const bool moved = asked_ && granted;
  ++cycle_;
  if (shape_->store) {
    step_store(moved);
  } else {
    step_load(moved);
  }
  refused_ = !asked_ || granted ? 0 : std::min(refused_ + 1, kPatience);
}

void TransferPorts::disturb(std::uint64_t beats, double due, double beat, bool before) {
  if (other_beats_ == 0) other_due_ = due;
  other_beats_ += beats;
  if (before) other_first_ += beats;
  other_beat_ = beat;
}

/// Bytes of the beat that is taken in this cycle. What stands on the bus is taken when the load has room, whoever it is
/// for.
std::uint32_t TransferPorts::take_beat() {
  const auto now = static_cast<double>(cycle_ - 1);
  // A fraction of a cycle counts for the beat behind, an idle cycle does not.
  const auto present = [&](double& due, Slot slot) {
    if (now - due >= 1) due = now;
    slot_ = slot;
  };
  if (slot_ == Slot::kFree) {
    const bool own = beat_left_ != 0 && due_ <= now;
    const bool other = other_beats_ != 0 && other_due_ <= now;
    if (other && (other_first_ != 0 || !own)) {
      present(other_due_, Slot::kOther);
    } else if (own) {
      present(due_, Slot::kOwn);
    }
  }
  if (slot_ == Slot::kFree || fill_ > spec::kLanes) return 0;
  if (std::exchange(slot_, Slot::kFree) == Slot::kOther) {
    --other_beats_;
    if (other_first_ != 0) --other_first_;
    other_due_ = std::max(other_due_ + other_beat_, now + 1);
    return 0;
  }
  const std::uint32_t taken = next_beat();
  due_ = std::max(due_ + shape_->beat, now + 1);
  beat_moved(taken);
  return taken;
}

void TransferPorts::step_load(bool written) {
  const std::uint32_t taken = take_beat();
  if (written) {
    fill_ -= std::min(fill_, word_bytes());
    next_word();
  }
  fill_ += taken;
}

void TransferPorts::step_store(bool read) {
  constexpr std::uint32_t kToBus = 3;
  const std::uint32_t bytes = beat_left_ != 0 ? next_beat() : 0;
  std::uint32_t sent = 0;
  if (handed_ != 0 && static_cast<double>(cycle_) >= due_) {
    --handed_;
    ++sent_;
    newest_ = cycle_;
    --buffered_;
    due_ = std::max(due_ + shape_->beat, static_cast<double>(cycle_));
  }
  if (bytes != 0 && fill_ >= bytes && buffered_ < store_room()) {
    sent = bytes;
    ++buffered_;
    if (beat_moved(bytes)) {
      if (handed_ == 0) due_ = std::max(due_, static_cast<double>(cycle_ + kToBus));
      handed_ = buffered_;
    }
  }
  fill_ += arriving_ - sent;
  arriving_ = 0;
  if (!read) return;
  arriving_ = std::min<std::uint32_t>(row_left_, spec::kLanes);
  next_word();
}

}  // namespace auklet::sim::estimator
