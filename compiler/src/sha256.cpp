#include <auklet/compiler/sha256.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace auklet::compiler {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kRounds = 64;

// The first 32 bits of the fractional part of a root, as the standard defines its constants (4.2.2 and 5.3.3).
std::uint32_t fraction_bits(long double root) {
  return static_cast<std::uint32_t>(std::floor((root - std::floor(root)) * 4294967296.0L));
}

std::vector<int> first_primes(std::size_t count) {
  std::vector<int> primes;
  for (int n = 2; primes.size() < count; ++n) {
    bool prime = true;
    for (const int p : primes) prime = prime && n % p != 0;
    if (prime) primes.push_back(n);
  }
  return primes;
}

using State = std::array<std::uint32_t, 8>;

void compress(State& state, std::span<const std::uint8_t> block, const std::array<std::uint32_t, kRounds>& k) {
  std::array<std::uint32_t, kRounds> w{};
  for (std::size_t t = 0; t < kRounds; ++t) {
    if (t < 16) {
      for (std::size_t i = 0; i < 4; ++i) w[t] = w[t] << 8 | block[4 * t + i];
      continue;
    }
    const std::uint32_t a = w[t - 15];
    const std::uint32_t b = w[t - 2];
    const std::uint32_t sigma0 = std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3;
    const std::uint32_t sigma1 = std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10;
    w[t] = sigma1 + w[t - 7] + sigma0 + w[t - 16];
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t t = 0; t < kRounds; ++t) {
    const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t choose = (e & f) ^ (~e & g);
    const std::uint32_t t1 = h + sum1 + choose + k[t] + w[t];
    const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + sum0 + majority;
  }
  const State rounds = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += rounds[i];
}

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
  const std::vector<int> primes = first_primes(kRounds);
  std::array<std::uint32_t, kRounds> k{};
  State state{};
  for (std::size_t i = 0; i < kRounds; ++i) k[i] = fraction_bits(std::cbrt(static_cast<long double>(primes[i])));
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] = fraction_bits(std::sqrt(static_cast<long double>(primes[i])));
  }
  // Padding: a one bit, zeros, and the length in bits as a big-endian number that ends a block.
  std::vector<std::uint8_t> message;
  for (const std::byte byte : bytes) message.push_back(std::to_integer<std::uint8_t>(byte));
  message.push_back(0x80);
  while (message.size() % kBlockBytes != kBlockBytes - 8) message.push_back(0);
  for (int shift = 56; shift >= 0; shift -= 8) {
    message.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(bytes.size()) * 8 >> shift));
  }
  for (std::size_t at = 0; at < message.size(); at += kBlockBytes) {
    compress(state, std::span(message).subspan(at, kBlockBytes), k);
  }
  std::string digest;
  for (const std::uint32_t word : state) {
    for (int shift = 28; shift >= 0; shift -= 4) digest += "0123456789abcdef"[word >> shift & 15U];
  }
  return digest;
}

}  // namespace auklet::compiler
