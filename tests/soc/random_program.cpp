#include "random_program.hpp"

#include <cstddef>
#include <initializer_list>
#include <utility>

#include "rv32_assembler.hpp"

namespace auklet::test {
namespace {

using namespace rv32;  // NOLINT(google-build-using-namespace): programs are written in it.

constexpr std::uint32_t kAnchor = RandomProgram::kData + 2048;  // In s0: all of the data is within reach of a load.

/// Emits pieces: sequences that are entered at their first instruction only, so that a piece may compute an address and
/// use it. Jumps go to the beginnings of later pieces of the same section.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  RandomProgram make() {
    for (unsigned section = 0; section < 6; ++section) {
      const bool loop = chance(2);
      if (loop) emit(addi(s1, zero, 1 + static_cast<std::int32_t>(below(4))));
      const std::size_t start = size();
      for (unsigned count = 5 + below(30); count > 0; --count) piece();
      close_section();
      if (loop) {
        emit(addi(s1, s1, -1));
        emit(bne(s1, zero, static_cast<std::int32_t>(start - size())));
      }
    }
    emit(jal(zero, -static_cast<std::int32_t>(size())));
    for (std::uint32_t& x : program_.registers) x = value();
    for (std::uint32_t& word : program_.data) word = value();
    program_.registers[zero] = 0;
    program_.registers[s0] = kAnchor;
    program_.registers[sp] = RandomProgram::kData + 16 * below(128);
    return std::move(program_);
  }

 private:
  enum class Jump : std::uint8_t { kBranch, kJal, kCompressedBranch, kCompressedJump, kOffset };
  struct Fixup {
    std::size_t at;      // Byte offset of the instruction to be completed.
    std::size_t origin;  // Byte offset that the distance counts from.
    std::size_t piece;   // Where it goes.
    Jump jump;
  };

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  bool chance(std::uint32_t of) { return below(of) == 0; }
  template <typename T, std::size_t kCount>
  T one_of(const T (&items)[kCount]) {
    return items[below(kCount)];
  }

  std::uint32_t value() {
    constexpr std::uint32_t kCorners[] = {0,          1,      2,      0xFFFFFFFF, 0xFFFFFFFE, 0x80000000, 0x7FFFFFFF,
                                          0x80000001, 0x7FFF, 0x8000, 0xFFFF8000, 0x80,       0xFFFFFF7F, 31};
    return chance(2) ? one_of(kCorners) : static_cast<std::uint32_t>(random_());
  }

  std::uint32_t source() { return below(32); }
  std::uint32_t target() {
    for (;;) {
      const std::uint32_t x = below(32);
      if (x != sp && x != s0 && x != s1) return x;
    }
  }
  std::uint32_t target_but(std::uint32_t other) {
    for (;;) {
      const std::uint32_t x = target();
      if (x != zero && x != other) return x;
    }
  }
  /// x10 to x15 as a compressed instruction's three bits; x8 and x9 are reserved as targets.
  std::uint32_t short_target() { return 2 + below(6); }
  std::int32_t immediate() {
    constexpr std::int32_t kCorners[] = {0, 1, -1, 2047, -2048};
    return chance(3) ? one_of(kCorners) : static_cast<std::int32_t>(below(4096)) - 2048;
  }

  [[nodiscard]] std::size_t size() const { return 2 * program_.code.size(); }
  void emit16(std::uint32_t half) { program_.code.push_back(static_cast<std::uint16_t>(half)); }
  void emit(std::uint32_t word) {
    emit16(word);
    emit16(word >> 16);
  }

  void piece() {
    pieces_.push_back(size());
    switch (below(16)) {
      case 0:
        constant();
        break;
      case 1:
      case 2:
        arithmetic_immediate();
        break;
      case 3:
      case 4:
        arithmetic();
        break;
      case 5:
        multiplication();
        break;
      case 6:
        load(source_load(), s0);
        break;
      case 7:
        store();
        break;
      case 8:
        computed_access();
        break;
      case 9:
        atomic_access();
        break;
      case 10:
        branch();
        break;
      case 11:
        jump();
        break;
      case 12:
        csr();
        break;
      case 13:
        compressed_memory();
        break;
      default:
        compressed_arithmetic();
        break;
    }
  }

