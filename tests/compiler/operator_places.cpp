// Prints as JSON where the compiler puts operators: those of the single-operator models and networks of the reference
// vectors, and of random single operators. scripts/gen_operators.py makes docs/operators.md of it. Nothing is run:
// that every one of them is right is what the tests on the same models are for.
#include <auklet/compiler/compile.hpp>

#include <iostream>
#include <nlohmann/json.hpp>

#include "compiled_check.hpp"
#include "golden.hpp"
#include "random_network.hpp"

namespace auklet::compiler::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kRandomOperators = 20'000;

CompiledModel compiled(const Model& model, const std::string& what) {
  auto result = compile(model);
  if (!result) throw std::runtime_error(what + ": " + result.error().message);
  return std::move(*result);
}

nlohmann::ordered_json json_of(const Places& places) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [op, count] : places.by_operator()) {
    json[op] = {{"npu", count.npu}, {"cpu", count.cpu}, {"reasons", count.reasons}};
  }
  return json;
}

Places random_operators() {
  Places places;
  for (std::uint64_t seed = 1; seed <= kRandomOperators; ++seed) {
    const Model model = random_operator_model(seed);
    places.count(compiled(model, "seed " + std::to_string(seed)).report);
  }
  return places;
}

// The models in `folder`'s sub-folders, each counted once.
Places golden_models(const fs::path& folder) {
  Places places;
  for (const fs::path& path : folders_of(folder)) {
    if (fs::exists(path / "model.tflite")) places.count(compiled(load_golden(path), path.string()).report);
  }
  return places;
}

int print() {
  nlohmann::ordered_json json;
  json["random"] = json_of(random_operators());
  if (const auto zoo = golden_zoo()) {
    json["single"] = json_of(golden_models(*zoo / "ops"));
    json["networks"] = json_of(golden_models(*zoo));
  }
  std::cout << json.dump(1) << '\n';
  return 0;
}

}  // namespace
}  // namespace auklet::compiler::test

int main() {
  try {
    return auklet::compiler::test::print();
  } catch (const std::exception& error) {
    std::cerr << "operator_places: " << error.what() << '\n';
    return 1;
  }
}
