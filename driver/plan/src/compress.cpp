#include <algorithm>
#include <auklet/plan/compress.hpp>
#include <auklet/spec/spec.hpp>
#include <bit>

namespace auklet::plan {
namespace {

constexpr std::size_t kWord = spec::kLanes;
constexpr unsigned kNibble = 4;

std::span<const std::uint8_t> word_at(std::span<const std::uint8_t> bytes, std::size_t at) noexcept {
  return bytes.subspan(at, kWord);
}

}  // namespace

unsigned word_width(std::span<const std::uint8_t> word) noexcept {
  unsigned width = 0;
  for (const std::uint8_t byte : word) {
    const auto value = static_cast<std::int8_t>(byte);
    const auto magnitude = static_cast<unsigned>(value < 0 ? -1 - value : value);
    // A sign bit beside the magnitude's; zero needs none.
    if (value != 0) width = std::max(width, static_cast<unsigned>(std::bit_width(magnitude)) + 1);
  }
  return width;
}

std::size_t compressed_size(std::span<const std::uint8_t> bytes) noexcept {
  const std::size_t words = bytes.size() / kWord;
  std::size_t size = (words + 1) / 2;
  for (std::size_t i = 0; i < words; ++i) size += std::size_t{2} * word_width(word_at(bytes, i * kWord));
  return size;
}

void compress(std::span<const std::uint8_t> bytes, std::span<std::uint8_t> out) noexcept {
  std::ranges::fill(out, std::uint8_t{0});
  std::size_t at = 0;
  std::size_t widths = 0;
  for (std::size_t i = 0; i * kWord < bytes.size(); ++i) {
    const std::span<const std::uint8_t> word = word_at(bytes, i * kWord);
    const unsigned width = word_width(word);
    if (i % 2 == 0) widths = at++;
    out[widths] = static_cast<std::uint8_t>(out[widths] | width << (i % 2 * kNibble));
    for (std::size_t bit = 0; bit < kWord * width; ++bit) {
      const unsigned value = static_cast<unsigned>(word[bit / width]) >> bit % width & 1U;
      out[at + bit / 8] = static_cast<std::uint8_t>(out[at + bit / 8] | value << bit % 8);
    }
    at += std::size_t{2} * width;
  }
}

}  // namespace auklet::plan