  void constant() {
    const std::uint32_t rd = target();
    const std::uint32_t bits = value();
    emit(chance(4) ? auipc(rd, bits >> 12) : lui(rd, (bits + 0x800) >> 12));
    if (chance(2)) emit(addi(rd, rd, static_cast<std::int32_t>(bits & 0xFFF)));
  }
  void arithmetic_immediate() {
    const std::uint32_t funct3 = below(8);
    std::int32_t operand = immediate();
    if (funct3 == 1) operand = static_cast<std::int32_t>(below(32));
    if (funct3 == 5) operand = static_cast<std::int32_t>(below(32) | (chance(2) ? 0x400U : 0U));
    emit(i_type(0x13, funct3, target(), source(), operand));
  }
  void arithmetic() {
    const std::uint32_t funct3 = below(8);
    const bool alternative = (funct3 == 0 || funct3 == 5) && chance(2);
    emit(r_type(0x33, funct3, alternative ? 0x20 : 0, target(), source(), source()));
  }
  void multiplication() { emit(r_type(0x33, below(8), 1, target(), source(), source())); }

  /// funct3 of a load; the low two bits are the size.
  std::uint32_t source_load() {
    constexpr std::uint32_t kLoads[] = {0, 1, 2, 4, 5};
    return one_of(kLoads);
  }
  std::int32_t offset(std::uint32_t bytes) { return static_cast<std::int32_t>(below(4096) / bytes * bytes) - 2048; }
  void load(std::uint32_t funct3, std::uint32_t base) {
    emit(i_type(0x03, funct3, target(), base, offset(1U << (funct3 & 3))));
  }
  void store() {
    const std::uint32_t funct3 = below(3);
    emit(s_type(funct3, s0, source(), offset(1U << funct3)));
  }
  /// Leaves an address of the data, a multiple of four, in the register.
  std::uint32_t address() {
    const std::uint32_t rd = target_but(zero);
    emit(i_type(0x13, 7, rd, source(), 0x7FC));  // ANDI
    emit(add(rd, rd, s0));
    return rd;
  }
  void computed_access() {
    const std::uint32_t base = address();
    const std::uint32_t funct3 = below(3);
    const std::int32_t below_base = -static_cast<std::int32_t>(below(2048) >> funct3 << funct3);
    if (chance(2)) {
      emit(s_type(funct3, base, source(), below_base));
    } else {
      emit(i_type(0x03, funct3, target(), base, below_base));
    }
  }
  void atomic_access() {
    const std::uint32_t base = address();
    constexpr Atomic kSimple[] = {Atomic::kAdd, Atomic::kSwap, Atomic::kXor,  Atomic::kOr,  Atomic::kAnd,
                                  Atomic::kMin, Atomic::kMax,  Atomic::kMinu, Atomic::kMaxu};
    switch (below(4)) {
      case 0:  // A pair, and sometimes a second SC, which must fail.
        emit(atomic(Atomic::kLr, target_but(base), base, 0));
        if (chance(2)) emit(addi(target_but(base), source(), immediate()));
        emit(atomic(Atomic::kSc, target_but(base), base, source()));
        if (chance(2)) emit(atomic(Atomic::kSc, target_but(base), base, source()));
        break;
      case 1: {  // SC at another address fails.
        const std::uint32_t other = target_but(base);
        emit(atomic(Atomic::kLr, zero, base, 0));
        emit(addi(other, base, -4));
        emit(atomic(Atomic::kSc, target_but(base), other, source()));
        break;
      }
      default:
        emit(atomic(one_of(kSimple), target(), base, source()) | below(4) << 25);
        break;
    }
  }

  void csr() {
    constexpr std::uint32_t kWithRegister = 1;
    const std::uint32_t funct3 = kWithRegister + below(3) + (chance(2) ? 4 : 0);
    if (chance(6)) return emit(chance(2) ? kFence : kFencei);
    emit(mscratch << 20 | source() << 15 | funct3 << 12 | target() << 7 | 0x73);
  }

  void go(Jump jump, std::size_t at, std::size_t origin) {
    fixups_.push_back({.at = at, .origin = origin, .piece = pieces_.size() + below(6), .jump = jump});
  }
  void branch() {
    constexpr std::uint32_t kConditions[] = {0, 1, 4, 5, 6, 7};
    const std::size_t here = size();
    if (chance(3)) {
      go(Jump::kCompressedBranch, here, here);
      emit16((chance(2) ? 0xC001U : 0xE001U) | below(8) << 7);
    } else {
      go(Jump::kBranch, here, here);
      emit(b_type(one_of(kConditions), source(), source(), 0));
    }
  }
  void jump() {
    const std::size_t here = size();
    const std::uint32_t base = target_but(zero);
    switch (below(4)) {
      case 0:
        go(Jump::kJal, here, here);
        emit(jal(target(), 0));
        break;
      case 1:  // C.JAL or C.J
        go(Jump::kCompressedJump, here, here);
        emit16(chance(2) ? 0x2001 : 0xA001);
        break;
      case 2:
        go(Jump::kOffset, here + 4, here);
        emit(auipc(base, 0));
        emit(jalr(target(), base, 0));
        break;
      default:  // C.JR or C.JALR
        go(Jump::kOffset, here + 4, here);
        emit(auipc(base, 0));
        emit(addi(base, base, 0));
        emit16((chance(2) ? 0x8002U : 0x9002U) | base << 7);
        break;
    }
  }

