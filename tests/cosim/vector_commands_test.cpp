// Random elementwise and SOFTMAX commands: RTL against functional model, byte by byte, and SOFTMAX also against the
// reference kernel. AUKLET_CASES=n changes how many.
#include <array>
#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/softmax.hpp>
#include <auklet/sim/functional_model.hpp>
#include <auklet/sim/verilated_npu.hpp>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../common/random_operator.hpp"
#include "../common/run_seed.hpp"

namespace auklet::test {
namespace {

constexpr std::uint32_t kBytes = 1 << 18;  // Of noise that is loaded; as much again takes the results.
constexpr std::uint32_t kOut = 1 << 17;    // Results in SRAM; operands and tables lie before.
constexpr std::uint32_t kSecond = 1 << 16;
constexpr std::uint64_t kData = std::uint64_t{1} << 32;
constexpr std::uint64_t kStream = std::uint64_t{1} << 34;

class VectorCommands : public testing::Test {
 protected:
  VectorCommands() : rtl_(sim::make_verilated_npu({})), model_({.config = spec::kDefaultConfiguration, .seed = 1}) {
    EXPECT_TRUE(wait_until_idle(*rtl_));
    EXPECT_TRUE(wait_until_idle(model_));
  }

  // Loads `data`, runs the command, stores from kOut on; the memory after it, per target.
  template <class Command>
  void run(Command command, const std::vector<std::int8_t>& data) {
    command.header.wait_load = 1;
    spec::DmaCommand load;
    load.header.opcode = spec::Opcode::kLoad;
    load.ax_len = kBytes;
    load.ax_rows = 1;
    load.sp_len = kBytes;
    spec::DmaCommand store = load;
    store.header = {.opcode = spec::Opcode::kStore, .wait_compute = 1};
    store.offset = kBytes;
    store.sp_base = kOut;
    store.ax_len = kBytes - kOut;
    StreamBuilder builder;
    builder.add(load);
    builder.add(command);
    builder.add(store);
    builder.end();
    std::vector<std::uint32_t> stream = builder.finish(spec::kDefaultConfiguration);
    sim::Target* const targets[] = {rtl_.get(), &model_};
    for (std::size_t i = 0; i < 2; ++i) {
      memory_[i].assign(2 * kBytes, std::byte{0});
      std::memcpy(memory_[i].data(), data.data(), kBytes);
      targets[i]->map(kData, memory_[i], {});
      targets[i]->map(kStream, std::as_writable_bytes(std::span(stream)), {});
      set_window(*targets[i], 0, kData, 2 * kBytes);
      const JobOutcome outcome = run_job(*targets[i], kStream, static_cast<std::uint32_t>(stream.size() * 4));
      EXPECT_TRUE(outcome.done) << spec::to_string(outcome.fault) << ' ' << spec::to_string(outcome.code);
      targets[i]->unmap(kData);
      targets[i]->unmap(kStream);
    }
  }
  [[nodiscard]] std::string first_difference() const {
    for (std::size_t i = 0; i < memory_[0].size(); ++i) {
      if (memory_[0][i] == memory_[1][i]) continue;
      return "byte " + std::to_string(i) + ": RTL " + std::to_string(std::to_integer<int>(memory_[0][i])) + ", model " +
             std::to_string(std::to_integer<int>(memory_[1][i]));
    }
    return "";
  }
  [[nodiscard]] const std::byte* results() const { return memory_[0].data() + kBytes; }

