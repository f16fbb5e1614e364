#include <algorithm>
#include <auklet/plan/crc32.hpp>
#include <auklet/plan/stream_writer.hpp>

namespace auklet::plan {

StreamWriter::StreamWriter(std::span<std::uint32_t> buffer, const spec::HardwareConfig& config, bool counting) noexcept
    : buffer_(buffer), config_(config), counting_(counting), words_(spec::StreamHeader::kWords) {}

StreamWriter::StreamWriter(std::span<std::uint32_t> buffer, const spec::HardwareConfig& config) noexcept
    : StreamWriter(buffer, config, false) {}

StreamWriter StreamWriter::counting(const spec::HardwareConfig& config) noexcept { return {{}, config, true}; }

std::uint32_t* StreamWriter::count_of(spec::Engine engine) noexcept {
  switch (engine) {
    case spec::Engine::kLoad:
      return &issued_.load;
    case spec::Engine::kCompute:
      return &issued_.compute;
    case spec::Engine::kStore:
      return &issued_.store;
    case spec::Engine::kNone:
      break;
  }
  return nullptr;
}

template <class Command>
Outcome StreamWriter::append(Command command, const Waits& after, std::uint64_t sram_end_bytes) noexcept {
  if (finished_) return Status::kStreamFinished;
  const spec::CommandInfo* info = spec::command_info(command.header.opcode);
  if (info == nullptr || info->format != Command::kFormat) return Status::kFieldRange;
  std::uint32_t* count = count_of(info->engine);
  if (count != nullptr && *count >= kMaxEngineCommands) return Status::kTooManyCommands;
  if (after.load > issued_.load || after.compute > issued_.compute || after.store > issued_.store) {
    return Status::kWaitNotIssued;
  }
  command.header.layer = layer_;
  command.header.wait_load = after.load;
  command.header.wait_compute = after.compute;
  command.header.wait_store = after.store;
  std::array<std::uint32_t, Command::kWords> encoded{};
  if (spec::encode(command, encoded) != nullptr) return Status::kFieldRange;
  if (sram_end_bytes > config_.sram_bytes) return {Status::kSramTooSmall, sram_end_bytes, config_.sram_bytes};
  if (!counting_) {
    if (buffer_.size() < words_ + encoded.size()) return Status::kStreamFull;
    std::ranges::copy(encoded, buffer_.begin() + static_cast<std::ptrdiff_t>(words_));
  }
  words_ += encoded.size();
  ++commands_;
  if (count != nullptr) ++*count;
  sram_bytes_ = std::max(sram_bytes_, static_cast<std::uint32_t>(sram_end_bytes));
  return {};
}

Outcome StreamWriter::emit(const spec::DmaCommand& command, const Waits& after) noexcept {
  if (command.sp_len == 0) return Status::kFieldRange;  // Before sram_end() divides by it.
  return append(command, after, sram_end(command));
}

Outcome StreamWriter::emit(const spec::GatherCommand& command, const Waits& after) noexcept {
  return append(command, after, sram_end(command));
}

Outcome StreamWriter::emit(const spec::GeomCommand& command, const Waits& after) noexcept {
  return append(command, after, sram_end(command));
}

Outcome StreamWriter::emit(const spec::EltwiseCommand& command, const Waits& after) noexcept {
  return append(command, after, sram_end(command));
}

Outcome StreamWriter::emit(const spec::SoftmaxCommand& command, const Waits& after) noexcept {
  return append(command, after, sram_end(command));
}

Outcome StreamWriter::finish() noexcept {
  if (const Outcome end = append(spec::EndCommand{.header = {.opcode = spec::Opcode::kEnd}}, {}, 0); !end.ok()) {
    return end;
  }
  finished_ = true;
  if (counting_) return {};
  spec::StreamHeader header;
  header.macs = config_.macs;
  header.length = static_cast<std::uint32_t>(words_ * sizeof(std::uint32_t));
  header.commands = commands_;
  header.sram = sram_bytes_;
  header.crc32 = crc32(buffer_.subspan(spec::StreamHeader::kWords, words_ - spec::StreamHeader::kWords));
  // The buffer holds the header: END is behind it.
  if (spec::encode(header, buffer_.first<spec::StreamHeader::kWords>()) != nullptr) return Status::kFieldRange;
  return {};
}

}  // namespace auklet::plan
