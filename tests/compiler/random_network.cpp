#include "random_network.hpp"

#include <auklet/compiler/frontend.hpp>
#include <span>
#include <stdexcept>

#include "random/families.hpp"

namespace auklet::compiler::test {
namespace {

std::vector<Family> all_families() {
  std::vector<Family> all;
  for (const auto& families : {convolutions(), arithmetic(), functions(), reductions(), pieces(), movements()}) {
    all.insert(all.end(), families.begin(), families.end());
  }
  return all;
}

// One of the operators, by its share `share`.
const Family& draw(Random& random, const std::vector<Family>& families, std::int32_t Family::* share) {
  std::int32_t sum = 0;
  for (const Family& family : families) sum += family.*share;
  std::int32_t at = random.in(0, sum - 1);
  for (const Family& family : families) {
    at -= family.*share;
    if (at < 0) return family;
  }
  throw std::logic_error("shares that do not add up");
}

}  // namespace

Model random_network(std::uint64_t seed, std::size_t most_operators) {
  static const std::vector<Family> families = all_families();
  Builder builder(seed, Builder::Kind::kNetwork);
  const std::size_t count = builder.random.size_in(1, most_operators);
  while (builder.graph().operators.size() < count) {
    draw(builder.random, families, &Family::network).add(builder);
  }
  return builder.take();
}

// Scales that an operator cannot have (a multiplier out of range) are drawn anew.
Model random_operator_model(std::uint64_t seed) {
  static const std::vector<Family> families = all_families();
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Random random(seed);  // The operator stays the same.
    const Family& family = draw(random, families, &Family::single);
    Builder builder(seed * kAttempts + static_cast<std::uint64_t>(attempt), Builder::Kind::kSingleOperator);
    family.add(builder);
    Model model = builder.take();
    if (find_refusals(model).empty()) return model;
  }
  throw std::logic_error("an operator that the CPU never runs: seed " + std::to_string(seed));
}

std::vector<Bytes> random_inputs(const Model& model, std::uint64_t seed) {
  Random random(seed ^ 0x1234567U);
  std::vector<Bytes> inputs;
  for (const std::int32_t index : model.main().inputs) {
    inputs.push_back(bytes_of(random.int8s(model.main().tensor(index).bytes())));
  }
  return inputs;
}

}  // namespace auklet::compiler::test
