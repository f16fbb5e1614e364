// The estimate of energy: products of counts and picojoules, and which tables are taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <auklet/app/energy.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

constexpr sim::MemoryProfile kSram = sim::kMemoryProfiles[0];
constexpr sim::MemoryProfile kFlash = sim::kMemoryProfiles[1];

LayerRow npu_row() {
  LayerRow row{.name = "layer", .op = "CONV_2D", .place = compiler::Place::kNpu, .reason = ""};
  row.cycles = 100;
  row.macs = 5000;
  return row;
}

LayerOperations operations() {
  return {.counts = {.accumulator_accesses = 7,
                     .requantised = 11,
                     .rescaled = 13,
                     .vector_bytes = 17,
                     .sram_reads = 19,
                     .sram_writes = 23},
          .weight_bytes = 29,
          .data_bytes = 31};
}

// A table as a file has it: entry i costs 10^-i.
ordered_json table_json() {
  ordered_json json{{"format", "auklet-energy-table"}, {"version", 1}, {"name", "test"}};
  double value = 1;
  for (const std::string_view kind : kEnergyKinds) {
    json["entries"][std::string(kind)] = {{"pj", value}, {"per", "one"}, {"source", "me"}, {"node", "any"}};
    value /= 10;
  }
  return json;
}

class EnergyFile : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  Result<EnergyTable> read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_energy_table(path_);
  }
  // The sentence that refuses this table.
  std::string refusal(const ordered_json& json) {
    const auto table = read(json.dump());
    if (table) return "";
    EXPECT_EQ(table.error().code, ExitCode::kUsage);
    return table.error().message;
  }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      (std::string("auklet_") + testing::UnitTest::GetInstance()->current_test_info()->name() + ".json");
};

TEST(Energy, CountsByKind) {
  EXPECT_EQ(energy_quantities(npu_row(), operations(), kSram), (EnergyQuantities{5000, 7, 24, 17, 19, 23, 60, 0, 100}));
  EXPECT_EQ(energy_quantities(npu_row(), operations(), kFlash),
            (EnergyQuantities{5000, 7, 24, 17, 19, 23, 31, 29, 100}));
  LayerRow cpu = npu_row();
  cpu.place = compiler::Place::kCpu;
  EXPECT_EQ(energy_quantities(cpu, operations(), kSram), EnergyQuantities{});
}

TEST_F(EnergyFile, IsMultipliedKindByKind) {
  const auto table = read(table_json().dump());
  ASSERT_TRUE(table) << table.error().message;
  const EnergyQuantities quantities{1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_DOUBLE_EQ(picojoules(quantities, *table)[3], 4e-3);
  EXPECT_NEAR(total_picojoules(quantities, *table), 1.23456789, 1e-12);
  EXPECT_EQ(to_json(*table)["entries"].size(), kEnergyKinds.size());
}

TEST(Energy, TheBuiltInTableSaysWhereEachFigureIsFrom) {
  const EnergyTable& table = default_energy_table();
  for (const EnergyTable::Entry& entry : table.entries) {
    EXPECT_FALSE(entry.per.empty());
    EXPECT_FALSE(entry.source.empty());
    EXPECT_FALSE(entry.node.empty());
    EXPECT_TRUE(entry.picojoules > 0 || entry.source.starts_with("not counted")) << entry.per;
  }
  // Horowitz's 0.2 pJ for a product of 8 bits and 0.1 pJ for a sum of 32.
  EXPECT_DOUBLE_EQ(total_picojoules({1'000'000, 0, 0, 0, 0, 0, 0, 0, 0}, table), 300'000);
}

TEST_F(EnergyFile, IsRefusedWithTheReason) {
  EXPECT_EQ(refusal(table_json()), "");
  EXPECT_THAT(refusal("text"), testing::HasSubstr("is no energy table"));
  ordered_json json = table_json();
  json["version"] = 2;
  EXPECT_THAT(refusal(json), testing::HasSubstr("another version than 1"));
  json = table_json();
  json["entries"].erase("flash");
  EXPECT_THAT(refusal(json), testing::HasSubstr("lacks entry 'flash'"));
  json = table_json();
  json["entries"]["fusion"] = json["entries"]["mac"];
  EXPECT_THAT(refusal(json), testing::HasSubstr("no kind of operation 'fusion'"));
  for (const ordered_json& value : {ordered_json(-1), ordered_json("1"), ordered_json()}) {
    json = table_json();
    json["entries"]["mac"]["pj"] = value;
    EXPECT_THAT(refusal(json), testing::HasSubstr("entry 'mac' needs 'pj'"));
  }
  json = table_json();
  json["entries"]["mac"].erase("source");
  EXPECT_THAT(refusal(json), testing::HasSubstr("lacks the text 'source'"));
  json = table_json();
  json["entries"] = 3;
  EXPECT_THAT(refusal(json), testing::HasSubstr("lacks the object 'entries'"));
}

TEST_F(EnergyFile, MayBeMissing) {
  const auto table = read_energy_table("no such table.json");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error(),
            (Failure{ExitCode::kUsage, "cannot read no such table.json; docs/energy.md describes an energy table"}));
  EXPECT_FALSE(read("{"));
}

}  // namespace
}  // namespace auklet::app