  std::unique_ptr<sim::VerilatedNpu> rtl_;
  sim::FunctionalModel model_;
  std::vector<std::byte> memory_[2];
};

std::int32_t any_int8(Random& random) { return static_cast<std::int32_t>(random.in(0, 255)) - 128; }
std::int32_t multiplier(Random& random) {
  return static_cast<std::int32_t>((std::uint32_t{1} << 30) + random.in(0, (std::uint32_t{1} << 30) - 1));
}

spec::EltwiseCommand random_eltwise(Random& random, spec::Opcode opcode) {
  spec::EltwiseCommand c{.header = {.opcode = opcode}};
  c.n0 = random.in(1, 9);
  c.n1 = random.in(1, 9);
  c.a_base = random.in(0, 60'000);
  c.b_base = kSecond + random.in(0, 60'000);
  c.out_base = kOut + 16 * random.in(0, 100);
  c.a_step0 = random.one_in(3) ? random.in(0, 16) : 16;
  c.b_step0 = random.one_in(3) ? random.in(0, 16) : 16;
  c.a_step1 = random.in(0, 200);
  c.b_step1 = random.in(0, 200);
  c.out_step1 = 16 * (c.n0 + random.in(0, 2));
  c.a_splat = random.one_in(3) ? 1 : 0;
  c.b_splat = random.one_in(3) ? 1 : 0;
  c.a_zp = any_int8(random);
  c.b_zp = any_int8(random);
  c.out_zp = any_int8(random);
  c.act_min = random.one_in(2) ? -128 : -static_cast<std::int32_t>(random.in(0, 128));
  c.act_max = random.one_in(2) ? 127 : static_cast<std::int32_t>(random.in(0, 127));
  c.left_shift = random.in(0, 20);
  c.a_mult = multiplier(random);
  c.b_mult = multiplier(random);
  c.out_mult = multiplier(random);
  c.a_shift = -static_cast<std::int32_t>(random.in(0, 31));
  c.b_shift = -static_cast<std::int32_t>(random.in(0, 31));
  c.out_shift = static_cast<std::int32_t>(random.in(0, 62)) - 31;
  return c;
}

TEST_F(VectorCommands, ElementwiseLikeTheModel) {
  using spec::Opcode;
  constexpr Opcode kOpcodes[] = {Opcode::kAdd, Opcode::kMul, Opcode::kSqdiff,
                                 Opcode::kMin, Opcode::kMax, Opcode::kTable};
  const std::uint64_t cases = environment("AUKLET_CASES", 42);
  for (std::uint64_t seed = 1; seed <= cases && !HasFailure(); ++seed) {
    Random random(seed);
    const std::vector<std::int8_t> noise = random.bytes(kBytes);
    const Opcode opcode = kOpcodes[seed % std::size(kOpcodes)];
    run(random_eltwise(random, opcode), noise);
    EXPECT_EQ(first_difference(), "") << "seed " << seed << ", " << spec::to_string(opcode);
  }
}

TEST_F(VectorCommands, SoftmaxLikeTheModelAndTheKernel) {
  const std::uint64_t cases = environment("AUKLET_CASES", 30);
  for (std::uint64_t seed = 1; seed <= cases && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::vector<std::int8_t> noise = random.bytes(kBytes);
    if (random.one_in(3)) {
      for (std::int8_t& x : noise) x = static_cast<std::int8_t>(x / 16);  // Flat rows.
    }
    spec::SoftmaxCommand c{.header = {.opcode = spec::Opcode::kSoftmax}};
    c.n = random.one_in(10) ? random.in(1, 3000) : random.in(1, 70);
    c.rows = random.in(1, 6);
    c.a_base = 16 * random.in(0, 100);
    c.table_base = kSecond;
    c.out_base = kOut;
    c.out_step = plan::round_up_to_word(c.n);
    c.a_step = c.out_step + 16 * random.in(0, 2);
    kernels::SoftmaxParams params;
    ASSERT_EQ(kernels::make_softmax_params(1.0F, 0.001F * static_cast<float>(random.in(1, 400)), params),
              kernels::Status::kOk);
    std::array<std::int32_t, kernels::kSoftmaxDifferences> exponentials{};
    kernels::softmax_exponentials(params, exponentials);
    std::memcpy(noise.data() + kSecond, exponentials.data(), sizeof exponentials);
    run(c, noise);
    for (std::uint32_t j = 0; j < c.rows; ++j) {
      const std::byte* const row = results() + std::size_t{j} * c.out_step;
      EXPECT_EQ(std::memcmp(row, memory_[1].data() + kBytes + std::size_t{j} * c.out_step, c.n), 0)
          << "model, row " << j;
      std::vector<std::int8_t> expected(c.n);
      const kernels::Shape shape = kernels::make_shape(static_cast<std::int32_t>(c.n));
      const std::span<const std::int8_t> input =
          std::span<const std::int8_t>(noise).subspan(c.a_base + j * c.a_step, c.n);
      ASSERT_EQ(kernels::reference::softmax(params, {shape, input}, {shape, std::span(expected)}),
                kernels::Status::kOk);
      EXPECT_EQ(std::memcmp(row, expected.data(), c.n), 0) << "kernel, row " << j;
    }
  }
}

}  // namespace
}  // namespace auklet::test
