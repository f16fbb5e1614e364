// The check that the random tests rest on: it sees a wrong byte, and keeps what is needed to see it again.
#include "compiled_check.hpp"

#include <auklet/compiler/frontend.hpp>
#include <auklet/compiler/segment.hpp>
#include <auklet/sim/functional_model.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "golden.hpp"
#include "sample_model.hpp"

namespace auklet::compiler::test {
namespace {

namespace fs = std::filesystem;

// A device that gets byte `kAt` of every memory region wrong: with the margin that SegmentRunner keeps, a window's
// first.
class WrongDevice : public sim::Target {
 public:
  static constexpr std::size_t kAt = 64;

  std::uint32_t read32(std::uint32_t offset) override { return inner_.read32(offset); }
  void write32(std::uint32_t offset, std::uint32_t value) override { inner_.write32(offset, value); }
  [[nodiscard]] std::uint64_t bus_errors() const override { return inner_.bus_errors(); }
  void map(std::uint64_t base, std::span<std::byte> bytes, sim::MemoryTiming timing) override {
    inner_.map(base, bytes, timing);
    regions_[base] = bytes;
  }
  void unmap(std::uint64_t base) override {
    inner_.unmap(base);
    regions_.erase(base);
  }
  void connect(sim::MemoryPort* port, sim::MemoryTiming timing) override { inner_.connect(port, timing); }
  void step(std::uint64_t cycles) override { inner_.step(cycles); }
  std::uint64_t step_until_irq(std::uint64_t max_cycles) override {
    const std::uint64_t cycles = inner_.step_until_irq(max_cycles);
    for (const auto& [base, bytes] : regions_) bytes[kAt] ^= std::byte{1};
    return cycles;
  }
  [[nodiscard]] std::uint64_t cycle() const override { return inner_.cycle(); }
  [[nodiscard]] bool irq() const override { return inner_.irq(); }
  void hard_reset() override { inner_.hard_reset(); }

 private:
  sim::FunctionalModel inner_;
  std::map<std::uint64_t, std::span<std::byte>> regions_;
};

// The sample without its softmax, which would hide a wrong bit.
CompiledCase sample_case() {
  CompiledCase c{"sample", sample_model(), {bytes_of(sample_input())}, {}};
  c.model.main().operators.pop_back();
  c.model.main().outputs = {kLogits};
  c.model.signatures.clear();
  return c;
}

class CompiledCheck : public testing::Test {
 protected:
  void SetUp() override {
    setenv("AUKLET_FAILURES", folder.c_str(), 1);
    fs::remove_all(folder);
  }
  void TearDown() override { fs::remove_all(folder); }

  fs::path folder = fs::path(testing::TempDir()) / "auklet_compiled_check";
};

TEST_F(CompiledCheck, KeepsNothingOfWhatIsEqual) {
  sim::FunctionalModel device;
  Places places;
  EXPECT_EQ(check_compiled(sample_case(), device, "model", places), "");
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_EQ(places.on_npu(), 4U);
  EXPECT_EQ(places.by_operator().at("CONV_2D").npu, 1U);
}

TEST_F(CompiledCheck, SeesOneWrongBitAndKeepsTheCase) {
  WrongDevice device;
  Places places;
  const CompiledCase c = sample_case();
  const std::string failure = check_compiled(c, device, "rtl", places);
  EXPECT_NE(failure.find("output 0 (logits), byte 0 of 4"), std::string::npos) << failure;
  const fs::path kept = folder / "sample";
  EXPECT_NE(failure.find("auklet run " + (kept / "compiled.tflite").string() + " --reference " +
                         (kept / "model.tflite").string() + " --backend rtl --input " + (kept / "in0.npy").string()),
            std::string::npos)
      << failure;
  EXPECT_TRUE(equal(read_tflite_file(kept / "model.tflite").value(), c.model));
  EXPECT_EQ(find_segments(read_tflite_file(kept / "compiled.tflite").value().main()).size(), 1U);
  EXPECT_EQ(read_bytes(kept / "in0.npy"), npy_of({1, 4, 4, 2}, c.inputs[0]));
}

TEST_F(CompiledCheck, SaysWhatTheDeviceSays) {
  sim::FunctionalModel device({.config = find_config("npu64").value()});
  Places places;
  const std::string failure = check_compiled(sample_case(), device, "model", places);
  EXPECT_NE(failure.find("the job ended with"), std::string::npos) << failure;
  EXPECT_EQ(places.on_npu(), 0U);
}

// A file of NumPy's own making, byte for byte.
TEST(Npy, HasNumPysFormat) {
  const std::vector<std::byte> file = npy_of({1, 3}, Bytes(3, std::byte{7}));
  ASSERT_EQ(file.size(), 128U + 3U);
  const std::string text(reinterpret_cast<const char*>(file.data()), file.size());
  EXPECT_TRUE(text.starts_with(std::string("\x93NUMPY\x01\x00\x76\x00", 10)));
  EXPECT_NE(text.find("'shape': (1,3,)"), std::string::npos);
  EXPECT_EQ(text.substr(127), "\n\a\a\a");
}

TEST(Reasons, AreEqualWhateverTheTensor) {
  EXPECT_EQ(without_names("has tensor 17 (a/b;c) of type INT32; only INT8 is implemented"),
            "has a tensor of type INT32; only INT8 is implemented");
  EXPECT_EQ(without_names("has tensor 51 of type INT16"), "has a tensor of type INT16");
  EXPECT_EQ(without_names("needs 6208 bytes of SRAM for its smallest tile; there are 64"),
            "needs N bytes of SRAM for its smallest tile; there are 64");
}

}  // namespace
}  // namespace auklet::compiler::test