  void compressed_memory() {
    const std::uint32_t scale = below(32);  // Words from the base.
    switch (below(4)) {
      case 0:
        return emit16(0x4000 | (scale >> 1 & 7) << 10 | (scale & 1) << 6 | (scale >> 4) << 5 | short_target() << 2);
      case 1:
        return emit16(0xC000 | (scale >> 1 & 7) << 10 | (scale & 1) << 6 | (scale >> 4) << 5 | below(8) << 2);
      case 2:
        return emit16(0x4002 | (scale >> 3 & 1) << 12 | target_but(zero) << 7 | (scale & 7) << 4 | (scale >> 4) << 2);
      default:
        return emit16(0xC002 | (scale & 15) << 9 | (scale >> 4) << 7 | source() << 2);
    }
  }
  void compressed_arithmetic() {
    const std::uint32_t rd = target_but(zero);
    const std::uint32_t six = (below(2) << 12) | (below(32) << 2);
    const std::uint32_t nonzero = six | 4;  // One bit of the immediate is set.
    switch (below(9)) {
      case 0:
        return emit16(0x0001 | six | (chance(8) ? zero : rd) << 7);  // C.ADDI, C.NOP
      case 1:
        return emit16(0x4001 | six | rd << 7);  // C.LI
      case 2:
        return emit16(0x6001 | nonzero | rd << 7);  // C.LUI
      case 3:
        return emit16(0x0002 | (six & 0x7C) | rd << 7);  // C.SLLI
      case 4:
        return emit16(0x8002 | (below(2) << 12) | rd << 7 | (1 + below(31)) << 2);  // C.MV, C.ADD
      case 5:
        return emit16(0x8C01 | below(4) << 5 | short_target() << 7 | below(8) << 2);  // C.SUB to C.AND
      case 6: {                                                                       // C.SRLI, C.SRAI, C.ANDI
        const std::uint32_t which = below(3);
        return emit16(0x8001 | which << 10 | short_target() << 7 | (which == 2 ? six : six & 0x7C));
      }
      case 7:
        return emit16(0x0000 | (1 + below(255)) << 5 | short_target() << 2);  // C.ADDI4SPN
      default:                                                                // C.ADDI16SP there and back
        emit16(0x6101 | 1 << 6);
        if (chance(2)) emit(lw(target(), sp, 0));
        return emit16(0x6101 | 1 << 12 | 1 << 6 | 1 << 5 | 3 << 3 | 1 << 2);
    }
  }

  /// Completes the jumps; those beyond the section's end go there.
  void close_section() {
    for (const Fixup& fixup : fixups_) {
      const std::size_t to = fixup.piece < pieces_.size() ? pieces_[fixup.piece] : size();
      const auto distance = static_cast<std::int32_t>(to - fixup.origin);
      const auto bits = static_cast<std::uint32_t>(distance);
      switch (fixup.jump) {
        case Jump::kBranch:
          patch(fixup.at, b_type(0, 0, 0, distance) & ~0x7FU);
          break;
        case Jump::kJal:
          patch(fixup.at, jal(0, distance) & ~0x7FU);
          break;
        case Jump::kOffset:
          patch(fixup.at, bits << 20);
          break;
        case Jump::kCompressedBranch:
          patch(fixup.at, (bits >> 8 & 1) << 12 | (bits >> 3 & 3) << 10 | (bits >> 6 & 3) << 5 | (bits >> 1 & 3) << 3 |
                              (bits >> 5 & 1) << 2);
          break;
        case Jump::kCompressedJump:
          patch(fixup.at, (bits >> 11 & 1) << 12 | (bits >> 4 & 1) << 11 | (bits >> 8 & 3) << 9 |
                              (bits >> 10 & 1) << 8 | (bits >> 6 & 1) << 7 | (bits >> 7 & 1) << 6 |
                              (bits >> 1 & 7) << 3 | (bits >> 5 & 1) << 2);
          break;
      }
    }
    fixups_.clear();
  }
  void patch(std::size_t at, std::uint32_t bits) {
    program_.code[at / 2] |= static_cast<std::uint16_t>(bits);
    if (bits >> 16 != 0) program_.code[at / 2 + 1] |= static_cast<std::uint16_t>(bits >> 16);
  }

  std::mt19937_64 random_;
  RandomProgram program_;
  std::vector<std::size_t> pieces_;  // Byte offsets of their beginnings.
  std::vector<Fixup> fixups_;        // Of the section.
};

}  // namespace

RandomProgram make_random_program(std::uint64_t seed) { return Generator(seed).make(); }

}  // namespace auklet::test
