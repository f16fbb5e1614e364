// Framing of a command stream: header, then every command by the specification's tables.
#include <auklet/npu/stream.hpp>

#include <limits>

#include <auklet/plan/crc32.hpp>

#include "stream_rules.hpp"

namespace auklet::npu {
namespace {

using detail::CommandView;
using detail::StreamLimits;
using Words = std::span<const std::uint32_t>;
using Header = spec::StreamHeaderFields;

constexpr std::size_t kWordBytes = sizeof(std::uint32_t);
constexpr std::size_t kGranule = 4;  // Header and commands are multiples of four words.

StreamReport refuse_header(Status status, const spec::CommandField& field, std::uint64_t actual,
                           std::uint64_t expected) {
  return {status, 0, 0, field.word, actual, expected};
}

StreamReport check_length(Words words) {
  constexpr std::uint64_t kShortest = (spec::StreamHeader::kWords + spec::EndCommand::kWords) * kWordBytes;
  const std::uint64_t bytes = std::uint64_t{words.size()} * kWordBytes;
  if (bytes < kShortest) return refuse_header(Status::kStreamLength, Header::kLength, bytes, kShortest);
  if (bytes > std::numeric_limits<std::uint32_t>::max() || words.size() % kGranule != 0) {
    return refuse_header(Status::kStreamLength, Header::kLength, bytes, bytes / 16 * 16);
  }
  return {};
}

StreamReport check_header(Words words, const Configuration& configuration) {
  const spec::StreamHeader header = spec::decode_stream_header(words.first<spec::StreamHeader::kWords>());
  const std::uint64_t bytes = std::uint64_t{words.size()} * kWordBytes;
  if (header.magic != spec::kStreamMagic) {
    return refuse_header(Status::kStreamMagic, Header::kMagic, header.magic, spec::kStreamMagic);
  }
  if (header.version != configuration.stream_version) {
    return refuse_header(Status::kStreamVersion, Header::kVersion, header.version, configuration.stream_version);
  }
  if (header.macs != configuration.macs) {
    return refuse_header(Status::kStreamMacs, Header::kMacs, header.macs, configuration.macs);
  }
  if (header.sram > configuration.sram_bytes()) {
    return refuse_header(Status::kStreamSram, Header::kSram, header.sram, configuration.sram_bytes());
  }
  if (header.length != bytes) return refuse_header(Status::kStreamLength, Header::kLength, bytes, header.length);
  for (std::size_t i = 0; i < Header::kReserved.size(); ++i) {
    if ((words[i] & Header::kReserved[i]) != 0) {
      return {Status::kStreamReserved, 0, 0, static_cast<std::uint8_t>(i), words[i] & Header::kReserved[i], 0};
    }
  }
  const std::uint32_t checksum = plan::crc32(words.subspan(spec::StreamHeader::kWords));
  if (header.crc32 != checksum) return refuse_header(Status::kStreamChecksum, Header::kCrc32, checksum, header.crc32);
  return {};
}

/// Finds the command that begins at `rest`'s first word and checks its fields one by one.
StreamReport check_fields(Words rest, std::uint32_t offset, CommandView& command) {
  const std::uint32_t opcode = rest[0] & 0xFFU;
  const auto words = static_cast<std::size_t>(spec::CommandHeaderFields::kWords.get(rest));
  const spec::CommandInfo* info = spec::command_info(static_cast<std::uint32_t>(spec::decode_header(rest).opcode));
  if (info == nullptr) return {Status::kStreamOpcode, offset, static_cast<std::uint8_t>(opcode), 0, opcode, 0};
  command = {info, rest.first(kGranule), offset};
  if (words != info->words) return command.refuse(Status::kStreamWords, 0, words, info->words);
  if (words > rest.size()) return command.refuse(Status::kStreamTruncated, 0, rest.size(), words);
  command.words = rest.first(words);
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint32_t reserved = command.words[i] & info->reserved[i];
    if (reserved != 0) return command.refuse(Status::kStreamReserved, i, reserved, 0);
  }
  if (const spec::CommandField* wrong = spec::first_violation(info->fields, command.words)) {
    const std::int64_t value = wrong->get(command.words);
    const std::int64_t limit = value < wrong->min ? wrong->min : value > wrong->max ? wrong->max : wrong->align;
    return command.refuse(Status::kStreamField, *wrong, static_cast<std::uint64_t>(limit));
  }
  return detail::check_opcode_fields(command);
}

/// Every command up to and including END; END must be the last.
StreamReport check_commands(Words words, const StreamLimits& limits) {
  const spec::StreamHeader header = spec::decode_stream_header(words.first<spec::StreamHeader::kWords>());
  std::uint64_t count = 0;
  for (std::size_t index = spec::StreamHeader::kWords; index < words.size();) {
    CommandView command;
    StreamReport report = check_fields(words.subspan(index), static_cast<std::uint32_t>(index * kWordBytes), command);
    if (report.ok()) report = detail::check_extents(command, limits);
    if (!report.ok()) return report;
    ++count;
    index += command.words.size();
    if (command.info->opcode != spec::Opcode::kEnd) continue;
    if (index != words.size()) {
      return command.refuse(Status::kStreamTrailing, 0, words.size() * kWordBytes, index * kWordBytes);
    }
    if (count != header.commands) {
      return refuse_header(Status::kStreamCommandCount, Header::kCommands, count, header.commands);
    }
    return detail::check_waits(words);
  }
  return {Status::kStreamNoEnd, static_cast<std::uint32_t>(words.size() * kWordBytes), 0, 0, count, count + 1};
}

}  // namespace

StreamReport validate_stream(std::span<const std::uint32_t> words, const Configuration& configuration,
                             std::span<const Window> windows) noexcept {
  StreamReport report = check_length(words);
  if (report.ok()) report = check_header(words, configuration);
  if (!report.ok()) return report;
  return check_commands(words, {static_cast<std::uint64_t>(Header::kSram.get(words)), windows});
}

}  // namespace auklet::npu
