// Changes to command streams that keep them command streams: by the fields of the specification's tables, with header
// and checksum made good again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../common/random.hpp"
#include "stream_subject.hpp"

namespace auklet::test {

/// A sound command of a random opcode, END excepted, that stays within 4 KiB of SRAM and of windows 0 and 1.
[[nodiscard]] std::vector<std::uint32_t> sound_command(Random& random);

/// Changes one thing about the commands: a field, the waits, which ones there are, or any bit.
void mutate_commands(std::vector<std::uint32_t>& words, Random& random);

/// Gives every command its opcode's length, ends the stream with END, and makes its header right for `config`.
void repair_stream(std::vector<std::uint32_t>& words, const spec::HardwareConfig& config);

/// Writes the header's length, number of commands and checksum alone.
void seal_stream(std::vector<std::uint32_t>& words);

/// A subject with a few sound commands.
[[nodiscard]] StreamSubject sound_subject(Random& random);

/// A subject that the validator accepts, far from where it began, and mostly right at a limit.
[[nodiscard]] StreamSubject accepted_subject(std::uint64_t seed);

/// Changes one thing about a subject. What comes out is mostly repaired, and need not be sound.
void mutate_subject(StreamSubject& subject, Random& random);

/// Moves one field of one command, mostly an address or a length, as far as the validator lets it go, up or down.
void push_to_edge(StreamSubject& subject, Random& random);

/// Makes every window, and the claim to SRAM, as small as the validator still accepts. No effect on a refused subject.
void tighten(StreamSubject& subject);

}  // namespace auklet::test
